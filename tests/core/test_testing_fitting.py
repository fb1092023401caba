"""A quick run that trains nothing, tells nothing, or does not fit its settings is a fault."""

import re

import pytest
from toys import KerasLine, Points, TorchLine
from trials import adam, problems, spoilt

from itwinai_core import DataError
from itwinai_core.errors import ConfigError
from itwinai_core.testing.applying import reload_without_pickle
from itwinai_core.testing.fitting import one_batch_fit
from itwinai_core.testing.learning import overfit_one_batch
from itwinai_core.testing.repeating import keep
from itwinai_core.testing.replicas import two_replicas
from itwinai_core.testing.resuming import resume


@pytest.fixture(params=[TorchLine, KerasLine], ids=["torch", "keras"])
def good(request, trial_of):
    return trial_of(request.param())


def test_a_good_toy_passes_every_check_that_trains(good, tmp_path):
    assert one_batch_fit(good) == []
    assert good.fitted == good.folder / good.use_case.name
    assert keep(good, tmp_path) == []
    assert resume(good) == []
    assert two_replicas(good) == []
    assert overfit_one_batch(good) == []
    assert reload_without_pickle(good) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"configure_optimizers": adam(0.0)}, "changes no weight: slope"),
        ({"validation_step": lambda self, batch, index: self.log("validation/loss", float("nan"))}, "is nan after"),
        (
            {"training_step": lambda self, batch, index: ((self(batch[0]) - batch[1]) ** 2).mean()},
            r"no metric train/NAME",
        ),
        (
            {
                "validation_step": lambda self, batch, index: (
                    self._loss(batch, "validation"),
                    self.log("val_acc", 1.0),
                )
            },
            "reports the metric 'val_acc'",
        ),
    ],
    ids=["no rate", "not a number", "not logged", "by another name"],
)
def test_a_fit_that_trains_nothing_or_tells_nothing_is_a_fault(trial_of, changes, said):
    assert re.search(said, problems(one_batch_fit(trial_of(spoilt(**changes)))))


def test_weights_that_no_optimiser_holds_are_named(trial_of):
    import torch

    class Forgetful(TorchLine):
        def build_model(self, run):
            model = super().build_model(run)
            model.forgotten = torch.nn.Parameter(torch.ones(2))
            return model

    assert "never changes forgotten, which count as trainable" in problems(one_batch_fit(trial_of(Forgetful())))


@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_a_model_without_weights_to_train_is_a_fault(trial_of):
    class Still(KerasLine):
        def build_model(self, run):
            model = super().build_model(run)
            model.trainable = False
            model.compile("sgd", "mse", jit_compile=False)
            return model

        def assess(self, run, model, data, folder):
            return {}

    assert "nothing to train: 0 parameters" in problems(one_batch_fit(trial_of(Still())))


@pytest.mark.parametrize(
    ("monitor", "mode", "wrong"),
    [
        ("validation/loss", "max", True),
        ("validation/loss", "min", False),
        ("validation/slope_mae", "max", True),
        ("validation/f1", "min", True),
        ("validation/f1", "max", False),
        ("validation/share_of_loss_kept", "max", False),
        ("validation/score", "min", False),
    ],
)
def test_a_metric_that_is_watched_from_the_wrong_side_is_a_fault(trial_of, monitor, mode, wrong):
    name = monitor.partition("/")[2]

    def named(self, batch, index):
        self.log(f"validation/{name}", self._loss(batch, "validation"))

    class Watched(TorchLine):
        defaults = {"fit": {"monitor": monitor, "mode": mode}}  # noqa: RUF012

        def build_model(self, run):
            model = super().build_model(run)
            changes = {} if name == "loss" else {"validation_step": named}
            model.__class__ = type("Watched", (type(model),), changes)
            return model

    said = problems(one_batch_fit(trial_of(Watched())))
    assert (f"the worst {monitor}" in said) == wrong


def test_a_quick_run_that_does_not_fit_the_settings_is_refused(trial_of):
    class Slow(TorchLine):
        quick = {"settings": {"dta": {}}}  # noqa: RUF012 - as plugins write it

    with pytest.raises(ConfigError, match="dta"):
        one_batch_fit(trial_of(Slow()))


def test_values_of_quick_are_laid_over_the_defaults_and_epochs_are_the_checks_own(trial_of):
    class Quick(TorchLine):
        quick = {"fit": {"batch_size": 3, "epochs": 90}, "settings": {"slope": 5.0}}  # noqa: RUF012

    run = trial_of(Quick()).run()
    assert (run.fit.batch_size, run.fit.epochs, run.settings.slope) == (3, 2, 5.0)


def test_data_of_another_shape_than_splits_are_refused(trial_of):
    class Tuple(TorchLine):
        def build_data(self, run):
            return Points(1.0, 4), Points(1.0, 4)

    with pytest.raises(TypeError, match="build_data returns a tuple, and DataSplits are asked for"):
        one_batch_fit(trial_of(Tuple()))


def test_what_assess_raises_is_kept_and_the_fit_goes_on(trial_of):
    class Wordy(TorchLine):
        def assess(self, run, model, data, folder):
            return {"grade": "good"}

    trial = trial_of(Wordy())
    assert one_batch_fit(trial) == []
    assert "assess returns 'good' under the name 'grade'" in problems(trial.assess_faults)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("element 0 of tensors does not require grad"), "not detached"),
        (RuntimeError("mat1 and mat2 must have the same dtype, but got Double"), "np.float32"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied (4x3 and 2x1)"), "shape that the source hands out"),
        (ValueError("optimizer got an empty parameter list"), "ModuleList"),
        (RuntimeError("No CUDA GPUs are available"), "no .cuda()"),
        (AttributeError("'Functional' object has no attribute 'optimizer'"), "compile the model"),
        (KeyError("x"), "itwinai fit torch-line"),
        (DataError("The points are lost."), "itwinai fit torch-line"),
    ],
    ids=str,
)
def test_what_a_framework_says_is_turned_into_what_to_do(trial_of, error, said):
    fault = trial_of(TorchLine()).fault(error)
    assert said in fault.change
    assert str(error) in fault.problem


def test_the_plugins_own_line_is_named(trial_of):
    trial = trial_of(TorchLine())
    run = trial.run().model_copy(update={"settings": trial.run().settings.model_copy(update={"fail": "bug"})})
    with pytest.raises(ZeroDivisionError) as raised:
        TorchLine().build_data(run)
    assert re.search(r"ZeroDivisionError: division by zero \(toys\.py:\d+\)$", trial.fault(raised.value).problem)
