"""Hourly rain and level: generated, read from CSV, and written."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

RECESSION = 0.92
"""Part of the water that is still in the river an hour later."""

STORM = {"winter": (9.0, 1.6), "spring": (6.0, 1.8), "summer": (3.0, 4.0), "autumn": (8.0, 2.2)}
"""Mean length [h] and mean rain an hour [mm] of a storm, by season."""


class RecordError(ValueError):
    """A file is no record of rain and level; the message says why."""


def generated(
    hours: int, storms: float, seed: int, seasons: Sequence[str] = ("winter", "autumn")
) -> NDArray[np.float32]:
    """Return hourly rain [mm] and level [m] of a linear reservoir, shape ``(2, hours)``."""
    generator = np.random.default_rng([seed, 71])
    rain = np.zeros(hours)
    for start in np.flatnonzero(generator.random(hours) < storms):
        length, strength = STORM[seasons[generator.integers(len(seasons))]]
        stop = start + 1 + generator.poisson(length)
        rain[start:stop] += generator.exponential(strength)
    level = np.empty(hours)
    water = 0.5
    for hour in range(hours):
        water = RECESSION * water + 0.04 * rain[max(0, hour - 2)]
        level[hour] = 0.2 + water
    return np.stack([rain, level]).astype(np.float32)


def read(path: Path) -> NDArray[np.float32]:
    """Return hourly rain [mm] and level [m] of a CSV file, shape ``(2, hours)``.

    Raises:
        RecordError: a column is missing, or a cell is no number.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        values = [[float(row[name]) for row in rows] for name in ("rain_mm", "level_m")]
    except KeyError as error:
        raise RecordError(f"{path} has no column {error}; a record has rain_mm and level_m.") from error
    except (TypeError, ValueError) as error:
        raise RecordError(f"{path} holds a cell that is no number: {error}.") from error
    return np.array(values, dtype=np.float32)


def write_column(path: Path, name: str, hours: NDArray[np.int64], values: NDArray[np.float32]) -> None:
    """Write a CSV file of one value for each hour."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["hour", name])
        writer.writerows((int(hour), f"{value:.4f}") for hour, value in zip(hours, values, strict=True))
