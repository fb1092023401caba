"""The networks that a run can name, and the learning rates that suit them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from itwinai_virgo.decoder import Decoder
from itwinai_virgo.predecessors import DropoutUNet, ResNetGenerator
from itwinai_virgo.recurrent import RecurrentUNet
from itwinai_virgo.unet import UNet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import nn

PRESETS: Mapping[str, Callable[[int], nn.Module]] = {
    "unet": UNet,
    "decoder": Decoder,
    "recurrent_unet": RecurrentUNet,
    "reference_decoder": partial(Decoder, widths=(32, 64, 64), kernel=7, slope=0.2, coded=False),
    "reference_deep_decoder": partial(Decoder, widths=(64, 128, 256), kernel=5, slope=0.3, coded=False),
    "reference_resnet": ResNetGenerator,
    "reference_unet": DropoutUNet,
}
"""Networks by the name that ``settings.model.name`` takes; each is built for a number of input images."""

LEARNING_RATES: Mapping[str, float] = {
    "unet": 2e-3,
    "decoder": 5e-4,
    "recurrent_unet": 2e-3,
    "reference_decoder": 5e-4,
    "reference_deep_decoder": 5e-4,
    "reference_resnet": 5e-4,
    "reference_unet": 2e-4,
}
"""Highest learning rates; without normalisation a loss jumps at the U-Net's."""
