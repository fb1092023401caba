"""A decoder: wide convolutions at full resolution that take images of witnesses to an image of the strain."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class Decoder(nn.Module):
    """A chain of convolutions without pooling, which may be told the height of each pixel.

    A convolution sees the same at all heights, but a height is a frequency, and what a witness explains depends on it:
    so a fixed code of the height, without parameters, is added to the features of the first layer.

    Source:
        Vaswani et al. (2017), arXiv:1706.03762, section 3.5, for the code; He et al. (2015), arXiv:1502.01852, for the
        weights at the start.
    """

    def __init__(
        self,
        inputs: int,
        widths: Sequence[int] = (32, 64, 128, 256),
        kernel: int = 7,
        slope: float = 0.2,
        *,
        coded: bool = True,
    ) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            widths: Features of each hidden layer.
            kernel: Height and width of each convolution [pixels], odd.
            slope: Slope of each rectifier below zero.
            coded: Whether it is told the height of each pixel.
        """
        super().__init__()
        layers: list[nn.Module] = []
        for narrow, wide in pairwise((inputs, *widths)):
            convolution = nn.Conv2d(narrow, wide, kernel, padding=kernel // 2)
            nn.init.kaiming_normal_(convolution.weight, slope)
            nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]  # it has one
            layers += [convolution, nn.LeakyReLU(slope)]
        self.enter, self.body = layers[0], nn.Sequential(*layers[1:])
        self.head = nn.Conv2d(widths[-1], 1, kernel, padding=kernel // 2)
        self.coded = coded

    def forward(self, images: Tensor) -> Tensor:
        """Return one unbounded image per input.

        Args:
            images: Shape ``(B, C, F, T)``.

        Returns:
            Shape ``(B, 1, F, T)``.
        """
        features = self.enter(images)
        if self.coded:
            features = features + height_code(features.shape[1], features.shape[2]).to(features)[:, :, None]
        return cast("Tensor", self.head(self.body(features)))


def height_code(features: int, rows: int) -> Tensor:
    """Return sines and cosines of the height of each row, from half a wave over the whole height upwards.

    Args:
        features: Number of waves, even.
        rows: Number of rows.

    Returns:
        Shape ``(features, rows)``.
    """
    waves = torch.arange(1, features // 2 + 1)[:, None] * math.pi
    phase = waves * (torch.arange(rows) + 0.5) / rows
    return torch.cat([phase.sin(), phase.cos()])
