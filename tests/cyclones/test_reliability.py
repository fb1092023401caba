"""Reliability is that of probabilities: perfect for true ones, and as far off as they are wrong."""

import numpy as np
import pytest

from itwinai_cyclones.reliability import BINS, draw_reliability, reliability


def drawn(seed=1, count=20000):
    """Return probabilities, and outcomes that happen as often as they say."""
    generator = np.random.default_rng(seed)
    scores = generator.random(count)
    return scores, generator.random(count) < scores


def test_true_probabilities_are_reliable():
    found = reliability(*drawn())
    assert found.count.sum() == 20000
    np.testing.assert_allclose(found.share, found.score, atol=0.04)
    assert found.error < 0.02
    # The mean of p (1 - p) over equally likely p.
    assert found.brier == pytest.approx(1 / 6, abs=0.005)


def test_overconfident_scores_are_told():
    scores, outcome = drawn()
    sure = scores > 0.5
    found = reliability(np.where(sure, 0.99, 0.01), outcome)
    assert found.error == pytest.approx(0.24, abs=0.02)
    assert found.brier > reliability(scores, outcome).brier


def test_who_knows_is_perfect():
    outcome = np.array([True, False, True])
    found = reliability(outcome.astype(float), outcome)
    assert (found.brier, found.error) == (0, 0)
    assert found.rows() == [
        {"count": 1, "mean_score": 0.0, "share_of_cyclones": 0.0},
        {"count": 2, "mean_score": 1.0, "share_of_cyclones": 1.0},
    ]


def test_of_nothing_nothing_is_known():
    found = reliability(np.array([]), np.array([], dtype=bool))
    assert found.rows() == []
    assert np.isnan([found.brier, found.error]).all()


def test_each_score_is_in_one_step():
    found = reliability(np.linspace(0, 1, BINS * 10 + 1), np.zeros(BINS * 10 + 1, dtype=bool))
    assert found.count.tolist() == [10] * (BINS - 1) + [11]


@pytest.mark.parametrize("count", [0, 500])
def test_a_diagram_is_drawn(tmp_path, count):
    draw_reliability(tmp_path / "reliability.png", reliability(*drawn(count=count)), 0.4)
    assert (tmp_path / "reliability.png").stat().st_size > 10_000
