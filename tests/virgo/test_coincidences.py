"""Coincidences are rare where strain and a witness are loud together, and not for a signal that no witness sees."""

import numpy as np
import pytest

from itwinai_virgo.coincidences import explained, odd, rarity, shared

SHAPE = (40, 16, 64)
WIDTH = 4.0 / 64


@pytest.fixture
def noise(rng):
    """Return noise of the strain, of two witnesses, and of what is foreseen."""
    return rng.exponential(size=SHAPE), rng.exponential(size=(40, 2, 16, 64)), rng.exponential(size=SHAPE)


def column(window, middle):
    """Return the number of a column of a window."""
    return window * 64 + middle


def test_rarity_is_how_few_are_as_high():
    assert rarity(np.array([3.0, 1.0, 1.0, 2.0])) == pytest.approx(-np.log([0.25, 1.0, 1.0, 0.5]))


def test_noise_of_equal_values_is_not_rare():
    assert not rarity(np.zeros(9)).any()


@pytest.mark.parametrize(("columns", "found"), [(0.2, 1), (1.9, 1), (2.1, 3), (4.96, 5), (8.0, 9)])
def test_a_width_is_odd(columns, found):
    assert odd(columns) == found


@pytest.mark.parametrize("witness", [0, 1])
@pytest.mark.parametrize("length", [1, 9])
def test_what_strain_and_one_witness_share_is_the_rarest(noise, witness, length):
    strain, witnesses, foreseen = noise
    late = 20 + length
    strain[7, 4:7, 20:late] += 40.0
    witnesses[7, witness, 9:12, 20:late] += 40.0
    for found in shared(strain, witnesses, foreseen):
        assert column(7, 20 - 5) <= found.argmax() <= column(7, late + 5)  # sums reach 4 columns away


def test_the_strain_alone_is_taken_for_a_signal(noise):
    strain, witnesses, foreseen = noise
    quiet = [found[column(7, 20)] for found in shared(strain, witnesses, foreseen)]
    strain[7, 4:7, 18:23] += 400.0
    loud = [found[column(7, 20)] for found in shared(strain, witnesses, foreseen)]
    assert all(after <= before + 0.1 for before, after in zip(quiet, loud, strict=True))


def test_a_louder_signal_makes_chance_of_a_witness_less_rare(noise):
    strain, witnesses, foreseen = noise
    witnesses[7, 0, 4:7, 18:23] += 1.0
    found = []
    for energy in (2.0, 400.0):
        strain[7, 4:7, 18:23] = energy
        found.append(next(shared(strain, witnesses, foreseen))[column(7, 20)])
    assert found[1] < found[0]


def test_long_sums_find_a_long_weak_glitch_that_short_ones_miss(noise):
    strain, witnesses, foreseen = noise
    strain[7, 4:7, 20:40] += 1.2
    witnesses[7, 0, 4:7, 20:40] += 1.2
    short, long = (found[column(7, 25) : column(7, 35)].mean() for found in shared(strain, witnesses, foreseen))
    assert long > short


def test_units_of_a_witness_do_not_matter(noise):
    strain, witnesses, foreseen = noise
    found = [list(shared(strain, factor * witnesses, foreseen)) for factor in (1.0, 1e3)]
    assert np.allclose(found[0], found[1])


def test_explained_is_what_is_foreseen_and_there(noise):
    strain, _, foreseen = noise
    foreseen[[7, 20], 4:7, 30:34] += 60.0
    strain[7, 4:7, 30:34] += 60.0
    strain[20, 4:7, 28:36] = 0.0
    found = explained(strain, foreseen, WIDTH)
    assert column(7, 28) <= found.argmax() <= column(7, 36)
    assert found[column(20, 32)] < 2.0


def test_what_is_explained_does_not_grow_with_a_signal_of_the_strain_alone(noise):
    strain, _, foreseen = noise
    found = []
    for energy in (10.0, 1e4):
        strain[7, 4:7, 30:34] = energy
        found.append(explained(strain, foreseen, WIDTH))
    assert (found[0] == found[1]).all()


def test_zeros_are_never_rare():
    zeros = np.zeros(SHAPE)
    for found in (explained(zeros, zeros, WIDTH), *shared(zeros, zeros[:, None], zeros)):
        assert not found.any()
