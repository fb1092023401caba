"""The way of an image through a U-Net, whatever its blocks are."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    Block = Callable[[int, int], nn.Module]


class UShape(nn.Module):
    """Blocks at halving resolutions and back, each resolution joined to its own on the way back.

    Source:
        Ronneberger et al. (2015), arXiv:1505.04597.
    """

    def __init__(self, inputs: int, base: int, depth: int, block: Block, widen: Block | None = None) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            base: Features at full resolution; twice as many at each halving.
            depth: Number of halvings; height and width are multiples of ``2 ** depth``.
            block: Makes the layers of one resolution, given the numbers of their input and output features.
            widen: Makes the layers that double height and width on the way back, likewise; by default features are
                interpolated and stay as many.
        """
        super().__init__()
        widths = [base * 2**level for level in range(depth + 1)]
        back = list(pairwise(reversed(widths)))
        self.enter = block(inputs, base)
        self.down = nn.ModuleList(block(narrow, wide) for narrow, wide in pairwise(widths))
        self.widen = nn.ModuleList(widen(*pair) if widen else _interpolated() for pair in back)
        self.up = nn.ModuleList(block(narrow + (narrow if widen else wide), narrow) for wide, narrow in back)
        self.drop: nn.Module = nn.Identity()  # at each change of resolution
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
            levels.append(block(self.drop(nn.functional.max_pool2d(levels[-1], 2))))
        features = levels.pop()
        for widen, block in zip(self.widen, self.up, strict=True):
            features = block(self.drop(torch.cat([levels.pop(), widen(features)], dim=1)))
        return cast("Tensor", self.head(features))


def _interpolated() -> nn.Module:
    return nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
