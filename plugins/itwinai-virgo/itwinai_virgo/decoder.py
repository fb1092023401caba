"""A decoder: wide convolutions at full resolution that take images of witnesses to an image of the strain."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


class Decoder(nn.Module):
    """A chain of convolutions without pooling, after fully convolutional evidential networks.

    Source:
        Tong et al., Int. J. Approx. Reasoning 132 (2021), arXiv:2103.13549.
    """

    def __init__(self, inputs: int, widths: Sequence[int] = (32, 64, 128, 256), kernel: int = 7) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            widths: Features of each hidden layer.
            kernel: Height and width of each convolution [pixels], odd.
        """
        super().__init__()
        layers: list[nn.Module] = []
        for narrow, wide in pairwise((inputs, *widths)):
            layers += [nn.Conv2d(narrow, wide, kernel, padding=kernel // 2), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Conv2d(widths[-1], 1, kernel, padding=kernel // 2)

    def forward(self, images: Tensor) -> Tensor:
        """Return one unbounded image per input.

        Args:
            images: Shape ``(B, C, F, T)``.

        Returns:
            Shape ``(B, 1, F, T)``.
        """
        return cast("Tensor", self.head(self.body(images)))
