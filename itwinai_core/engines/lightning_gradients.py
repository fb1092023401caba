"""Takes the gradients that a module's own training step leaves, batch by batch, at the same weights."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import lightning.pytorch as pl
import torch

if TYPE_CHECKING:
    import numpy as np

_RANDOM = ("dropout", "droppath", "stochasticdepth", "noise")


class Gradients(pl.Callback):
    """Puts the weights back before each batch, and keeps the gradients of each in ``found``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._weights: dict[str, Any] = {}
        self.found: list[dict[str, np.ndarray]] = []
        """For each batch, the name of a parameter and its gradient."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002 - Lightning's
        """Keep the weights, and switch off what draws at random."""
        self._weights = copy.deepcopy(pl_module.state_dict())
        for layer in pl_module.modules():
            if any(word in type(layer).__name__.lower() for word in _RANDOM):
                layer.eval()

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:  # noqa: ARG002
        """Start from the same weights, with a stream of chance of the batch's own."""
        pl_module.load_state_dict(self._weights)
        self.found.append({})
        torch.manual_seed(self._seed + len(self.found))

    def on_before_optimizer_step(
        self,
        trainer: pl.Trainer,  # noqa: ARG002 - Lightning's
        pl_module: pl.LightningModule,
        optimizer: torch.optim.Optimizer,
    ) -> None:
        """Keep the gradients of what this optimiser is about to change, and take them away, so that it changes nothing.

        Of several steps with the same weights the first counts.
        """
        steered = {id(weights) for group in optimizer.param_groups for weights in group["params"]}
        for name, weights in pl_module.named_parameters():
            if id(weights) in steered and weights.grad is not None:
                self.found[-1].setdefault(name, weights.grad.detach().cpu().float().numpy().copy())
                weights.grad = None
