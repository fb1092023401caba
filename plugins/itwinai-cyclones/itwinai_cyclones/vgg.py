"""The three VGG-like networks that read a patch and answer with the row and column of a centre."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import keras

from itwinai_cyclones.network import Regularisation, regulariser


@dataclass(frozen=True)
class Architecture:
    """Layers of one network, from its inputs to its head.

    Attributes:
        blocks: Filters, convolutions, kernel [pixels], padding, and whether the grid is halved behind them.
        dense: Units of the layers behind the blocks.
    """

    blocks: tuple[tuple[int, int, int, str, bool], ...]
    dense: tuple[int, ...]


VERSIONS: Mapping[str, Architecture] = MappingProxyType(
    {
        "vgg_v1": Architecture(
            (
                (64, 3, 3, "same", True),
                (128, 2, 3, "same", True),
                (256, 2, 2, "same", True),
                (512, 3, 2, "valid", True),
            ),
            (512, 256, 128, 64),
        ),
        "vgg_v2": Architecture(
            (
                (32, 3, 3, "same", True),
                (64, 3, 3, "same", True),
                (128, 3, 3, "same", True),
                (256, 3, 2, "same", False),
                (512, 4, 2, "valid", False),
            ),
            (1024, 512, 256, 128),
        ),
        "vgg_v3": Architecture(
            (
                (32, 3, 3, "same", True),
                (64, 3, 3, "same", True),
                (128, 3, 3, "same", True),
                (256, 3, 3, "same", False),
                (512, 2, 2, "valid", False),
                (1024, 2, 2, "valid", False),
            ),
            (1024, 512, 512, 256),
        ),
    }
)
"""Networks by the name that the settings know them by."""


def vgg(
    channels: int,
    size: int = 40,
    outputs: int = 2,
    version: str = "vgg_v1",
    regularisation: Regularisation = "none",
) -> keras.Model:
    """Return a VGG-like network of the CMCC cyclone detector, untrained.

    With 4 channels and 2 outputs the three versions have 3,749,634, 6,023,842 and 11,792,674 parameters. Hidden layers
    are rectified, the head is linear and keeps single precision, because its numbers are positions to a fraction of a
    pixel.

    Args:
        channels: Variables that it reads.
        size: Rows and columns of a patch.
        outputs: Numbers that it answers with.
        version: A key of ``VERSIONS``.
        regularisation: How strongly large weights are held down.

    Source:
        The architectures "VGG V1" to "V3" of the interTwin cyclone use case, after Accarino et al., arXiv:2306.07291.
    """
    architecture = VERSIONS[version]
    inputs = keras.Input((size, size, channels))
    x = inputs
    for filters, count, kernel, padding, halved in architecture.blocks:
        for _ in range(count):
            x = keras.layers.Conv2D(
                filters,
                kernel,
                padding=padding,
                activation="relu",
                kernel_initializer="he_normal",
                kernel_regularizer=regulariser(regularisation),
            )(x)
        if halved:
            x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Flatten()(x)
    for units in architecture.dense:
        x = keras.layers.Dense(
            units, activation="relu", kernel_initializer="he_normal", kernel_regularizer=regulariser(regularisation)
        )(x)
    return keras.Model(inputs, keras.layers.Dense(outputs, dtype="float32", name="head")(x), name="vgg")
