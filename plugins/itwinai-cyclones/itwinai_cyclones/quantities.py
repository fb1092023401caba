"""The variables that the network may read: their names in files, their units, their plausible values."""

from collections.abc import Mapping
from dataclasses import dataclass

from itwinai_cyclones.units import KELVINS, PASCALS, ROTATIONS, SPEEDS, Conversion


class FieldsError(ValueError):
    """A file does not hold what it should; the message says what, where, and what to do."""


@dataclass(frozen=True)
class Quantity:
    """One variable.

    Attributes:
        title: In words.
        unit: That the network is fed with.
        standard_names: Of the CF conventions.
        aliases: Names of the variable in ERA5, CMIP6 and others, looked for when no standard name is there. On
            pressure levels, the level may follow: ``ta500`` and ``ta_500`` are ``ta`` at 500 hPa.
        units: Known units, with the factor and then the offset that lead to ``unit``.
        plausible: Between which values the median of a global field lies [unit].
        possible: Between which values every value lies [unit].
        level: Pressure level to take [hPa], or None for a field at the surface.
        below_ground: Whether values may be missing where the level lies below the ground.
    """

    title: str
    unit: str
    standard_names: tuple[str, ...]
    aliases: tuple[str, ...]
    units: Mapping[str, Conversion]
    plausible: tuple[float, float]
    possible: tuple[float, float]
    level: float | None = None
    below_ground: bool = False


WINDS, KELVIN = (-150.0, 150.0), (160.0, 330.0)
EASTWARD, NORTHWARD, TEMPERATURE = ("eastward_wind",), ("northward_wind",), ("air_temperature",)

QUANTITIES = {
    "msl": Quantity(
        title="pressure at mean sea level",
        unit="hPa",
        standard_names=("air_pressure_at_mean_sea_level", "air_pressure_at_sea_level"),
        aliases=("msl", "psl", "mslp", "slp", "prmsl"),
        units=PASCALS,
        plausible=(950, 1060),
        possible=(820, 1120),
    ),
    "wind_speed": Quantity(
        title="wind speed at 10 m",
        unit="m/s",
        standard_names=("wind_speed",),
        aliases=("wind_speed", "si10", "sfcWind", "ws10"),
        units=SPEEDS,
        plausible=(0.5, 20),
        possible=(-0.5, 150),  # packing to integers may leave a calm slightly below zero
    ),
    "gust": Quantity(
        title="gust at 10 m",
        unit="m/s",
        standard_names=("wind_speed_of_gust",),
        aliases=("gust", "fg10", "i10fg", "wsgmax", "sfcWindmax"),
        units=SPEEDS,
        plausible=(0.5, 30),
        possible=(-0.5, 200),
    ),
    "u10": Quantity(
        title="eastward wind at 10 m",
        unit="m/s",
        standard_names=EASTWARD,
        aliases=("u10", "uas", "10u"),
        units=SPEEDS,
        plausible=(-10, 10),
        possible=WINDS,
    ),
    "v10": Quantity(
        title="northward wind at 10 m",
        unit="m/s",
        standard_names=NORTHWARD,
        aliases=("v10", "vas", "10v"),
        units=SPEEDS,
        plausible=(-10, 10),
        possible=WINDS,
    ),
    "t_500": Quantity(
        title="temperature at 500 hPa",
        unit="K",
        standard_names=TEMPERATURE,
        aliases=("ta", "t"),
        units=KELVINS,
        plausible=(230, 285),
        possible=KELVIN,
        level=500.0,
    ),
    "t_300": Quantity(
        title="temperature at 300 hPa",
        unit="K",
        standard_names=TEMPERATURE,
        aliases=("ta", "t"),
        units=KELVINS,
        plausible=(205, 260),
        possible=KELVIN,
        level=300.0,
    ),
    "vo_850": Quantity(
        title="relative vorticity at 850 hPa",
        unit="1e-5/s",
        standard_names=("atmosphere_relative_vorticity",),
        aliases=("vo", "rv", "vorticity"),
        units=ROTATIONS,
        plausible=(-3, 3),
        possible=(-500, 500),
        level=850.0,
        below_ground=True,
    ),
}

PARTS = {
    "u_850": Quantity(
        title="eastward wind at 850 hPa",
        unit="m/s",
        standard_names=EASTWARD,
        aliases=("ua", "u"),
        units=SPEEDS,
        plausible=(-15, 15),
        possible=WINDS,
        level=850.0,
        below_ground=True,
    ),
    "v_850": Quantity(
        title="northward wind at 850 hPa",
        unit="m/s",
        standard_names=NORTHWARD,
        aliases=("va", "v"),
        units=SPEEDS,
        plausible=(-15, 15),
        possible=WINDS,
        level=850.0,
        below_ground=True,
    ),
}
"""What is read only to work out others."""

DERIVED = {"wind_speed": ("u10", "v10"), "vo_850": ("u_850", "v_850")}
"""Variables that can be worked out from two others: the speed of a wind, and its vorticity."""

KNOWN = QUANTITIES | PARTS
