"""The compact network: fully convolutional, from a field of any size to a heatmap of centres and the ways to them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import keras
from keras import ops

from itwinai_cyclones.heatmaps import MARGIN, STRIDE, TARGETS
from itwinai_cyclones.network import Regularisation, regulariser

FILTERS = (16, 32)
"""Of the two convolutions that halve the grid."""

DILATIONS = (1, 2, 4, 1)
"""Of the residual convolutions behind them: they see 18° across."""

ANSWERS = 3
"""Channels of the answer: logit of the heatmap, way down and way to the right [cells]."""


def compact(channels: int, regularisation: Regularisation = "none") -> keras.Model:
    """Return the compact network, untrained: 43,347 parameters for 4 channels.

    No convolution pads, so each answer is the same function of the pixels around it, whether they come from a patch or
    from a globe. From ``73 + 4 n`` rows it makes ``n + 1`` rows of answers, and likewise for columns; the first answer
    belongs to pixel 36. Heads keep single precision, because ways are fractions of a cell.

    Args:
        channels: Variables that it reads.
        regularisation: How strongly large weights are held down.
    """

    def convolution(filters: int, kernel: int, **options: Any) -> keras.layers.Layer:
        penalty = regulariser(regularisation)
        return keras.layers.Conv2D(
            filters, kernel, activation="relu", kernel_initializer="he_normal", kernel_regularizer=penalty, **options
        )

    inputs = keras.Input((None, None, channels))
    x = convolution(FILTERS[0], 5, strides=2)(inputs)
    x = convolution(FILTERS[1], 3, strides=2)(x)
    for dilation in DILATIONS:
        change = convolution(FILTERS[1], 3, dilation_rate=dilation)(x)
        x = keras.layers.Add()([keras.layers.Cropping2D(dilation)(x), change])
    # Hardly any cell holds a storm: without a start near that share the first updates go into saying so.
    rare = keras.initializers.Constant(-4.0)
    heat = keras.layers.Conv2D(1, 1, dtype="float32", bias_initializer=rare, name="heat")(x)
    ways = keras.layers.Conv2D(2, 1, dtype="float32", name="ways")(x)
    answers = keras.layers.Concatenate(dtype="float32")([heat, ways])
    return keras.Model(inputs, answers, name="compact")


@keras.saving.register_keras_serializable(package="itwinai_cyclones")
class GlobePadding(keras.layers.Layer):
    """Widens a global field: around the globe to the east and the west, by its outermost rows beyond the poles."""

    def __init__(self, margin: int = MARGIN, **options: Any) -> None:
        # Fields are not standardised yet: pressures in half precision would be rounded to 4 hPa.
        super().__init__(**{**options, "dtype": "float32"})
        self.margin = margin

    def call(self, inputs: Any) -> Any:
        """Return the wider field, shape ``(B, Y + 2 margin, X + 2 margin, C)``.

        Args:
            inputs: Shape ``(B, Y, X, C)``, with ``X`` a multiple of the stride.

        Raises:
            ValueError: cells would not meet where the globe closes.
        """
        width = inputs.shape[2]
        if width is not None and (width % STRIDE or width < self.margin):
            raise ValueError(
                f"A globe of {width} columns is no multiple of {STRIDE} of at least {self.margin}: the cells of the "
                "heatmap would not meet where it closes.\nInterpolate it to a grid with such a number of columns."
            )
        margin = self.margin
        x = ops.concatenate([inputs[:, :, -margin:], inputs, inputs[:, :, :margin]], axis=2)
        return ops.concatenate([ops.repeat(x[:, :1], margin, axis=1), x, ops.repeat(x[:, -1:], margin, axis=1)], axis=1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the wider field.

        Without it some back ends find out by a call with sides of 83 pixels, which is no globe.

        Args:
            input_shape: Shape of the fields, channels last.
        """
        wider = [None if size is None else size + 2 * self.margin for size in input_shape[1:3]]
        return (input_shape[0], *wider, input_shape[3])

    def get_config(self) -> Mapping[str, Any]:
        """Return what the layer is rebuilt from."""
        return {**super().get_config(), "margin": self.margin}


@lru_cache(maxsize=1)  # a network is compiled anew for each wrapping, and is asked for one field at a time
def on_globe(network: keras.Model) -> keras.Model:
    """Return the network that takes a whole globe at once; it shares its weights and can be saved by itself.

    Cell ``(i, j)`` of its answers lies on row ``4 i`` and column ``4 j`` of the field. 721 rows, with both poles, make
    181 rows of cells that end on the poles; 720 rows make 180.

    Args:
        network: Reads fields with a margin, as ``compact`` does.
    """
    inputs = keras.Input((None, None, network.input_shape[-1]), dtype="float32")
    return keras.Model(inputs, network(GlobePadding(name="globe")(inputs)), name="globe")


@keras.saving.register_keras_serializable(package="itwinai_cyclones")
class HeatmapLoss(keras.losses.Loss):
    """Focal loss of the heatmap plus the error of the ways to the centres, summed over the cells of each sample.

    On the cell of a centre a low score costs, most where it is lowest; everywhere else a high score costs, the less the
    closer to a centre it is. No sample's loss depends on another, so that it is the same for any number of replicas.

    Source:
        Zhou et al., Objects as Points (2019), arXiv:1904.07850.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each sample, shape ``(B,)``.

        Args:
            y_true: As ``heatmaps.targets`` makes them, shape ``(B, Y, X, 5)``.
            y_pred: Answers of the network, shape ``(B, Y, X, 3)``.

        Raises:
            ValueError: the channels are not these.
        """
        if y_true.shape[-1] != TARGETS or y_pred.shape[-1] != ANSWERS:
            raise ValueError(
                f"Targets of shape {tuple(y_true.shape)} do not fit a head of shape {tuple(y_pred.shape)}.\n"
                f"The loss compares {TARGETS} channels of a target with {ANSWERS} of an answer."
            )
        bell, way, near, counts = y_true[..., 0], y_true[..., 1:3], y_true[..., 3], y_true[..., 4]
        logit = y_pred[..., 0]
        chance = ops.sigmoid(logit)
        centre = ops.cast(bell >= 1, logit.dtype)
        missed = centre * (1 - chance) ** 2 * ops.softplus(-logit)
        false = counts * (1 - bell) ** 4 * chance**2 * ops.softplus(logit)
        astray = near * ops.sum(ops.abs(y_pred[..., 1:3] - way), axis=-1)
        return ops.sum(missed + false + 0.2 * astray, axis=(1, 2))
