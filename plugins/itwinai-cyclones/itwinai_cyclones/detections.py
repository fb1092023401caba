"""From the network's answers on overlapping patches to the centres of a global field."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.geodesy import COLUMNS, ROWS, great_circle_km, to_degrees, to_pixels, window
from itwinai_cyclones.lows import between_pixels, snapped
from itwinai_cyclones.patches import SIZE, cut
from itwinai_cyclones.physics import closed, warmth
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
        score: Share of the patches around the centre that point to it, or its probability by the compact network and
            the physical check, from 0 to 1; of several networks their mean.
        msl: Pressure there [hPa].
        wind: Highest wind within ``WIND_REACH`` [m/s], NaN where the fields hold none.
        spread: Standard deviation of the scores of several networks, NaN of one.
        members: How many networks found it.
    """

    latitude: float
    longitude: float
    score: float
    msl: float
    wind: float
    spread: float = float("nan")
    members: int = 1


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
        score: Least score of a centre of the compact network, from 0 to 1.
        hard: Whether contour, warm core and wind are asked for outright, as they always are of the VGG.
        warm_core: How much warmer the core must be aloft where temperatures are known [K], 0 to ask for nothing.
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
    score: float = 0.0
    hard: bool = True
    warm_core: float = 0.0


@dataclass(frozen=True)
class Votes:
    """Where patches that see a cyclone put its centre.

    Attributes:
        rows: On the model's grid, fractional, shape ``(N,)``.
        columns: On the model's grid, fractional, shape ``(N,)``.
        origins: First rows and columns of all patches, shape ``(B, 2)``.
    """

    rows: Array
    columns: Array
    origins: NDArray[np.intp]


def ask(fields: NDArray[np.float32], predict: Predict, rules: Rules) -> Votes:
    """Return what the patches of a global field answer.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        predict: Takes patches of shape ``(B, 40, 40, C)`` to positions of shape ``(B, 2)``.
        rules: Of which the stride and the highest latitude count.
    """
    origins = tile(rules)
    answers = predict(np.stack([cut(fields, row, column) for row, column in origins]))
    return Votes(*positions(answers, origins), origins)


def centres_of(fields: NDArray[np.float32], variables: tuple[str, ...], votes: Votes, rules: Rules) -> list[Centre]:
    """Return the centres of one time that votes and the physical check make, strongest agreement first.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        variables: What the channels are; ``msl`` is among them.
        votes: What the patches answer.
        rules: What counts as a centre.
    """
    msl, wind = fields[variables.index("msl")], wind_of(fields, variables)
    first, across = votes.origins.T
    centres: list[Centre] = []
    for row, column, count in merged(votes.rows, votes.columns, rules.merge_km):
        down, right = row - first, (column - across + 0.5) % COLUMNS - 0.5
        patches = ((down >= -0.5) & (down < SIZE - 0.5) & (right >= -0.5) & (right < SIZE - 0.5)).sum()
        agreement = min(1.0, count / max(1, int(patches)))
        if agreement < rules.agreement:
            continue
        latitude, longitude = snapped(msl, row, column, rules.snap_km)
        if rules.snap_km > 0:
            latitude, longitude = between_pixels(msl, latitude, longitude)
        centre = measured(latitude, longitude, agreement, msl, wind)
        if not known(centre, centres, rules.merge_km) and plausible(centre, fields, variables, rules):
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


def plausible(centre: Centre, fields: NDArray[np.float32], variables: tuple[str, ...], rules: Rules) -> bool:
    """Return whether a centre looks like a tropical cyclone to physics as well.

    Args:
        centre: What the network found.
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        variables: What the channels are; ``msl`` is among them.
        rules: What to ask for; contour, warm core and wind only where they are ``hard``.
    """
    if abs(centre.latitude) > rules.maximum_latitude:
        return False
    if km_from_the_sea(np.array([centre.latitude]), np.array([centre.longitude]))[0] > rules.inland_km:
        return False
    if not rules.hard:
        return True
    place = centre.latitude, centre.longitude
    if centre.wind < rules.minimum_wind:
        return False
    if not closed(fields[variables.index("msl")], *place, rules.contour, rules.contour_degrees):
        return False
    core = warmth(fields, variables, *place) if rules.warm_core > 0 else None
    return core is None or core >= rules.warm_core


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
    latitude: float, longitude: float, score: float, msl: NDArray[np.float32], wind: NDArray[np.float32] | None
) -> Centre:
    """Return a centre with the pressure and the wind that the fields show there.

    Args:
        latitude: Of the centre [°].
        longitude: Of the centre [°].
        score: Of the centre, from 0 to 1.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        wind: Wind speed on the model's grid [m/s], or None where it is not known.
    """
    row, column = to_pixels(latitude, longitude)
    pressure = float(msl[min(int(np.rint(row)), ROWS - 1), int(np.rint(column)) % COLUMNS])
    if wind is None:
        return Centre(latitude, longitude, score, pressure, float("nan"))
    north, east, values = window(wind, latitude, longitude, WIND_REACH)
    near = great_circle_km(latitude, longitude, north, east) <= WIND_REACH
    return Centre(latitude, longitude, score, pressure, float(values[near].max()))


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
