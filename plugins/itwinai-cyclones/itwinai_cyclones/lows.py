"""Where the pressure is lowest near a place, to a fraction of a pixel."""

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.geodesy import COLUMNS, ROWS, great_circle_km, to_degrees, to_pixels, window


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
    latitude, longitude, values = window(msl, float(north), float(east), within_km)
    near = great_circle_km(north, east, latitude, longitude) <= within_km
    lowest = np.unravel_index(int(np.where(near, values, np.inf).argmin()), values.shape)
    return float(latitude[lowest[0], 0]), float(longitude[0, lowest[1]] % 360)


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
