"""What is not the same twice, after a break, or in a new process is a fault."""

import re

import numpy as np
import pytest
from toys import NoisyPoints, Points, QuicklyNoisyPoints, TorchLine
from trials import problems, spoilt

from itwinai_core import DataSplits
from itwinai_core.testing.applying import assess_and_predict, reload_without_pickle
from itwinai_core.testing.contract import NotCheckedError
from itwinai_core.testing.fitting import one_batch_fit
from itwinai_core.testing.repeating import compare, keep
from itwinai_core.testing.resuming import resume


def counted(self, batch, index):
    self.updates = getattr(self, "updates", 0) + 1
    return self._loss(batch, "train") * self.updates


def test_a_counter_in_a_plain_attribute_breaks_a_resumed_fit(trial_of):
    trial = trial_of(spoilt(training_step=counted))
    one_batch_fit(trial)
    # Adam does not mind the size of a loss, but its memory of earlier ones does.
    assert "resumed after an epoch ends elsewhere" in problems(resume(trial))


def averaged(self, batch, index):
    self.averages = [0.5 * old + 0.5 * self.slope.item() for old in getattr(self, "averages", [9.0])]
    self.log("validation/loss", (self.averages[0] * batch[0] - batch[1]).square().mean(), batch_size=len(batch[0]))


def test_an_average_in_a_plain_attribute_changes_the_metrics_of_a_resumed_fit(trial_of):
    trial = trial_of(spoilt(validation_step=averaged))
    one_batch_fit(trial)
    assert "same weights and other metrics: validation/loss" in problems(resume(trial))


def test_without_a_finished_fit_nothing_is_resumed_or_reloaded(trial_of):
    for check in (resume, reload_without_pickle, assess_and_predict):
        with pytest.raises(NotCheckedError, match="no fit is finished"):
            check(trial_of(TorchLine()))


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


def test_a_model_that_needs_the_data_to_be_built_is_a_fault(trial_of):
    class Needy(TorchLine):
        def build_data(self, run):
            self.width = 1
            return super().build_data(run)

        def build_model(self, run):
            assert self.width
            return super().build_model(run)

    fitted = trial_of(Needy())
    one_batch_fit(fitted)
    found = problems(reload_without_pickle(trial_of(Needy(), fitted=fitted.fitted)))
    assert "has no attribute 'width'" in found
    assert "before any data are built" in found


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


class Mingling(QuicklyNoisyPoints):
    """Points whose noise depends on the batch that they are in."""

    def augmented_items(self, indices, seed, epoch):
        x, y = self.__getitems__(indices)
        return x, y + np.float32(np.random.default_rng([seed, epoch]).standard_normal(len(indices)))


@pytest.mark.parametrize(
    ("train", "said"),
    [
        (Fickle(1.0, 20), "is another one when it is asked for again"),
        (Careless(1.0, 20, 0.5), "in two ways with the same generator"),
        (Mingling(1.0, 20, 0.5), "in two ways with the same seed and epoch"),
    ],
    ids=["fickle", "careless", "mingling"],
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
