"""Takes what a module's own training step makes of each batch, at the same weights."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import lightning.pytorch as pl
import torch

from itwinai_core.engines.contract import Lesson
from itwinai_core.engines.lightning_layers import RANDOM

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lessons(pl.Callback):
    """Puts the weights back before each batch, and keeps loss and gradients of each in ``found``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._weights: dict[str, Any] = {}
        self.found: list[Lesson] = []
        """One for each batch."""

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002 - Lightning's
        """Keep the weights, and switch off what draws at random, and what would ask the other replicas."""
        self._weights = copy.deepcopy(pl_module.state_dict())
        for layer in [*pl_module.modules()][1:]:
            random = any(word in type(layer).__name__.lower() for word in RANDOM)
            if random or isinstance(layer, torch.nn.SyncBatchNorm):
                layer.training = False  # this layer alone: what is inside has a name of its own

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:  # noqa: ARG002
        """Start from the same weights, with a stream of chance of the batch's own."""
        pl_module.load_state_dict(self._weights)
        self.found.append(Lesson({}))
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
                dense = weights.grad.detach().to_dense()
                self.found[-1].gradient.setdefault(name, dense.cpu().float().numpy().copy())
                weights.grad = None

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,  # noqa: ARG002 - Lightning's
        pl_module: pl.LightningModule,  # noqa: ARG002
        outputs: torch.Tensor | Mapping[str, Any] | None,
        *_: Any,
    ) -> None:
        """Keep the loss."""
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if isinstance(loss, torch.Tensor):
            self.found[-1].loss = float(loss)
