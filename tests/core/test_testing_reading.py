"""What is read of the parts of a data set is noted, and nobody who reads them sees a difference."""

from dataclasses import dataclass

import numpy as np
import pytest
from toys import Points

from itwinai_core import DataSplits
from itwinai_core.testing.reading import Read, noted


@dataclass(frozen=True, slots=True)
class Frozen:
    values: tuple

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return (np.full(1, self.values[index]),)


class Proud:
    """A source that cannot be copied."""

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return (np.zeros(1),)

    def __copy__(self):
        raise TypeError("there is only one")


def splits():
    return DataSplits(train=Points(1.0, 4), validation=Points(1.0, 3), test=Frozen((1.0, 2.0)))


@pytest.fixture
def read():
    return Read()


def test_samples_that_are_asked_for_are_noted(read):
    data = noted(splits(), read)
    assert data.held_out[1][0] == 2.0
    data.train.__getitems__([0, 1])
    assert read.samples == {"train", "test"}


def test_a_length_and_an_attribute_are_no_samples(read):
    data = noted(splits(), read)
    assert (len(data.validation), data.train.x.shape) == (3, (4, 1))
    assert (read.samples, read.touched) == (set(), {"train", "validation"})


def test_a_part_is_still_of_its_class_and_the_original_is_not_watched(read):
    original = splits()
    data = noted(original, read)
    assert isinstance(data.train, Points)
    assert isinstance(data.test, Frozen)
    _ = original.train[0], original.test[0]
    assert (read.samples, read.touched) == (set(), set())


def test_a_part_that_cannot_be_watched_is_handed_on_and_counts_as_touched(read):
    proud = Proud()
    data = noted(DataSplits(proud, Points(1.0, 2)), read)
    assert data.train is proud
    assert data.test is None
    assert read.touched == {"train"}
