"""Lines on the map as GeoJSON, cut where they cross the meridian of 180°."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.geodesy import signed_longitude

DIGITS = 6
"""Of degrees: a tenth of a metre."""


def geometry(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> dict[str, Any]:
    """Return the way of one track: a line, several lines where it crosses 180°, or a point where it stands still.

    Between two fixes the way is taken to be straight on a map of longitude and latitude, the shorter way round.

    Args:
        latitude: Degrees north [°], shape ``(N,)``, at least one.
        longitude: Degrees east, in any turn [°], shape ``(N,)``.

    Returns:
        A geometry object; positions are longitude, in ``[-180, 180]``, and latitude [°].

    Source:
        RFC 7946, 3.1 and 3.1.9.
    """
    parts = _parts(latitude, np.unwrap(signed_longitude(longitude), period=360))
    lines = [[[round(float(east), DIGITS), round(float(north), DIGITS)] for east, north in part] for part in parts]
    if len(lines[0]) == 1:
        return {"type": "Point", "coordinates": lines[0][0]}
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _parts(north: NDArray[np.float64], unrolled: NDArray[np.float64]) -> list[list[tuple[float, float]]]:
    """Return the pieces of a way that lie in one turn of longitude each, as longitude and latitude."""
    turns = np.floor((unrolled + 180) / 360)
    parts = [[(unrolled[0] - 360 * turns[0], north[0])]]
    for index in range(1, len(north)):
        before, after = turns[index - 1], turns[index]
        if before != after:
            edge = 180 + 360 * min(before, after)
            share = (edge - unrolled[index - 1]) / (unrolled[index] - unrolled[index - 1])
            crossing = north[index - 1] + share * (north[index] - north[index - 1])
            side = 180 if after > before else -180
            parts[-1].append((side, crossing))
            parts.append([(-side, crossing)])
        parts[-1].append((unrolled[index] - 360 * after, north[index]))
    # A fix on the meridian itself is there twice, or in a part of its own.
    parts = [[place for number, place in enumerate(part) if not number or place != part[number - 1]] for part in parts]
    return [part for part in parts if len(part) > 1] or parts[:1]
