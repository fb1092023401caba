"""Toys that are spoilt in one place each, and what the tests of the checks that train share."""

from __future__ import annotations

from toys import TorchLine


def spoilt(**changes):
    """Return the toy on Lightning whose module has other methods."""

    class Spoilt(TorchLine):
        def build_model(self, run):
            model = super().build_model(run)
            model.__class__ = type("Spoilt", (type(model),), changes)
            return model

    return Spoilt()


def problems(faults):
    """Return what is wrong and what to change, as one text."""
    return " | ".join(f"{fault.problem} -> {fault.change}" for fault in faults)


def adam(rate):
    """Return a `configure_optimizers` of Adam."""
    import torch

    return lambda self: torch.optim.Adam(self.parameters(), rate)


def train_on(self, batch, part, loss):
    """Log a loss as the toy does."""
    self.log(f"{part}/loss", loss, on_step=False, on_epoch=True, batch_size=len(batch[0]))
    return loss
