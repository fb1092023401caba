"""Augmentation follows its key, parts of the data share no sample, and data are built the same each time."""

import ast

import numpy as np
import pytest
from small_plugins import FILES, told
from small_sources import Noisy, Points, of

from itwinai_core import DataSplits
from itwinai_core.testing.static import sources
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.samples import frozen, spoil
from itwinai_core.testing.static.splits import shared_samples, spread, wrong_augmentation, wrong_parts

DATA = FILES["small/data.py"]


def augmentation(source):
    """Return what is said of a source's augmentation."""
    return told(wrong_augmentation(source, "small"))


def test_augmentation_by_its_own_key_has_no_fault():
    assert augmentation(Noisy()) == ""


def test_augmentation_that_does_nothing_has_no_fault():
    assert augmentation(of(Points, augmented=lambda self, index, generator: self[index])) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda self, x, generator: x + np.float32(np.random.rand()), "draws from somewhere else"),  # noqa: NPY002
        (
            lambda self, x, generator: x + np.random.default_rng().random(9, dtype="float32"),
            "draws from somewhere else",
        ),
        (lambda self, x, generator: x * 2, "makes the same change with every generator"),
        (lambda self, x, generator: (x + generator.random(9)).astype("float64"), "has another shape or dtype"),
        (lambda self, x, generator: x[: generator.integers(3, 8)], "has another shape or dtype"),
    ],
    ids=["NumPy's own stream", "a new stream", "no stream", "another dtype", "another shape"],
)
def test_augmentation_that_depends_on_anything_else_is_named(change, words):
    def augmented(self, index, generator):
        x, y = self[index]
        return change(self, x, generator), y

    assert words in augmentation(of(Points, augmented=augmented))


def test_augmentation_that_changes_the_source_is_named():
    def augmented(self, index, generator):
        self.x[index] = np.round(self.x[index]) + generator.random(9, dtype="float32") * np.float32(1e-1)
        return self[index]

    said = augmentation(of(Points, augmented=augmented))
    assert "changes the sample that it starts from" in said or "draws from somewhere else" in said


def test_augmentation_that_hands_out_the_source_is_named():
    assert "changes the sample" in augmentation(of(Points, augmented=lambda self, i, generator: (self.x[i], self.y[i])))


def parts(train, validation, test=None):
    """Return what is said of the parts of a data set together."""
    return told(shared_samples(DataSplits(train, validation, test), "small"))


def test_parts_with_other_samples_share_none():
    assert parts(Points(), Points(start=1000.0), Points(start=2000.0)) == ""


@pytest.mark.parametrize("start", [0.0, 45.0])
def test_parts_that_share_samples_are_named(start):
    assert "stand in the train part too" in parts(Points(), Points(start=start))
    assert "stand in the validation part too" in parts(Points(start=1000.0), Points(), Points(start=start))


def test_a_few_equal_numbers_are_shared_by_accident():
    class Grid(Points):
        def __getitem__(self, index):
            return self.x[index, :1].copy(), self.y[index].copy()

    assert parts(Grid(), Grid(start=45.0)) == ""
    assert "stand in the train part too" in parts(Grid(), Grid())


def test_empty_pictures_may_be_in_every_part():
    class Blank(Points):
        def __getitem__(self, index):
            return self.x[index] * (index > 0), self.y[index].copy()

    assert parts(Blank(), Blank(start=1000.0)) == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ((Points(), Points()), "returns a tuple, and DataSplits are asked for"),
        (None, "returns a NoneType"),
        (DataSplits(Points(), Points(0)), "The validation part of 'small' is empty"),
        (DataSplits(Points(), Points(), Points(0)), "The test part of 'small' is empty"),
        (DataSplits(iter([1]), Points()), "without __len__ and __getitem__"),
        (DataSplits({1, 2}, Points()), "is a set without __getitem__"),
        (DataSplits(of(Points, __len__=lambda self: 1 / 0), Points()), "raises ZeroDivisionError"),
    ],
)
def test_parts_that_are_no_sources_are_named(data, words):
    assert words in told(wrong_parts(data, "small"))


def test_good_parts_have_no_fault():
    assert told(wrong_parts(DataSplits(Points(), Points()), "small")) == ""


def test_samples_that_are_looked_at_are_spread_over_all():
    assert spread(3) == [0, 1, 2]
    assert spread(10_001, most=3) == [0, 5000, 10_000]


def test_frozen_samples_tell_values_shapes_and_types():
    x = np.zeros(4, dtype="float32")
    others = [x + 1, x.reshape(2, 2), x.astype("int32"), x[:3]]
    assert len({frozen((one,)) for one in [x, *others]}) == 5
    assert frozen((x,)) == frozen((x.copy(),))


def test_spoiling_changes_every_kind_of_number():
    for values in ([1.0, 2.0], [1, 2], [True, False], [1j, 2j]):
        array = np.array(values)
        before = frozen((array,))
        spoil((array,))
        assert frozen((array,)) != before


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("for x in set(y): pass", True),
        ("x = list({1, 2})", True),
        ("x = [z for z in {1, 2}]", True),
        ("x = {z for z in y}", True),
        ("x = len(set(y))", False),
        ("x = sorted(set(y) | {1})", False),
        ("x = a in {1, 2}", False),
        ("x = set(a) & set(b) == c", False),
        ("x = any(set(a) - set(b))", False),
        ("x = [1, 2]", False),
    ],
)
def test_a_set_whose_order_may_count_is_told_from_others(text, loose):
    class Read:
        tree = ast.parse(text)

    assert sources._has_loose_sets(Code({"a": Read}, {})) is loose


def test_the_data_of_a_good_plugin_have_no_fault(small):
    assert sources.find(small()) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("default_rng(part)", "default_rng()", "builds other data in another process: train, sample 0"),
        ("default_rng(part)", "default_rng(hash('points') % 1000 + part)", "builds other data in another process"),
        (
            "default_rng(part)",
            "default_rng([part, __import__('time').time_ns() // 10**13])",
            "builds other data in another process",
        ),
        ("default_rng(part)", "default_rng(3)", "stand in the train part too"),
        (
            '"""Return points of a part."""',
            'open("points.csv")',
            "No such file or directory: 'points.csv' (small/data.py:",
        ),
        ('"""Return points of a part."""', "import os\n    os._exit(3)", "ends the program with exit code 3"),
    ],
)
def test_data_that_another_process_would_not_build_are_named(small, old, new, words):
    assert words in told(sources.find(small({"small/data.py": DATA.replace(old, new)})))


def test_data_that_are_never_done_are_named(small, monkeypatch):
    monkeypatch.setattr(sources, "_LIMIT", 4.0)
    waits = DATA.replace('"""Return points of a part."""', "import time\n    time.sleep(60)")
    assert "has not ended after 4 s" in told(sources.find(small({"small/data.py": waits})))


def test_the_order_of_a_set_is_tried_until_it_differs(small):
    drawn = DATA.replace(
        "    return Points(", "    order = list({'ebb', 'flood'})\n    part += order.index('ebb')\n    return Points("
    )
    assert "builds other data in another process" in told(sources.find(small({"small/data.py": drawn})))
