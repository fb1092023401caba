"""A U-Net that takes images of witnesses to an image of the strain."""

from __future__ import annotations

from torch import nn

from itwinai_virgo.normalisation import GroupNorm
from itwinai_virgo.ushape import UShape


class UNet(UShape):
    """A U-Net of double convolutions, enlarged by interpolation.

    Group normalisation instead of batch normalisation: an image's answer depends on no other image, and so on no way
    in which a batch is cut. Both have the same number of parameters.
    """

    def __init__(self, inputs: int, base: int = 18, depth: int = 4) -> None:
        """Build untrained layers.

        Args:
            inputs: Number of input images.
            base: Features at full resolution; twice as many at each halving.
            depth: Number of halvings; height and width are multiples of ``2 ** depth``.
        """
        super().__init__(inputs, base, depth, _double)


def _double(inputs: int, outputs: int) -> nn.Sequential:
    """Return two 3x3 convolutions, each normalised by groups and rectified."""
    layers: list[nn.Module] = []
    for narrow in (inputs, outputs):
        groups = next(count for count in (6, 4, 3, 2, 1) if outputs % count == 0)
        layers += [nn.Conv2d(narrow, outputs, 3, padding=1), GroupNorm(groups, outputs), nn.ReLU()]
    return nn.Sequential(*layers)
