"""The order of samples depends on seed and epoch alone; no sample is lost or repeated."""

import numpy as np
import pytest

from itwinai_core.order import epoch_batches, gather, gather_augmented, stack


@pytest.mark.parametrize(("count", "size"), [(1, 1), (10, 3), (10, 10), (10, 64), (97, 8)])
@pytest.mark.parametrize("shuffle", [True, False])
def test_batches_hold_every_sample_exactly_once(count, size, shuffle):
    batches = epoch_batches(count, size, seed=4, epoch=2, shuffle=shuffle)
    assert sorted(np.concatenate(batches)) == list(range(count))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)


def test_the_order_is_the_same_whenever_it_is_asked_for():
    first, second = (epoch_batches(50, 8, seed=1, epoch=3, shuffle=True) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("other", [{"seed": 2, "epoch": 0}, {"seed": 1, "epoch": 1}])
def test_another_seed_or_epoch_gives_another_order(other):
    first = np.concatenate(epoch_batches(50, 8, seed=1, epoch=0, shuffle=True))
    assert not np.array_equal(first, np.concatenate(epoch_batches(50, 8, shuffle=True, **other)))


def test_without_shuffling_samples_come_as_they_are():
    assert np.array_equal(np.concatenate(epoch_batches(7, 2, seed=9, epoch=5, shuffle=False)), np.arange(7))


class Plain:
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return np.full(2, index), np.float32(index)


class Together(Plain):
    def __getitems__(self, indices):
        return np.asarray(indices) * 10, np.asarray(indices)


class Noisy(Together):
    def augmented(self, index, generator):
        return np.full(2, index) + generator.standard_normal(2), np.float32(index)


def test_samples_are_stacked_in_the_order_asked_for():
    x, y = gather(Plain(), [3, 0, 2])
    assert np.array_equal(x, [[3, 3], [0, 0], [2, 2]])
    assert np.array_equal(y, [3, 0, 2])


def test_samples_that_are_nested_are_stacked_leaf_by_leaf():
    samples = [({"a": np.full(2, index), "b": (np.float32(index),)}, np.float32(index)) for index in (3, 0)]
    inputs, targets = stack(samples)
    assert np.array_equal(inputs["a"], [[3, 3], [0, 0]])
    assert np.array_equal(inputs["b"][0], [3, 0])
    assert np.array_equal(targets, [3, 0])


def test_a_source_that_gathers_itself_is_asked_once():
    x, _ = gather(Together(), np.array([1, 3]))
    assert np.array_equal(x, [10, 30])


def test_dictionaries_and_bare_arrays_are_stacked_too():
    assert np.array_equal(stack([{"a": np.array(1)}, {"a": np.array(2)}])["a"], [1, 2])
    assert np.array_equal(stack([np.array([1, 2]), np.array([3, 4])]), [[1, 2], [3, 4]])


def test_noise_depends_on_the_sample_and_not_on_its_batch():
    alone, _ = gather_augmented(Noisy(), [2], seed=1, epoch=5)
    among, _ = gather_augmented(Noisy(), [0, 3, 2], seed=1, epoch=5)
    assert np.array_equal(alone[0], among[2])
    assert not np.array_equal(alone[0], [2, 2])


class NoisyTogether(Noisy):
    def augmented_items(self, indices, seed, epoch):
        return indices + 100 * epoch, np.full(len(indices), seed)


def test_a_source_that_augments_a_batch_itself_is_asked_once_with_seed_and_epoch():
    values, seeds = gather_augmented(NoisyTogether(), [2, 0], seed=7, epoch=3)
    assert values.tolist() == [302, 300]
    assert seeds.tolist() == [7, 7]


def test_noise_is_new_each_epoch():
    first, _ = gather_augmented(Noisy(), [2], seed=1, epoch=5)
    second, _ = gather_augmented(Noisy(), [2], seed=1, epoch=6)
    assert not np.array_equal(first, second)


def test_a_source_without_augmentation_is_gathered_plainly():
    assert np.array_equal(gather_augmented(Together(), [1], seed=0, epoch=0)[0], [10])
