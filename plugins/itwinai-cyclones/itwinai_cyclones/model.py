"""The compiled network of a run, and the scale of its inputs."""

import keras
import numpy as np

from itwinai_core import Source
from itwinai_cyclones.network import PositionError, standardised, vgg
from itwinai_cyclones.settings import DataSettings, ModelSettings


def compiled(data: DataSettings, model: ModelSettings, updates: int) -> keras.Model:
    """Return the untrained network of a run.

    Args:
        data: The ``data`` section, of which the number of variables counts.
        model: The ``model`` section.
        updates: Steps over which the learning rate falls.
    """
    network = standardised(vgg(channels=len(data.variables)))
    rate = keras.optimizers.schedules.CosineDecay(model.learning_rate, max(1, updates), alpha=0.02)
    # Compiling with XLA makes convolutions on a CPU slower, and costs a minute.
    network.compile(keras.optimizers.Adam(rate, clipnorm=1.0), PositionError(), jit_compile=False)
    return network


def adapt(network: keras.Model, train: Source, most: int = 2000) -> None:
    """Take the scale of the inputs from training patches.

    Args:
        network: As ``compiled`` returns it.
        train: Source of ``(patch, label)``.
        most: Patches to look at; statistics of more would not differ.
    """
    chosen = np.linspace(0, len(train) - 1, min(most, len(train))).astype(int)
    values = np.stack([train[int(index)][0] for index in chosen]).astype(np.float64)
    network.get_layer("standardise").adapt(values.mean(axis=(0, 1, 2)), values.std(axis=(0, 1, 2)))
