"""Cuts patches of 10° out of global fields, around the storms and away from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.best_tracks import BestTracks
from itwinai_cyclones.geodesy import COLUMNS, ROWS, to_pixels

SIZE = 40
"""Rows and columns of a patch: 10° on the model's grid of 0.25°."""

NO_CYCLONE = -1.0
"""Both numbers of the label of a patch without a cyclone."""

SHARES = {"nearest": 0.5, "low": 0.75, "random": 0.5}
"""Patches without a cyclone for each with one: beside a cyclone, around another low, or anywhere."""

FARTHEST_RANDOM = 60.0
"""Latitude up to which patches without a cyclone are cut [°]."""


@dataclass(frozen=True)
class Patch:
    """Where a patch lies and what it shows.

    Attributes:
        row: First row on the model's grid.
        column: First column on the model's grid, in ``[0, 1440)``; the patch may reach across Greenwich.
        category: ``cyclone`` or a key of ``SHARES``: what the patch was cut for.
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


def choose(now: BestTracks, msl: NDArray[np.float32], generator: np.random.Generator, per_storm: int) -> list[Patch]:
    """Return the patches of one time: some around each cyclone, and about as many without any.

    Centres come to lie anywhere in a patch. No patch without a cyclone holds a storm, of gale force or not, and a
    patch with two cyclones is labelled with the stronger.

    Args:
        now: Fixes of the time.
        msl: Pressure on the model's grid, shape ``(721, 1440)``, to look for other lows in.
        generator: Source of chance.
        per_storm: Patches around each cyclone.
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
    count = int(cyclone.sum()) * per_storm
    draws = {"nearest": _beside_storms, "low": _at_lows, "random": _anywhere}
    for category, draw in draws.items():
        for row, column in draw(rows[cyclone], columns[cyclone], msl, generator, round(SHARES[category] * count)):
            if not inside(rows, columns, row, column).any():
                patches.append(Patch(row, column, category))
    return patches


def _beside_storms(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    _msl: NDArray[np.float32],
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


def _at_lows(
    _rows: NDArray[np.float64],
    _columns: NDArray[np.float64],
    msl: NDArray[np.float32],
    generator: np.random.Generator,
    count: int,
) -> list[tuple[int, int]]:
    """Return patches that show the lowest pressure of some region of 20°: what a network must learn to leave alone."""
    origins = []
    for row, column in _anywhere(_rows, _columns, msl, generator, count):
        first = min(row, ROWS - 2 * SIZE)
        region = cut(msl[None], first, column, 2 * SIZE)[..., 0]
        down, across = np.unravel_index(int(region.argmin()), region.shape)
        place = first + down - generator.uniform(0, SIZE - 1), column + across - generator.uniform(0, SIZE - 1)
        origins.append(_origin(*place))
    return origins


def _anywhere(
    _rows: NDArray[np.float64],
    _columns: NDArray[np.float64],
    _msl: NDArray[np.float32],
    generator: np.random.Generator,
    count: int,
) -> list[tuple[int, int]]:
    """Return patches between 60° south and north."""
    north, south = to_pixels(np.array([FARTHEST_RANDOM, -FARTHEST_RANDOM]), 0)[0]
    rows = generator.uniform(north, south - SIZE, count)
    return [_origin(row, column) for row, column in zip(rows, generator.uniform(0, COLUMNS, count), strict=True)]


def _origin(row: float, column: float) -> tuple[int, int]:
    """Return whole pixels on the grid, for a patch that shall start about there."""
    return int(np.clip(np.ceil(row), 0, ROWS - SIZE)), int(np.ceil(column)) % COLUMNS


def _eastwards(columns: NDArray[np.float64], column: float) -> NDArray[np.float64]:
    """Return columns counted from the first column of a patch, half a turn either way."""
    return (columns - column + COLUMNS / 2) % COLUMNS - COLUMNS / 2


def flipped(
    patch: NDArray[np.float32], label: Sequence[float], variables: Sequence[str], *, north: bool, east: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the mirror image of a patch, its label with it.

    A mirrored cyclone turns the other way round, which is how the other hemisphere looks; the wind component across the
    mirror changes its sign.

    Args:
        patch: Shape ``(Y, X, C)``.
        label: Row and column of the centre, or ``NO_CYCLONE`` twice.
        variables: What the channels are.
        north: Whether to swap north and south.
        east: Whether to swap east and west.

    Returns:
        A new patch, and its label, shape ``(2,)``.
    """
    there = label[0] != NO_CYCLONE or label[1] != NO_CYCLONE
    image = patch[:: -1 if north else 1, :: -1 if east else 1].copy()
    for axis, mirrored, component in ((0, north, "v10"), (1, east, "u10")):
        if mirrored and component in variables:
            image[..., list(variables).index(component)] *= -1
        if mirrored and there:
            label = [patch.shape[a] - 1 - value if a == axis else value for a, value in enumerate(label)]
    return image, np.asarray(label, dtype=np.float32)
