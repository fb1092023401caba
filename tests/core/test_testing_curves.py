"""Which losses count as learnt: tiny rates, noise, losses below zero, and those that are none to begin with."""

import math

import numpy as np
import pytest

from itwinai_core.config.schema import FitConfig
from itwinai_core.order import gather
from itwinai_core.testing.contract import NotCheckedError
from itwinai_core.testing.learning import _fall, _loss_name, _same, _Turned, _varies, _wrong_curve
from itwinai_core.testing.parts import Part


def wrong(losses, still=None):
    return [fault.problem for fault in _wrong_curve("train/loss", losses, still)]


@pytest.mark.parametrize(
    ("losses", "still"),
    [
        ([1.0, 0.5, 0.2, 0.1], None),
        ([1.0, 0.4], None),
        ([1.0, 0.998, 0.997, 0.996], (1.0, 0.996)),  # a rate of 1e-5
        ([1.0, 1.1, 0.95, 1.02], (1.0, 0.99)),  # dropout, and it learns
        ([-3.0, -3.5, -4.0, -4.2], None),  # a likelihood
        ([0.5, -0.5, -1.0, -1.5], None),
        ([1.0, 3.0, 0.5, 0.2], None),  # warm-up overshoots at first
        ([0.0, 0.0, 0.0, 0.0], (0.0, 0.0)),  # nothing to learn
        ([1.0, 0.7, 0.6, 0.5], (1.0, 4.0)),  # batch normalisation, whose averages lag behind
    ],
)
def test_a_model_that_learns_is_left_in_peace(losses, still):
    assert wrong(losses, still) == []


@pytest.mark.parametrize(
    ("losses", "still"),
    [
        ([1.0, 1.0, 1.0, 1.0], (1.0, 1.0)),
        ([1.0, 1.0, 1.0, 1.0], None),
        ([1.0, 0.9999999, 0.9999998, 0.9999997], (1.0, 0.9999997)),  # a rate of next to nothing
        ([1.0, 0.97, 1.03, 0.99], (1.0, 1.0)),  # dropout, and it does not learn
        ([1.0, 2.0, 4.0, 8.0], (1.0, 9.0)),
        ([-4.0, -3.0, -2.0, -1.0], None),
    ],
)
def test_a_model_that_does_not_learn_is_a_fault(losses, still):
    (problem,) = wrong(losses, still)
    assert "does not fall" in problem


@pytest.mark.parametrize("last", [math.nan, math.inf])
def test_a_loss_that_runs_away_is_told_as_such(last):
    assert wrong([1.0, 5.0, last]) == [f"Learning one batch by heart, train/loss becomes {last}."]


def test_a_fall_is_a_part_of_the_larger_size():
    assert _fall(2.0, 1.0) == 0.5
    assert _fall(1.0, 2.0) == -0.5
    assert _fall(-1.0, -2.0) == 0.5
    assert _fall(1.0, -1.0) == 2.0
    assert _fall(0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("names", "monitor", "mode", "chosen"),
    [
        (["train/loss", "train/mae"], "validation/mae", "min", "train/loss"),
        (["train/total_loss", "train/mae"], "validation/mae", "min", "train/total_loss"),
        (["train/loss_step", "train/loss_epoch"], "validation/accuracy", "max", "train/loss_epoch"),
        (["train/mae", "validation/mae"], "validation/mae", "min", "train/mae"),
        (["train/accuracy"], "validation/accuracy", "max", None),
        (["validation/loss"], "validation/loss", "min", None),
    ],
)
def test_the_loss_is_found_by_its_name(names, monitor, mode, chosen):
    options = FitConfig(monitor=monitor, mode=mode)
    metrics = dict.fromkeys(names, 1.0)
    if chosen is None:
        with pytest.raises(NotCheckedError):
            _loss_name(metrics, options)
    else:
        assert _loss_name(metrics, options) == chosen


class Nested:
    """Samples of a dictionary and an array."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return {"a": np.full(2, index), "b": np.full(1, 7)}, np.full(1, index % 2)

    def __getitems__(self, indices):
        samples = [self[int(index)] for index in indices]
        inputs = {key: np.stack([sample[0][key] for sample in samples]) for key in "ab"}
        return inputs, np.stack([sample[1] for sample in samples])


@pytest.fixture
def batch():
    return Part(Nested(), [0, 1, 2, 3])


def test_a_turned_part_is_that_of_the_next_sample_and_all_else_stays(batch):
    turned = _Turned(batch, 0)
    (inputs, targets), (plain, same) = gather(turned, np.arange(4)), gather(batch, np.arange(4))
    assert inputs["a"][:, 0].tolist() == [1, 2, 3, 0]
    assert np.array_equal(targets, same)
    assert sorted(inputs["a"][:, 0]) == sorted(plain["a"][:, 0])
    assert turned[3][0]["a"][0] == 0


def test_a_part_of_a_dictionary_is_turned_by_its_key():
    class Worded(Nested):
        def __getitem__(self, index):
            return {"x": np.full(1, index), "y": np.full(1, index)}

        def __getitems__(self, indices):
            return {key: np.asarray(indices)[:, None] for key in "xy"}

    turned = gather(_Turned(Part(Worded(), [0, 1, 2, 3]), "y"), np.arange(4))
    assert turned["x"][:, 0].tolist() == [0, 1, 2, 3]
    assert turned["y"][:, 0].tolist() == [1, 2, 3, 0]


def test_a_part_that_is_the_same_in_every_sample_does_not_vary():
    class Constant(Nested):
        def __getitem__(self, index):
            return np.full(2, index), np.full(1, 3)

    batch = Part(Constant(), [0, 1, 2])
    assert _varies(batch, 0)
    assert not _varies(batch, 1)


def test_metrics_are_the_same_only_where_all_of_them_are():
    assert _same({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.0})
    assert not _same({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.0001})
