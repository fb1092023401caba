"""Crops of global fields, wide enough for the compact network, with all their storms: a source to learn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.best_tracks import BestTracks
from itwinai_cyclones.geodesy import COLUMNS, ROWS, STEP, signed_longitude, to_pixels
from itwinai_cyclones.heatmaps import MARGIN, STRIDE, targets
from itwinai_cyclones.mirrors import mirrored
from itwinai_cyclones.patches import NO_CYCLONE, cut

Array = NDArray[np.float64]
Sample = tuple[NDArray[np.float32], NDArray[np.float32]]

CELLS = 20
"""Rows and columns of the heatmap of a crop."""

INNER = STRIDE * (CELLS - 1)
"""Pixels from the first to the last cell of a crop."""

WIDTH = INNER + 2 * MARGIN + 1
"""Rows and columns of a crop: 37° on the model's grid of 0.25°."""

FARTHEST = 55.0
"""Latitude up to which the middle of a crop may lie [°]."""

MOST_STORMS = 16
"""Storms that a crop has room for; there were never as many within 37°."""

REFERENCE = {"msl": 1010.0, "t_500": 258.0, "t_300": 233.0}
"""What is taken off a variable [hPa], [K] before it is rounded to half precision; others are small themselves."""


@dataclass(frozen=True)
class Crops:
    """Crops with random access; their targets are drawn when they are asked for.

    Attributes:
        departures: Fields minus the reference, in half precision to save room, shape ``(N, 149, 149, C)``.
        reference: Of each variable, shape ``(C,)``.
        storms: Row, column and whether it must be found of each storm, counted from the first cell [pixels], NaN where
            there are fewer, shape ``(N, S, 3)``.
        origins: Row and column of the first cell on the model's grid, shape ``(N, 2)``.
        times: Of the fields that they were cut from, shape ``(N,)``.
        variables: What the channels are.
    """

    departures: NDArray[np.float16]
    reference: NDArray[np.float32]
    storms: Array
    origins: NDArray[np.intp]
    times: NDArray[np.datetime64]
    variables: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.departures)

    def __getitem__(self, index: int) -> Sample:
        return self.departures[index] + self.reference, _drawn(self.storms[index])

    def __getitems__(self, indices: Sequence[int] | NDArray[np.intp]) -> Sample:
        """Return a batch, in new arrays.

        Args:
            indices: Which crops.
        """
        chosen = np.asarray(indices)
        return self.departures[chosen] + self.reference, np.stack([_drawn(self.storms[index]) for index in chosen])

    def augmented(self, index: int, generator: np.random.Generator) -> Sample:
        """Return a crop mirrored at random, its targets with it.

        Args:
            index: Which crop.
            generator: Source of chance, this sample's own.
        """
        ways = generator.random(2) < 0.5
        values, nothing = self.departures[index] + self.reference, np.full((1, 2), NO_CYCLONE, dtype=np.float32)
        images, _ = mirrored(values[None], np.zeros(1, dtype=np.intp), nothing, ways[None], self.variables)
        storms = self.storms[index].copy()
        storms[:, :2] = np.where(ways, INNER - storms[:, :2], storms[:, :2])
        return images[0], _drawn(storms)


def choose(
    now: BestTracks, msl: NDArray[np.float32], generator: np.random.Generator, per_field: int
) -> list[tuple[int, int]]:
    """Return the first cells of the crops of one time: half of them with a cyclone, the others around lows or anywhere.

    A crop shows every storm within it, so one that was cut around a low may hold a cyclone as well.

    Args:
        now: Fixes of the time, among them a tropical cyclone.
        msl: Pressure on the model's grid, shape ``(721, 1440)``, to look for other lows in.
        generator: Source of chance.
        per_field: How many crops.
    """
    rows, columns = to_pixels(now.latitude, now.longitude)
    cyclones = np.flatnonzero(now.tropical_cyclone)
    north, south = to_pixels(np.array([FARTHEST, -FARTHEST]), 0)[0]
    origins = []
    for number in range(per_field):
        down, across = generator.uniform(0, INNER, 2)
        if number % 2 == 0:
            storm = cyclones[generator.integers(len(cyclones))]
            row, column = rows[storm], columns[storm]
        else:
            row, column = generator.uniform(north, south), generator.uniform(0, COLUMNS)
            if number % 4 == 1:
                first = int(row) - INNER // 2, int(column) - INNER // 2
                region = cut(msl[None], *first, INNER)[..., 0]
                low = np.unravel_index(int(region.argmin()), region.shape)
                row, column = first[0] + low[0], first[1] + low[1]
        origin = np.clip(np.rint(row - down), MARGIN, ROWS - 1 - MARGIN - INNER), np.rint(column - across) % COLUMNS
        origins.append((int(origin[0]), int(origin[1])))
    return origins


def storms_within(now: BestTracks, origin: tuple[int, int]) -> Array:
    """Return the storms of one time in and near a crop, counted from its first cell, shape ``(S, 3)``.

    Args:
        now: Fixes of the time.
        origin: Row and column of the first cell.

    Returns:
        Row and column [pixels] of each storm, and 1 where it is a tropical cyclone, 0 where it need not be found.
    """
    rows, columns = to_pixels(now.latitude, now.longitude)
    down, across = rows - origin[0], signed_longitude((columns - origin[1]) * STEP) / STEP
    near = (np.abs(down - INNER / 2) < WIDTH / 2) & (np.abs(across - INNER / 2) < WIDTH / 2)
    return np.stack([down, across, now.tropical_cyclone], axis=1)[near]


def crop(fields: NDArray[np.float32], origin: tuple[int, int]) -> NDArray[np.float32]:
    """Return a copy of one crop with its margin, shape ``(149, 149, C)``.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        origin: Row and column of the first cell.
    """
    return cut(fields, origin[0] - MARGIN, origin[1] - MARGIN, WIDTH)


def filled(storms: Array) -> Array:
    """Return the storms of a crop with NaN where there could be more, shape ``(16, 3)``.

    Args:
        storms: As ``storms_within`` returns them.
    """
    return np.pad(storms, ((0, MOST_STORMS - len(storms)), (0, 0)), constant_values=np.nan)


def reference(variables: Sequence[str]) -> NDArray[np.float32]:
    """Return what is taken off each variable before it is rounded, shape ``(C,)``."""
    return np.array([REFERENCE.get(name, 0.0) for name in variables], dtype=np.float32)


def _drawn(storms: Array) -> NDArray[np.float32]:
    """Return the targets of one crop."""
    there = storms[~np.isnan(storms[:, 0])]
    return targets(there[:, 0], there[:, 1], there[:, 2] > 0, (CELLS, CELLS))
