"""Samples are what engines can work with, the same ones each time, and in one part each."""

import numpy as np
import pytest
from small_plugins import FILES
from small_sources import Gathered, Noisy, Points, each, look, of

DATA = FILES["small/data.py"]


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
        lambda x, y: ({"a": x, "b": (y, y)}, y),
    ],
    ids=["dictionary", "number of NumPy", "other dtypes", "booleans", "inputs alone", "several inputs"],
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
        (lambda x, y: ({"a": x, "b": (y, None)}, y), "Array 1, 'b', array 2 of a sample"),
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
