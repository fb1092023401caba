"""Looks at the layers of a module: those that mix a batch, and those that the module does not know of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lightning.pytorch as pl
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

RANDOM = ("dropout", "droppath", "stochasticdepth", "noise")
"""Parts of the names of layers that draw at random in training."""

_MIXING = nn.modules.batchnorm._BatchNorm  # noqa: SLF001 - torch offers no other base of them


class Restless(pl.Callback):
    """Looks, after each batch that is judged, which layers act as in training; their names are in ``found``."""

    def __init__(self) -> None:
        self.found: list[str] = []
        """By name and class."""

    def on_validation_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:  # noqa: ARG002 - Lightning's
        """Look."""
        self.found = [
            f"{name} ({type(layer).__name__})"
            for name, layer in pl_module.named_modules()
            if layer.training
            and (isinstance(layer, _MIXING) or any(word in type(layer).__name__.lower() for word in RANDOM))
        ]


def batch_norms(module: nn.Module) -> list[str]:
    """Return the layers that normalise a batch by itself, by name and class.

    Those that ask all replicas are left out, and those that are set to take their averages in training, too.
    """
    return [
        f"{name} ({type(layer).__name__})"
        for name, layer in module.named_modules()
        if isinstance(layer, _MIXING) and layer.training and not isinstance(layer, nn.SyncBatchNorm)
    ]


def lost_weights(module: nn.Module) -> list[str]:
    """Return the attributes that hold trainable layers in plain containers, where no optimiser finds them."""
    known = {id(weights) for weights in module.parameters()}
    return [
        f"{name}.{attribute}".removeprefix(".")
        for name, layer in module.named_modules()
        for attribute, value in vars(layer).items()
        if not attribute.startswith("_")
        and any(weights.requires_grad and id(weights) not in known for weights in _weights(value))
    ]


def _weights(value: Any) -> Iterator[nn.Parameter]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _weights(item)
    elif isinstance(value, dict):
        yield from _weights(list(value.values()))
    elif isinstance(value, nn.Parameter):
        yield value
    elif isinstance(value, nn.Module):
        yield from value.parameters()
