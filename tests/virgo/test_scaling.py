"""Scales are those of all images at once, and large sources are looked at in part."""

import numpy as np
import pytest

from itwinai_virgo import scaling
from itwinai_virgo.scaling import image_scaling


class Stored:
    """A source that counts what is read of it, and has nothing but a length and batches."""

    def __init__(self, inputs, target):
        self.inputs, self.target = inputs, target
        self.read = []

    def __len__(self):
        return len(self.target)

    def __getitems__(self, indices):
        self.read.append(list(indices))
        return self.inputs[indices], self.target[indices]


@pytest.fixture
def source(rng):
    """Return 150 pairs of images with inputs of unequal scales."""
    inputs = rng.exponential(size=(150, 3, 4, 5)) * np.array([1.0, 10.0, 100.0])[:, None, None]
    return Stored(inputs.astype(np.float32), rng.exponential(2.0, size=(150, 1, 4, 5)).astype(np.float32))


def test_scales_are_those_of_all_images(source):
    found = image_scaling(source)
    assert found.mean == pytest.approx(source.inputs.mean(axis=(0, 2, 3)), rel=1e-5)
    assert found.deviation == pytest.approx(source.inputs.std(axis=(0, 2, 3)), rel=1e-5)
    assert found.target_deviation == pytest.approx(source.target.std(), rel=1e-5)
    assert found.target_median == pytest.approx(np.median(source.target), rel=1e-6)


def test_no_more_than_a_batch_is_read_at_once_and_each_window_once(source):
    image_scaling(source)
    batches = source.read[1:]  # the first look is at the shape
    assert max(map(len, batches)) <= scaling.BATCH
    assert sorted(index for batch in batches for index in batch) == list(range(150))


def test_of_a_large_source_windows_at_equal_distances_are_looked_at(source, monkeypatch):
    monkeypatch.setattr(scaling, "PIXELS", 30 * 20)
    whole = source.target.std()
    found = image_scaling(source)
    chosen = [index for batch in source.read[1:] for index in batch]
    assert len(chosen) == 30
    assert (chosen[0], chosen[-1]) == (0, 149)
    assert set(np.diff(chosen)) <= {5, 6}
    assert found.target_deviation == pytest.approx(whole, rel=0.2)


def test_a_window_larger_than_the_limit_is_looked_at(source, monkeypatch):
    monkeypatch.setattr(scaling, "PIXELS", 3)
    assert image_scaling(source).target_deviation > 0


@pytest.mark.parametrize("level", [0.0, 0.1, 1e4])
def test_an_input_that_does_not_vary_is_not_blown_up(source, level):
    source.inputs[:, 1] = np.float32(level)
    source.target[:] = np.float32(level)
    found = image_scaling(source)
    assert found.deviation[1] == 1.0
    assert found.target_deviation == 1.0
    assert found.mean[1] == pytest.approx(level)


def test_an_offset_does_not_spoil_a_deviation(source):
    expected = source.inputs.std(axis=(0, 2, 3), dtype=np.float64)
    source.inputs += 1000.0
    assert image_scaling(source).deviation == pytest.approx(expected, rel=1e-3)
