"""The compiled network of a run, and the scale of its inputs."""

import keras
import numpy as np
from numpy.typing import NDArray

from itwinai_core import Source
from itwinai_cyclones.compact import HeatmapLoss, compact
from itwinai_cyclones.network import PositionError, standardised
from itwinai_cyclones.settings import DataSettings, ModelSettings
from itwinai_cyclones.vgg import vgg


def compiled(data: DataSettings, model: ModelSettings, updates: int) -> keras.Model:
    """Return the untrained network of a run.

    Args:
        data: The ``data`` section, of which the number of variables counts.
        model: The ``model`` section.
        updates: Steps over which the learning rate falls.
    """
    channels, regularisation = len(data.variables), model.regularisation
    if model.name == "compact":
        network, loss = standardised(compact(channels, regularisation)), HeatmapLoss()
    else:
        network, loss = standardised(vgg(channels, version=model.name, regularisation=regularisation)), PositionError()
    highest = model.learning_rate or (2e-3 if model.name == "compact" else 5e-4)
    rate = keras.optimizers.schedules.CosineDecay(highest, max(1, updates), alpha=0.02)
    # Compiling with XLA makes convolutions on a CPU slower, and costs a minute.
    network.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss, jit_compile=False)
    return network


def adapt(network: keras.Model, train: Source, most: int = 2000) -> None:
    """Take the scale of the inputs from training patches.

    Args:
        network: As ``compiled`` returns it.
        train: Source of ``(patch, label)``.
        most: Patches to look at; statistics of more would not differ.
    """
    chosen = np.linspace(0, len(train) - 1, min(most, len(train))).astype(int)
    # One sample at a time: the wide crops of the compact network are too many bytes together.
    moments = [_moments(train[int(index)][0].astype(np.float64)) for index in chosen]
    mean, square = np.mean(moments, axis=0)
    network.get_layer("standardise").adapt(mean, np.sqrt(np.maximum(square - mean**2, 0)))


def _moments(sample: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the mean square of each channel."""
    return sample.mean(axis=(0, 1)), (sample**2).mean(axis=(0, 1))
