"""Metrics are those of NumPy and scikit-image's definitions, whatever the batches."""

import numpy as np
import pytest
import torch

from itwinai_virgo.metrics import PixelCorrelation, held_out_scores, image_metrics, skill


@pytest.fixture
def pair(rng):
    """Return ten images, and ten that resemble them."""
    truth = rng.exponential(size=(10, 1, 16, 16)).astype(np.float32)
    return (truth + 0.5 * rng.normal(size=truth.shape)).astype(np.float32), truth


def numpys_correlation(estimate, truth):
    """Return the mean over images of NumPy's correlation of their pixels."""
    return np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(estimate, truth, strict=True)])


def test_the_correlation_is_numpys(pair):
    metric = PixelCorrelation()
    metric.update(*map(torch.from_numpy, pair))
    assert float(metric.compute()) == pytest.approx(numpys_correlation(*pair), rel=1e-5)


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_metrics_do_not_depend_on_how_a_batch_is_cut(pair, cut):
    estimate, truth = map(torch.from_numpy, pair)
    metrics = image_metrics()
    for first in range(0, 10, cut):
        metrics.update(estimate[first : first + cut], truth[first : first + cut])
    found = {name: float(value) for name, value in metrics.compute().items()}
    assert found["l1"] == pytest.approx(np.abs(pair[0] - pair[1]).mean(), rel=1e-5)
    assert found["correlation"] == pytest.approx(numpys_correlation(*pair), rel=1e-5)


def test_a_constant_estimate_correlates_with_nothing(pair):
    metric = PixelCorrelation()
    metric.update(torch.ones(10, 1, 16, 16), torch.from_numpy(pair[1]))
    assert float(metric.compute()) == pytest.approx(0.0, abs=1e-6)


def test_the_truth_has_perfect_scores(pair):
    scores = held_out_scores(pair[1], pair[1])
    assert scores == pytest.approx({"l1": 0.0, "correlation": 1.0, "ssim": 1.0}, abs=1e-5)


def test_a_worse_estimate_scores_worse(pair, rng):
    estimate, truth = pair
    better = held_out_scores(estimate, truth)
    worse = held_out_scores((estimate + rng.normal(size=truth.shape)).astype(np.float32), truth)
    assert worse["l1"] > better["l1"]
    assert worse["correlation"] < better["correlation"]
    assert worse["ssim"] < better["ssim"]


@pytest.mark.parametrize(("error", "expected"), [(0.0, 1.0), (1.0, 0.5), (2.0, 0.0), (3.0, -0.5)])
def test_skill_is_the_part_of_the_error_that_is_gone(error, expected):
    assert skill(error, 2.0) == expected
