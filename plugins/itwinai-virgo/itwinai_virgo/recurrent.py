"""A recurrent residual U-Net: convolutions that are run again on their own answer and added to their input."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from torch import nn

from itwinai_virgo.normalisation import GroupNorm
from itwinai_virgo.ushape import UShape

if TYPE_CHECKING:
    from torch import Tensor

GROUPS = 8
"""Groups of features that are normalised together; fewer where they do not divide the features."""


class RecurrentUNet(UShape):
    """R2U-Net: a U-Net whose double convolutions are recurrent and residual.

    Recurrence lets a layer look further without more weights; the sum with its input keeps gradients alive. Group
    normalisation instead of batch normalisation, which has as many parameters and mixes no batch.

    Source:
        Alom et al. (2018), arXiv:1802.06955.
    """

    def __init__(self, inputs: int, base: int = 16, depth: int = 4, repeats: int = 2) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            base: Features at full resolution; twice as many at each halving.
            depth: Number of halvings; height and width are multiples of ``2 ** depth``.
            repeats: How often a convolution is run again, on the sum of its input and its last answer.
        """
        super().__init__(inputs, base, depth, partial(_RecurrentResidual, repeats=repeats), _enlarged)


class _RecurrentResidual(nn.Module):
    """Two recurrent convolutions; their answer is added to their input, brought to as many features."""

    def __init__(self, inputs: int, outputs: int, repeats: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(inputs, outputs, kernel_size=1)
        self.recurrent = nn.ModuleList(_single(outputs, outputs) for _ in range(2))
        self.repeats = repeats

    def forward(self, features: Tensor) -> Tensor:
        entered: Tensor = self.enter(features)
        answer = entered
        for convolution in self.recurrent:
            given, answer = answer, convolution(answer)
            for _ in range(self.repeats):
                answer = convolution(given + answer)
        return entered + answer


def _enlarged(inputs: int, outputs: int) -> nn.Sequential:
    """Return an enlargement by repetition, and a convolution."""
    return nn.Sequential(nn.Upsample(scale_factor=2), _single(inputs, outputs))


def _single(inputs: int, outputs: int) -> nn.Sequential:
    """Return a 3x3 convolution, normalised by groups and rectified."""
    groups = next(count for count in (GROUPS, 4, 2, 1) if outputs % count == 0)
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), GroupNorm(groups, outputs), nn.ReLU())
