"""The toy line as a LightningModule."""

import lightning.pytorch as pl
import torch


class Line(pl.LightningModule):
    """A line through the origin, and a scale that is fitted to the training points."""

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self.learning_rate = learning_rate
        self.slope = torch.nn.Parameter(torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    def forward(self, x):
        return self.slope * x

    def _loss(self, batch, split):
        x, y = batch
        loss = torch.nn.functional.mse_loss(self(x), y)
        self.log(f"{split}/loss", loss, on_step=False, on_epoch=True, batch_size=len(x))
        return loss

    def training_step(self, batch, index):
        return self._loss(batch, "train")

    def validation_step(self, batch, index):
        self._loss(batch, "validation")

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.learning_rate)
