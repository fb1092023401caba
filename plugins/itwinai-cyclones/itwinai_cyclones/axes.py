"""Finds the axes of a variable: latitude, longitude, pressure level, height, time, and what else it has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.units import PASCALS, conversion, plain

Array = NDArray[np.float64]

NORTH, EAST = (
    {f"{degree}{gap}{word}" for degree in ("degree", "degrees") for gap in ("", " ") for word in (whole, whole[0])}
    for whole in ("north", "east")
)
LEVELS = {"plev", "level", "lev", "pressure", "pressure_level", "isobaricinhpa", "levelist", "air_pressure"}
TIMES = {"time", "valid_time", "t", "date", "times", "forecast_time"}


@dataclass(frozen=True)
class Axis:
    """One axis of a variable.

    Attributes:
        dimension: Of the variable.
        values: Along it, shape ``(N,)``.
    """

    dimension: str
    values: Array


def latitude(data: xr.Dataset, array: xr.DataArray) -> Axis | None:
    """Return the axis of latitudes [°], or None.

    Args:
        data: What the file holds.
        array: The variable.
    """
    return _horizontal(data, array, "latitude", NORTH, {"latitude", "lat"})


def longitude(data: xr.Dataset, array: xr.DataArray) -> Axis | None:
    """Return the axis of longitudes [°], or None.

    Args:
        data: What the file holds.
        array: The variable.
    """
    return _horizontal(data, array, "longitude", EAST, {"longitude", "lon"})


def time(data: xr.Dataset, array: xr.DataArray) -> str | None:
    """Return the dimension of times, or None.

    Args:
        data: What the file holds.
        array: The variable.
    """
    for name, coordinate in _along(data, array):
        attributes = coordinate.attrs
        if (
            attributes.get("standard_name") == "time"
            or attributes.get("axis") == "T"
            or " since " in str(attributes.get("units", ""))
        ):
            return str(name)
    return next((str(name) for name in array.dims if str(name).lower() in TIMES), None)


def levels(data: xr.Dataset, array: xr.DataArray, where: str) -> Axis | None:
    """Return the axis of pressure levels [hPa]; of a variable on one level, an axis without a dimension; or None.

    Args:
        data: What the file holds.
        array: The variable.
        where: Name of the file, for messages.

    Raises:
        FieldsError: the levels are no pressures.
    """
    candidates = [*_along(data, array), *_beside(data, array)]
    for name, coordinate in candidates:
        attributes = coordinate.attrs
        stated = attributes.get("units")
        factor = None if stated is None else conversion(str(stated), PASCALS)
        named = str(coordinate.name).lower() in LEVELS or attributes.get("standard_name") == "air_pressure"
        if factor is not None and (named or attributes.get("axis") == "Z" or name):
            return Axis(name, _numbers(coordinate) * factor[0])
        if named and (stated is None or not str(stated).strip()):
            values = _numbers(coordinate)
            # Without units they are told by their size: nothing on Earth lies at 2000 hPa.
            return Axis(name, values / 100 if values.size and values.max() > 2000 else values)
        if name and (named or attributes.get("axis") == "Z") and array.sizes[name] > 1:
            told = attributes.get("standard_name") or attributes.get("long_name") or f"in units of {stated!r}"
            raise FieldsError(
                f"{where} holds {array.name} on the levels '{name}' ({told}), which are no pressures.\n"
                "Interpolate it to pressure levels first, e.g. by `cdo ml2pl,85000,50000,30000`."
            )
    return None


def height(data: xr.Dataset, array: xr.DataArray) -> float | None:
    """Return the height above ground that a coordinate of one value states [m], or None.

    Args:
        data: What the file holds.
        array: The variable.
    """
    for _, coordinate in _beside(data, array):
        if coordinate.attrs.get("standard_name") == "height" or coordinate.name in {"height", "heightAboveGround"}:
            return float(_numbers(coordinate)[0])
    return None


def _horizontal(
    data: xr.Dataset, array: xr.DataArray, standard_name: str, units: set[str], names: set[str]
) -> Axis | None:
    """Return the axis that is known by its standard name or units, else by its name."""
    tests: tuple[Callable[[xr.DataArray], bool], ...] = (
        lambda found: found.attrs.get("standard_name") == standard_name,
        lambda found: plain(str(found.attrs.get("units", ""))) in units,
        lambda found: str(found.attrs.get("long_name", "")).lower() == standard_name,
        lambda found: str(found.name).lower() in names,
    )
    along = list(_along(data, array))
    for test in tests:
        for dimension, found in along:
            if test(found) and found.dtype.kind in "iuf":
                values = _numbers(found)
                radians = plain(str(found.attrs.get("units", ""))).startswith("radian")
                return Axis(dimension, np.degrees(values) if radians else values)
    return None


def _along(data: xr.Dataset, array: xr.DataArray) -> Iterator[tuple[str, xr.DataArray]]:
    """Yield the variables of one dimension that lie along a dimension of the array, its own coordinates first."""
    own = [str(name) for name in array.dims if name in data.variables and data[name].dims == (name,)]
    rest = [
        str(name)
        for name, variable in data.variables.items()
        if name not in own and variable.ndim == 1 and variable.dims[0] in array.dims and name != array.name
    ]
    for name in (*own, *rest):
        yield str(data[name].dims[0]), data[name]


def _beside(data: xr.Dataset, array: xr.DataArray) -> Iterator[tuple[str, xr.DataArray]]:
    """Yield the coordinates of one value that belong to the array."""
    for name in array.coords:
        if data[name].size == 1 and not set(data[name].dims) & set(array.dims):
            yield "", data[name]


def _numbers(coordinate: xr.DataArray) -> Array:
    return np.atleast_1d(np.asarray(coordinate.to_numpy(), dtype=float))
