"""Medians are NumPy's, whatever the rows hold."""

import numpy as np
import pytest
import torch

from itwinai_virgo.medians import BLOCK, middle, middle_pair_by_blocks, middle_pair_by_sort


def rows_of_tiles(rng, length):
    """Return energies of five rows of white noise, cut to the band of a window: neighbours resemble one another."""
    spectrum = np.zeros((5, length), dtype=complex)
    spectrum[:, : max(length // 3, 1)] = rng.normal(size=(5, max(length // 3, 1), 2)) @ [1, 1j]
    return (np.abs(np.fft.ifft(spectrum)) ** 2).astype(np.float32)


def hostile(rng, length):
    """Return rows that blocks of every so many-th value part badly."""
    values = rows_of_tiles(rng, length)
    values[0] = 0.0
    values[1] = np.arange(length) % 7  # many equal ones
    values[2, length // 3 : length // 3 + length // 8] *= 1e4  # a loud glitch
    values[3] = np.arange(length) % max(length // BLOCK, 1)  # each block of one value
    return values


@pytest.mark.parametrize("make", [rows_of_tiles, hostile])
@pytest.mark.parametrize("length", [2, 4, 64, 512, 1024, 2048, 4096, 32768])
def test_the_middle_is_numpys_median(rng, make, length):
    values = make(rng, length)
    expected = np.median(values.astype(np.float64), axis=-1, keepdims=True)
    assert middle(torch.from_numpy(values)).numpy() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("make", [rows_of_tiles, hostile])
@pytest.mark.parametrize("length", [2, 256, 1024, 16384])
def test_blocks_and_sort_find_the_same_pair(rng, make, length):
    values = torch.from_numpy(make(rng, length)).unflatten(0, (1, 5))
    assert torch.equal(middle_pair_by_blocks(values), middle_pair_by_sort(values))


def test_the_middle_is_not_the_lower_one_as_torch_has_it():
    values = torch.tensor([[1.0, 2.0, 4.0, 100.0]])
    assert middle(values).item() == 3.0
    assert values.median().item() == 2.0


@pytest.mark.parametrize("length", [16, 2 * BLOCK])
def test_the_middle_leaves_its_argument_in_order(rng, length):
    values = torch.from_numpy(rng.normal(size=(2, length)))
    before = values.clone()
    middle(values)
    assert torch.equal(values, before)
