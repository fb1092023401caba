"""A U-Net that takes images of witnesses to an image of the strain."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from itwinai_virgo.normalisation import GroupNorm

if TYPE_CHECKING:
    from torch import Tensor


class UNet(nn.Module):
    """Convolutions at halving resolutions and back, each resolution joined to its own on the way back.

    Group normalisation instead of batch normalisation: an image's answer depends on no other image, and so on no way
    in which a batch is cut. Both have the same number of parameters.

    Source:
        Ronneberger et al. (2015), arXiv:1505.04597.
    """

    def __init__(self, inputs: int, base: int = 18, depth: int = 4) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            base: Features at full resolution; twice as many at each halving.
            depth: Number of halvings; height and width are multiples of ``2 ** depth``.
        """
        super().__init__()
        widths = [base * 2**level for level in range(depth + 1)]
        self.enter = _double(inputs, base)
        self.down = nn.ModuleList(_double(narrow, wide) for narrow, wide in pairwise(widths))
        self.up = nn.ModuleList(_double(wide + narrow, narrow) for wide, narrow in pairwise(reversed(widths)))
        self.head = nn.Conv2d(base, 1, kernel_size=1)

    def forward(self, images: Tensor) -> Tensor:
        """Return one unbounded image per input.

        Args:
            images: Shape ``(B, C, F, T)``.

        Returns:
            Shape ``(B, 1, F, T)``.
        """
        levels = [self.enter(images)]
        for block in self.down:
            levels.append(block(nn.functional.max_pool2d(levels[-1], 2)))
        features = levels.pop()
        for block in self.up:
            wider = nn.functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=True)
            features = block(torch.cat([levels.pop(), wider], dim=1))
        return cast("Tensor", self.head(features))


def _double(inputs: int, outputs: int) -> nn.Sequential:
    """Return two 3x3 convolutions, each normalised by groups and rectified."""
    layers: list[nn.Module] = []
    for narrow in (inputs, outputs):
        groups = next(count for count in (6, 4, 3, 2, 1) if outputs % count == 0)
        layers += [nn.Conv2d(narrow, outputs, 3, padding=1), GroupNorm(groups, outputs), nn.ReLU()]
    return nn.Sequential(*layers)
