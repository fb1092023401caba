"""Distances of models: none to oneself, the same in any unit, and blind to how large another array is."""

import math

import numpy as np
import pytest

from itwinai_core.engines.contract import Weight
from itwinai_core.testing.distance import apart, differing, distance

RNG = np.random.default_rng(5)


@pytest.fixture
def arrays():
    return {"kernel": RNG.normal(size=(4, 3)), "bias": RNG.normal(size=3)}


def weights(arrays, *, still=()):
    return [Weight(name, np.asarray(values), name not in still) for name, values in arrays.items()]


def test_nothing_is_apart_from_itself(arrays):
    assert distance(arrays, arrays, arrays).share == 0.0


def test_twice_as_large_is_one_length_away(arrays):
    doubled = {name: 2 * values for name, values in arrays.items()}
    assert distance(doubled, arrays, arrays).share == pytest.approx(1.0)


def test_the_unit_does_not_matter(arrays):
    other = {name: values + 0.1 for name, values in arrays.items()}
    small = [{name: 1e-9 * values for name, values in found.items()} for found in (arrays, other, arrays)]
    assert distance(*small).share == pytest.approx(distance(arrays, other, arrays).share)


def test_the_array_that_differs_most_is_named(arrays):
    other = arrays | {"bias": arrays["bias"] + 5}
    assert distance(arrays, other, arrays).name == "bias"


def test_a_difference_from_nothing_is_infinite():
    assert distance({"a": np.ones(2)}, {"a": np.zeros(2)}, {"a": np.zeros(2)}).share == math.inf


def test_what_is_not_finite_is_as_far_as_can_be():
    assert distance({"a": np.array([np.nan])}, {"a": np.ones(1)}, {"a": np.ones(1)}).share == math.inf


def test_models_are_compared_over_the_way_that_training_took():
    start = weights({"a": np.full(4, 100.0)})
    one, other = weights({"a": np.full(4, 100.1)}), weights({"a": np.full(4, 100.05)})
    assert apart(start, one, other).share == pytest.approx(0.5)


def test_a_large_count_does_not_hide_what_the_weights_do():
    start = weights({"a": np.zeros(2), "batches": 0.0}, still=["batches"])
    one = weights({"a": np.full(2, 1e-3), "batches": 1e6}, still=["batches"])
    other = weights({"a": np.zeros(2), "batches": 1e6}, still=["batches"])
    assert apart(start, one, other) == (1.0, "a")


def test_a_buffer_that_differs_is_seen_beside_weights_that_do_not():
    start = weights({"a": np.zeros(2), "mean": np.zeros(3)}, still=["mean"])
    one = weights({"a": np.ones(2), "mean": np.ones(3)}, still=["mean"])
    other = weights({"a": np.ones(2), "mean": np.full(3, 0.9)}, still=["mean"])
    found = apart(start, one, other)
    assert found.name == "mean"
    assert found.share == pytest.approx(0.1)


def test_metrics_differ_where_both_know_them_and_more_than_rounding_lies_between():
    before = {"a": 1.0, "b": 2.0, "c": None, "d": math.nan, "e": math.nan, "f": 0.0, "only": 1.0}
    after = {"a": 1.00001, "b": 2.01, "c": 5.0, "d": math.nan, "e": 1.0, "f": 1e-9, "other": 3.0}
    assert differing(before, after) == ["b", "e"]


def test_models_whose_layers_are_counted_on_are_compared_all_the_same():
    start, one, other = (
        [Weight(f"dense_{number}/kernel", np.full(3, float(value)), trainable=True)]
        for number, value in enumerate((0, 2, 1))
    )
    assert apart(start, one, other) == (0.5, "dense_0/kernel")
