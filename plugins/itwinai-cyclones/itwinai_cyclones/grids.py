"""Tells whether the grid of a file is a globe, and leads from it to the model's grid."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.regrid import Regrid, model_axes

Array = NDArray[np.float64]

GLOBE = 60.0
"""Latitude, north and south, that a field must reach to count as global [°]."""

COARSEST = 3.0
"""Widest distance between grid points at which a cyclone is still more than a point [°]."""


def regrid_of(latitude: Array, longitude: Array, where: str) -> Regrid:
    """Return the way from the grid of a file to the model's; fields of one grid share it.

    Args:
        latitude: Of the rows, either way, shape ``(Y,)`` [°].
        longitude: Of the columns, in any order and turn, one of them maybe twice, shape ``(X,)`` [°].
        where: Names of the files, for messages.

    Raises:
        FieldsError: the grid is no globe, is too coarse, or is out of order.
    """
    _check_rows(latitude, where)
    turn, columns = one_turn(longitude)
    gaps = np.diff(turn, append=turn[0] + 360) if len(turn) > 1 else np.array([360.0])
    usual = float(np.median(gaps))
    north, south = float(latitude.max()), float(latitude.min())
    if len(turn) < 4 or gaps.max() > 1.5 * usual + 1e-3 or north < GLOBE or south > -GLOBE:
        raise FieldsError(
            f"{where} covers latitudes {south:g} to {north:g} and longitudes {longitude.min():g} to "
            f"{longitude.max():g}: no globe.\nCentres are looked for all around the Earth; give a global field."
        )
    coarse = max(usual, float(np.max(np.abs(np.diff(latitude)))))
    if coarse > COARSEST:
        raise FieldsError(
            f"{where} has up to {coarse:g}° between its grid points, too far for a cyclone.\n"
            f"Give fields of at most {COARSEST:g}°, the finer the better; 1° shows most cyclones."
        )
    return _regrid(latitude.tobytes(), turn.tobytes(), columns.tobytes())


def one_turn(longitude: Array) -> tuple[Array, NDArray[np.intp]]:
    """Return the meridians of a grid in order and each once, and the column of each.

    A repeated meridian may be 360° from its first, or a little less for lack of digits.

    Args:
        longitude: In any order and turn, shape ``(X,)`` [°].

    Returns:
        Increasing longitudes from at least 0 to below 360 [°], and columns, shape ``(N,)`` each, ``N`` at most ``X``.
    """
    east = np.mod(longitude, 360.0)
    columns = np.argsort(east, kind="stable")
    turn = east[columns]
    if len(turn) > 3:
        least = 0.01 * float(np.median(np.diff(turn, append=turn[0] + 360)))
        least = max(least, 1e-3)
        once = np.diff(turn, prepend=turn[-1] - 360) > least
        turn, columns = turn[once], columns[once]
    return turn, columns


@lru_cache(maxsize=16)
def _regrid(latitude: bytes, turn: bytes, columns: bytes) -> Regrid:
    return Regrid(np.frombuffer(latitude), np.frombuffer(turn), model_axes(), np.frombuffer(columns, dtype=np.intp))


def _check_rows(latitude: Array, where: str) -> None:
    steps = np.diff(latitude)
    if len(latitude) < 4 or not np.isfinite(latitude).all() or np.abs(latitude).max() > 90 + 1e-4:
        told = f"{len(latitude)} latitudes from {latitude.min():g} to {latitude.max():g}"
        raise FieldsError(f"{where} has {told}: no globe.\nGive a global field on a grid of latitude and longitude.")
    if not ((steps > 0).all() or (steps < 0).all()):
        raise FieldsError(
            f"{where} has latitudes that go neither up nor down all the way, or stand twice.\n"
            "Sort them, each once, e.g. by `sortby` and `drop_duplicates` of xarray."
        )
