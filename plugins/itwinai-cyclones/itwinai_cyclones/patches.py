"""Cuts patches of 10° out of global fields, around the storms and away from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.best_tracks import BestTracks
from itwinai_cyclones.geodesy import COLUMNS, ROWS, to_pixels

SIZE = 40
"""Rows and columns of a patch: 10° on the model's grid of 0.25°."""

NO_CYCLONE = -1.0
"""Both numbers of the label of a patch without a cyclone."""

FARTHEST_RANDOM = 60.0
"""Latitude up to which patches without a cyclone are cut [°]."""


@dataclass(frozen=True)
class Patch:
    """Where a patch lies and what it shows.

    Attributes:
        row: First row on the model's grid.
        column: First column on the model's grid, in ``[0, 1440)``; the patch may reach across Greenwich.
        category: What the patch was cut for: ``cyclone``, or ``nearest``, ``low``, ``random`` or ``adjacent``.
        label: Row and column of the centre within the patch, in fractions of a pixel, or ``NO_CYCLONE`` twice.
    """

    row: int
    column: int
    category: str
    label: tuple[float, float] = (NO_CYCLONE, NO_CYCLONE)


def cut(fields: NDArray[np.float32], row: int, column: int, size: int = SIZE) -> NDArray[np.float32]:
    """Return a copy of one patch, across Greenwich where needed.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        row: First row.
        column: First column.
        size: Rows and columns.

    Returns:
        Shape ``(size, size, C)``: channels last, as the network reads it.
    """
    columns = np.arange(column, column + size) % fields.shape[2]
    return np.ascontiguousarray(fields[:, row : row + size][:, :, columns].transpose(1, 2, 0))


def inside(rows: NDArray[np.float64], columns: NDArray[np.float64], row: int, column: int) -> NDArray[np.bool_]:
    """Return which places lie in a patch: each place in exactly one of the patches that tile the grid.

    Args:
        rows: Fractional rows of the places, shape ``(N,)``.
        columns: Fractional columns of the places, shape ``(N,)``.
        row: First row of the patch.
        column: First column of the patch.
    """
    down, across = rows - row, _eastwards(columns, column)
    return (down >= -0.5) & (down < SIZE - 0.5) & (across >= -0.5) & (across < SIZE - 0.5)


def choose(
    now: BestTracks,
    msl: NDArray[np.float32],
    generator: np.random.Generator,
    per_storm: int,
    shares: Mapping[str, float],
) -> list[Patch]:
    """Return the patches of one time: some around each cyclone, and others without any.

    Centres come to lie anywhere in a patch. No patch without a cyclone holds a storm, of gale force or not, and a
    patch with two cyclones is labelled with the stronger.

    Args:
        now: Fixes of the time.
        msl: Pressure on the model's grid, shape ``(721, 1440)``, to look for other lows in.
        generator: Source of chance.
        per_storm: Patches around each cyclone.
        shares: Patches without a cyclone for each with one, by category: ``nearest``, just beside a cyclone;
            ``adjacent``, of the eight neighbours of a patch with one; ``low``, around another low;
            ``random``, anywhere.
    """
    rows, columns = to_pixels(now.latitude, now.longitude)
    cyclone = now.tropical_cyclone
    patches = []
    for i in np.flatnonzero(cyclone):
        for _ in range(per_storm):
            row, column = _origin(rows[i] - generator.uniform(0, SIZE - 1), columns[i] - generator.uniform(0, SIZE - 1))
            strongest = max(
                np.flatnonzero(inside(rows, columns, row, column) & cyclone), key=lambda j: now.wind[j], default=i
            )
            label = float(rows[strongest] - row), float(_eastwards(columns[strongest], column))
            patches.append(Patch(row, column, "cyclone", label))
    around = list(patches)
    origins: Mapping[str, Callable[[int], list[tuple[int, int]]]] = {
        "nearest": lambda count: _beside_storms(rows[cyclone], columns[cyclone], generator, count),
        "low": lambda count: _at_lows(msl, generator, count),
        "random": lambda count: _anywhere(generator, count),
        "adjacent": lambda count: _neighbours(around, generator, count),
    }
    for category, draw in origins.items():
        for row, column in draw(round(shares[category] * len(around))):
            if not inside(rows, columns, row, column).any():
                patches.append(Patch(row, column, category))
    return patches


def _beside_storms(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    generator: np.random.Generator,
    count: int,
) -> list[tuple[int, int]]:
    """Return patches whose edge a storm is just outside of, in one direction or in both."""
    origins = []
    for i in generator.integers(len(rows), size=count):
        beyond = generator.choice((-generator.uniform(1, 25), SIZE + generator.uniform(0, 24)))
        along = generator.uniform(-20, SIZE + 20)
        down, across = (beyond, along) if generator.random() < 0.5 else (along, beyond)
        origins.append(_origin(rows[i] - down, columns[i] - across))
    return origins


def _at_lows(msl: NDArray[np.float32], generator: np.random.Generator, count: int) -> list[tuple[int, int]]:
    """Return patches that show the lowest pressure of some region of 20°: what a network must learn to leave alone."""
    origins = []
    for row, column in _anywhere(generator, count):
        first = min(row, ROWS - 2 * SIZE)
        region = cut(msl[None], first, column, 2 * SIZE)[..., 0]
        down, across = np.unravel_index(int(region.argmin()), region.shape)
        place = first + down - generator.uniform(0, SIZE - 1), column + across - generator.uniform(0, SIZE - 1)
        origins.append(_origin(*place))
    return origins


def _anywhere(generator: np.random.Generator, count: int) -> list[tuple[int, int]]:
    """Return patches between 60° south and north."""
    north, south = to_pixels(np.array([FARTHEST_RANDOM, -FARTHEST_RANDOM]), 0)[0]
    rows = generator.uniform(north, south - SIZE, count)
    return [_origin(row, column) for row, column in zip(rows, generator.uniform(0, COLUMNS, count), strict=True)]


def _neighbours(around: list[Patch], generator: np.random.Generator, count: int) -> list[tuple[int, int]]:
    """Return patches that touch one with a cyclone, along an edge or at a corner: each of the eight once at most."""
    eight = [(down, right) for down in (-SIZE, 0, SIZE) for right in (-SIZE, 0, SIZE) if (down, right) != (0, 0)]
    if not count:
        return []
    places = [(patch.row + down, (patch.column + right) % COLUMNS) for patch in around for down, right in eight]
    chosen = generator.permutation(len(places))[:count]
    return [places[index] for index in chosen if 0 <= places[index][0] <= ROWS - SIZE]


def _origin(row: float, column: float) -> tuple[int, int]:
    """Return whole pixels on the grid, for a patch that shall start about there."""
    return int(np.clip(np.ceil(row), 0, ROWS - SIZE)), int(np.ceil(column)) % COLUMNS


def _eastwards(columns: NDArray[np.float64], column: float) -> NDArray[np.float64]:
    """Return columns counted from the first column of a patch, half a turn either way."""
    return (columns - column + COLUMNS / 2) % COLUMNS - COLUMNS / 2
