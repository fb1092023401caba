"""Samples are what engines can work with, the same ones each time, and in one part each."""

import ast

import numpy as np
import pytest
from small_plugins import FILES, told

from itwinai_core import DataSplits
from itwinai_core.testing.static import sources
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.samples import Look, frozen, spoil
from itwinai_core.testing.static.splits import shared_samples, spread, wrong_augmentation, wrong_parts

DATA = FILES["small/data.py"]


class Points:
    """A good source."""

    def __init__(self, count=6, start=0.0):
        self.x = (np.arange(count * 9, dtype="float32") + np.float32(start)).reshape(count, 9)
        self.y = self.x[:, :1] * 2

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index].copy(), self.y[index].copy()


class Gathered(Points):
    """One that gathers batches."""

    def __getitems__(self, indices):
        return self.x[indices], self.y[indices]


class Noisy(Points):
    """One that augments."""

    def augmented(self, index, generator):
        x, y = self[index]
        return x + generator.standard_normal(9, dtype="float32"), y


def of(kind, **members):
    """Return a source of a class that differs from another one in a few members."""
    return type("Changed", (kind,), members)()


def look(source, engine="lightning"):
    """Return what is said of a source."""
    return told(Look(source, "train", "small", engine).faults(spread(len(source))))


def each(change):
    """Return a way to hand out samples: changed from those of a good source."""
    return {"__getitem__": lambda self, index: change(*Points.__getitem__(self, index))}


@pytest.mark.parametrize(
    "source",
    [Points(), Gathered(), Noisy(), Points(1), Gathered(2)],
    ids=["plain", "gathered", "augmented", "single", "two"],
)
@pytest.mark.parametrize("engine", ["lightning", "keras"])
def test_a_good_source_has_no_fault(source, engine):
    assert look(source, engine) == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda x, y: {"x": x, "y": y},
        lambda x, y: (x, y[0]),
        lambda x, y: (x.astype("float64"), y.astype("int64")),
        lambda x, y: (x.astype("float16"), y > 3),
        lambda x, y: (x,),
    ],
    ids=["dictionary", "number of NumPy", "other dtypes", "booleans", "inputs alone"],
)
def test_other_samples_that_a_framework_takes_are_no_fault(change):
    assert look(of(Points, **each(change))) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: [x, y], "A sample of the train source of 'small' is a list of 2"),
        (lambda x, y: x, "is an array of float32 of shape (9,)"),
        (
            lambda x, y: (x, float(y[0])),
            "Array 2 of a sample of the train source of 'small' is a float, and no NumPy array",
        ),
        (lambda x, y: (x.tolist(), y), "Array 1 of a sample of the train source of 'small' is a list of 9"),
        (lambda x, y: {"x": x, "name": "a"}, "'name' of a sample of the train source of 'small' is a str"),
        (lambda x, y: (x, None), "is a NoneType"),
        (lambda x, y: (x, np.array(["a"])), "is an array of <U1, of which no tensor can be made"),
        (lambda x, y: (x, np.array([object()])), "is an array of object"),
        (lambda x, y: (x.astype(np.longdouble), y), "of which no tensor can be made"),
        (lambda x, y: (x.astype(">f4"), y), "holds its bytes in another order"),
        (
            lambda x, y: (np.where(x > 50, np.nan, x), y),
            "Array 1 of sample 5 of the train source of 'small' is not finite",
        ),
        (lambda x, y: (x, y / np.float32(0)), "is not finite everywhere"),
        (
            lambda x, y: (x[: 9 - int(x[0] > 40)], y),
            "of sample 5 of the train source of 'small' has another shape or dtype",
        ),
        (lambda x, y: (x, y.astype("int64") if x[0] > 40 else y), "has another shape or dtype"),
        (lambda x, y: {"x": x} | ({"y": y} if x[0] < 40 else {}), "is a dictionary of 'x', and sample 0 is"),
        (
            lambda x, y: (x + np.random.default_rng().random(9, dtype="float32"), y),
            "is another one when it is asked for",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_a_sample_that_no_framework_takes_is_named(change, words):
    assert words in look(of(Points, **each(change)))


def test_samples_of_tensors_are_named():
    import torch

    said = look(of(Points, **each(lambda x, y: (torch.from_numpy(x), torch.from_numpy(y)))))
    assert "is a torch.Tensor, and no NumPy array" in said
    assert "the engine makes tensors of them" in said


@pytest.mark.parametrize(
    "change", [lambda x, y: {"x": x, "y": y}, lambda x, y: (x,), lambda x, y: [x, y]], ids=["dictionary", "one", "list"]
)
def test_keras_asks_for_inputs_and_targets(change):
    assert "(inputs, targets)" in look(of(Points, **each(change)), "keras")


def test_keras_takes_weights_of_samples_too():
    assert look(of(Points, **each(lambda x, y: (x, y, y[0]))), "keras") == ""


def test_views_of_the_source_are_named():
    said = look(of(Points, __getitem__=lambda self, index: (self.x[index], self.y[index].copy())))
    assert "__getitem__ hands out no copies" in said


def test_windows_that_overlap_in_one_array_are_named():
    said = look(of(Points, __getitem__=lambda self, index: (self.x.reshape(-1)[index : index + 9],)))
    assert "__getitem__ hands out no copies" in said


def test_a_view_that_cannot_be_written_to_is_no_fault():
    def sealed(self, index):
        x = self.x[index]
        x.flags.writeable = False
        return x, self.y[index].copy()

    assert look(of(Points, __getitem__=sealed)) == ""


@pytest.mark.parametrize("index", [5, 3])
def test_a_source_that_is_shorter_than_it_says_is_named(index):
    def short(self, wanted):
        if wanted >= index:
            raise IndexError("gone")
        return Points.__getitem__(self, wanted)

    said = look(of(Points, __getitem__=short))
    assert f"len() of the train source of 'small' is 6, and sample {index} raises IndexError: gone" in said


@pytest.mark.parametrize(
    ("together", "words"),
    [
        (
            lambda self, indices: (self.x[np.sort(indices)], self.y[indices]),
            "holds other values than its samples, in array 1",
        ),
        (lambda self, indices: (self.x[np.unique(indices)], self.y[indices]), "where 5 samples make"),
        (lambda self, indices: (self.x[indices], self.y[indices][:, 0]), "as array 2, where 5 samples make"),
        (lambda self, indices: (self.x[indices].astype("float64"), self.y[indices]), "an array of float64"),
        (lambda self, indices: (self.x[indices].tolist(), self.y[indices]), "a list of 5"),
        (
            lambda self, indices: {"x": self.x[indices], "y": self.y[indices]},
            "is a dictionary of 'x', 'y', and a sample",
        ),
        (lambda self, indices: (self.x[:5], self.y[:5]), "holds other values"),
    ],
)
def test_a_batch_is_its_samples_stacked(together, words):
    assert words in look(of(Points, __getitems__=together))


def test_a_batch_may_differ_from_its_samples_by_rounding():
    assert look(of(Points, __getitems__=lambda self, indices: (self.x[indices] * (1 + 1e-7), self.y[indices]))) == ""


def test_a_batch_that_is_a_view_of_the_source_is_named():
    class Kept(Points):
        def __getitem__(self, index):
            return self.x[0].copy(), self.y[0].copy()

        def __getitems__(self, indices):
            return (np.broadcast_to(self.x[:1], (len(indices), 9)), self.y[indices * 0])

    assert look(Kept()) == ""

    class Shared(Kept):
        def __init__(self):
            super().__init__()
            self.x[:], self.y[:] = self.x[:1], self.y[:1]

        def __getitems__(self, indices):
            return self.x[: len(indices)], self.y[: len(indices)]

    assert "__getitems__ hands out no copies" in look(Shared())


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
