"""The network as Lightning trains it: scaling, loss, optimiser and metrics around a preset."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from lightning.pytorch import LightningModule
from torch import nn

from itwinai_virgo.evidence import evidence
from itwinai_virgo.metrics import image_metrics
from itwinai_virgo.presets import LEARNING_RATES, PRESETS
from itwinai_virgo.scaling import image_scaling

if TYPE_CHECKING:
    from torch import Tensor
    from torchmetrics import MetricCollection

    from itwinai_virgo.scaling import Pairs
    from itwinai_virgo.settings import VirgoSettings

WARM_UP = 0.1
"""Part of the updates over which the learning rate rises."""

KEPT = 4.0
"""Start of the task ``denoise``: the logit of the part of the energy that is kept, 98 %."""


class StrainEstimator(LightningModule):
    """Estimates an image of the strain: its noise from its witnesses, or what is left of it without that noise.

    All images are scaled energies ``ln(1 + E)``; the module's own scaling, of unit deviation, is fitted to the
    training part by ``fit_scaling`` and saved with the weights. The network alone may run in bfloat16, and keeps the
    channels of a pixel side by side in memory, which convolutions on CPUs and GPUs work on faster.

    Of the task ``denoise`` the network answers which part of each pixel's energy to keep. So it can add nothing to the
    strain; and it takes nothing away where the strain does not follow the witnesses, whatever it has learnt.
    """

    input_mean: Tensor
    input_deviation: Tensor
    strain_deviation: Tensor
    strain_median: Tensor

    def __init__(self, settings: VirgoSettings) -> None:
        """Build the untrained preset that the settings name."""
        super().__init__()
        self._gated = settings.task == "denoise"
        inputs = len(settings.data.witnesses) + self._gated
        network = PRESETS[settings.model.name](inputs)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # nn.Module's stub
        self.register_buffer("input_mean", torch.zeros(inputs, 1, 1))
        self.register_buffer("input_deviation", torch.ones(inputs, 1, 1))
        self.register_buffer("strain_deviation", torch.ones(()))
        self.register_buffer("strain_median", torch.zeros(()))
        self._learning_rate = settings.training.learning_rate or LEARNING_RATES[settings.model.name]
        self._weight_decay = settings.training.weight_decay
        self.train_metrics = image_metrics()
        self.validation_metrics = image_metrics()

    def fit_scaling(self, train: Pairs) -> None:
        """Take scales from training images, and start the estimate at their median, or at the strain itself."""
        scaling = image_scaling(train)
        self.input_mean.copy_(torch.from_numpy(scaling.mean[:, None, None]))
        self.input_deviation.copy_(torch.from_numpy(scaling.deviation[:, None, None]))
        self.strain_deviation.fill_(scaling.target_deviation)
        self.strain_median.fill_(scaling.target_median)
        start = math.log(math.expm1(max(scaling.target_median / scaling.target_deviation, 1e-3)))
        head = self.network.head
        if isinstance(head, nn.Conv2d) and head.bias is not None:
            nn.init.constant_(head.bias, KEPT if self._gated else start)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the estimated image.

        Args:
            inputs: Scaled energies, shape ``(B, C, F, T)``; for ``denoise`` the strain comes first.

        Returns:
            Scaled energies, not negative, shape ``(B, 1, F, T)``.
        """
        scaled = (inputs - self.input_mean) / self.input_deviation
        raw = self.network(scaled.contiguous(memory_format=torch.channels_last)).float()
        if self._gated:
            strain, witnesses = inputs[:, :1], inputs[:, 1:]
            taken = torch.sigmoid(-raw) * evidence(strain, witnesses)
            return torch.log1p((1.0 - taken) * torch.expm1(strain))
        return nn.functional.softplus(raw) * self.strain_deviation

    def training_step(self, batch: tuple[Tensor, Tensor], _: int) -> Tensor:
        """Return the loss of a training batch."""
        return self._loss(batch, "train", self.train_metrics)

    def on_train_epoch_end(self) -> None:
        """Log the metrics of an epoch: once, since each call costs as much as a small network's update on a GPU."""
        for name, metric in self.train_metrics.items():
            self.log(f"train/{name}", metric)

    def validation_step(self, batch: tuple[Tensor, Tensor], _: int) -> None:
        """Log the loss of a held-out batch."""
        self._loss(batch, "validation", self.validation_metrics)

    def on_validation_epoch_end(self) -> None:
        """Log the metrics of the held-out part."""
        for name, metric in self.validation_metrics.items():
            self.log(f"validation/{name}", metric)

    def configure_optimizers(self) -> Any:
        """Return AdamW under one cycle of warm-up and cosine fall."""
        optimiser = torch.optim.AdamW(self.parameters(), lr=self._learning_rate, weight_decay=self._weight_decay)
        updates = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda update: _cycle(update / max(updates, 1)))
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _loss(self, batch: tuple[Tensor, Tensor], part: str, metrics: MetricCollection) -> Tensor:
        """Return the mean absolute error in units of the training target's deviation, logged; update the metrics."""
        inputs, target = batch
        estimate = self(inputs)
        loss = nn.functional.l1_loss(estimate, target) / self.strain_deviation
        metrics.update(estimate.detach(), target)
        self.log(f"{part}/loss", loss, on_step=False, on_epoch=True, batch_size=len(target))
        return loss


def _cycle(progress: float) -> float:
    """Return the learning rate over its highest, from a twentieth up to 1 and down to a hundredth."""
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    fall = (min(progress, 1.0) - WARM_UP) / (1.0 - WARM_UP)
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * fall))
