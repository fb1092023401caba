"""What engines show to the checks: the model that a fit starts with, its weights, its gradients, and a resumed fit."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from toys import KerasLine, NoisyPoints, Points, TorchLine

from itwinai_core import DataSplits
from itwinai_core.config.content import merged
from itwinai_core.config.validate import validate
from itwinai_core.engines import engine
from itwinai_core.engines.contract import FitJob

KINDS = {"torch-line": TorchLine, "keras-line": KerasLine}


@pytest.fixture
def driver(line):
    return engine(KINDS[line].engine)


@pytest.fixture
def job(line, plugins, tmp_path):
    """Return a function that describes a fit of a toy."""

    def describe(name="checkpoints", **fit):
        use_case = KINDS[line]()
        given = {"use_case": line, "fit": {"epochs": 3, "batch_size": 16} | fit}
        run = validate(merged(use_case.defaults, given), use_case.settings)
        data = DataSplits(NoisyPoints(2.0, 40, 0.3), Points(2.0, 10))
        (tmp_path / name).mkdir()
        strategy = plugins.strategy("auto", use_case.engine)
        return FitJob(use_case, run, data, strategy, tmp_path / name, lambda *_: None)

    return describe


def values(weights):
    return [weight.values for weight in weights]


def test_the_model_that_a_fit_starts_with_is_the_same_each_time_and_adapted(driver, job):
    described = job()
    models = [driver.build(described.use_case, described.run, described.data.train) for _ in range(2)]
    one, other = (driver.weights(model) for model in models)
    assert all(np.array_equal(a, b) for a, b in zip(values(one), values(other), strict=True))
    assert [weight.values for weight in one if weight.name == "scale"] in ([], [pytest.approx(0.592, abs=1e-2)])


def test_weights_are_copies_that_say_which_are_trained(driver, job):
    described = job()
    model = driver.build(described.use_case, described.run, described.data.train)
    weights = driver.weights(model)
    assert [weight.name.rpartition("/")[2] for weight in weights if weight.trainable] in (["slope"], ["kernel"])
    weights[0].values[...] = 99.0
    assert driver.weights(model)[0].values != pytest.approx(99.0)


def test_a_fit_that_is_resumed_ends_where_one_without_a_break_ends(driver, job, tmp_path):
    first = tmp_path / f"first{driver.suffix}"

    def keep(metrics, epoch, updates):
        if epoch == 2:
            shutil.copy(tmp_path / "whole" / f"last{driver.suffix}", first)

    seen = []
    whole = replace(job("whole"), on_epoch=keep)
    driver.fit(whole)
    resumed = replace(
        job("resumed"), on_epoch=lambda metrics, epoch, updates: seen.append((epoch, updates)), resume=first
    )
    driver.fit(resumed)
    assert seen == [(2, 6), (3, 9)]
    models = [
        driver.load(made.use_case, made.run, made.checkpoints / f"last{driver.suffix}") for made in (whole, resumed)
    ]
    one, other = (values(driver.weights(model)) for model in models)
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def analytic(slope, x, y):
    """Return the derivative of the mean squared error of a line through the origin."""
    return float(np.mean(2 * (slope * x - y) * x))


def test_gradients_are_the_derivatives_of_the_loss_at_the_untrained_weights(driver, job):
    described = job()
    model = driver.build(described.use_case, described.run, described.data.train)
    slope = float(next(weight.values for weight in driver.weights(model) if weight.trainable).squeeze())
    batches = [list(range(10)), list(range(5, 20)), [39]]
    found = driver.lessons(described, batches)
    points = Points(2.0, 40)
    for batch, lesson in zip(batches, found, strict=True):
        ((_, gradient),) = lesson.gradient.items()
        x, y = points.x[batch], points.y[batch]
        assert float(gradient.squeeze()) == pytest.approx(analytic(slope, x, y), rel=1e-4)
        assert lesson.loss == pytest.approx(float(np.mean((slope * x - y) ** 2)), rel=1e-4)


def test_an_evaluation_draws_the_same_each_time(driver, job, monkeypatch):
    described = job()
    model = driver.build(described.use_case, described.run, described.data.train)
    once, again = (driver.evaluate(described.run, model, described.data.validation) for _ in range(2))
    assert once == again


DROPOUT = """
import lightning.pytorch as pl
import torch


class Net(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Sequential(
            torch.nn.Linear(1, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 1)
        )
        self.more = [torch.nn.Linear(2, 2), {"a": (torch.nn.Parameter(torch.ones(1)),)}]
        self.teacher = [torch.nn.Linear(2, 2).requires_grad_(False)]
        self.shown = [self.net[0]]

    def training_step(self, batch, index):
        loss = torch.nn.functional.mse_loss(self.net(batch[0]), batch[1])
        self.log("train/loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        self.log("validation/loss", torch.nn.functional.mse_loss(self.net(batch[0]), batch[1]))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), 0.01)
"""


class DropoutTorch(TorchLine):
    """A net with dropout and batch normalisation."""

    def build_model(self, run):
        namespace = {}
        exec(DROPOUT, namespace)  # noqa: S102 - a module of its own would be loaded by every test
        return namespace["Net"]()

    def adapt(self, run, model, train):
        pass


class DropoutKeras(KerasLine):
    """A net with dropout and batch normalisation."""

    def build_model(self, run):
        import keras

        layers = keras.layers
        kinds = [layers.Dense(8), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(1)]
        model = keras.Sequential([keras.Input((1,)), *kinds])
        model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
        return model


@pytest.fixture
def noisy(job, line):
    """Return a job that trains a net with dropout."""

    def describe(*arguments, **fit):
        return replace(
            job(*arguments, **fit), use_case={"torch-line": DropoutTorch, "keras-line": DropoutKeras}[line]()
        )

    return describe


def test_gradients_are_taken_without_dropout(driver, noisy):
    one, other = (lesson.gradient for lesson in driver.lessons(noisy(), [list(range(8)), list(range(8))]))
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert any(np.abs(gradient).max() > 0 for gradient in one.values())


class TwoOptimisers(TorchLine):
    """A module that steps by itself, twice in each batch, as adversarial networks do."""

    def build_model(self, run):
        import torch

        def both(module, batch, index):
            for optimiser in module.optimizers():
                loss = torch.nn.functional.mse_loss(module(batch[0]) + module.offset, batch[1])
                optimiser.zero_grad()
                module.manual_backward(loss)
                optimiser.step()
            module.log("train/loss", loss, on_step=False, on_epoch=True)

        def optimisers(module):
            return [torch.optim.SGD([weights], 0.5) for weights in (module.slope, module.offset)]

        model = super().build_model(run)
        model.offset = torch.nn.Parameter(torch.zeros(()))
        model.automatic_optimization = False
        model.__class__ = type("Two", (type(model),), {"training_step": both, "configure_optimizers": optimisers})
        return model


class AtTheEnd(TorchLine):
    """A module that logs, and lowers its rate, when an epoch has ended."""

    def build_model(self, run):
        import torch

        def ended(module):
            module.log("train/slope", module.slope)
            (group,) = module.optimizers().param_groups
            group["lr"] *= 0.5

        model = super().build_model(run)
        optimiser = {"configure_optimizers": lambda module: torch.optim.SGD(module.parameters(), 0.1)}
        model.__class__ = type("Ended", (type(model),), {"on_train_epoch_end": ended} | optimiser)
        return model


@pytest.mark.parametrize("line", ["torch-line"])
def test_what_a_module_does_when_an_epoch_has_ended_counts_and_is_saved(driver, job):
    seen = []
    described = replace(job(), use_case=AtTheEnd(), on_epoch=lambda metrics, *_: seen.append(metrics))
    driver.fit(described)
    assert all("train/slope" in metrics for metrics in seen)
    import torch

    kept = torch.load(described.checkpoints / "last.ckpt", weights_only=True)
    assert kept["optimizer_states"][0]["param_groups"][0]["lr"] == pytest.approx(0.1 * 0.5 ** len(seen))


@pytest.mark.parametrize("line", ["torch-line"])
def test_gradients_of_several_optimisers_are_taken_at_the_same_weights(driver, job):
    described = replace(job(), use_case=TwoOptimisers())
    (found,) = driver.lessons(described, [list(range(10))])
    points = Points(2.0, 40)
    x, y = points.x[:10], points.y[:10]
    assert found.loss is None
    assert float(found.gradient["slope"]) == pytest.approx(analytic(0.0, x, y), rel=1e-4)
    assert float(found.gradient["offset"]) == pytest.approx(float(np.mean(-2 * y)), rel=1e-4)


def test_a_resumed_fit_draws_the_same_dropout(driver, noisy, job, tmp_path):
    test_a_fit_that_is_resumed_ends_where_one_without_a_break_ends(driver, noisy, tmp_path)


def test_layers_that_mix_a_batch_are_named_with_their_kind(driver, noisy, job):
    described = noisy()
    (name,) = driver.batch_norms(described.use_case.build_model(described.run))
    assert name == "net.1 (BatchNorm1d)" or name.endswith("(BatchNormalization)")
    plain = replace(described, use_case=KINDS[described.run.use_case]())
    assert driver.batch_norms(plain.use_case.build_model(plain.run)) == []


@pytest.mark.parametrize("line", ["torch-line"])
def test_a_layer_that_takes_its_averages_in_training_mixes_nothing(driver, noisy):
    described = noisy()
    assert driver.batch_norms(described.use_case.build_model(described.run).eval()) == []


def test_trainable_layers_in_plain_containers_are_found_where_the_framework_loses_them(driver, noisy, line):
    described = noisy()
    lost = driver.lost_weights(described.use_case.build_model(described.run))
    assert lost == {"torch-line": ["more"], "keras-line": []}[line]
