"""The tropical cyclone as a formula: pressure, wind and warm core by distance from the centre."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.geodesy import KM_PER_DEGREE, great_circle_km, signed_longitude

Array = NDArray[np.float64]

AIR_DENSITY = 1.15
"""Of the air near the sea [kg/m³]."""

KNOT = 0.514444
"""[m/s]."""

SURFACE_SHARE = 0.75
"""Wind at 10 m over wind above the boundary layer, as an analysis shows it, dimensionless."""

INFLOW = np.radians(18.0)
"""Angle by which friction turns the wind towards the centre [rad]."""

TAPER_KM = (500.0, 900.0)
"""Where a storm starts to fade into its surroundings, and where it has [km]."""


@dataclass(frozen=True)
class Vortex:
    """One storm as an analysis shows it.

    Attributes:
        latitude: Of the centre [°].
        longitude: Of the centre [°].
        deficit: Pressure missing in the centre [hPa].
        radius: Of the highest wind [km].
        shape: Holland's B: how peaked the profile is, dimensionless.
        motion: Eastward and northward velocity of the storm [m/s].
    """

    latitude: float
    longitude: float
    deficit: float
    radius: float
    shape: float
    motion: tuple[float, float] = (0.0, 0.0)


def coriolis(latitude: Array | float) -> Array:
    """Return the Coriolis parameter [1/s] of a latitude [°]."""
    return np.asarray(2 * 7.2921e-5 * np.sin(np.radians(latitude)))


def deficit_of_wind(wind: Array | float) -> Array:
    """Return the pressure deficit [hPa] that goes with a wind [kn].

    Source:
        Atkinson and Holliday, Mon. Wea. Rev. 105, 421 (1977): ``wind = 6.7 deficit^0.644``.
    """
    return np.asarray((np.maximum(wind, 0) / 6.7) ** (1 / 0.644))


def radius_of_highest_wind(wind: Array | float, latitude: Array | float) -> Array:
    """Return the radius of the highest wind [km] of a storm of some wind [kn] at some latitude [°].

    Source:
        Willoughby et al., Mon. Wea. Rev. 134, 1102 (2006), eq. 7a.
    """
    return np.asarray(46.4 * np.exp(-0.0155 * np.asarray(wind) * KNOT + 0.0169 * np.abs(latitude)))


def shape_of(radius: Array | float, latitude: Array | float) -> Array:
    """Return Holland's B of a storm with some radius of highest wind [km] at some latitude [°].

    Source:
        Vickery and Wadhera, J. Appl. Meteor. Climatol. 47, 2497 (2008), eq. 22 with the latitude's term.
    """
    return np.clip(1.881 - 0.00557 * np.asarray(radius) - 0.01295 * np.abs(latitude), 0.9, 1.9)


def as_analysed(deficit: Array | float, radius: Array | float) -> tuple[Array, Array]:
    """Return how deep and how wide a reanalysis makes a storm.

    A model of some 30 km cannot hold the inner core: it loses a quarter of a weak storm's deficit and more than half of
    a strong one's, and it spreads the winds. Calibrated by eye on ERA5, not fitted.

    Args:
        deficit: Of the real storm [hPa].
        radius: Of its highest wind [km].

    Returns:
        Both as analysed [hPa], [km].
    """
    return np.asarray(deficit * (0.75 - 0.30 * np.minimum(1, deficit / 80))), np.hypot(radius, 55.0)


def holland_deficit(distance: Array, vortex: Vortex) -> Array:
    """Return how far the pressure lies below its surroundings [hPa] at some distances [km] from the centre.

    Source:
        Holland, Mon. Wea. Rev. 108, 1212 (1980), eq. 2.
    """
    return vortex.deficit * -np.expm1(-((vortex.radius / np.maximum(distance, 1e-3)) ** vortex.shape))


def gradient_wind(distance: Array, vortex: Vortex) -> Array:
    """Return the wind [m/s] that balances the pressure of ``holland_deficit`` at some distances [km].

    Source:
        Holland, Mon. Wea. Rev. 108, 1212 (1980), eq. 4.
    """
    distance = np.maximum(distance, 1e-3)
    scaled = (vortex.radius / distance) ** vortex.shape
    squared = vortex.shape * 100 * vortex.deficit * scaled * np.exp(-scaled) / AIR_DENSITY
    half = 1000 * distance * np.abs(coriolis(vortex.latitude)) / 2
    return np.sqrt(squared + half**2) - half


def taper(distance: Array) -> Array:
    """Return one near a storm, zero far away, and a half cosine between, at some distances [km]."""
    start, end = TAPER_KM
    return 0.5 + 0.5 * np.cos(np.pi * np.clip((distance - start) / (end - start), 0, 1))


def footprint(vortex: Vortex, latitude: Array, longitude: Array) -> dict[str, Array]:
    """Return what a storm adds to the fields around it.

    Winds blow counter-clockwise around a centre in the north and clockwise in the south. Friction turns them inwards,
    and half the storm's own motion is added near it. The warm core is a Gaussian, half as high at 500 hPa as at 300.

    Args:
        vortex: The storm.
        latitude: Of the points [°], shape ``(Y, 1)``.
        longitude: Of the points [°], shape ``(1, X)``.

    Returns:
        ``msl`` [hPa], ``u10`` and ``v10`` [m/s], ``t_500`` and ``t_300`` [K], each of shape ``(Y, X)``.

    Source:
        Warm core: Wang and Jiang, J. Climate 32, 8163 (2019), for the order of magnitude.
    """
    distance = great_circle_km(vortex.latitude, vortex.longitude, latitude, longitude)
    faded = taper(distance)
    wind = SURFACE_SHARE * gradient_wind(distance, vortex) * faded
    east = signed_longitude(longitude - vortex.longitude) * np.cos(np.radians(latitude)) * KM_PER_DEGREE
    north = (latitude - vortex.latitude) * KM_PER_DEGREE
    radial = np.maximum(np.hypot(east, north), 1e-3)
    sense = 1.0 if vortex.latitude >= 0 else -1.0
    around, inwards = np.cos(INFLOW) * wind / radial, np.sin(INFLOW) * wind / radial
    carried = 0.5 * wind / max(float(wind.max()), 1e-3)
    core = min(0.14 * vortex.deficit, 12.0) * np.exp(-((distance / 220.0) ** 2))
    return {
        "msl": -holland_deficit(distance, vortex) * faded,
        "u10": -sense * around * north - inwards * east + carried * vortex.motion[0],
        "v10": sense * around * east - inwards * north + carried * vortex.motion[1],
        "t_500": 0.55 * core,
        "t_300": core,
    }
