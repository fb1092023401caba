"""The variables that the network may read: their names in files, their units, their plausible values."""

from dataclasses import dataclass

import numpy as np
import xarray as xr


class FieldsError(ValueError):
    """A file does not hold what it should; the message says what, where, and what to do."""


PASCALS = {"Pa": (0.01, 0.0), "hPa": (1.0, 0.0), "mbar": (1.0, 0.0), "mb": (1.0, 0.0), "millibar": (1.0, 0.0)}
SPEEDS = {"m s-1": (1.0, 0.0), "m s**-1": (1.0, 0.0), "m/s": (1.0, 0.0), "m s^-1": (1.0, 0.0), "knots": (0.514444, 0.0)}
KELVINS = {"K": (1.0, 0.0), "degC": (1.0, 273.15), "Celsius": (1.0, 273.15)}


@dataclass(frozen=True)
class Quantity:
    """One variable.

    Attributes:
        title: In words.
        unit: That the network is fed with.
        standard_names: Of the CF conventions.
        aliases: Names of the variable in ERA5, CMIP6 and others, looked for when no standard name is there.
        units: Known units, with the factor and then the offset that lead to ``unit``.
        plausible: Between which values the median of a global field lies [unit].
        level: Pressure level to take where the variable has several [hPa], or None for a field at the surface.
    """

    title: str
    unit: str
    standard_names: tuple[str, ...]
    aliases: tuple[str, ...]
    units: dict[str, tuple[float, float]]
    plausible: tuple[float, float]
    level: float | None = None

    def find(self, data: xr.Dataset) -> xr.DataArray | None:
        """Return the variable, by its standard name first and by an alias second, or None.

        Two variables may share a standard name, as the winds at 10 m and at 100 m do: an alias decides between them.

        Args:
            data: What a file holds.
        """
        named = [
            str(name)
            for name, variable in data.data_vars.items()
            if variable.attrs.get("standard_name") in self.standard_names and self._fits(variable)
        ]
        aliased = [alias for alias in self.aliases if alias in data.data_vars]
        if len(named) == 1:
            return data[named[0]]
        both = [name for name in aliased if name in named]
        return data[(both or aliased)[0]] if both or aliased else None

    def level_of(self, array: xr.DataArray, where: str) -> xr.DataArray:
        """Return the variable on its pressure level, or as it is where it has no levels.

        Args:
            array: Of any dimensions.
            where: Names of the files, for messages.

        Raises:
            FieldsError: the level is not there.
        """
        vertical = _vertical(array)
        if vertical is None:
            return array
        levels = array[vertical].to_numpy().astype(float)
        pressures = levels / 100 if levels.max() > 2000 else levels  # CMIP6 counts in Pa, ERA5 in hPa
        if self.level is None and len(levels) == 1:
            return array.isel({vertical: 0})
        near = np.flatnonzero(np.isclose(pressures, self.level if self.level is not None else np.nan))
        if not len(near):
            raise FieldsError(
                f"{where} holds {array.name} on the levels {', '.join(f'{p:g}' for p in pressures)} hPa, but "
                f"{self.title} is wanted.\nTrain with settings.data.variables that the file has."
            )
        return array.isel({vertical: int(near[0])})

    def conversion(self, array: xr.DataArray, where: str) -> tuple[float, float]:
        """Return factor and offset from the file's units to ours, told by the attribute and checked by the values.

        Args:
            array: The variable.
            where: Names of the files, for messages.

        Raises:
            FieldsError: the units are unknown, or the values contradict them.
        """
        if not array.size:
            raise FieldsError(f"{where} holds {array.name} for no time at all.\nGive a file with at least one time.")
        sample = array.isel(dict.fromkeys(array.dims[:-2], 0))
        try:
            values = sample.to_numpy()[::4, ::4]
        except (OSError, RuntimeError, ValueError) as error:
            raise FieldsError(
                f"{where} breaks off while reading {array.name}: {error}.\nCopy or download the file again."
            ) from error
        if not np.isfinite(values).any():
            raise FieldsError(
                f"{where} holds no value of {array.name} at its first time, only gaps.\n"
                "Part of it was not written or not copied: get it again."
            )
        median = float(np.nanmedian(values))
        stated = array.attrs.get("units")
        candidates = list(self.units) if stated is None else [stated]
        for factor, offset in (self.units[name] for name in candidates if name in self.units):
            if self.plausible[0] <= median * factor + offset <= self.plausible[1]:
                return factor, offset
        raise FieldsError(
            f"{where} holds {array.name} in {f'units of {stated!r}' if stated else 'units that it does not name'}, "
            f"with a median of {median:g}: not understood as {self.title}.\n"
            f"Known units are {', '.join(self.units)}, and the median must lie between {self.plausible[0]:g} and "
            f"{self.plausible[1]:g} {self.unit}. Correct the attribute 'units'."
        )

    def _fits(self, variable: xr.DataArray) -> bool:
        """Return whether a variable of the right standard name is at the right height."""
        return (_vertical(variable) is not None) == (self.level is not None)


def _vertical(array: xr.DataArray) -> str | None:
    """Return the dimension of pressure levels."""
    names = {"plev", "level", "lev", "pressure", "pressure_level", "isobaricInhPa"}
    return next((str(name) for name in array.dims if str(name) in names and name in array.coords), None)


QUANTITIES = {
    "msl": Quantity(
        title="pressure at mean sea level",
        unit="hPa",
        standard_names=("air_pressure_at_mean_sea_level", "air_pressure_at_sea_level"),
        aliases=("msl", "psl", "mslp", "slp", "prmsl"),
        units=PASCALS,
        plausible=(950, 1060),
    ),
    "wind_speed": Quantity(
        title="wind speed at 10 m",
        unit="m/s",
        standard_names=("wind_speed",),
        aliases=("wind_speed", "si10", "sfcWind", "ws10"),
        units=SPEEDS,
        plausible=(0.5, 20),
    ),
    "gust": Quantity(
        title="gust at 10 m",
        unit="m/s",
        standard_names=("wind_speed_of_gust",),
        aliases=("gust", "fg10", "i10fg", "wsgmax", "sfcWindmax"),
        units=SPEEDS,
        plausible=(0.5, 30),
    ),
    "u10": Quantity(
        title="eastward wind at 10 m",
        unit="m/s",
        standard_names=("eastward_wind",),
        aliases=("u10", "uas", "10u"),
        units=SPEEDS,
        plausible=(-10, 10),
    ),
    "v10": Quantity(
        title="northward wind at 10 m",
        unit="m/s",
        standard_names=("northward_wind",),
        aliases=("v10", "vas", "10v"),
        units=SPEEDS,
        plausible=(-10, 10),
    ),
    "t_500": Quantity(
        title="temperature at 500 hPa",
        unit="K",
        standard_names=("air_temperature",),
        aliases=("t_500", "t500", "ta500", "ta", "t"),
        units=KELVINS,
        plausible=(230, 285),
        level=500.0,
    ),
    "t_300": Quantity(
        title="temperature at 300 hPa",
        unit="K",
        standard_names=("air_temperature",),
        aliases=("t_300", "t300", "ta300", "ta", "t"),
        units=KELVINS,
        plausible=(205, 260),
        level=300.0,
    ),
}

DERIVED = {"wind_speed": ("u10", "v10")}
"""Variables that can be worked out from others: the speed from its two parts."""
