"""A line through the origin, and points on it: what the plugins that the tests write have to learn."""

import numpy as np
import torch
from lightning.pytorch import LightningModule


class Points:
    """Points that lie on the line, as many as wanted, x from -1 to 1."""

    def __init__(self, slope, count):
        self.x = np.linspace(-1, 1, count, dtype="float32")[:, None]
        self.y = slope * self.x

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        return self.x[index].copy(), self.y[index].copy()


class Line(LightningModule):
    """A line through the origin."""

    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.zeros(()))

    def _loss(self, batch):
        return ((self.slope * batch[0] - batch[1]) ** 2).mean()

    def training_step(self, batch, index):
        loss = self._loss(batch)
        self.log("train/loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        self.log("validation/loss", self._loss(batch))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.5)
