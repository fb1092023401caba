"""Land and sea: the embedded land fraction, high ground, and how far inland a place lies."""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_dilation, label, map_coordinates
from scipy.spatial import cKDTree

from itwinai_cyclones.geodesy import EARTH_RADIUS, signed_longitude

Array = NDArray[np.float64]

CELL = 0.25
"""Width of a cell of the embedded land fraction [°]."""

SMALLEST_SEA = 2000
"""Cells of a body of water that counts as sea: the Mediterranean does, the Caspian does not."""

# Where the ground is high over hundreds of kilometres, as ellipses: latitude, longitude, half axes [°]. Good to a few
# degrees, which is enough to roughen the pressure that is extrapolated to sea level there.
HIGH_GROUND = (
    (33, 88, 6, 14),  # Tibet
    (42, 76, 4, 9),  # Tien Shan
    (48, 95, 5, 12),  # Altai, Mongolia
    (33, 53, 5, 9),  # Iran
    (39, 40, 2, 6),  # Anatolia, Armenia
    (9, 39, 5, 4),  # Ethiopia
    (0, 33, 9, 5),  # Great Lakes of Africa
    (-28, 27, 5, 5),  # Drakensberg
    (41, -110, 10, 7),  # Rockies
    (22, -102, 5, 4),  # Mexico
    (-2, -78, 8, 3),  # northern Andes
    (-18, -68, 7, 5),  # Altiplano
    (-33, -70, 8, 2),  # southern Andes
    (72, -40, 10, 12),  # Greenland
    (-85, 60, 15, 120),  # Antarctica
)


@cache
def land_share() -> NDArray[np.float32]:
    """Return the share of land of each cell of 0.25°, rows from 90° N, columns from 0° E, shape ``(720, 1440)``.

    Source:
        GLOBE, NOAA National Geophysical Data Center; see ``resources/README.md``.
    """
    with files("itwinai_cyclones").joinpath("resources/land.npz").open("rb") as file, np.load(file) as pack:
        return np.asarray(pack["share"] / np.float32(15), dtype=np.float32)


def land_at(latitude: ArrayLike, longitude: ArrayLike) -> Array:
    """Return the share of land around places, interpolated between cells.

    Args:
        latitude: Degrees north [°].
        longitude: Degrees east, in any turn [°].

    Returns:
        Shares from 0, sea, to 1, land, of the shape to which the arguments broadcast.
    """
    north, east = np.broadcast_arrays(np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float))
    share = np.pad(land_share(), ((1, 1), (1, 1)), mode="edge")
    share[:, 0], share[:, -1] = share[:, -2], share[:, 1]
    row, column = (90 - north) / CELL + 0.5, east % 360 / CELL + 0.5
    return np.asarray(map_coordinates(share, [row, column], order=1))


def high_ground_at(latitude: Array, longitude: Array) -> Array:
    """Return how far places lie in high ground.

    Args:
        latitude: Degrees north [°], shape ``(Y, 1)``.
        longitude: Degrees east [°], shape ``(1, X)``.

    Returns:
        From 0, none, to 1, the middle of a plateau, shape ``(Y, X)``.
    """
    height = np.zeros(np.broadcast_shapes(latitude.shape, longitude.shape))
    for north, east, half_north, half_east in HIGH_GROUND:
        across = signed_longitude(longitude - east) / half_east
        height = np.maximum(height, 1 - ((latitude - north) / half_north) ** 2 - across**2)
    return height


def km_from_the_sea(latitude: Array, longitude: Array) -> Array:
    """Return the distance to the nearest cell of the sea, zero over the sea itself.

    Lakes do not feed a tropical cyclone: bodies of water smaller than ``SMALLEST_SEA`` are land here.

    Args:
        latitude: Degrees north [°], shape ``(N,)``.
        longitude: Degrees east [°], shape ``(N,)``.

    Returns:
        Distances [km], shape ``(N,)``.
    """
    sea, shore = _sea_and_shore()
    row = np.clip(((90 - latitude) / CELL).astype(int), 0, sea.shape[0] - 1)
    column = (longitude % 360 / CELL).astype(int)
    chord, _ = shore.query(_unit_vectors(latitude, longitude))
    return np.where(sea[row, column], 0.0, 2 * EARTH_RADIUS * np.arcsin(np.minimum(chord / 2, 1)))


@cache
def _sea_and_shore() -> tuple[NDArray[np.bool_], cKDTree]:
    """Return the mask of the sea and a tree of its cells along the shore."""
    water = land_share() < 0.5
    bodies, _ = label(np.concatenate([water, water], axis=1))  # twice around, so that no sea ends at Greenwich
    large = np.bincount(bodies.ravel()) >= SMALLEST_SEA
    large[0] = False
    sea = large[bodies[:, : water.shape[1]]] | large[bodies[:, water.shape[1] :]]
    row, column = np.nonzero(sea & binary_dilation(~sea))
    return sea, cKDTree(_unit_vectors(90 - (row.astype(float) + 0.5) * CELL, (column.astype(float) + 0.5) * CELL))


def _unit_vectors(latitude: Array, longitude: Array) -> Array:
    """Return points of the unit sphere, shape ``(N, 3)``."""
    north, east = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=-1)
