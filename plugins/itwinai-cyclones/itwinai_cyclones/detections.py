"""From the network's answers on overlapping patches to the centres of a global field."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from itwinai_cyclones.geodesy import COLUMNS, KM_PER_DEGREE, ROWS, STEP, great_circle_km, to_degrees, to_pixels
from itwinai_cyclones.patches import SIZE, cut, inside
from itwinai_cyclones.terrain import km_from_the_sea

Array = NDArray[np.float64]
Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]

BELOW_FIRST_PIXEL = -0.5
"""An answer whose row and column both exceed this means a cyclone; -1 twice means none [pixels]."""


@dataclass(frozen=True)
class Centre:
    """One centre of one time.

    Attributes:
        latitude: Degrees north [°].
        longitude: Degrees east, in ``[0, 360)`` [°].
        agreement: Share of the patches around the centre that point to it, or the score of the compact network, from
            0 to 1.
        msl: Pressure there [hPa].
        wind: Highest wind within ``WIND_REACH`` [m/s], NaN where the fields hold none.
    """

    latitude: float
    longitude: float
    agreement: float
    msl: float
    wind: float


WIND_REACH = 300.0
"""How far from the centre the highest wind is looked for [km]."""


@dataclass(frozen=True)
class Rules:
    """What turns answers into centres.

    Attributes:
        stride: Distance between patches [pixels].
        maximum_latitude: Farthest from the equator that a centre may lie [°].
        agreement: Least share of the patches around a centre that point to it, from 0 to 1.
        merge_km: Answers within this distance mean the same centre [km].
        snap_km: How far a centre is moved to the lowest pressure, 0 to leave it [km].
        contour: Pressure rise that must close around a centre [hPa], 0 to ask for none.
        contour_degrees: Within which distance it must close [°].
        minimum_wind: Least highest wind near a centre [m/s], 0 to ask for none.
        inland_km: Farthest from the sea that a centre may lie [km].
    """

    stride: int
    maximum_latitude: float
    agreement: float
    merge_km: float
    snap_km: float
    contour: float
    contour_degrees: float
    minimum_wind: float
    inland_km: float


def find_centres(
    fields: NDArray[np.float32], variables: tuple[str, ...], predict: Predict, rules: Rules
) -> list[Centre]:
    """Return the centres in a global field, strongest agreement first.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        variables: What the channels are; ``msl`` is among them.
        predict: Takes patches of shape ``(B, 40, 40, C)`` to positions of shape ``(B, 2)``.
        rules: What counts as a centre.
    """
    origins = tile(rules)
    answers = predict(np.stack([cut(fields, row, column) for row, column in origins]))
    rows, columns = positions(answers, origins)
    msl, wind = fields[variables.index("msl")], wind_of(fields, variables)
    centres: list[Centre] = []
    for row, column, votes in merged(rows, columns, rules.merge_km):
        patches = max(1, sum(bool(inside(np.array([row]), np.array([column]), *origin)[0]) for origin in origins))
        agreement = min(1.0, votes / patches)
        if agreement < rules.agreement:
            continue
        latitude, longitude = snapped(msl, row, column, rules.snap_km)
        centre = measured(latitude, longitude, agreement, msl, wind)
        if not known(centre, centres, rules.merge_km) and plausible(centre, msl, rules):
            centres.append(centre)
    return centres


def tile(rules: Rules) -> NDArray[np.intp]:
    """Return the first rows and columns of patches that cover the Earth up to the highest latitude, shape ``(B, 2)``.

    Args:
        rules: Of which the stride and the highest latitude count.
    """
    north, south = to_pixels(np.array([rules.maximum_latitude, -rules.maximum_latitude]), 0)[0]
    first = max(0, int(north) - SIZE // 2)
    last = min(ROWS - SIZE, int(south) - SIZE // 2)
    rows, columns = np.arange(first, last + 1, rules.stride), np.arange(0, COLUMNS, rules.stride)
    return np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)


def positions(answers: NDArray[np.float32], origins: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return where the patches that see a cyclone put its centre.

    Fractions are kept: to cut them off would move every centre by half a pixel, 20 km, to the north-west.

    Args:
        answers: Positions within the patches, shape ``(B, 2)``.
        origins: First rows and columns of the patches, shape ``(B, 2)``.

    Returns:
        Rows and columns on the model's grid, shape ``(N,)`` each, ``N`` of the ``B`` patches.
    """
    seen = cyclone_seen(answers)
    within = np.clip(answers[seen].astype(float), BELOW_FIRST_PIXEL, SIZE - 0.5)
    return origins[seen, 0] + within[:, 0], (origins[seen, 1] + within[:, 1]) % COLUMNS


def cyclone_seen(answers: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which answers, or labels, mean a cyclone, shape ``(B,)``.

    Args:
        answers: Positions within the patches, shape ``(B, 2)``.
    """
    return np.asarray((answers > BELOW_FIRST_PIXEL).all(axis=-1))


def merged(rows: Array, columns: Array, within_km: float) -> Iterator[tuple[float, float, int]]:
    """Yield groups of answers that mean the same centre, the largest group first.

    Args:
        rows: On the model's grid, shape ``(N,)``.
        columns: On the model's grid, shape ``(N,)``.
        within_km: Radius of a group [km].

    Yields:
        Mean row, mean column in ``[0, 1440)``, and number of answers.
    """
    latitude, longitude = to_degrees(rows, columns)
    close = great_circle_km(latitude[:, None], longitude[:, None], latitude, longitude) <= within_km
    left = np.ones(len(rows), dtype=bool)
    while left.any():
        group = close[np.argmax((close & left).sum(axis=1) * left)] & left
        turn = 2 * np.pi * columns[group] / COLUMNS  # a mean of angles, so that both sides of Greenwich meet
        column = np.arctan2(np.sin(turn).mean(), np.cos(turn).mean()) * COLUMNS / (2 * np.pi) % COLUMNS
        yield float(rows[group].mean()), float(column), int(group.sum())
        left &= ~group


def snapped(msl: NDArray[np.float32], row: float, column: float, within_km: float) -> tuple[float, float]:
    """Return the place of the lowest pressure near a position, or of the position itself.

    Args:
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        row: Of the position, fractional.
        column: Of the position, fractional.
        within_km: How far to look [km]; 0 to stay.

    Returns:
        Latitude and longitude [°].
    """
    north, east = to_degrees(row, column)
    if within_km <= 0:
        return float(north), float(east)
    latitude, longitude, values = _around(msl, float(north), float(east), within_km)
    near = great_circle_km(north, east, latitude, longitude) <= within_km
    lowest = np.unravel_index(int(np.where(near, values, np.inf).argmin()), values.shape)
    return float(latitude[lowest[0], 0]), float(longitude[0, lowest[1]] % 360)


def plausible(centre: Centre, msl: NDArray[np.float32], rules: Rules) -> bool:
    """Return whether a centre looks like a tropical cyclone to physics as well.

    Args:
        centre: What the network found.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        rules: What to ask for.
    """
    if abs(centre.latitude) > rules.maximum_latitude or centre.wind < rules.minimum_wind:
        return False
    inland = km_from_the_sea(np.array([centre.latitude]), np.array([centre.longitude]))[0]
    return bool(inland <= rules.inland_km) and closed(msl, centre, rules.contour, rules.contour_degrees)


def closed(msl: NDArray[np.float32], centre: Centre, rise: float, within_degrees: float) -> bool:
    """Return whether the pressure rises by some amount all around a centre before some distance.

    The water of a bowl that is filled up to the rise must not run farther than the distance.

    Args:
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        centre: Where to start.
        rise: How much [hPa]; 0 asks for nothing.
        within_degrees: Before which distance [°].

    Source:
        The closed-contour criterion of Ullrich and Zarzycki, Geosci. Model Dev. 10, 1069 (2017).
    """
    if rise <= 0:
        return True
    reach = within_degrees * KM_PER_DEGREE
    latitude, longitude, values = _around(msl, centre.latitude, centre.longitude, reach + 2 * STEP * KM_PER_DEGREE)
    distance = great_circle_km(centre.latitude, centre.longitude, latitude, longitude)
    middle = np.unravel_index(int(distance.argmin()), distance.shape)
    pools, _ = label(values < values[middle] + rise)
    return bool(distance[pools == pools[middle]].max() < reach)


def wind_of(fields: NDArray[np.float32], variables: tuple[str, ...]) -> NDArray[np.float32] | None:
    """Return the wind speed that some fields hold [m/s], or None where they hold no wind.

    Args:
        fields: Shape ``(C, Y, X)``.
        variables: What the channels are.
    """
    for name in ("wind_speed", "gust"):
        if name in variables:
            return np.asarray(fields[variables.index(name)])
    if "u10" in variables and "v10" in variables:
        return np.asarray(np.hypot(fields[variables.index("u10")], fields[variables.index("v10")]))
    return None


def measured(
    latitude: float, longitude: float, agreement: float, msl: NDArray[np.float32], wind: NDArray[np.float32] | None
) -> Centre:
    """Return a centre with the pressure and the wind that the fields show there.

    Args:
        latitude: Of the centre [°].
        longitude: Of the centre [°].
        agreement: Of the patches around it, or the score of the compact network, from 0 to 1.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        wind: Wind speed on the model's grid [m/s], or None where it is not known.
    """
    row, column = to_pixels(latitude, longitude)
    pressure = float(msl[min(int(np.rint(row)), ROWS - 1), int(np.rint(column)) % COLUMNS])
    if wind is None:
        return Centre(latitude, longitude, agreement, pressure, float("nan"))
    north, east, values = _around(wind, latitude, longitude, WIND_REACH)
    near = great_circle_km(latitude, longitude, north, east) <= WIND_REACH
    return Centre(latitude, longitude, agreement, pressure, float(values[near].max()))


def known(centre: Centre, centres: list[Centre], within_km: float) -> bool:
    """Return whether a centre is already there; two groups may slide into the same low.

    Args:
        centre: The centre in question.
        centres: Those that are there.
        within_km: Within this distance two centres are the same [km].
    """
    return any(
        great_circle_km(centre.latitude, centre.longitude, other.latitude, other.longitude) <= within_km
        for other in centres
    )


def _around(
    field: NDArray[np.float32], latitude: float, longitude: float, reach_km: float
) -> tuple[Array, Array, NDArray[np.float32]]:
    """Return the part of a field within some distance, as a window: latitudes, longitudes, values."""
    row, column = (int(np.rint(value)) for value in to_pixels(latitude, longitude))
    down = int(np.ceil(reach_km / KM_PER_DEGREE / STEP))
    across = min(COLUMNS // 2 - 1, int(np.ceil(down / max(np.cos(np.radians(abs(latitude) + down * STEP)), 0.1))))
    rows = np.arange(max(0, row - down), min(ROWS, row + down + 1))
    columns = np.arange(column - across, column + across + 1)
    north, _ = to_degrees(rows, 0)
    east = columns.astype(float) * STEP
    return north[:, None], east[None, :], field[rows][:, columns % COLUMNS]
