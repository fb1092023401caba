"""From the heatmap of the compact network to the centres of a global field."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.detections import Centre, Rules, known, measured, plausible, wind_of
from itwinai_cyclones.geodesy import ROWS, to_degrees, to_pixels
from itwinai_cyclones.heatmaps import MARGIN, STRIDE, peaks
from itwinai_cyclones.lows import between_pixels, snapped
from itwinai_cyclones.physics import HIGHEST, NARROW, WIDE, closed, likelihood, rise_around, warmth

BEYOND = 28
"""Rows beyond the highest latitude from which a centre may be moved to within it."""

PROPOSED = 0.3
"""Score of the network alone below which a peak is not looked at; 1 of 240 generated cyclones has a lower one."""

Answer = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def heatmap(fields: NDArray[np.float32], answer: Answer, maximum_latitude: float) -> NDArray[np.float32]:
    """Return what a network answers where centres may lie, shape ``(Y, 360, 3)``.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        answer: Takes some rows all around, shape ``(1, Y, 1440, C)``, to a heatmap, shape ``(1, Y / 4, 360, 3)``.
        maximum_latitude: Farthest from the equator that a centre may lie [°].

    Returns:
        Row 0 lies on the first of ``rows`` of the same latitude.
    """
    first, last = rows(maximum_latitude)
    return np.asarray(answer(np.ascontiguousarray(fields[:, first:last].transpose(1, 2, 0))[None])[0])


def centres_of(
    fields: NDArray[np.float32], variables: tuple[str, ...], answers: NDArray[np.float32], rules: Rules
) -> list[Centre]:
    """Return the centres of one time that a network's answers and the physical check make, highest score first.

    The score is the probability that a peak of the heatmap is a cyclone, given how sure the network is, what contours
    close around it, and how warm its core is. Where the pressure closes a contour, its lowest point, to a fraction of
    a pixel, is the centre; elsewhere the centre stays where the network puts it.

    Args:
        fields: On the model's grid, shape ``(C, 721, 1440)``.
        variables: What the channels are; ``msl`` is among them.
        answers: As ``heatmap`` returns them.
        rules: What counts as a centre; stride and agreement do not matter here.
    """
    first, _ = rows(rules.maximum_latitude)
    msl, wind = fields[variables.index("msl")], wind_of(fields, variables)
    proposals = []
    for row, column, raw in zip(*peaks(answers, PROPOSED, around=True), strict=True):
        lowest, place = _lowest_near(msl, first + row, column, rules.snap_km), to_degrees(first + row, column)
        narrow = rise_around(msl, *lowest, NARROW, HIGHEST["narrow"])
        wide = rise_around(msl, *lowest, WIDE, HIGHEST["wide"])
        score = likelihood(float(raw), narrow, wide, warmth(fields, variables, *lowest))
        if score >= rules.score:
            firm = rules.snap_km > 0 and closed(msl, *lowest, rules.contour, rules.contour_degrees)
            proposals.append((score, lowest if firm else (float(place[0]), float(place[1]))))
    centres: list[Centre] = []
    for score, (latitude, longitude) in sorted(proposals, key=lambda proposal: -proposal[0]):
        centre = measured(latitude, longitude, score, msl, wind)
        if not known(centre, centres, rules.merge_km) and plausible(centre, fields, variables, rules):
            centres.append(centre)
    return centres


def rows(maximum_latitude: float) -> tuple[int, int]:
    """Return the first row, which a cell lies on, and the row behind the last that centres depend on.

    Args:
        maximum_latitude: Farthest from the equator that a centre may lie [°].
    """
    north, south = to_pixels(np.array([maximum_latitude, -maximum_latitude]), 0)[0]
    first = max(0, int(north) - MARGIN - BEYOND) // STRIDE * STRIDE
    return first, min(ROWS, int(south) + MARGIN + BEYOND + 1)


def _lowest_near(msl: NDArray[np.float32], row: float, column: float, within_km: float) -> tuple[float, float]:
    """Return the latitude and longitude of the lowest pressure near a place, or of the place itself."""
    latitude, longitude = snapped(msl, float(row), float(column), within_km)
    return between_pixels(msl, latitude, longitude) if within_km > 0 else (latitude, longitude)
