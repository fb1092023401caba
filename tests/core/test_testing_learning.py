"""A model that cannot learn one batch by heart, or learns it otherwise than its parts would, is a fault."""

import re

import pytest
from toys import TorchLine
from trials import adam, problems, spoilt, train_on

from itwinai_core.testing.contract import NotCheckedError
from itwinai_core.testing.learning import overfit_one_batch
from itwinai_core.testing.replicas import two_replicas


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


def test_a_rate_next_to_nothing_is_seen_behind_dropout_and_whatever_is_watched(trial_of):
    def dropped(self, x):
        import torch

        return self.slope * torch.nn.functional.dropout(x, 0.5, self.training)

    class Watching(type(spoilt(forward=dropped, configure_optimizers=adam(1e-9)))):
        defaults = {"fit": {"batch_size": 16, "monitor": "validation/loss", "mode": "max"}}  # noqa: RUF012 - as plugins write it

    assert "train/loss does not fall" in problems(overfit_one_batch(trial_of(Watching())))


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


@pytest.mark.parametrize(
    ("combine", "said"),
    [("sum", "is a sum over the batch"), ("std", "no sample's share may depend on the others")],
)
def test_a_loss_that_is_no_mean_is_a_fault(trial_of, combine, said):
    def together(self, batch, part):
        errors = (self(batch[0]) - batch[1]) ** 2
        return train_on(self, batch, part, getattr(errors, combine)())

    assert said in problems(two_replicas(trial_of(spoilt(_loss=together))))


def test_a_loss_that_is_no_mean_is_seen_where_its_gradient_is(trial_of):
    def widened(self, batch, part):
        return train_on(self, batch, part, ((self(batch[0]) - batch[1]) ** 2).mean() + batch[1].max())

    said = problems(two_replicas(trial_of(spoilt(_loss=widened))))
    assert re.search(r"The loss of a batch is [\d.]+, and not the mean of those of its halves", said)


def normalising(kind, name):
    """Return a toy with a layer of torch, and a name of its own."""

    class Normalising(TorchLine):
        def build_model(self, run):
            import torch

            def forward(module, x):
                return module.slope * module.layer(x)

            model = super().build_model(run)
            model.layer = getattr(torch.nn, kind)(1)
            model.__class__ = type(name, (type(model),), {"forward": forward})
            return model

    return Normalising()


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("BatchNorm1d", "Line", r"layer \(BatchNorm1d\)"),
        ("BatchNorm1d", "Denoiser", "BatchNorm1d"),
        ("SyncBatchNorm", "Line", "^$"),
    ],
)
def test_a_batch_may_be_normalised_over_all_replicas_alone(trial_of, kind, name, said):
    assert re.search(said, problems(two_replicas(trial_of(normalising(kind, name)))))


def test_one_sample_is_too_few_for_two_replicas(trial_of):
    class Alone(TorchLine):
        defaults = {"fit": {"batch_size": 1}}  # noqa: RUF012

    with pytest.raises(NotCheckedError, match="one sample"):
        two_replicas(trial_of(Alone()))
