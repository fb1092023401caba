"""Distances on the sphere and the grid of the model: pixels to degrees and back."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS = 6371.0
"""Mean radius of the Earth [km]."""

STEP = 0.25
"""Distance between grid points of the model [°]."""

ROWS, COLUMNS = 721, 1440
"""Size of the global grid of the model: row 0 is the north pole, column 0 the meridian of Greenwich."""

KM_PER_DEGREE = EARTH_RADIUS * np.pi / 180
"""Length of a degree of latitude [km]."""


def great_circle_km(
    latitude: ArrayLike, longitude: ArrayLike, other_latitude: ArrayLike, other_longitude: ArrayLike
) -> NDArray[np.float64]:
    """Return the distance between points on the sphere.

    The haversine form keeps its digits for neighbouring points, where the arc cosine loses them.

    Args:
        latitude: Of the first points [°].
        longitude: Of the first points [°], counted from any meridian and in any turn.
        other_latitude: Of the second points [°].
        other_longitude: Of the second points [°].

    Returns:
        Distances [km], of the shape to which the arguments broadcast.

    Source:
        Sinnott, Virtues of the haversine, Sky and Telescope 68, 159 (1984).
    """
    north, other_north = np.radians(latitude), np.radians(other_latitude)
    across = np.sin((np.radians(other_longitude) - np.radians(longitude)) / 2) ** 2
    chord = np.sin((other_north - north) / 2) ** 2 + np.cos(north) * np.cos(other_north) * across
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(chord, 0, 1))))


def signed_longitude(longitude: ArrayLike) -> NDArray[np.float64]:
    """Return the same meridians between -180° and 180°.

    Args:
        longitude: Any longitude [°].

    Returns:
        Longitudes in ``[-180, 180)`` [°].
    """
    return (np.asarray(longitude, dtype=float) + 180) % 360 - 180


def to_degrees(row: ArrayLike, column: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the place of fractional pixels of the model's grid.

    Args:
        row: Rows, counted southwards from the north pole.
        column: Columns, counted eastwards from Greenwich; any turn.

    Returns:
        Latitudes in ``[-90, 90]`` and longitudes in ``[0, 360)`` [°].
    """
    return 90 - STEP * np.asarray(row, dtype=float), STEP * np.asarray(column, dtype=float) % 360


def to_pixels(latitude: ArrayLike, longitude: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the fractional pixels of places; the inverse of ``to_degrees``.

    Args:
        latitude: Degrees north [°].
        longitude: Degrees east, in any turn [°].

    Returns:
        Rows in ``[0, 720]`` and columns in ``[0, 1440)``.
    """
    return (90 - np.asarray(latitude, dtype=float)) / STEP, np.asarray(longitude, dtype=float) % 360 / STEP


def window(
    field: NDArray[np.float32], latitude: float, longitude: float, reach_km: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]:
    """Return the part of a field within some distance of a place, and where its points lie.

    Args:
        field: On the model's grid, shape ``(721, 1440)``.
        latitude: Of the place [°].
        longitude: Of the place [°].
        reach_km: Which distance [km].

    Returns:
        Latitudes, shape ``(Y, 1)``, longitudes in one turn, shape ``(1, X)`` [°], and values, shape ``(Y, X)``.
    """
    row, column = (int(np.rint(value)) for value in to_pixels(latitude, longitude))
    down = int(np.ceil(reach_km / KM_PER_DEGREE / STEP))
    across = min(COLUMNS // 2 - 1, int(np.ceil(down / max(np.cos(np.radians(abs(latitude) + down * STEP)), 0.1))))
    rows = np.arange(max(0, row - down), min(ROWS, row + down + 1))
    columns = np.arange(column - across, column + across + 1)
    north, _ = to_degrees(rows, 0)
    east = columns.astype(float) * STEP
    return north[:, None], east[None, :], field[rows][:, columns % COLUMNS]
