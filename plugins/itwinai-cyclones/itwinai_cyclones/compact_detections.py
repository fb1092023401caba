"""From the heatmap of the compact network to the centres of a global field."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.detections import Centre, Rules, closed, known, measured, plausible, snapped, wind_of
from itwinai_cyclones.geodesy import COLUMNS, ROWS, to_degrees, to_pixels
from itwinai_cyclones.heatmaps import peaks

Answer = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def find_centres(
    fields: NDArray[np.float32], variables: tuple[str, ...], answer: Answer, rules: Rules, least: tuple[float, float]
) -> list[Centre]:
    """Return the centres in a global field, highest score first.

    Where the pressure closes a contour, its lowest point, to a fraction of a pixel, is the centre. Elsewhere the centre
    stays where the network puts it, and the network must be surer of it: weak cyclones often close no contour.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        variables: What the channels are; ``msl`` is among them.
        answer: Takes a globe of shape ``(1, 721, 1440, C)`` to a heatmap of shape ``(1, 181, 360, 3)``.
        rules: What counts as a centre; stride and agreement do not matter here.
        least: Lowest score of a centre with a closed contour and of one without, from 0 to 1.

    Returns:
        Centres, each with its score in place of the agreement of patches.
    """
    heatmap = answer(np.ascontiguousarray(fields.transpose(1, 2, 0))[None])[0]
    msl, wind = fields[variables.index("msl")], wind_of(fields, variables)
    others = replace(rules, contour=0.0)
    centres: list[Centre] = []
    for row, column, score in zip(*peaks(heatmap, min(least), around=True), strict=True):
        centre = _centre(row, column, score, msl, wind, rules)
        contour = closed(msl, centre, rules.contour, rules.contour_degrees)
        if not contour:
            centre = _centre(row, column, score, msl, wind, replace(rules, snap_km=0.0))
        sure = score >= least[0 if contour else 1]
        if sure and not known(centre, centres, rules.merge_km) and plausible(centre, msl, others):
            centres.append(centre)
    return centres


def _centre(
    row: float, column: float, score: float, msl: NDArray[np.float32], wind: NDArray[np.float32] | None, rules: Rules
) -> Centre:
    """Return a centre at a place on the model's grid, or on the lowest pressure near it."""
    latitude, longitude = snapped(msl, float(row), float(column), rules.snap_km)
    if rules.snap_km > 0:
        latitude, longitude = between_pixels(msl, latitude, longitude)
    return measured(latitude, longitude, float(score), msl, wind)


def between_pixels(msl: NDArray[np.float32], latitude: float, longitude: float) -> tuple[float, float]:
    """Return the lowest point of the parabolas through the lowest pixel and its neighbours: latitude and longitude [°].

    To stay on the pixel would put a centre 10 km off on average.

    Args:
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        latitude: Of the pixel [°].
        longitude: Of the pixel [°].
    """
    row, column = (round(float(value)) for value in to_pixels(latitude, longitude))
    column %= COLUMNS
    if row in {0, ROWS - 1}:
        return latitude, longitude
    down = _lowest(*msl[row - 1 : row + 2, column])
    right = _lowest(msl[row, column - 1], msl[row, column], msl[row, (column + 1) % COLUMNS])
    north, east = to_degrees(row + down, column + right)
    return float(north), float(east)


def _lowest(before: np.float32, here: np.float32, after: np.float32) -> float:
    """Return where the parabola through three values is lowest, from -0.5 to 0.5, 0 where it does not bend upwards."""
    bend = float(before) - 2 * float(here) + float(after)
    return float(np.clip(0.5 * (float(before) - float(after)) / bend, -0.5, 0.5)) if bend > 0 else 0.0
