"""Each check that trains passes the toys, and names what is wrong with toys that are spoilt in one place each."""

import re

import numpy as np
import pytest
from toys import KerasLine, NoisyPoints, Points, TorchLine

from itwinai_core import DataError, DataSplits
from itwinai_core.errors import ConfigError
from itwinai_core.testing.applying import assess_and_predict, reload_without_pickle
from itwinai_core.testing.contract import NotCheckedError, Subject
from itwinai_core.testing.fitting import one_batch_fit
from itwinai_core.testing.learning import overfit_one_batch
from itwinai_core.testing.repeating import compare, keep
from itwinai_core.testing.replicas import two_replicas
from itwinai_core.testing.resuming import resume
from itwinai_core.testing.trial import Trial
from itwinai_core.testing.watching import Watch


@pytest.fixture
def trial_of(toys, tmp_path, monkeypatch):
    """Return a function that makes a trial of a toy, spoilt or not, in this process."""
    from itwinai_core.plugins import Plugins

    subject = Subject("toys")
    made = []

    def make(use_case, **more):
        folder = tmp_path / f"trial-{len(made)}"
        folder.mkdir()
        made.append(folder)
        monkeypatch.setattr(Plugins, "use_case", lambda self, name: use_case)
        return Trial(subject, use_case, folder, Watch(subject.owns, [], [], lambda *_: None), **more)

    return make


def spoilt(**changes):
    """Return the toy on Lightning whose module has other methods."""

    class Spoilt(TorchLine):
        def build_model(self, run):
            model = super().build_model(run)
            model.__class__ = type("Spoilt", (type(model),), changes)
            return model

    return Spoilt()


def problems(faults):
    return " | ".join(f"{fault.problem} -> {fault.change}" for fault in faults)


def adam(rate):
    import torch

    return lambda self: torch.optim.Adam(self.parameters(), rate)


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


def train_on(self, batch, part, loss):
    self.log(f"{part}/loss", loss, on_step=False, on_epoch=True, batch_size=len(batch[0]))
    return loss


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


def negative(self, batch, index):
    return -self._loss(batch, "train")


def deaf(self, x):
    return self.slope * x * 0 + self.slope


def random_targets(self, batch, part):
    import torch

    x, y = batch
    return train_on(self, batch, part, ((self(x) - torch.rand_like(y)) ** 2).mean())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"configure_optimizers": adam(1e-9)}, "train/loss does not fall.* -> .*learning rate"),
        ({"training_step": negative}, "train/loss does not fall"),
        ({"forward": deaf}, "does not look at its inputs"),
        ({"_loss": random_targets}, "does not look at the targets"),
    ],
    ids=["tiny rate", "wrong sign", "deaf", "blind"],
)
def test_a_model_that_cannot_learn_a_batch_by_heart_is_a_fault(trial_of, changes, said):
    assert re.search(said, problems(overfit_one_batch(trial_of(spoilt(**changes)))))


def test_a_loss_below_zero_may_fall_further(trial_of):
    def below(self, batch, part):
        return train_on(self, batch, part, ((self(batch[0]) - batch[1]) ** 2).mean() - 7)

    assert overfit_one_batch(trial_of(spoilt(_loss=below))) == []


def test_dropout_is_no_reason_to_doubt_that_a_model_learns(trial_of):
    def dropped(self, x):
        import torch

        return self.slope * torch.nn.functional.dropout(x, 0.5, self.training)

    trial = trial_of(spoilt(forward=dropped))
    assert overfit_one_batch(trial) == []
    with pytest.raises(NotCheckedError, match="draws at random"):
        two_replicas(trial)


def test_a_model_that_tells_no_loss_is_not_followed(trial_of):
    class Quiet(TorchLine):
        defaults = {"fit": {"monitor": "validation/hits", "mode": "max"}}  # noqa: RUF012

        def build_model(self, run):
            model = super().build_model(run)
            model.__class__ = type("Quiet", (type(model),), {"_loss": hits})
            return model

    def hits(self, batch, part):
        loss = ((self(batch[0]) - batch[1]) ** 2).mean()
        self.log(f"{part}/hits", (loss < 0.1).float(), on_step=False, on_epoch=True, batch_size=len(batch[0]))
        return loss

    with pytest.raises(NotCheckedError, match="no train/loss"):
        overfit_one_batch(trial_of(Quiet()))


def counted(self, batch, index):
    self.updates = getattr(self, "updates", 0) + 1
    return self._loss(batch, "train") * self.updates


def test_a_counter_in_a_plain_attribute_breaks_a_resumed_fit(trial_of):
    trial = trial_of(spoilt(training_step=counted))
    one_batch_fit(trial)
    # Adam does not mind the size of a loss, but its memory of earlier ones does.
    assert "resumed after an epoch ends elsewhere" in problems(resume(trial))


def test_without_a_finished_fit_nothing_is_resumed_or_reloaded(trial_of):
    for check in (resume, reload_without_pickle, assess_and_predict):
        with pytest.raises(NotCheckedError, match="no fit is finished"):
            check(trial_of(TorchLine()))


@pytest.mark.parametrize(
    ("combine", "said"),
    [("sum", "is a sum over the batch"), ("std", "no sample's share of it may depend on the others")],
)
def test_a_loss_that_is_no_mean_is_a_fault(trial_of, combine, said):
    def together(self, batch, part):
        errors = (self(batch[0]) - batch[1]) ** 2
        return train_on(self, batch, part, getattr(errors, combine)())

    assert said in problems(two_replicas(trial_of(spoilt(_loss=together))))


def test_one_sample_is_too_few_for_two_replicas(trial_of):
    class Alone(TorchLine):
        defaults = {"fit": {"batch_size": 1}}  # noqa: RUF012

    with pytest.raises(NotCheckedError, match="one sample"):
        two_replicas(trial_of(Alone()))


def test_a_plain_scale_is_lost_in_the_checkpoint(trial_of):
    class Plain(TorchLine):
        def build_model(self, run):
            model = super().build_model(run)
            del model._buffers["scale"]
            model.scale, model.factor = np.ones(()), 1.0
            model.__class__ = type("Plain", (type(model),), {"forward": lambda self, x: self.slope * x * self.factor})
            return model

        def adapt(self, run, model, train):
            model.factor = 3.0

    trial = trial_of(Plain())
    one_batch_fit(trial)
    assert "loaded from its checkpoint in a new process metrics differ" in problems(reload_without_pickle(trial))


def test_a_structure_that_is_drawn_at_random_is_a_fault(trial_of):
    import torch

    class Drawn(TorchLine):
        built = 0

        def build_model(self, run):
            model = super().build_model(run)
            Drawn.built += 1
            model.register_buffer("drawn", torch.zeros(Drawn.built))
            return model

    trial = trial_of(Drawn())
    trial.fitted = trial.folder
    good = trial_of(TorchLine())
    one_batch_fit(good)
    trial.fitted = good.fitted
    assert "another structure each time" in problems(reload_without_pickle(trial))


class Fickle(Points):
    """Points that are others each time."""

    def __getitem__(self, index):
        x, y = super().__getitem__(index)
        return x, y + np.random.default_rng().random(1, dtype=np.float32)


class Careless(NoisyPoints):
    """Points whose augmentation draws from a generator of its own."""

    def augmented(self, index, generator):
        return super().augmented(index, np.random.default_rng())


@pytest.mark.parametrize(
    ("train", "said"),
    [
        (Fickle(1.0, 20), "is another one when it is asked for again"),
        (Careless(1.0, 20, 0.5), "in two ways with the same generator"),
    ],
    ids=["fickle", "careless"],
)
def test_samples_that_change_are_a_fault(trial_of, tmp_path, train, said):
    class Changing(TorchLine):
        def build_data(self, run):
            return DataSplits(train, Points(1.0, 5))

    assert said in problems(keep(trial_of(Changing()), tmp_path))


def test_data_that_are_others_the_second_time_are_a_fault(trial_of, tmp_path):
    class Global(TorchLine):
        def build_data(self, run):
            return DataSplits(Points(float(np.random.random()), 20), Points(1.0, 5))  # noqa: NPY002 - the fault

    assert "when build_data is called again" in problems(keep(trial_of(Global()), tmp_path))


@pytest.fixture
def two_runs(trial_of):
    """Return a function that fits two toys, and compares what they leave."""

    def run(*use_cases):
        trials = [trial_of(use_case) for use_case in use_cases]
        for trial in trials:
            assert one_batch_fit(trial) == []
            keep(trial, trial.folder)
        return problems(compare(trials[0].folder, trials[1].folder, "torch-line"))

    return run


class Steeper(TorchLine):
    def build_data(self, run):
        return DataSplits(Points(2.5, 48), Points(2.0, 10), Points(2.0, 7))


class Shorter(TorchLine):
    def build_data(self, run):
        return DataSplits(Points(2.0, 48), Points(2.0, 3), Points(2.0, 7))


class Faster(TorchLine):
    defaults = {"fit": {"batch_size": 16}, "settings": {"model": {"learning_rate": 0.101}}}  # noqa: RUF012


class Stricter(TorchLine):
    def assess(self, run, model, data, folder):
        return {name: value + 1e-3 for name, value in super().assess(run, model, data, folder).items()}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (TorchLine, "^$"),
        (Steeper, "Sample .* of the train part is another one in another process"),
        (Shorter, "The validation part holds another number of samples in another process"),
        (Faster, "end with other weights, first of all slope"),
        (Stricter, "report test/slope_error"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_first_thing_that_differs_between_two_processes_is_named(two_runs, other, said):
    assert re.search(said, two_runs(TorchLine(), other()))


@pytest.fixture
def applied(trial_of, tmp_path):
    """Return a function that fits the toy, and judges and applies it as another use case does."""
    (tmp_path / "two.txt").write_text("2")
    fitted = trial_of(TorchLine())
    one_batch_fit(fitted)

    def run(**changes):
        own = {"samples": lambda self: {"two": tmp_path / "two.txt"}, "predict": careful} | changes
        trial = trial_of(type("Changed", (TorchLine,), own)(), fitted=fitted.fitted)
        return problems(assess_and_predict(trial))

    return run


def careful(self, run, model, inputs, folder):
    try:
        return TorchLine.predict(self, run, model, inputs, folder)
    except ValueError as error:
        raise DataError(f"{inputs[0]} holds no number.") from error


def bug(self, *_):
    return 1 / 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "^$", id="good"),
        pytest.param({"samples": lambda self: {}}, "^$", id="without samples"),
        ({"assess": lambda self, *_: {"slope_error": float("inf")}}, "test/slope_error of held-out data is inf"),
        ({"assess": lambda self, *_: {"test/a": 1.0}}, "a value under the name 'test/a'"),
        ({"assess": lambda self, *_: None}, "assess returns None, and names with their numbers"),
        ({"assess": lambda self, *_: {"slope_error": 77.0}}, "`itwinai evaluate` in a new process metrics differ"),
        ({"assess": bug}, "ZeroDivisionError"),
        ({"predict": TorchLine.predict}, "A file that holds no data ends in a traceback: ValueError"),
        ({"predict": lambda self, *_: "all in one"}, "predict returns 'all in one' for the sample 'two'"),
        ({"predict": lambda self, *_: []}, "nothing to say of the sample 'two'"),
        ({"predict": lambda self, *_: [3]}, r"predict returns \[3\]"),
        ({"predict": bug}, "ZeroDivisionError.* -> See that predict takes the sample 'two'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_judgement_and_prediction_are_looked_at(applied, changes, said):
    assert re.search(said, applied(**changes))


def test_a_sample_that_is_not_there_is_a_fault(applied, tmp_path):
    assert "The sample 'lost' is" in applied(samples=lambda self: {"lost": tmp_path / "lost.txt"})


def test_a_prediction_that_goes_well_for_long_is_left(applied, monkeypatch):
    import time

    monkeypatch.setattr("itwinai_core.testing.applying._SAMPLE_SECONDS", 0.3)
    began = time.monotonic()

    def slow(self, run, model, inputs, folder):
        if inputs[0].name == "two.txt":
            time.sleep(30)
        return careful(self, run, model, inputs, folder)

    assert applied(predict=slow) == ""
    assert time.monotonic() - began < 20


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
