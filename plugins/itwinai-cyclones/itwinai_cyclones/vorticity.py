"""The vorticity of a wind on the sphere, and the sign that makes a cyclone positive on either hemisphere."""

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.geodesy import EARTH_RADIUS

Array = NDArray[np.float64]
Values = NDArray[np.floating]


def relative_vorticity(eastward: Values, northward: Values, latitude: Array, longitude: Array) -> Array:
    """Return the relative vorticity of a wind on a whole globe, by differences of second order.

    On a pole, where all meridians meet, it is the circulation along the next row over the area that the row encloses.

    Args:
        eastward: Wind [m/s], shape ``(Y, X)``.
        northward: Wind [m/s], shape ``(Y, X)``.
        latitude: Of the rows, increasing or decreasing, shape ``(Y,)`` [°].
        longitude: Of the columns, one turn at equal distances, increasing, shape ``(X,)`` [°].

    Returns:
        Counter-clockwise positive [1/s], shape ``(Y, X)``.

    Source:
        Holton, An Introduction to Dynamic Meteorology, 4th ed. (2004), appendix C: the vertical component of the curl
        in spherical coordinates; Stokes' theorem at the poles.
    """
    north, step = np.radians(latitude), 2 * np.pi / len(longitude)
    metres, width = 1000 * EARTH_RADIUS, np.cos(north)[:, None]
    poles = np.abs(np.abs(latitude) - 90) < 1e-6
    across = np.where(poles[:, None], 1.0, width)
    turning = (np.roll(northward, -1, axis=1) - np.roll(northward, 1, axis=1)) / (2 * step)
    shear = np.gradient(eastward * width, north, axis=0)
    vorticity = (turning - shear) / (metres * across)
    for row in np.flatnonzero(poles):
        beside = 1 if row == 0 else row - 1
        around = np.cos(north[beside]) * eastward[beside].mean() * np.sign(latitude[row])
        vorticity[row] = around / (metres * (1 - np.sin(abs(north[beside]))))
    return np.asarray(vorticity)


def cyclonic(vorticity: Values, latitude: Array) -> Array:
    """Return vorticity with its sign turned on the southern hemisphere, so that cyclones are positive on both.

    Args:
        vorticity: Counter-clockwise positive, shape ``(Y, X)``.
        latitude: Of the rows, shape ``(Y,)`` [°].
    """
    return np.asarray(vorticity * np.where(latitude < 0, -1.0, 1.0)[:, None])
