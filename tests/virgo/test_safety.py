"""Injected chirps have the ratios asked for, and the energy that is kept is that of the signal alone."""

import numpy as np
import pytest

from itwinai_virgo.safety import EVERY_SECONDS, RATIO, energy_kept, injections

RATE = 512.0
GRID = np.arange(0.0, 257.0)
DENSITY = GRID, np.full(len(GRID), 1e-22)


@pytest.fixture(scope="module")
def made():
    """Return two minutes of chirps, and their mergers."""
    return injections(np.zeros(int(120 * RATE)), RATE, DENSITY, 5)


def test_there_is_a_chirp_in_each_stretch(made):
    signals, mergers = made
    assert len(signals) == 120 * RATE
    assert (mergers // EVERY_SECONDS).tolist() == list(range(10))


def test_ratios_are_within_their_range(made):
    pieces = made[0].reshape(10, -1)
    # In white noise of density S the matched-filter ratio is the root of twice the energy over S squared.
    ratios = np.sqrt(2.0 * (pieces**2).sum(axis=1) / RATE) / 1e-22
    assert ratios.min() >= RATIO[0] * 0.99
    assert ratios.max() <= RATIO[1] * 1.01


def test_a_chirp_ends_at_its_merger(made):
    signals, mergers = made
    time = np.arange(len(signals)) / RATE
    for merger in mergers:
        later = (time > merger + 0.3) & (time < (merger // EVERY_SECONDS + 1) * EVERY_SECONDS)
        before = (time > merger - 0.5) & (time <= merger)
        assert (signals[later] ** 2).sum() < 0.05 * (signals[before] ** 2).sum()


def test_the_same_seed_makes_the_same_chirps(made):
    again = injections(np.zeros(int(120 * RATE)), RATE, DENSITY, 5)
    assert (again[0] == made[0]).all()
    assert (injections(np.zeros(int(120 * RATE)), RATE, DENSITY, 6)[0] != made[0]).any()


def test_strain_too_short_for_a_chirp_gets_none():
    signals, mergers = injections(np.zeros(int(8 * RATE)), RATE, DENSITY, 5)
    assert not signals.any()
    assert len(mergers) == 0


@pytest.mark.parametrize("part", [1.0, 0.7, 0.0])
def test_energy_kept_is_the_part_of_the_signal_that_is_left(rng, part):
    noise, signal = rng.exponential(size=(16, 16)), np.zeros((16, 16))
    signal[3:6, 4:12] = 20.0
    before = np.log1p(np.stack([noise + signal, noise]))
    after = np.log1p(np.stack([0.3 * noise + part * signal, 0.3 * noise]))
    # The noise that is taken away along the track does not count.
    assert energy_kept(np.log1p(signal), before, after) == pytest.approx(part, abs=1e-6)


def test_a_signal_without_a_track_has_no_energy_to_keep(rng):
    noise = np.log1p(rng.exponential(size=(2, 8, 8)))
    assert np.isnan(energy_kept(np.zeros((8, 8)), noise, noise))
