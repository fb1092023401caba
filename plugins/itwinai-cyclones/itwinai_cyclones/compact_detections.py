"""From the heatmap of the compact network to the centres of a global field."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.detections import Centre, Rules, closed, known, measured, plausible, snapped, wind_of
from itwinai_cyclones.geodesy import COLUMNS, ROWS, to_degrees, to_pixels
from itwinai_cyclones.heatmaps import MARGIN, STRIDE, peaks

BEYOND = 28
"""Rows beyond the highest latitude from which a centre may be moved to within it."""

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
        answer: Takes some rows all around, shape ``(1, Y, 1440, C)``, to a heatmap, shape ``(1, Y / 4, 360, 3)``.
        rules: What counts as a centre; stride and agreement do not matter here.
        least: Lowest score of a centre with a closed contour and of one without, from 0 to 1.

    Returns:
        Centres, each with its score in place of the agreement of patches.
    """
    first, last = _rows(rules.maximum_latitude)
    heatmap = answer(np.ascontiguousarray(fields[:, first:last].transpose(1, 2, 0))[None])[0]
    msl, wind = fields[variables.index("msl")], wind_of(fields, variables)
    others, in_place = replace(rules, contour=0.0), replace(rules, snap_km=0.0)
    centres: list[Centre] = []
    for row, column, score in zip(*peaks(heatmap, min(least), around=True), strict=True):
        centre = measured(*_moved(msl, first + row, column, rules), float(score), msl, wind)
        contour = closed(msl, centre, rules.contour, rules.contour_degrees)
        if not contour:
            centre = measured(*_moved(msl, first + row, column, in_place), float(score), msl, wind)
        sure = score >= least[0 if contour else 1]
        if sure and not known(centre, centres, rules.merge_km) and plausible(centre, msl, others):
            centres.append(centre)
    return centres


def _rows(maximum_latitude: float) -> tuple[int, int]:
    """Return the first row, which a cell lies on, and the row behind the last that centres depend on."""
    north, south = to_pixels(np.array([maximum_latitude, -maximum_latitude]), 0)[0]
    first = max(0, int(north) - MARGIN - BEYOND) // STRIDE * STRIDE
    return first, min(ROWS, int(south) + MARGIN + BEYOND + 1)


def _moved(msl: NDArray[np.float32], row: float, column: float, rules: Rules) -> tuple[float, float]:
    """Return the latitude and longitude of the lowest pressure near a place, or of the place itself."""
    latitude, longitude = snapped(msl, float(row), float(column), rules.snap_km)
    return between_pixels(msl, latitude, longitude) if rules.snap_km > 0 else (latitude, longitude)


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
