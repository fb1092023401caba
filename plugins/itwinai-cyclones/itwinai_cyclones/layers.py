"""What one file holds: each quantity on each of its levels, when, on which grid, and how to read it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from itwinai_cyclones import axes
from itwinai_cyclones.axes import Axis
from itwinai_cyclones.moments import Moments, read_moments
from itwinai_cyclones.opening import BROKEN, first_line, quiet
from itwinai_cyclones.quantities import KNOWN, FieldsError, Quantity
from itwinai_cyclones.units import Conversion, conversion

Array = NDArray[np.float64]

NOWHERE = 1e19
"""Values beyond this are marks of gaps that the file does not declare: 1e20 in CMIP, 9.97e36 in netCDF."""

BLOCK = 128 * 2**20
"""Most that is read at once from a file that keeps many times in one piece [bytes]."""

METRES = 100
"""Height of winds that bear it in their name as others bear their level [m]."""

CHOICES = {"number", "member", "member_id", "realization", "ensemble", "ens", "step", "expver"}
"""Dimensions that are no times even where a variable has no other."""


@dataclass(frozen=True)
class Layer:
    """A quantity on one level in one file.

    Attributes:
        path: The file.
        variable: Its name there.
        level: Pressure [hPa], or None at the surface.
        fixed: Dimensions of which one place is taken: the level, and those of length one.
        dimensions: Of time, or None, of latitude and of longitude.
        moments: When.
        grid: Latitudes and longitudes [°].
        convert: Factor and then offset that lead to the unit of the quantity.
        block: How many times to read at once.
    """

    path: Path
    variable: str
    level: float | None
    fixed: Mapping[str, int]
    dimensions: tuple[str | None, str, str]
    moments: Moments
    grid: tuple[Array, Array]
    convert: Conversion
    block: int

    def __len__(self) -> int:
        """Return the number of times."""
        return max(1, len(self.moments.seconds))

    @property
    def dated(self) -> bool:
        """Whether the file says when, be it by numbers only."""
        return self.dimensions[0] is not None or len(self.moments.seconds) > 0

    def read(self, data: xr.Dataset, first: int, last: int) -> NDArray[np.floating]:
        """Return some times, in the unit of the quantity, NaN where values are missing.

        Args:
            data: The file, open.
            first: Of the times.
            last: Behind the last of them.

        Returns:
            Shape ``(T, Y, X)`` on the grid of the file.

        Raises:
            FieldsError: the file breaks off.
        """
        time, north, east = self.dimensions
        array = data[self.variable].isel(self.fixed)
        if time is not None:
            array = array.isel({time: slice(first, last)})
        order = [name for name in ("expver", time) if name is not None and name in array.dims]
        try:
            with quiet():
                values = array.transpose(*order, north, east).to_numpy()
        except BROKEN as error:
            raise FieldsError(
                f"{self.path} breaks off while reading {self.variable}: {first_line(error)}.\n"
                "Copy or download the file again."
            ) from error
        values = np.array(values, dtype=values.dtype if values.dtype.kind == "f" else np.float32, copy=None)
        # In place: what is read at once may be large.
        values[np.abs(values) >= NOWHERE] = np.nan
        if array.encoding.get("_FillValue") == 0 and "scale_factor" not in array.encoding:
            values[np.isnan(values)] = 0  # Zarr marks gaps so where nobody says otherwise; a calm is none
        if "expver" in order:
            # ERA5 and its preliminary months lie beside one another; where one has values the other has none.
            values = np.where(np.isnan(values[0]), values[1], values[0])
        values *= self.convert[0]
        values += self.convert[1]
        return values.reshape(-1, *values.shape[-2:])


def family(quantity: Quantity) -> str:
    """Return what quantities have in common that differ only in their level.

    Args:
        quantity: Of ``KNOWN``.
    """
    return quantity.aliases[0]


def survey(path: Path, data: xr.Dataset, quantity: Quantity) -> list[Layer]:
    """Return what a file holds of a quantity: on each level, or at the surface.

    Args:
        path: The file.
        data: The file, open.
        quantity: What is looked for; its own level does not matter.

    Raises:
        FieldsError: what is there cannot be understood.
    """
    return _on_levels(path, data, quantity) if quantity.level else _at_surface(path, data, quantity)


def find(data: xr.Dataset, quantity: Quantity) -> str | None:
    """Return the name of a variable at the surface, by its standard name first and by an alias second, or None.

    Two variables may share a standard name, as the winds at 10 m and at 100 m do: an alias decides between them.

    Args:
        data: What a file holds.
        quantity: At the surface.
    """
    others = {alias for other in KNOWN.values() if other is not quantity for alias in other.aliases}
    named = [
        str(name)
        for name, variable in data.data_vars.items()
        if variable.attrs.get("standard_name") in quantity.standard_names
        and name not in others - set(quantity.aliases)
        and _near_ground(data, variable)
    ]
    if len(named) == 1:
        return named[0]
    aliased = [alias for alias in quantity.aliases if alias in data.data_vars]
    both = [name for name in aliased if name in named]
    return next(iter(both or aliased), None)


def _near_ground(data: xr.Dataset, variable: xr.DataArray) -> bool:
    try:
        on_level = axes.levels(data, variable, "") is not None
    except FieldsError:
        return False
    height, told = axes.height(data, variable), re.fullmatch(r"(?:u|v|ua|va|ws|si)_?(\d+)m?", str(variable.name))
    height = float(told[1]) if told else height
    return not on_level and (height is None or abs(height - 10) <= 5)


def _at_surface(path: Path, data: xr.Dataset, quantity: Quantity) -> list[Layer]:
    name = find(data, quantity)
    if name is None:
        return []
    array = data[name]
    axis = axes.levels(data, array, str(path))
    single = axis is not None and axis.dimension and len(axis.values) == 1
    return [_layer(path, data, array, quantity, {axis.dimension: 0} if axis is not None and single else {})]


def _on_levels(path: Path, data: xr.Dataset, quantity: Quantity) -> list[Layer]:
    """Return the levels of all variables that are the quantity, each once."""
    layers: dict[float, Layer] = {}
    unfit: FieldsError | None = None
    for name, told in _candidates(data, quantity):
        try:
            axis = Axis("", np.array([told])) if told else axes.levels(data, data[name], str(path))
        except FieldsError as error:
            unfit = error
            continue
        if axis is not None:
            one = _layer(path, data, data[name], quantity, {axis.dimension: 0} if axis.dimension else {})
            for index, level in enumerate(np.round(axis.values, 3).tolist()):
                fixed = {name: index if name == axis.dimension else place for name, place in one.fixed.items()}
                layers.setdefault(level, replace(one, level=level, fixed=fixed))
    if unfit is not None and not layers:
        raise unfit
    return list(layers.values())


def _candidates(data: xr.Dataset, quantity: Quantity) -> Iterator[tuple[str, float]]:
    """Yield the variables that may be a quantity on levels, with the level in their name [hPa], or 0.

    ``u10`` and ``u100`` are no levels but winds at so many metres.
    """
    aliases = "|".join(quantity.aliases)
    for name, variable in data.data_vars.items():
        matched = re.fullmatch(rf"(?:{aliases})(?:_?(\d{{3,4}})(?:hPa)?)?", str(name))
        level = float(matched[1] or 0) if matched else 0.0
        standard = variable.attrs.get("standard_name")
        if level != METRES and (standard in quantity.standard_names or (matched and standard in {None, "unknown"})):
            yield str(name), level


def _layer(path: Path, data: xr.Dataset, array: xr.DataArray, quantity: Quantity, level: dict[str, int]) -> Layer:
    """Return a variable as a layer, of which the first level is taken."""
    if not array.size:
        raise FieldsError(f"{path} holds {array.name} for no time at all.\nGive a file with at least one time.")
    grid = axes.latitude(data, array), axes.longitude(data, array)
    north, east = (_refused_if_none(*pair, path, array) for pair in zip(grid, ("latitude", "longitude"), strict=True))
    time = axes.time(data, array)
    rest = [str(name) for name in array.dims if name not in {north.dimension, east.dimension, time, *level}]
    if time is None and len(rest) == 1 and rest[0].lower() not in CHOICES:
        time, rest = rest[0], []
    for name in rest:
        if array.sizes[name] > 1 and not (name == "expver" and array.sizes[name] == 2):
            raise FieldsError(
                f"{path} holds {array.name} with a dimension '{name}' of {array.sizes[name]}: one field a time is "
                f"wanted.\nChoose one first, e.g. by `isel({name}=0)` of xarray."
            )
    return Layer(
        path=path,
        variable=str(array.name),
        level=None,
        fixed=level | {name: 0 for name in rest if array.sizes[name] == 1},
        dimensions=(time, north.dimension, east.dimension),
        moments=read_moments(data, array, time, str(path)),
        grid=(north.values, east.values),
        convert=_conversion(path, array, quantity),
        block=_block(array, time),
    )


def _refused_if_none(axis: Axis | None, name: str, path: Path, array: xr.DataArray) -> Axis:
    if axis is None:
        raise FieldsError(
            f"{path} has no {name} of one dimension for {array.name}.\n"
            f"Dimensions are {dict(array.sizes)}. Interpolate the field to a grid of latitude and longitude first."
        )
    return axis


def _conversion(path: Path, array: xr.DataArray, quantity: Quantity) -> Conversion:
    """Return the way from the units that are stated, or else of those that make sense of the values."""
    stated = str(array.attrs.get("units", "")).strip()
    known = conversion(stated, quantity.units) if stated else None
    if known is not None:
        return known
    median = _median(path, array)
    for factor, offset in () if stated else quantity.units.values():
        if quantity.possible[0] <= median * factor + offset <= quantity.possible[1]:
            return factor, offset
    raise FieldsError(not_understood(str(path), array, median, quantity))


def not_understood(where: str, array: xr.DataArray, median: float, quantity: Quantity) -> str:
    """Return the message about units that are not known, or that the values contradict.

    Args:
        where: Name of the file.
        array: The variable.
        median: Of its values, in its own units.
        quantity: What it should be.
    """
    stated = str(array.attrs.get("units", "")).strip()
    return (
        f"{where} holds {array.name} in {f'units of {stated!r}' if stated else 'units that it does not name'}, "
        f"with a median of {median:g}: not understood as {quantity.title}.\n"
        f"Known units are {', '.join(quantity.units)}, and the median must lie between {quantity.plausible[0]:g} and "
        f"{quantity.plausible[1]:g} {quantity.unit}. Correct the attribute 'units'."
    )


def _median(path: Path, array: xr.DataArray) -> float:
    """Return the median of a part of the first field, NaN where it has no value."""
    try:
        with quiet():
            values = array.isel(dict.fromkeys(array.dims[:-2], 0)).to_numpy()[::4, ::4].astype(float)
            return float(np.nanmedian(np.where(np.abs(values) < NOWHERE, values, np.nan)))
    except BROKEN as error:
        raise FieldsError(
            f"{path} breaks off while reading {array.name}: {first_line(error)}.\nCopy or download the file again."
        ) from error


def _block(array: xr.DataArray, time: str | None) -> int:
    """Return how many times a file keeps in one piece, or fewer where these would fill the memory."""
    sizes = array.encoding.get("preferred_chunks") or {}
    together = int(sizes.get(time, 1)) if time is not None else 1
    field = 4 * array.sizes[array.dims[-1]] * array.sizes[array.dims[-2]]
    return max(1, min(together, BLOCK // field))
