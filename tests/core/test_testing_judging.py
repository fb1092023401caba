"""Judging a model depends on its samples alone, whatever their order, and leaves the model as it is."""

import re

import pytest
from toys import KerasLine, TorchLine
from trials import problems, spoilt, train_on

from itwinai_core.testing.judging import disturbed
from itwinai_core.testing.parts import Part


def judged(trial):
    """Return what is said of judging the untrained model on a batch of eight."""
    model = trial.engine.build(trial.cut, trial.run(), trial.data.train)
    batch = Part(trial.data.train, range(8), augmented=False)
    return problems(disturbed(trial, model, batch, trial.engine.evaluate(trial.run(), model, batch)))


def wakes(self, batch, index):
    self.train()
    self._loss(batch, "validation")


def learns(self, batch, index):
    import torch

    with torch.no_grad():
        self.slope += 0.1
    self._loss(batch, "validation")


def compared_with(pick):
    """Return a loss that compares answers with the targets that a function picks."""

    def loss(self, batch, part):
        return train_on(self, batch, part, ((self(batch[0]) + batch[0] - pick(batch[1])) ** 2).mean())

    return loss


def drawn(self, batch, part):
    import torch

    return train_on(self, batch, part, ((self(batch[0]) + torch.randn_like(batch[1]) - batch[1]) ** 2).mean())


def with_layer(layer):
    """Return a toy that has a layer more, and wakes all layers while it is judged."""

    class Layered(TorchLine):
        def build_model(self, run):
            import torch

            def forward(module, x):
                return module.slope * module.layer(x)

            model = super().build_model(run)
            model.layer = getattr(torch.nn, layer)(1)
            model.__class__ = type("Layered", (type(model),), {"validation_step": wakes, "forward": forward})
            return model

    return Layered()


@pytest.mark.parametrize("use_case", [TorchLine(), KerasLine()], ids=lambda use_case: use_case.engine)
def test_a_good_model_is_judged_in_peace(trial_of, use_case):
    assert judged(trial_of(use_case)) == ""


@pytest.mark.parametrize("layer", ["Dropout", "BatchNorm1d"])
def test_layers_that_act_as_in_training_are_named(trial_of, layer):
    assert re.search(
        rf"runs layer \({layer}\) as in training\. -> .*call no train\(\)", judged(trial_of(with_layer(layer)))
    )


def test_a_model_without_such_layers_may_be_in_either_mode(trial_of):
    assert judged(trial_of(spoilt(validation_step=wakes))) == ""


def test_a_model_that_learns_while_it_is_judged_is_a_fault(trial_of):
    assert "Judging the model changes its weights: slope." in judged(trial_of(spoilt(validation_step=learns)))


@pytest.mark.parametrize(
    "pick",
    [lambda y: y.roll(1, 0), lambda y: y.sort(0).values.flip(0), lambda y: y[_permutation(len(y))]],
    ids=["rolled", "sorted", "shuffled"],
)
def test_targets_of_other_samples_are_seen(trial_of, pick):
    said = judged(trial_of(spoilt(_loss=compared_with(pick))))
    assert "depends on the order of the samples within a batch" in said


def _permutation(count):
    import torch

    return torch.randperm(count)


def test_what_is_drawn_for_each_sample_is_no_disorder(trial_of):
    assert judged(trial_of(spoilt(_loss=drawn))) == ""
