"""Both engines take the sources that the contract allows, and hand over what it promises."""

import math

import numpy as np
import pytest
from toys import KerasLine, Points, TorchLine

from itwinai_core import DataSplits
from itwinai_core.engines import engine
from itwinai_core.fit import fit, plan


class OneByOne:
    """A source of the least that the contract asks for."""

    def __init__(self, slope: float, count: int) -> None:
        self.points = Points(slope, count)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, index: int):
        return self.points[index]


class ReadOnly(Points):
    """A source whose arrays may not be written into, as those of a memory map."""

    def __init__(self, slope: float, count: int) -> None:
        super().__init__(slope, count)
        self.x.flags.writeable = False
        self.y.flags.writeable = False

    def __getitems__(self, indices):
        # Slices of a read-only array are read-only views.
        return self.x[indices[0] : indices[-1] + 1], self.y[indices[0] : indices[-1] + 1]


@pytest.fixture
def fit_with(plugins, toys, monkeypatch):
    """Fit a toy on other data."""
    kinds = {"torch-line": TorchLine, "keras-line": KerasLine}

    def run(line, splits, *overrides):
        monkeypatch.setattr(kinds[line], "build_data", lambda self, run: splits)
        return fit(plan(line, overrides, plugins), runs=toys / "runs")

    return run


def test_a_source_that_gives_single_samples_is_enough(fit_with, line):
    splits = DataSplits(train=OneByOne(2.0, 48), validation=OneByOne(2.0, 10))
    _, report = fit_with(line, splits, "fit.epochs=8")
    assert report.metrics["test/slope_error"] < 0.1


def test_single_samples_and_whole_batches_give_the_same_numbers(fit_with, line):
    reports = [
        fit_with(line, DataSplits(train=kind(2.0, 40), validation=kind(2.0, 10)), "seed=3")[1]
        for kind in (OneByOne, Points)
    ]
    assert reports[0].metrics == pytest.approx(reports[1].metrics, rel=1e-6)


def test_arrays_that_may_not_be_written_into_are_fine(fit_with, line):
    splits = DataSplits(train=ReadOnly(2.0, 48), validation=ReadOnly(2.0, 10))
    _, report = fit_with(line, splits, "fit.shuffle=false", "fit.epochs=12")
    assert report.metrics["test/slope_error"] < 0.3


def test_without_a_test_part_validation_stands_in(fit_with, line):
    validation = Points(2.0, 10, 0.3)
    splits = DataSplits(train=Points(2.0, 32), validation=validation)
    assert splits.held_out is validation
    _, report = fit_with(line, splits, "fit.patience=null")
    assert report.samples == {"train": 32, "validation": 10}
    assert report.metrics["test/loss"] == pytest.approx(report.metrics["validation/loss"], rel=1e-5)


@pytest.mark.parametrize("count", [1, 15, 16, 17])
def test_an_uneven_last_batch_is_trained_on_and_judged_with(fit_with, line, count):
    splits = DataSplits(train=Points(2.0, count), validation=Points(2.0, count, 0.1))
    _, report = fit_with(line, splits, "fit.epochs=1")
    # The mean over samples, however they fall into batches of 16: the error of the best model on all points at once.
    expected = float(np.mean((report.metrics["test/slope_error"] * splits.validation.x) ** 2))
    assert report.metrics["validation/loss"] == pytest.approx(expected, rel=1e-4)


def test_noise_keyed_by_sample_repeats_whatever_the_batch_size_sees_first(plugins, toys, line):
    noisy = ["settings.data.noise=0.5", "seed=11", "fit.epochs=2"]
    first, second = (fit(plan(line, noisy, plugins), runs=toys / "runs", name=name)[1] for name in "ab")
    assert first.metrics == second.metrics


def test_training_that_diverges_ends_with_a_report_of_nulls(plugins, toys, monkeypatch, line):
    monkeypatch.setattr(Points, "__getitems__", lambda self, i: (self.x[i], self.y[i] * np.float32("nan")))
    _, report = fit(plan(line, ["fit.epochs=2"], plugins), runs=toys / "runs")
    assert math.isnan(report.metrics["validation/loss"])
    assert report.as_dict()["metrics"]["validation/loss"] is None


def test_dictionaries_reach_a_lightning_module_as_tensors(fit_with, monkeypatch):
    import torch
    from torch_line import Line

    class Named(Points):
        def __getitems__(self, indices):
            return {"x": self.x[indices], "pair": (self.y[indices], self.y[indices])}

    seen = []

    def training_step(self, batch, index):
        seen.append((type(batch["x"]), type(batch["pair"])))
        return self._loss((batch["x"], batch["pair"][1]), "train")

    monkeypatch.setattr(Line, "training_step", training_step)
    monkeypatch.setattr(
        Line, "validation_step", lambda self, batch, index: self._loss(tuple(batch["pair"]), "validation")
    )
    fit_with("torch-line", DataSplits(train=Named(2.0, 20), validation=Named(2.0, 5)), "fit.epochs=1")
    assert set(seen) == {(torch.Tensor, tuple)}


def test_a_module_is_handed_over_for_inference(plugins, toys, monkeypatch):
    modes = []
    monkeypatch.setattr(TorchLine, "assess", lambda self, run, model, data, folder: modes.append(model.training) or {})
    fit(plan("torch-line", ["fit.epochs=1"], plugins), runs=toys / "runs")
    assert modes == [False]


def test_adapt_sees_the_training_part_and_nothing_else(plugins, toys, monkeypatch, line):
    seen = []
    for kind in (TorchLine, KerasLine):
        monkeypatch.setattr(kind, "adapt", lambda self, run, model, train: seen.append(len(train)))
    fit(plan(line, ["fit.epochs=1"], plugins), runs=toys / "runs")
    assert seen == [48]


def test_prepare_is_called_once_before_the_data_are_built(plugins, toys, monkeypatch, line):
    calls = []
    for kind in (TorchLine, KerasLine):
        original = kind.build_data
        monkeypatch.setattr(kind, "prepare", lambda self, run: calls.append("prepare"))
        monkeypatch.setattr(
            kind, "build_data", lambda self, run, original=original: calls.append("data") or original(self, run)
        )
    fit(plan(line, ["fit.epochs=1"], plugins), runs=toys / "runs")
    assert calls == ["prepare", "data"]


def test_keras_is_left_in_the_precision_that_it_had(plugins, toys):
    import keras

    before = keras.config.dtype_policy().name
    fit(plan("keras-line", ["fit.epochs=1", "strategy.precision=bfloat16"], plugins), runs=toys / "runs")
    assert keras.config.dtype_policy().name == before


@pytest.mark.parametrize(("name", "package"), [("lightning", "torch"), ("keras", "keras")])
def test_an_engine_names_the_packages_whose_versions_count(name, package):
    assert package in engine(name).packages


def test_a_strategy_with_a_scope_encloses_the_building_of_a_keras_model(plugins, toys, monkeypatch):
    from contextlib import contextmanager

    from itwinai_core.strategies.keras import KerasAuto

    class Scoped:
        inside = False

        @contextmanager
        def scope(self):
            Scoped.inside = True
            yield
            Scoped.inside = False

    built = []
    original = KerasLine.build_model
    monkeypatch.setattr(KerasAuto, "build", lambda self, options: Scoped())
    monkeypatch.setattr(KerasLine, "build_model", lambda self, run: built.append(Scoped.inside) or original(self, run))
    fit(plan("keras-line", ["fit.epochs=1"], plugins), runs=toys / "runs")
    # Once for training, inside the scope, and once more to load the best checkpoint, outside.
    assert built == [True, False]
