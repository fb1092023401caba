"""Measures by band are those of their definitions, SciPy's and scikit-learn's."""

import numpy as np
import pytest
from scipy import signal

from itwinai_virgo import physical

BAND = np.geomspace(16.0, 350.0, 64)
ALL = np.ones(64, dtype=bool)


def images(rng, count=4):
    """Return images of scaled energies."""
    return np.log1p(rng.exponential(size=(count, 1, 64, 32)) * 10).astype(np.float32)


def test_bands_hold_their_frequencies_alone():
    found = physical.bands(BAND)
    assert list(found) == ["16_45", "45_60", "60_100", "100_300"]
    for name, rows in found.items():
        low, high = map(float, name.split("_"))
        assert BAND[rows].min() >= low
        assert BAND[rows].max() < high
    assert list(physical.bands(np.linspace(20.0, 55.0, 16))) == ["16_45", "45_60"]


def test_the_ratio_is_that_of_amplitudes(rng):
    before = images(rng)
    after = np.log1p(0.25 * np.expm1(before))
    assert physical.asd_ratio(after, before, ALL) == pytest.approx(0.5, rel=1e-5)
    assert physical.asd_ratio(before, before, ALL) == 1.0


def test_a_ratio_looks_at_its_rows_alone(rng):
    before = images(rng)
    after = before.copy()
    after[:, :, 32:] = 0.0
    assert physical.asd_ratio(after, before, np.arange(64) < 32) == 1.0


def test_the_correlation_is_numpys_of_rows_about_their_means(rng):
    first, second = images(rng), images(rng)
    second = second + 0.5 * first
    rows = [np.moveaxis(each[:, 0], 1, 0).reshape(64, -1) for each in (first, second)]
    flat = [(each - each.mean(axis=1, keepdims=True)).ravel() for each in rows]
    assert physical.correlation(first, second, ALL) == pytest.approx(np.corrcoef(*flat)[0, 1], rel=1e-4)
    assert physical.correlation(np.ones_like(first), second, ALL) == 0.0


def test_the_overlap_is_that_of_vectors(rng):
    first, second = images(rng), images(rng)
    pairs = [(a.ravel(), b.ravel()) for a, b in zip(first, second, strict=True)]
    expected = np.mean([a @ b / np.sqrt((a @ a) * (b @ b)) for a, b in pairs])
    assert physical.overlap(first, second) == pytest.approx(expected, rel=1e-5)
    assert physical.overlap(3.0 * first, first) == pytest.approx(1.0, rel=1e-5)


def test_the_loud_area_is_scikit_learns_in_physical_energy(rng):
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn, the oracle, is not installed")
    first, second = images(rng), images(rng)
    masks = [(np.expm1(each) > physical.LOUD_ENERGY).ravel() for each in (first, second)]
    assert physical.loud_iou(first, second) == pytest.approx(metrics.jaccard_score(*masks), rel=1e-5)
    assert physical.loud_iou(0 * first, 0 * first) == 0.0


def test_the_coherence_is_scipys_of_the_better_witness(rng):
    strain, other = rng.normal(size=(2, 8192))
    near = strain + 0.5 * rng.normal(size=8192)
    frequencies, found = physical.coherence(strain, [other, near], 512.0)
    theirs = signal.coherence(strain, near, 512.0, nperseg=512)
    assert (frequencies == theirs[0]).all()
    assert (found >= theirs[1]).all()
    assert found.mean() == pytest.approx(0.8, abs=0.06)
