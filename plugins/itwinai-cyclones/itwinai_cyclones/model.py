"""The compiled network of a run, and the scale of its inputs."""

from collections.abc import Collection

import keras
import numpy as np
from numpy.typing import NDArray

from itwinai_core import ConfigError, Source
from itwinai_cyclones.best_tracks import StrangeYearError, refuse_strange_years
from itwinai_cyclones.compact import HeatmapLoss, compact
from itwinai_cyclones.network import PositionError, standardised
from itwinai_cyclones.settings import DataSettings, ModelSettings
from itwinai_cyclones.vgg import vgg

NO_TIMES = np.array([], dtype="datetime64[h]")


def compiled(data: DataSettings, model: ModelSettings) -> keras.Model:
    """Return the untrained network of a run, with a learning rate that does not fall yet.

    Args:
        data: The ``data`` section, of which the number of variables counts.
        model: The ``model`` section.
    """
    channels, regularisation = len(data.variables), model.regularisation
    if model.name == "compact":
        network, loss = standardised(compact(channels, regularisation)), HeatmapLoss()
    else:
        network, loss = standardised(vgg(channels, version=model.name, regularisation=regularisation)), PositionError()
    highest = model.learning_rate or (2e-3 if model.name == "compact" else 5e-4)
    # Compiling with XLA makes convolutions on a CPU slower, and costs a minute.
    network.compile(keras.optimizers.Adam(highest, clipnorm=1.0), loss, jit_compile=False)
    return network


def adapt(network: keras.Model, train: Source, years: Collection[int], updates: int, most: int = 2000) -> None:
    """Take the scale of the inputs from training patches, and let the learning rate fall along half a cosine.

    Args:
        network: As ``compiled`` returns it.
        train: Source of ``(patch, label)``; of one that tells the times of its patches, those are checked.
        years: Of training.
        updates: Steps over which the learning rate falls.
        most: Patches to look at; statistics of more would not differ.

    Raises:
        ConfigError: patches are of other years than those of training.
    """
    try:
        refuse_strange_years("The scale of the inputs", getattr(train, "times", NO_TIMES), years)
    except StrangeYearError as error:
        raise ConfigError(str(error)) from error
    highest = float(keras.ops.convert_to_numpy(network.optimizer.learning_rate))
    network.optimizer.learning_rate = keras.optimizers.schedules.CosineDecay(highest, max(1, updates), alpha=0.02)
    chosen = np.linspace(0, len(train) - 1, min(most, len(train))).astype(int)
    # One sample at a time: the wide crops of the compact network are too many bytes together.
    moments = [_moments(train[int(index)][0].astype(np.float64)) for index in chosen]
    mean, square = np.mean(moments, axis=0)
    network.get_layer("standardise").adapt(mean, np.sqrt(np.maximum(square - mean**2, 0)))


def _moments(sample: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean and the mean square of each channel."""
    return sample.mean(axis=(0, 1)), (sample**2).mean(axis=(0, 1))
