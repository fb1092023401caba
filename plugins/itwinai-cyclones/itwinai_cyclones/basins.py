"""The basins of tropical cyclones, as IBTrACS parts the oceans."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

BASINS = ("NA", "EP", "WP", "NI", "SI", "SP", "SA")
"""North Atlantic, Eastern and Western Pacific, North and South Indian, South Pacific, South Atlantic."""

# From Colombia along the heights of Central America and Mexico: west of it lies the Pacific.
DIVIDE_LATITUDE = (0.0, 7.0, 8.0, 9.0, 9.5, 11.0, 13.0, 15.0, 16.5, 18.0, 20.0, 25.0, 90.0)
DIVIDE_LONGITUDE = (-77.0, -77.0, -78.0, -81.0, -83.0, -84.5, -86.0, -90.0, -94.5, -98.0, -101.0, -104.0, -104.0)


def basin_of(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.str_]:
    """Return the basin of places.

    Args:
        latitude: Degrees north [°].
        longitude: Degrees east, in any turn [°].

    Returns:
        Names out of ``BASINS``, of the shape of the arguments.

    Source:
        IBTrACS version 4, technical details: basins. Only the border in Central America follows the land by eye.
    """
    north, east = np.asarray(latitude, dtype=float), np.asarray(longitude, dtype=float) % 360
    divide = np.interp(north, DIVIDE_LATITUDE, DIVIDE_LONGITUDE) + 360
    northern = np.select(
        [(east >= 30) & (east < 100), (east >= 100) & (east < 180), (east >= 180) & (east < divide)],
        ["NI", "WP", "EP"],
        "NA",
    )
    southern = np.select([(east >= 10) & (east < 135), (east >= 135) & (east < 290)], ["SI", "SP"], "SA")
    return np.where(north >= 0, northern, southern)
