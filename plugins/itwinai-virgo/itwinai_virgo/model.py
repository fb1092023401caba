"""The network as Lightning trains it: scaling, loss, optimiser and metrics around a preset."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from lightning.pytorch import LightningModule
from torch import nn

from itwinai_virgo.decoder import Decoder
from itwinai_virgo.metrics import image_metrics
from itwinai_virgo.unet import UNet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from itwinai_virgo.data import Images
    from itwinai_virgo.settings import VirgoSettings

PRESETS: Mapping[str, Callable[[int], nn.Module]] = {"unet": UNet, "decoder": Decoder}
"""Networks by the name that ``settings.model.name`` takes; each is built for a number of witnesses."""

LEARNING_RATES: Mapping[str, float] = {"unet": 2e-3, "decoder": 2e-4}
"""Highest learning rates; the decoder has no normalisation, and its loss jumps at the U-Net's."""

WARM_UP = 0.1
"""Part of the updates over which the learning rate rises."""


class StrainEstimator(LightningModule):
    """Estimates the image of the strain from the images of its witnesses.

    All images are scaled energies ``ln(1 + E)``; the module's own scaling, of unit deviation, is fitted to the
    training part by ``fit_scaling`` and saved with the weights.
    """

    witness_mean: Tensor
    witness_deviation: Tensor
    strain_deviation: Tensor
    strain_median: Tensor

    def __init__(self, settings: VirgoSettings) -> None:
        """Build the untrained preset that the settings name."""
        super().__init__()
        witnesses = len(settings.data.witnesses)
        self.network = PRESETS[settings.model.name](witnesses)
        self.register_buffer("witness_mean", torch.zeros(witnesses, 1, 1))
        self.register_buffer("witness_deviation", torch.ones(witnesses, 1, 1))
        self.register_buffer("strain_deviation", torch.ones(()))
        self.register_buffer("strain_median", torch.zeros(()))
        self._learning_rate = settings.training.learning_rate or LEARNING_RATES[settings.model.name]
        self._weight_decay = settings.training.weight_decay
        self.train_metrics = image_metrics()
        self.validation_metrics = image_metrics()

    def fit_scaling(self, train: Images) -> None:
        """Take mean and deviation from training images, and start the estimate at their median."""
        self.witness_mean.copy_(torch.from_numpy(train.witnesses.mean(axis=(0, 2, 3))[:, None, None]))
        self.witness_deviation.copy_(torch.from_numpy(train.witnesses.std(axis=(0, 2, 3))[:, None, None]))
        self.strain_deviation.fill_(float(train.strain.std()))
        self.strain_median.fill_(float(np.median(train.strain)))
        start = float(self.strain_median / self.strain_deviation)
        head = self.network.head
        if isinstance(head, nn.Conv2d) and head.bias is not None:
            nn.init.constant_(head.bias, math.log(math.expm1(start)))

    def forward(self, witnesses: Tensor) -> Tensor:
        """Return the estimated strain image.

        Args:
            witnesses: Scaled energies, shape ``(B, C, F, T)``.

        Returns:
            Scaled energies, not negative, shape ``(B, 1, F, T)``.
        """
        raw = self.network((witnesses - self.witness_mean) / self.witness_deviation)
        return nn.functional.softplus(raw) * self.strain_deviation

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """Return the loss of a training batch."""
        return self._loss(batch, "train", self.train_metrics)

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        """Log the loss and metrics of a held-out batch."""
        self._loss(batch, "validation", self.validation_metrics)

    def configure_optimizers(self) -> Any:
        """Return AdamW under one cycle of warm-up and cosine fall."""
        optimiser = torch.optim.AdamW(self.parameters(), lr=self._learning_rate, weight_decay=self._weight_decay)
        updates = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda update: _cycle(update / max(updates, 1)))
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _loss(self, batch: tuple[Tensor, Tensor], part: str, metrics: Any) -> Tensor:
        """Return the mean absolute error in units of the training strain's deviation, and log it with the metrics."""
        witnesses, strain = batch
        estimate = self(witnesses)
        loss = nn.functional.l1_loss(estimate, strain) / self.strain_deviation
        metrics.update(estimate.detach().float(), strain)
        self.log(f"{part}/loss", loss, on_step=False, on_epoch=True, batch_size=len(strain))
        for name, metric in metrics.items():
            self.log(f"{part}/{name}", metric, on_step=False, on_epoch=True, batch_size=len(strain))
        return loss


def _cycle(progress: float) -> float:
    """Return the learning rate over its highest, from a twentieth up to 1 and down to a hundredth."""
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    fall = (min(progress, 1.0) - WARM_UP) / (1.0 - WARM_UP)
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * fall))
