"""Two networks of itwinai's earlier use case, those that are no chain of convolutions: ResNet generator and U-Net."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, cast

from torch import nn

from itwinai_virgo.normalisation import instance_norm
from itwinai_virgo.ushape import UShape

if TYPE_CHECKING:
    from torch import Tensor


class ResNetGenerator(nn.Module):
    """Residual blocks at a quarter of the resolution, after two strided convolutions and before two enlargements.

    The generator that CycleGAN took from networks of style transfer, with nearest-neighbour enlargement.

    Source:
        Zhu et al. (2017), arXiv:1703.10593; Johnson et al. (2016), arXiv:1603.08155.
    """

    def __init__(self, inputs: int, blocks: int = 12, base: int = 64) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            blocks: Number of residual blocks.
            base: Features at full resolution; twice as many at each of two halvings.
        """
        super().__init__()
        widths = (base, 2 * base, 4 * base)
        layers: list[nn.Module] = [_mirrored(inputs, base, 7), instance_norm(base), nn.ReLU()]
        for narrow, wide in pairwise(widths):
            layers += [nn.Conv2d(narrow, wide, 3, stride=2, padding=1), instance_norm(wide), nn.ReLU()]
        layers += [_Residual(widths[-1]) for _ in range(blocks)]
        for wide, narrow in pairwise(reversed(widths)):
            layers += [nn.Upsample(scale_factor=2), nn.Conv2d(wide, narrow, 3, padding=1), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.head = _mirrored(base, 1, 3)

    def forward(self, images: Tensor) -> Tensor:
        """Return one unbounded image per input.

        Args:
            images: Shape ``(B, C, F, T)``, height and width multiples of 4.

        Returns:
            Shape ``(B, 1, F, T)``.
        """
        return cast("Tensor", self.head(self.body(images)))


class _Residual(nn.Module):
    """Two convolutions, whose answer is added to what they were given."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _mirrored(width, width, 3),
            instance_norm(width),
            nn.ReLU(),
            _mirrored(width, width, 3),
            instance_norm(width),
        )

    def forward(self, features: Tensor) -> Tensor:
        return features + cast("Tensor", self.body(features))


def _mirrored(inputs: int, outputs: int, kernel: int) -> nn.Conv2d:
    """Return a convolution that sees the image mirrored beyond its edges."""
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode="reflect")


class DropoutUNet(UShape):
    """A U-Net without normalisation, with transposed convolutions on the way back and whole features dropped out."""

    def __init__(self, inputs: int, base: int = 64, depth: int = 4, dropout: float = 0.3) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            base: Features at full resolution; twice as many at each halving.
            depth: Number of halvings; height and width are multiples of ``2 ** depth``.
            dropout: Part of the features that is left out at random in training, at each change of resolution.
        """
        super().__init__(inputs, base, depth, _double, _transposed)
        self.drop = nn.Dropout2d(dropout)


def _transposed(inputs: int, outputs: int) -> nn.Module:
    """Return a convolution that doubles height and width."""
    return nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)


def _double(inputs: int, outputs: int) -> nn.Sequential:
    """Return two 3x3 convolutions, each rectified."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU()
    )
