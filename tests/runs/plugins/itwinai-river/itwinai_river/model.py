"""The forecaster as Lightning trains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from lightning.pytorch import LightningModule
from torch import nn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from itwinai_river.settings import ModelSettings

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class LevelForecaster(LightningModule):
    """Adds what a small network expects to come to the last level that was seen."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, options: ModelSettings) -> None:
        super().__init__()
        self.options = options
        self.register_buffer("mean", torch.zeros(2, 1))
        self.register_buffer("deviation", torch.ones(2, 1))
        layers: list[nn.Module] = [nn.Flatten()]
        width = 48
        for wider in options.widths:
            layers += [nn.Linear(width, wider), ACTIVATIONS[options.activation](), nn.Dropout(options.dropout)]
            width = wider
        self.network = nn.Sequential(*layers, nn.Linear(width, 1))

    def take_scale(self, mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> None:
        """Take over mean and deviation of rain [mm] and level [m], shape ``(2,)`` each."""
        self.mean.copy_(torch.from_numpy(mean)[:, None])
        self.deviation.copy_(torch.from_numpy(deviation)[:, None])

    def forward(self, windows: Tensor) -> Tensor:
        """Return the level to come [m], shape ``(B, 1)``, from windows of shape ``(B, 2, 24)``."""
        change = self.network((windows - self.mean) / self.deviation)
        return windows[:, 1, -1:] + self.deviation[1] * change

    @torch.no_grad()
    def forecast(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the level to come [m], shape ``(N,)``."""
        return self(torch.from_numpy(windows).to(self.device))[:, 0].cpu().numpy()

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        """Return the error of a training batch."""
        return self._loss(batch, "train")

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        """Log the error of a held-out batch."""
        self._loss(batch, "validation")

    def configure_optimizers(self):
        """Return Adam, its rate falling from epoch to epoch where a decay is asked for."""
        optimizer = torch.optim.Adam(self.parameters(), self.options.learning_rate)
        if self.options.decay is None:
            return optimizer
        return [optimizer], [torch.optim.lr_scheduler.ExponentialLR(optimizer, self.options.decay)]

    def _loss(self, batch: tuple[Tensor, Tensor], part: str) -> Tensor:
        windows, levels = batch
        loss = nn.functional.mse_loss(self(windows), levels)
        self.log(f"{part}/loss", loss, on_step=False, on_epoch=True, batch_size=len(windows))
        return loss
