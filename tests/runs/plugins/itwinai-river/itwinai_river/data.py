"""Windows of a record as sources, split in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itwinai_core import DataError, DataSplits, Source
from itwinai_river.records import RecordError, generated, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from itwinai_river.settings import RainSettings

    Sample = tuple[NDArray[np.float32], NDArray[np.float32]]
    Targets = Callable[[NDArray[np.float32]], NDArray[np.float32]]

WINDOW = 24
"""Hours that a forecast looks back."""


@dataclass(frozen=True)
class Windows:
    """One part of the record: a source of windows and what followed each.

    Attributes:
        record: Rain [mm] and level [m] of the part, shape ``(2, T)``.
        targets: What followed each window, shape ``(N, 1)``.
        jitter: Deviation of the error that training adds to the levels [m].
    """

    record: NDArray[np.float32]
    targets: NDArray[np.float32]
    jitter: float

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> Sample:
        """Return a window, shape ``(2, 24)``, and what followed it, shape ``(1,)``."""
        return self.record[:, index : index + WINDOW].copy(), self.targets[index].copy()

    def __getitems__(self, indices: Sequence[int] | NDArray[np.int64]) -> Sample:
        """Return a batch of windows and what followed them."""
        starts = np.asarray(indices)
        hours = starts[:, None] + np.arange(WINDOW)
        return self.record[:, hours].swapaxes(0, 1).copy(), self.targets[starts]

    def augmented(self, index: int, generator: np.random.Generator) -> Sample:
        """Return a window as another gauge would have read it."""
        window, target = self[index]
        window[1] += self.jitter * generator.standard_normal(WINDOW, dtype=np.float32)
        return window, target


def level_splits(rain: RainSettings, horizon: int, seed: int) -> DataSplits:
    """Return windows whose target is the level [m] ``horizon`` hours after their end."""
    return _splits(rain, horizon, seed, lambda levels: levels[:, -1:])


def flood_splits(rain: RainSettings, horizon: int, threshold: float, seed: int) -> DataSplits:
    """Return windows whose target is 1 where the level passes the threshold [m] within ``horizon`` hours, else 0."""
    return _splits(rain, horizon, seed, lambda levels: levels.max(axis=1, keepdims=True) > threshold)


def statistics(train: Source) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and deviation of rain and level over a part, shape ``(2,)`` each."""
    record = np.concatenate([train[index][0] for index in range(0, len(train), WINDOW)], axis=1)
    return record.mean(axis=1), record.std(axis=1) + np.float32(1e-6)


def read_windows(path: Path) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the last hour of each window of a file, and the windows, shape ``(N, 2, 24)``.

    Raises:
        DataError: the file is no record, or is shorter than a window.
    """
    try:
        record = read(path)
    except RecordError as error:
        raise DataError(str(error)) from error
    if record.shape[1] < WINDOW:
        raise DataError(
            f"{path} holds {record.shape[1]} hours; a forecast looks back over {WINDOW}. Give a longer one."
        )
    starts = np.arange(record.shape[1] - WINDOW + 1)
    return starts + WINDOW - 1, record[:, starts[:, None] + np.arange(WINDOW)].swapaxes(0, 1)


def _splits(rain: RainSettings, horizon: int, seed: int, targets_of: Targets) -> DataSplits:
    record = generated(rain.hours, rain.storms, seed, rain.seasons)
    first, second = int(0.7 * rain.hours), int(0.85 * rain.hours)
    parts = [record[:, :first], record[:, first:second], record[:, second:]]
    return DataSplits(*(_windows(part, horizon, rain.jitter, targets_of) for part in parts))


def _windows(part: NDArray[np.float32], horizon: int, jitter: float, targets_of: Targets) -> Windows:
    count = part.shape[1] - WINDOW - horizon + 1
    following = np.arange(count)[:, None] + WINDOW + np.arange(horizon)
    targets = targets_of(part[1, following])
    return Windows(part, np.ascontiguousarray(targets, dtype=np.float32), jitter)
