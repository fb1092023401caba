"""The best epoch and the end of a fit follow the monitored metric."""

import math

import pytest

from itwinai_core import ConfigError
from itwinai_core.config import FitConfig
from itwinai_core.engines.watch import Watch


def followed(values, **options):
    watch = Watch(FitConfig(**options))
    best = [watch.update(epoch, {"validation/loss": value}) for epoch, value in enumerate(values, start=1)]
    return watch, best


def test_the_smallest_value_is_the_best():
    watch, best = followed([3.0, 1.0, 2.0, 1.0])
    assert best == [True, True, False, False]
    assert watch.best_epoch == 2


def test_with_mode_max_the_largest_value_is_the_best():
    watch, best = followed([1.0, 3.0, 2.0], mode="max")
    assert best == [True, True, False]
    assert watch.best_epoch == 2


def test_a_gain_below_min_delta_does_not_count():
    _, best = followed([1.0, 0.95, 0.8], min_delta=0.1)
    assert best == [True, False, True]


@pytest.mark.parametrize(("patience", "epochs"), [(0, 2), (2, 4)])
def test_patience_is_the_number_of_epochs_without_improvement(patience, epochs):
    watch, _ = followed([1.0] * (epochs - 1), patience=patience)
    assert not watch.exhausted
    watch.update(epochs, {"validation/loss": 1.0})
    assert watch.exhausted


def test_without_patience_it_never_ends():
    watch, _ = followed([1.0] * 100, patience=None)
    assert not watch.exhausted


def test_what_is_not_a_number_is_never_better_but_a_number_is_better_than_it():
    watch, best = followed([math.nan, math.nan, 5.0, math.nan])
    assert best == [True, False, True, False]
    assert watch.best_epoch == 3


def test_an_unknown_monitor_is_refused_with_what_is_near():
    with pytest.raises(ConfigError, match=r"no 'validation/los'. Did you mean 'validation/loss'"):
        Watch(FitConfig(monitor="validation/los")).update(1, {"validation/loss": 1.0, "train/loss": 1.0})
