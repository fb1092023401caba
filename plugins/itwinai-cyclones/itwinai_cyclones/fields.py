"""Reads fields out of netCDF and Zarr: finds variables, converts units, brings them to the model's grid."""

import warnings
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from itwinai_cyclones.quantities import DERIVED, QUANTITIES, FieldsError, Quantity
from itwinai_cyclones.regrid import Regrid, model_axes

GLOBE = 60.0
"""Latitude, north and south, that a field must reach to count as global [°]."""


class Fields:
    """The fields of one or several files that share their times and grid.

    Args:
        paths: netCDF files or Zarr stores; a variable is taken from the first one that has it.
        variables: Which fields are wanted, in this order.

    Raises:
        FieldsError: a file cannot be read, a variable is missing, its units are unknown, or the grid is no globe.
    """

    def __init__(self, paths: Sequence[Path], variables: Sequence[str]) -> None:
        self.paths = tuple(paths)
        self.variables = tuple(variables)
        self._datasets = [open_dataset(path) for path in paths]
        self._parts = {part: self._find(part) for name in variables for part in self._parts_of(name)}
        self._regrid = {part: _regrid(array, self._where) for part, array in self._parts.items()}
        lengths = {part: _length(array) for part, array in self._parts.items()}
        if len(set(lengths.values())) > 1:
            raise FieldsError(
                f"{self._where} holds different numbers of times: {lengths}.\nGive files that cover the same times."
            )
        # Units are told by the attribute and checked by the values, before any work is done.
        self._convert = {part: QUANTITIES[part].conversion(array, self._where) for part, array in self._parts.items()}

    @property
    def _where(self) -> str:
        return ", ".join(str(path) for path in self.paths)

    @cached_property
    def times(self) -> list[str]:
        """Times as text, ISO 8601, in any calendar; one empty text where the file has no time."""
        array = next(iter(self._parts.values()))
        axis = _time_dimension(array)
        if axis is None:
            return [""]
        values = array[axis].to_numpy() if axis in array.coords else np.arange(array.sizes[axis])
        units = next((data.attrs["time_units"] for data in self._datasets if "time_units" in data.attrs), None)
        if values.dtype.kind in "iuf" and units is not None:
            encoded = xr.Dataset(coords={"time": ("time", values, {"units": units.split("(")[0].strip()})})
            values = xr.decode_cf(encoded)["time"].to_numpy()
        if values.dtype.kind == "M":
            return [str(value) for value in values.astype("datetime64[m]")]
        return [value.isoformat() if hasattr(value, "isoformat") else str(value) for value in values]

    def at(self, index: int) -> NDArray[np.float32]:
        """Return the fields of one time on the model's grid, in the units of ``QUANTITIES``.

        Args:
            index: Position in ``times``.

        Returns:
            Shape ``(C, 721, 1440)``.

        Raises:
            FieldsError: values are missing, or the file breaks off.
        """
        parts = {name: self._read(name, index) for name in self._parts}
        fields = []
        for name in self.variables:
            if name in parts:
                fields.append(parts[name])
            else:
                east, north = (parts[part] for part in DERIVED[name])
                fields.append(np.hypot(east, north))
        return np.stack(fields)

    def _parts_of(self, name: str) -> tuple[str, ...]:
        """Return what to read for a variable: itself, or the two winds that it can be worked out from."""
        derived = DERIVED.get(name, ())
        there = [any(QUANTITIES[part].find(data) is not None for data in self._datasets) for part in (name, *derived)]
        return derived if derived and not there[0] and all(there[1:]) else (name,)

    def _find(self, name: str) -> xr.DataArray:
        quantity = QUANTITIES[name]
        for data in self._datasets:
            found = quantity.find(data)
            if found is not None:
                array = quantity.level_of(found, self._where)
                axes = [name for name in (_axis(array, "latitude"), _axis(array, "longitude")) if name is not None]
                return array.transpose(..., *axes)
        raise FieldsError(self._missing(name, quantity))

    def _missing(self, name: str, quantity: Quantity) -> str:
        there = sorted(str(variable) for data in self._datasets for variable in data.data_vars)
        or_from = f", or {' and '.join(DERIVED[name])} to work it out from" if name in DERIVED else ""
        return (
            f"{self._where} has no {name} ({quantity.title}).\n"
            f"Found: {', '.join(there) or 'no variable'}.\n"
            f"Looked for the standard_name {' or '.join(quantity.standard_names)}, then for a variable called "
            f"{', '.join(quantity.aliases)}{or_from}.\n"
            "Rename the variable, or train with settings.data.variables that the file has."
        )

    def _read(self, name: str, index: int) -> NDArray[np.float32]:
        array = self._parts[name]
        axis = _time_dimension(array)
        try:
            values = (array if axis is None else array.isel({axis: index})).to_numpy()
        except (OSError, RuntimeError, ValueError) as error:
            raise FieldsError(
                f"{self._where} breaks off while reading {name}: {error}.\nCopy or download the file again."
            ) from error
        empty = int(np.count_nonzero(~np.isfinite(values)))
        if empty:
            raise FieldsError(
                f"{self._where} has {empty} of {values.size} values missing in {name} at time {index}.\n"
                "The network needs whole fields: fill the gaps first."
            )
        scale, offset = self._convert[name]
        return self._regrid[name](values * scale + offset)


def open_groups(paths: Sequence[Path], variables: Sequence[str]) -> list[Fields]:
    """Return the fields of some files: file by file where the first has all variables, else all files together.

    CMIP6 keeps one variable a file, ERA5 downloads keep them together.

    Args:
        paths: netCDF files or Zarr stores.
        variables: Which fields are wanted.

    Raises:
        FieldsError: as ``Fields``.
    """
    if len(paths) == 1:
        return [Fields(paths, variables)]
    try:
        first = Fields(paths[:1], variables)
    except FieldsError:
        return [Fields(paths, variables)]
    return [first, *(Fields([path], variables) for path in paths[1:])]


def open_dataset(path: Path) -> xr.Dataset:
    """Return what a netCDF file or a Zarr store holds, read when needed.

    Args:
        path: A file, or the folder of a Zarr store.

    Raises:
        FieldsError: there is no such file, or it is neither.
    """
    if not path.exists():
        raise FieldsError(f"There is no file {path}.\nCheck the path.")
    kind = "Zarr store" if path.is_dir() else "netCDF file"
    try:
        with warnings.catch_warnings():
            # Stores carry notes beside their arrays, which Zarr remarks upon.
            warnings.filterwarnings("ignore", message="Object at .* is not recognized")
            if path.is_dir():
                return xr.open_dataset(path, engine="zarr", consolidated=False)
            return xr.open_dataset(path, engine="netcdf4")
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FieldsError(
            f"{path} cannot be read as a {kind}: {reason}.\n"
            "It is of another format, or it was cut short: copy or download it again."
        ) from error


def _regrid(array: xr.DataArray, where: str) -> Regrid:
    """Return the way from a variable's grid to the model's."""
    axes = {}
    for axis in ("latitude", "longitude"):
        found = _axis(array, axis)
        if found is None or array[found].ndim != 1:
            raise FieldsError(
                f"{where} has no {axis} of one dimension for {array.name}.\n"
                f"Dimensions are {dict(array.sizes)}. Interpolate the field to a grid of latitude and longitude first."
            )
        axes[axis] = array[found].to_numpy().astype(float)
    return _of_axes(tuple(axes["latitude"]), tuple(axes["longitude"]), where)


@cache
def _of_axes(latitude: tuple[float, ...], longitude: tuple[float, ...], where: str) -> Regrid:
    """Return the interpolation from a global grid; variables of one file share it."""
    north, east = np.array(latitude), np.array(longitude)
    turn, once = np.unique(np.round(east % 360, 6), return_index=True)  # sorted, and without a repeated 360°
    gap = float(np.max(np.diff(turn, append=turn[0] + 360))) if len(turn) > 3 else 360.0
    if gap > 5 or north.max() < GLOBE or north.min() > -GLOBE:
        raise FieldsError(
            f"{where} covers latitudes {north.min():g} to {north.max():g} and longitudes {east.min():g} to "
            f"{east.max():g}: no globe.\nCentres are looked for all around the Earth; give a global field."
        )
    return Regrid(north, turn, model_axes(), columns=once)


def _axis(array: xr.DataArray, axis: str) -> str | None:
    """Return the name of the coordinate that is the latitude or the longitude."""
    units = {"latitude": "degrees_north", "longitude": "degrees_east"}[axis]
    for name in array.dims:
        if name in array.coords:
            attributes = array[name].attrs
            if (
                axis in (attributes.get("standard_name"), attributes.get("long_name"))
                or attributes.get("units") == units
            ):
                return str(name)
    return next((str(name) for name in array.dims if str(name).lower() in {axis, axis[:3]}), None)


def _time_dimension(array: xr.DataArray) -> str | None:
    """Return the dimension that is left besides latitude and longitude."""
    rest = [str(name) for name in array.dims if name not in (_axis(array, "latitude"), _axis(array, "longitude"))]
    return rest[0] if rest else None


def _length(array: xr.DataArray) -> int:
    axis = _time_dimension(array)
    return 1 if axis is None else array.sizes[axis]
