"""What the networks share: the scale of their inputs, penalties on their weights, the error of a position."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import keras
import numpy as np

Regularisation = Literal["none", "weak", "medium", "strong", "very_strong"]
"""How strongly large weights are held down."""

PENALTIES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "weak": (0.0, 1e-4),
        "medium": (1e-4, 1e-4),
        "strong": (1e-3, 1e-3),
        "very_strong": (1e-2, 1e-2),
    }
)
"""Factors of the sum of magnitudes and of the sum of squares of a layer's weights."""


def regulariser(name: Regularisation) -> keras.regularizers.Regularizer | None:
    """Return what a layer's kernel adds to the loss, or None where it adds nothing.

    Args:
        name: ``none`` or a key of ``PENALTIES``.

    Source:
        The regularisers of the interTwin cyclone use case.
    """
    if name == "none":
        return None
    magnitudes, squares = PENALTIES[name]
    return keras.regularizers.L1L2(l1=magnitudes, l2=squares)


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
