"""Cleaning takes away what witnesses explain, and nothing where they explain nothing."""

import numpy as np
import pytest
from scipy import stats

from itwinai_virgo.cleaning import clean, gated, trust


def noise(rng, windows=24, rows=16, times=64):
    """Return energies of Gaussian noise, each row over its median, shape ``(N, 1, F, T)``."""
    return rng.exponential(size=(windows, 1, rows, times)) / np.log(2.0)


@pytest.mark.parametrize("windows", [2, 8, 60])
def test_an_estimate_of_other_noise_takes_nothing_away(windows):
    ratios = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        strain, other = (np.log1p(noise(rng, windows)) for _ in range(2))
        ratios.append(np.expm1(clean(strain, other).images).mean() / np.expm1(strain).mean())
    assert min(ratios) > 0.98
    assert max(ratios) <= 1.0 + 1e-9


def test_loud_glitches_of_other_times_take_nothing_away(rng):
    strain, other = noise(rng), noise(rng)
    strain[3, :, :, 10:20] += 500.0
    other[9, :, :, 40:50] += 500.0
    assert (clean(np.log1p(strain), np.log1p(other)).trust == 0).mean() > 0.9


def test_the_truth_as_estimate_leaves_little(rng):
    energy = noise(rng)
    done = clean(np.log1p(energy), np.log1p(energy))
    assert done.trust == pytest.approx(np.ones(16))
    assert np.expm1(done.images).mean() < 0.7 * energy.mean()
    assert np.expm1(done.images).max() <= np.median(energy, axis=(0, 1, 3)).max() + 1e-6


def test_only_rows_that_follow_their_estimate_are_cleaned(rng):
    energy, estimate = noise(rng), noise(rng)
    estimate[:, :, :8] = energy[:, :, :8]
    done = clean(np.log1p(energy), np.log1p(estimate))
    assert (done.trust[:8] > 0.9).all()
    assert (done.trust[8:] == 0).sum() >= 7


def test_what_is_explained_and_what_is_left_are_the_strain(rng):
    energy = noise(rng)
    done = clean(np.log1p(energy), np.log1p(energy * rng.uniform(0.5, 2.0, size=energy.shape)))
    assert np.expm1(done.images) + done.explained == pytest.approx(energy)
    assert (done.images >= 0).all()


def test_trust_is_the_slope_of_scipys_line(rng):
    estimate = np.log1p(noise(rng, rows=3))
    strain = 0.4 * estimate + 0.1 * rng.normal(size=estimate.shape)
    found = trust(strain, estimate)
    for row in range(3):
        slope = stats.linregress(estimate[:, 0, row].ravel(), strain[:, 0, row].ravel()).slope
        assert found[row] == pytest.approx(slope, rel=1e-6)


def test_an_estimate_that_falls_where_the_strain_rises_is_not_trusted(rng):
    strain = np.log1p(noise(rng))
    assert (trust(strain, strain.max() - strain) == 0).all()


def test_a_constant_estimate_takes_nothing_away(rng):
    strain = np.log1p(noise(rng))
    assert clean(strain, np.full_like(strain, 0.5)).images == pytest.approx(strain)


def test_a_signal_that_no_witness_sees_stays(rng):
    energy = noise(rng)
    estimate = energy.copy()
    energy[5, 0, 4, 20:30] += 40.0
    without = clean(np.log1p(estimate), np.log1p(estimate))
    done = clean(np.log1p(energy), np.log1p(estimate))
    gained = np.expm1(done.images)[5, 0, 4, 20:30] - np.expm1(without.images)[5, 0, 4, 20:30]
    assert gained.sum() >= 0.97 * 400.0


def test_a_gate_explains_what_it_takes_away(rng):
    energy = noise(rng)
    done = gated(np.log1p(energy), np.log1p(0.25 * energy))
    assert done.explained == pytest.approx(0.75 * energy)
    assert done.trust == pytest.approx(np.full(16, 0.75))
