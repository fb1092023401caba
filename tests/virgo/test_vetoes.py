"""Vetoes flag what strain and witnesses share, dead time falls with the threshold, and the curve is scikit-learn's."""

import numpy as np
import pytest

from itwinai_virgo.coincidences import explained, shared
from itwinai_virgo.vetoes import Columns, columns, curve, limit_threshold

WINDOW = 4.0
GPS = 1000.0 + WINDOW * np.arange(30)


def evidence_of(strain, witness, foreseen):
    """Return the evidence of energies of shape ``(N, F, T)``."""
    return [explained(strain, foreseen, WINDOW / 64), *shared(strain, witness[:, None], foreseen)]


@pytest.fixture
def found(rng):
    """Return the scores of noise with one glitch in strain and witness, and one in the strain alone."""
    strain, witness, foreseen = rng.exponential(size=(3, 30, 16, 64))
    for energy in (strain, witness, foreseen):
        energy[10, 5:9, 30:34] += 60.0
    strain[20, 5:9, 30:34] += 200.0
    return columns(evidence_of(strain, witness, foreseen), GPS, WINDOW)


def test_the_loudest_is_what_both_show(found):
    middle = 1040.0 + 32 * WINDOW / 64
    assert found.at(np.array([middle]))[0] == found.score.max()
    segments = found.above(limit_threshold(found.score, 0.01))
    assert segments.hold(np.array([middle])).all()


def test_a_signal_in_the_strain_alone_is_left(found):
    segments = found.above(limit_threshold(found.score, 0.01))
    assert not segments.hold(np.array([1080.0 + 32 * WINDOW / 64])).any()


def test_segments_are_short(found):
    lengths = np.diff(found.above(limit_threshold(found.score, 0.01)).spans, axis=1)
    assert lengths.min() >= 0.31 - WINDOW / 64
    assert lengths.max() < 0.62


@pytest.mark.parametrize("allowed", [0.001, 0.01, 0.05, 0.3])
def test_dead_time_stays_within_its_limit(found, allowed):
    segments = found.above(limit_threshold(found.score, allowed))
    assert segments.seconds / found.known.seconds <= allowed


def test_dead_time_falls_with_the_threshold(found):
    dead = [found.above(level).seconds for level in np.linspace(0.0, found.score.max(), 50)]
    assert (np.diff(dead) <= 1e-9).all()
    assert dead[-1] == 0.0


def test_the_curve_rises(rng):
    found = curve(rng.exponential(size=500), rng.exponential(size=40) + 0.5)
    assert (np.diff(found.dead_time) >= 0).all()
    assert (np.diff(found.efficiency) >= 0).all()
    assert (found.dead_time[0], found.efficiency[0]) == (0.0, 0.0)
    assert 0.0 <= found.area <= 1.0


def test_the_area_is_scikit_learns(rng):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn, the oracle, is not installed")
    quiet, caught = rng.exponential(size=400), rng.exponential(size=60) + 0.4
    # Scores at or below the lowest column's are reached by a straight line in ours, so they are left out.
    caught = np.maximum(caught, quiet.min())
    theirs = metrics.roc_auc_score(np.repeat([0, 1], [400, 60]), np.concatenate([quiet, caught]))
    assert curve(quiet, caught).area == pytest.approx(theirs, abs=0.01)


def test_flags_at_random_have_half_the_area(rng):
    assert curve(rng.uniform(size=4000), rng.uniform(size=4000)).area == pytest.approx(0.5, abs=0.03)


def test_glitches_that_are_louder_than_all_else_have_the_whole_area(rng):
    assert curve(rng.uniform(size=1000), np.full(10, 2.0)).area == pytest.approx(1.0)


def test_times_outside_have_no_score():
    found = Columns(np.array([1.0, 2.0, 3.0]), np.array([10.0, 11.0, 20.0]), 1.0)
    scores = found.at(np.array([9.9, 10.0, 11.9, 15.0, 20.5, 21.0]))
    assert np.isnan(scores).tolist() == [True, False, False, True, False, True]
    assert scores[[1, 2, 4]].tolist() == [1.0, 2.0, 3.0]
    assert found.known.spans.tolist() == [[10.0, 12.0], [20.0, 21.0]]


def test_nothing_is_never_loud():
    assert not columns([np.zeros(3 * 64), np.zeros(3 * 64)], GPS[:3], WINDOW).score.any()


def test_a_limit_for_one_segment_allows_one_where_two_columns_are_the_loudest_each_in_its_way(rng):
    strain, witness, foreseen = rng.exponential(size=(3, 15, 16, 64))
    foreseen[3, 5:9, 20:24] += 60.0
    for energy in (strain, witness):
        energy[10, 5:9, 30:34] += 60.0
    found = columns(evidence_of(strain, witness, foreseen), GPS[:15], WINDOW)
    assert len(found.above(limit_threshold(found.score, 0.01))) == 1


def test_a_segment_lies_about_the_middle_of_what_is_loud_and_not_about_the_loudest():
    evidence = np.zeros(30 * 64)
    evidence[1000:1009] = 6.0 - 0.01 * np.arange(9)
    found = columns([evidence], GPS, WINDOW)
    assert found.above(1.0).spans.tolist() == [[1000.0 + 1002 * WINDOW / 64, 1000.0 + 1007 * WINDOW / 64]]


def test_a_louder_column_far_away_does_not_move_a_segment():
    evidence = np.zeros(30 * 64)
    evidence[[500, 520]] = 5.0, 9.0
    spans = columns([evidence], GPS, WINDOW).above(1.0).spans
    assert spans.mean(axis=1) == pytest.approx(1000.0 + np.array([500.5, 520.5]) * WINDOW / 64)
