"""The warner as Keras trains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from itwinai_river.settings import ModelSettings


@keras.saving.register_keras_serializable(package="itwinai_river")
class Scale(keras.layers.Layer):
    """Brings rain and level to a mean of 0 and a deviation of 1."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the two weights, one number for rain and one for level."""
        self.mean = self.add_weight(shape=(2, 1), initializer="zeros", trainable=False, name="mean")
        self.deviation = self.add_weight(shape=(2, 1), initializer="ones", trainable=False, name="deviation")

    def call(self, inputs: Any) -> Any:
        """Return scaled windows."""
        return (inputs - self.mean) / self.deviation

    def take(self, mean: NDArray[np.float32], deviation: NDArray[np.float32]) -> None:
        """Take over mean and deviation of rain [mm] and level [m], shape ``(2,)`` each."""
        self.mean.assign(mean[:, None])
        self.deviation.assign(deviation[:, None])


def compiled(options: ModelSettings) -> keras.Model:
    """Return the untrained network: windows of shape ``(B, 2, 24)`` to a chance, shape ``(B, 1)``."""
    inputs = keras.Input((2, 24))
    hidden = keras.layers.Flatten()(Scale(name="scale")(inputs))
    for width in options.widths:
        hidden = keras.layers.Dense(width, activation=options.activation)(hidden)
        hidden = keras.layers.Dropout(options.dropout)(hidden)
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden), name="flood")
    rate = options.learning_rate
    if options.decay is not None:
        rate = keras.optimizers.schedules.ExponentialDecay(rate, decay_steps=26, decay_rate=options.decay)
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
    return model
