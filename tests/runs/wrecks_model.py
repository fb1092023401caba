"""The line of the wrecks, and its training."""

import torch
from lightning.pytorch import LightningModule


class Line(LightningModule):
    """A line through the origin."""

    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.zeros(()))

    def training_step(self, batch, index):
        loss = ((self.slope * batch[0] - batch[1]) ** 2).mean()
        self.log("train/loss", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        self.log("validation/loss", ((self.slope * batch[0] - batch[1]) ** 2).mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)
