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

TAKEN = -2.0
"""Start of the task ``denoise``: the logit of the part of the energy that is taken away, 12 %."""

MOST_TAKEN = 3.0
"""Energy that ``denoise`` takes away at most, in units of what the witnesses alone foresee."""


class StrainEstimator(LightningModule):
    """Estimates an image of the strain: its noise from its witnesses, or what is left of it without that noise.

    All images are scaled energies ``ln(1 + E)``; the module's own scaling, of unit deviation, is fitted to the
    training part by ``fit_scaling`` and saved with the weights. The network alone may run in bfloat16, and keeps the
    channels of a pixel side by side in memory, which convolutions on CPUs and GPUs work on faster.

    Of the task ``denoise`` the network answers twice. Without the strain it foresees the strain's image, as in the task
    ``noise``; with it, which part of each pixel's energy to take away. Whatever it has learnt, it can add nothing to
    the strain, takes nothing away where the strain does not follow the witnesses, and never more than a few times what
    it has foreseen: a loud signal, which no witness foresees, stays.
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
        head = self.network.head
        if isinstance(head, nn.Conv2d) and head.bias is not None:
            nn.init.constant_(head.bias, float(self._start))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the estimated image.

        Args:
            inputs: Scaled energies, shape ``(B, C, F, T)``; for ``denoise`` the strain comes first.

        Returns:
            Scaled energies, not negative, shape ``(B, 1, F, T)``.
        """
        return self.answers(inputs)[0]

    def answers(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return the estimated image, and the image of the strain that the witnesses alone foresee.

        Both are the same of the task ``noise``.

        Args:
            inputs: Scaled energies, shape ``(B, C, F, T)``; for ``denoise`` the strain comes first.

        Returns:
            Scaled energies, not negative, each of shape ``(B, 1, F, T)``.
        """
        scaled = (inputs - self.input_mean) / self.input_deviation
        if not self._gated:
            foreseen = self._foreseen(self._raw(scaled))
            return foreseen, foreseen
        blind = torch.cat([torch.zeros_like(scaled[:, :1]), scaled[:, 1:]], dim=1)
        seen, unseen = self._raw(torch.cat([scaled, blind])).chunk(2)
        foreseen = self._foreseen(unseen)
        strain, witnesses = inputs[:, :1], inputs[:, 1:]
        energy = torch.expm1(strain)
        taken = energy * torch.sigmoid(seen - self._start + TAKEN) * evidence(strain, witnesses)
        # Foreseeing is learnt from the strain alone: energy to be taken away must not raise it.
        return torch.log1p(energy - torch.minimum(taken, MOST_TAKEN * torch.expm1(foreseen.detach()))), foreseen

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

    @property
    def _start(self) -> Tensor:
        """Answer of the network of which its median is that of the training target."""
        return torch.log(torch.expm1((self.strain_median / self.strain_deviation).clamp_min(1e-3)))

    def _raw(self, scaled: Tensor) -> Tensor:
        """Return what the network makes of images of unit deviation, in float32."""
        raw: Tensor = self.network(scaled.contiguous(memory_format=torch.channels_last))
        return raw.float()

    def _foreseen(self, raw: Tensor) -> Tensor:
        """Return a positive image of the strain's scale."""
        return nn.functional.softplus(raw) * self.strain_deviation

    def _loss(self, batch: tuple[Tensor, Tensor], part: str, metrics: MetricCollection) -> Tensor:
        """Return the mean absolute error in units of the training target's deviation, logged; update the metrics.

        Of the task ``denoise`` the error of what is foreseen comes on top.
        """
        inputs, target = batch
        estimate, foreseen = self.answers(inputs)
        loss = nn.functional.l1_loss(estimate, target) / self.strain_deviation
        if self._gated:
            loss = loss + nn.functional.l1_loss(foreseen, inputs[:, :1]) / self.strain_deviation
        metrics.update(estimate.detach(), target)
        self.log(f"{part}/loss", loss, on_step=False, on_epoch=True, batch_size=len(target))
        return loss


def _cycle(progress: float) -> float:
    """Return the learning rate over its highest, from a twentieth up to 1 and down to a hundredth."""
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    fall = (min(progress, 1.0) - WARM_UP) / (1.0 - WARM_UP)
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * fall))
