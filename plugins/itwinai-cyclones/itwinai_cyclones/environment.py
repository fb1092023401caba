"""The weather around the storms: zonal climate, travelling waves, extratropical lows, rough ground."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, next_fast_len, rfft2

from itwinai_cyclones import terrain
from itwinai_cyclones.geodesy import EARTH_RADIUS, KM_PER_DEGREE, signed_longitude
from itwinai_cyclones.regrid import source_axes
from itwinai_cyclones.vortex import AIR_DENSITY, coriolis

Array = NDArray[np.float64]

# Zonal means by latitude, written from textbook climatology [°], [hPa], [m/s], [K].
LATITUDES = (-90.0, -65.0, -50.0, -35.0, -22.0, -10.0, 0.0, 10.0, 22.0, 35.0, 50.0, 65.0, 90.0)
PRESSURE = (995.0, 987.0, 1003.0, 1016.0, 1016.0, 1011.0, 1010.0, 1011.0, 1015.0, 1016.0, 1012.0, 1011.0, 1014.0)
EASTWARD = (0.0, -1.0, 4.0, 2.0, -3.0, -4.5, -2.5, -4.5, -3.0, 1.5, 3.0, 0.0, 0.0)
TEMPERATURE_500 = (236.0, 242.0, 251.0, 260.0, 266.0, 268.0, 268.0, 268.0, 267.0, 261.0, 252.0, 243.0, 238.0)
TEMPERATURE_300 = (217.0, 220.0, 225.0, 233.0, 240.0, 242.0, 242.5, 242.0, 241.0, 234.0, 226.0, 221.0, 218.0)

# Waves: their scale [°], and their amplitude at the equator and poleward of 55° [hPa], [m/s].
PRESSURE_WAVES = ((12.0, 1.3, 8.5), (5.0, 0.7, 3.0), (1.8, 0.5, 0.6))
WIND_WAVES = ((6.0, 2.4, 2.0), (1.6, 0.9, 1.2))

REACH_OF_LOWS = 4000.0
"""Distance from which a low no longer shows [km]."""


@dataclass(frozen=True)
class Low:
    """An extratropical or heat low: what must not be taken for a tropical cyclone.

    Attributes:
        latitude: Of the centre [°].
        longitude: Of the centre [°].
        depth: Pressure missing in the centre [hPa].
        size: Scale along and across the long axis [km].
        angle: Of the long axis, from east to north [rad].
    """

    latitude: float
    longitude: float
    depth: float
    size: tuple[float, float]
    angle: float


def draw_lows(generator: np.random.Generator) -> list[Low]:
    """Return the lows of one time: deep ones of the storm tracks, small ones of the subtropics, heat lows over land.

    Args:
        generator: Source of chance.
    """
    kinds = ((9, 15, (35, 66), (6, 42), (350, 900)), (2, 6, (22, 40), (2, 14), (180, 420)))
    lows = []
    for fewest, most, latitudes, depths, sizes in kinds:
        for _ in range(int(generator.integers(fewest, most + 1))):
            side = generator.choice((-1, 1))
            size = generator.uniform(*sizes)
            lows.append(
                Low(
                    latitude=side * generator.uniform(*latitudes),
                    longitude=generator.uniform(0, 360),
                    depth=generator.uniform(*depths),
                    size=(size * generator.uniform(1, 2.2), size),
                    angle=generator.uniform(0, np.pi),
                )
            )
    return lows + _draw_heat_lows(generator)


def _draw_heat_lows(generator: np.random.Generator, tries: int = 24) -> list[Low]:
    """Return shallow lows over land between 10° and 35° of latitude."""
    latitude = generator.choice((-1, 1), tries) * generator.uniform(10, 35, tries)
    longitude = generator.uniform(0, 360, tries)
    inland = terrain.land_at(latitude, longitude) > 0.8
    return [
        Low(north, east, generator.uniform(2, 9), (generator.uniform(300, 900), generator.uniform(200, 500)), 0.0)
        for north, east in zip(latitude[inland], longitude[inland], strict=True)
    ]


def low_deficit(low: Low, latitude: Array, longitude: Array) -> Array:
    """Return how far a low pulls the pressure down [hPa].

    Args:
        low: The low.
        latitude: Of the points [°], shape ``(Y, 1)``.
        longitude: Of the points [°], shape ``(1, X)``.

    Returns:
        Shape ``(Y, X)``.
    """
    east = signed_longitude(longitude - low.longitude) * np.cos(np.radians(latitude)) * KM_PER_DEGREE
    north = (latitude - low.latitude) * KM_PER_DEGREE
    along = np.cos(low.angle) * east + np.sin(low.angle) * north
    across = -np.sin(low.angle) * east + np.cos(low.angle) * north
    scaled = (along / low.size[0]) ** 2 + (across / low.size[1]) ** 2
    # The cosine of the distance is a product a direction, and much quicker than the distance itself.
    turn = np.radians(longitude - low.longitude)
    north, other = np.radians(latitude), np.radians(low.latitude)
    near = np.sin(north) * np.sin(other) + np.cos(north) * np.cos(other) * np.cos(turn) > np.cos(
        REACH_OF_LOWS / EARTH_RADIUS
    )
    # Wider than a Gaussian far out, as lows are; near 0 the two agree.
    widened = 1 + scaled
    return np.asarray(near * low.depth / (widened * np.sqrt(widened)))


def waves(shape: tuple[int, int], scale: float, generator: np.random.Generator) -> Array:
    """Return smooth noise of mean square one on a field that closes around the globe.

    Args:
        shape: Rows and columns.
        scale: Standard deviation of the smoothing [grid points].
        generator: Source of chance.
    """
    size = next_fast_len(shape[0] + round(3 * scale), real=True), shape[1]
    noise = irfft2(rfft2(generator.standard_normal(size)) * _smoothing(size, scale), s=size)
    return np.asarray(noise[: shape[0]] / np.sqrt(np.vdot(noise, noise) / noise.size))


@cache
def _smoothing(size: tuple[int, int], scale: float) -> Array:
    """Return the transform of a bell of some deviation [grid points], for a field of real numbers."""
    rows, columns = np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None, :]
    return np.exp(-2 * (np.pi * scale) ** 2 * (rows**2 + columns**2))


@cache
def _ground() -> tuple[Array, Array]:
    """Return the share of land and the high ground on the grid of 1°, shape ``(181, 360)`` each."""
    north, east = source_axes(1.0)
    places = north[:, None], east[None, :]
    return terrain.land_at(*places), terrain.high_ground_at(*places)


def surroundings(season: float, generator: np.random.Generator) -> dict[str, Array]:
    """Return the fields of one time without its storms, on the grid of 1°.

    The wind is a zonal mean, plus what balances the pressure anomalies, plus waves of its own; land slows it by half.

    Args:
        season: Part of the year gone, from 0 to 1.
        generator: Source of chance.

    Returns:
        ``msl`` [hPa], ``u10`` and ``v10`` [m/s], ``t_500`` and ``t_300`` [K], each of shape ``(181, 360)``.
    """
    north_axis, east_axis = source_axes(1.0)
    latitude, longitude = north_axis[:, None], east_axis[None, :]
    shape = (latitude.size, longitude.size)
    poleward = np.clip(np.abs(latitude) / 55, 0, 1) ** 1.5
    shifted = latitude - 4 * np.sin(2 * np.pi * (season - 0.3))  # the belts follow the sun, a month late
    land, high = _ground()

    anomaly = sum(
        (low + (high - low) * poleward) * waves(shape, scale, generator) for scale, low, high in PRESSURE_WAVES
    )
    anomaly = np.asarray(anomaly)
    for low in draw_lows(generator):
        rows = np.abs(north_axis - low.latitude) * KM_PER_DEGREE < REACH_OF_LOWS
        anomaly[rows] -= low_deficit(low, latitude[rows], longitude)
    tide = 1.1 * np.cos(np.radians(latitude)) ** 3 * np.cos(np.radians(2 * longitude) + generator.uniform(0, 2 * np.pi))
    rough = 3.0 * high * waves(shape, 1.2, generator)

    east, north = _balanced(anomaly, latitude)
    slowed = 1 - 0.55 * land
    wind = [sum((low + (high - low) * poleward) * waves(shape, scale, generator) for scale, low, high in WIND_WAVES)]
    wind.append(
        sum((low + (high - low) * poleward) * waves(shape, scale, generator) for scale, low, high in WIND_WAVES)
    )
    # Lows of the middle latitudes are cold aloft: a kelvin for each 8 hPa.
    cold = 0.12 * np.clip(anomaly, -30, 30) * poleward
    return {
        "msl": np.interp(shifted, LATITUDES, PRESSURE) + anomaly + tide + rough,
        "u10": (np.interp(shifted, LATITUDES, EASTWARD) + east + wind[0]) * slowed,
        "v10": (north + wind[1]) * slowed,
        "t_500": np.interp(shifted, LATITUDES, TEMPERATURE_500)
        + cold
        + (0.7 + 2 * poleward) * waves(shape, 5, generator),
        "t_300": np.interp(shifted, LATITUDES, TEMPERATURE_300)
        - cold
        + (0.7 + 2 * poleward) * waves(shape, 5, generator),
    }


def _balanced(pressure: Array, latitude: Array) -> tuple[Array, Array]:
    """Return the wind [m/s] of a pressure field [hPa] on a grid of 1°, slowed and turned by friction.

    Near the equator the balance fails: without a floor under the Coriolis parameter the wind would grow without bound.
    """
    metres = 1000 * KM_PER_DEGREE
    across = np.maximum(np.cos(np.radians(latitude)), 0.2)
    north = np.gradient(100 * pressure, axis=0) / -metres
    east = (np.roll(100 * pressure, -1, axis=1) - np.roll(100 * pressure, 1, axis=1)) / (2 * metres * across)
    actual, least = coriolis(latitude), coriolis(20.0)
    # Close to the true balance poleward of 20°, and without a jump at the equator.
    inverse = actual / (actual**2 + least**2 * np.exp(-((latitude / 20) ** 2)))
    u, v = -north * inverse / AIR_DENSITY, east * inverse / AIR_DENSITY
    turn = np.clip(latitude / 10, -1, 1) * np.radians(20)
    return 0.6 * (u * np.cos(turn) - v * np.sin(turn)), 0.6 * (u * np.sin(turn) + v * np.cos(turn))
