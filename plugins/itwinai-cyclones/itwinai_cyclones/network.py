"""The network: a VGG that reads a patch and answers with the row and column of a centre."""

from typing import Any

import keras
import numpy as np

BLOCKS = ((64, 3, 3, "same"), (128, 2, 3, "same"), (256, 2, 2, "same"), (512, 3, 2, "valid"))
"""Filters, convolutions, kernel and padding of each block; a pooling by two follows each."""

DENSE = (512, 256, 128, 64)
"""Units of the layers behind the blocks."""


def vgg(channels: int, size: int = 40, outputs: int = 2) -> keras.Model:
    """Return the VGG-like network of the CMCC cyclone detector, untrained.

    With 4 channels and 2 outputs it has 3,749,634 parameters. Hidden layers are rectified, the head is linear and keeps
    single precision, because its numbers are positions to a fraction of a pixel.

    Args:
        channels: Variables that it reads.
        size: Rows and columns of a patch.
        outputs: Numbers that it answers with.

    Source:
        The architecture "VGG V1" of the interTwin cyclone use case, after Accarino et al., arXiv:2306.07291.
    """
    inputs = keras.Input((size, size, channels))
    x = inputs
    for filters, count, kernel, padding in BLOCKS:
        for _ in range(count):
            x = keras.layers.Conv2D(
                filters, kernel, padding=padding, activation="relu", kernel_initializer="he_normal"
            )(x)
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Flatten()(x)
    for units in DENSE:
        x = keras.layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)
    return keras.Model(inputs, keras.layers.Dense(outputs, dtype="float32", name="head")(x), name="vgg")


@keras.saving.register_keras_serializable(package="itwinai_cyclones")
class Standardise(keras.layers.Layer):
    """Takes the mean off each channel and divides by its deviation.

    Both are weights, so that they are saved and restored with the network whichever way it is saved. They are learnt
    with ``adapt`` and not by gradients.
    """

    def __init__(self, **options: Any) -> None:
        # Pressures of 1010 hPa in half precision would be rounded to 4 hPa before the mean is off.
        super().__init__(**{**options, "dtype": "float32"})

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the two weights, one number a channel each.

        Args:
            input_shape: Shape of the patches, channels last.
        """
        channels = input_shape[-1]
        self.mean = self.add_weight(shape=(channels,), initializer="zeros", trainable=False, name="mean")
        self.deviation = self.add_weight(shape=(channels,), initializer="ones", trainable=False, name="deviation")

    def call(self, inputs: Any) -> Any:
        """Return standardised patches.

        Args:
            inputs: Shape ``(B, Y, X, C)``.
        """
        return (inputs - self.mean) / self.deviation

    def adapt(self, mean: np.ndarray, deviation: np.ndarray) -> None:
        """Take over the statistics of the training patches.

        Args:
            mean: Of each channel, shape ``(C,)``.
            deviation: Of each channel, shape ``(C,)``; a channel that never changes is left undivided.
        """
        self.mean.assign(mean)
        self.deviation.assign(np.where(deviation > 0, deviation, 1.0))


@keras.saving.register_keras_serializable(package="itwinai_cyclones")
class PositionError(keras.losses.Loss):
    """Mean absolute error of row and column [pixels], for labels and answers of one shape only.

    Keras would stretch a head of one number over labels of two without a word, and the network could then learn no
    more than the mean of row and column.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the error of each patch, shape ``(B,)``.

        Args:
            y_true: Labels, shape ``(B, 2)``.
            y_pred: Answers of the network, shape ``(B, 2)``.

        Raises:
            ValueError: they differ in shape.
        """
        if tuple(y_true.shape[1:]) != tuple(y_pred.shape[1:]):
            raise ValueError(
                f"Labels of shape {tuple(y_true.shape)} do not fit a head of shape {tuple(y_pred.shape)}.\n"
                f"A patch is labelled with {y_true.shape[-1]} number(s): build the network with as many outputs."
            )
        return keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)


def standardised(network: keras.Model) -> keras.Model:
    """Return a network that reads fields in their own units, with the scaling of its inputs inside.

    Args:
        network: Reads standardised patches.
    """
    inputs = keras.Input(network.input_shape[1:], dtype="float32")
    return keras.Model(inputs, network(Standardise(name="standardise")(inputs)), name="cyclones")
