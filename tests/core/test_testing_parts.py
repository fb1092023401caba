"""Parts of sources keep what the source promises; arrays are found however deep they are nested."""

import numpy as np
import pytest
from toys import NoisyPoints, Points, QuicklyNoisyPoints

from itwinai_core import DataSplits, Source
from itwinai_core.order import gather, gather_augmented
from itwinai_core.testing.parts import Part, few, leaves, spread


class OneByOne:
    """A source of the least that the contract asks for."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return np.full(3, index), np.float32(index)


def test_a_part_is_a_source_with_the_chosen_samples():
    part = Part(OneByOne(), [7, 2, 2])
    assert isinstance(part, Source)
    assert [int(part[index][1]) for index in range(len(part))] == [7, 2, 2]


@pytest.mark.parametrize(
    "source",
    [OneByOne(), Points(2.0, 10), NoisyPoints(2.0, 10, 0.5), QuicklyNoisyPoints(2.0, 10, 0.5)],
    ids=lambda s: type(s).__name__,
)
def test_a_part_offers_what_its_source_offers(source):
    part = Part(source, [1, 2])
    for name in ("__getitems__", "augmented", "augmented_items"):
        assert hasattr(part, name) == hasattr(source, name)
    assert not hasattr(part, "x")


@pytest.mark.parametrize("source", [OneByOne(), Points(2.0, 10)], ids=lambda s: type(s).__name__)
def test_a_batch_of_a_part_holds_the_samples_that_the_part_hands_out_one_by_one(source):
    part = Part(source, [9, 0, 4])
    inputs, targets = gather(part, [2, 0])
    assert np.array_equal(inputs, np.stack([part[2][0], part[0][0]]))
    assert np.array_equal(targets, np.stack([part[2][1], part[0][1]]))


def test_a_part_of_a_part_leads_to_the_source():
    inner = Part(Points(1.0, 10), [3, 5, 8])
    outer = Part(inner, [2, 2, 0])
    assert np.array_equal(gather(outer, [0, 2])[0], gather(Points(1.0, 10), [8, 3])[0])


def test_samples_of_a_part_are_augmented_as_those_of_its_source():
    source = NoisyPoints(2.0, 10, 0.5)
    part = Part(source, [4])
    same = source.augmented(4, np.random.default_rng(1))
    assert np.array_equal(part.augmented(0, np.random.default_rng(1))[1], same[1])


def test_a_batch_of_a_part_is_augmented_as_that_of_its_source():
    source = QuicklyNoisyPoints(2.0, 10, 0.5)
    same = gather_augmented(source, [7, 4], seed=3, epoch=2)
    batch = gather_augmented(Part(source, [4, 1, 7]), [2, 0], seed=3, epoch=2)
    assert np.array_equal(batch[1], same[1])
    assert not hasattr(Part(source, [4], augmented=False), "augmented_items")


def test_a_part_without_augmentation_hands_out_plain_samples():
    plain = Part(NoisyPoints(2.0, 10, 0.5), [4], augmented=False)
    batch = gather_augmented(plain, [0], seed=0, epoch=0)
    assert np.array_equal(batch[1][0], NoisyPoints(2.0, 10, 0.5)[4][1])


@pytest.mark.parametrize(("count", "most"), [(1, 5), (5, 5), (6, 5), (100, 7), (1000, 1), (17, 16)])
def test_spread_indices_are_in_order_and_reach_from_end_to_end(count, most):
    indices = spread(count, most)
    assert indices == sorted(set(indices))
    assert len(indices) == min(count, most)
    assert indices[0] == 0
    assert indices[-1] == (count - 1 if most > 1 else 0)


def test_sorted_classes_all_come_into_a_spread():
    classes = np.repeat(np.arange(4), 25)
    assert set(classes[spread(100, 16)]) == {0, 1, 2, 3}


def test_a_few_batches_of_each_split():
    splits = few(DataSplits(Points(1.0, 100), Points(1.0, 5), Points(1.0, 50)), 8, (4, 2))
    assert [len(splits.train), len(splits.validation), len(splits.test)] == [32, 5, 16]


def test_splits_without_a_test_part_stay_without():
    assert few(DataSplits(Points(1.0, 9), Points(1.0, 5)), 8, (4, 2)).test is None


def test_leaves_are_found_in_order():
    a, b, c = np.ones(1), np.ones(2), np.ones(3)
    assert [len(leaf) for leaf in leaves(({"x": a, "y": [b, (c,)]}, a))] == [1, 2, 3, 1]
    assert leaves(a) == [a]
