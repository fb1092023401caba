"""The times of a file in its own calendar, in order and each once."""

from dataclasses import dataclass

import cftime
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from itwinai_cyclones.quantities import FieldsError

ORIGIN = "seconds since 1850-01-01"
FAMILIES = {"gregorian": "standard", "noleap": "365_day", "all_leap": "366_day"}
REFORM = -8_425_555_200  # 1583-01-01, from which on the standard calendar is the proleptic one [s since 1850]


@dataclass(frozen=True)
class Moments:
    """Times of one file or of a record.

    Attributes:
        calendar: By its name in the CF conventions, or an empty text where the file tells no dates.
        seconds: Since the start of 1850 in that calendar, or bare numbers where the file tells no dates, shape
            ``(T,)``; of shape ``(0,)`` where there is no axis of time at all.
    """

    calendar: str
    seconds: NDArray[np.int64]

    def texts(self) -> list[str]:
        """Return the times as text, ISO 8601, to the minute or the second; bare numbers as they stand."""
        if not self.calendar:
            return [str(number) for number in self.seconds.tolist()]
        moments = cftime.num2date(self.seconds, ORIGIN, self.calendar) if len(self.seconds) else []
        return [str(moment.isoformat(timespec="seconds").removesuffix(":00")) for moment in moments]

    def at(self, index: int) -> str:
        """Return one time as text.

        Args:
            index: Its place.
        """
        return Moments(self.calendar, self.seconds[[index]]).texts()[0]


def read_moments(data: xr.Dataset, array: xr.DataArray, dimension: str | None, where: str) -> Moments:
    """Return the times of a variable.

    Args:
        data: What the file holds, its times as numbers.
        array: The variable.
        dimension: Its dimension of times, or None.
        where: Name of the file, for messages.

    Raises:
        FieldsError: the times cannot be understood, go backwards, or stand twice.
    """
    coordinate = _coordinate(data, array, dimension)
    if coordinate is None:
        count = 0 if dimension is None else array.sizes[dimension]
        return Moments("", np.arange(count))
    moments = _decoded(_whole(coordinate), _stated(data, coordinate), where)
    steps = np.diff(moments.seconds)
    if (steps <= 0).any():
        first = int(np.flatnonzero(steps <= 0)[0])
        one, other = Moments(moments.calendar, moments.seconds[first : first + 2]).texts()
        what = f"the time {one} twice" if one == other else f"times that go backwards, {other} after {one}"
        raise FieldsError(
            f"{where} holds {what} (number {first + 1} and {first + 2} of {len(moments.seconds)}).\n"
            "Put its times in order, each once, e.g. by `cdo mergetime`, or `sortby` and `drop_duplicates` of xarray."
        )
    return moments


def _coordinate(data: xr.Dataset, array: xr.DataArray, dimension: str | None) -> xr.DataArray | None:
    """Return where the times stand: along the dimension, or beside a variable of one time."""
    if dimension is not None and dimension in data.variables:
        return data[dimension]
    for name in array.coords if dimension is None else data.variables:
        found = data[name]
        dated = " since " in str(found.attrs.get("units", "")) or found.attrs.get("standard_name") == "time"
        if dated and found.dims == (() if dimension is None else (dimension,)):
            return found
    return None


def _whole(coordinate: xr.DataArray) -> NDArray[np.generic]:
    """Return times without gaps: a coordinate has none, so what is taken for one is a time like any other.

    Zarr marks gaps by 0 where nobody says otherwise, and so hides the first of all hours.
    """
    values, mark = np.atleast_1d(coordinate.to_numpy()), coordinate.encoding.get("_FillValue")
    if values.dtype.kind == "f" and mark is not None and np.abs(mark) < 1e15:
        values = np.where(np.isnan(values), mark, values)
    return values


def _stated(data: xr.Dataset, coordinate: xr.DataArray) -> tuple[str | None, str]:
    """Return units and calendar as stated beside the times, or, for lack of that, in a note of the whole file."""
    units = coordinate.attrs.get("units", data.attrs.get("time_units"))
    calendar = str(coordinate.attrs.get("calendar", "standard")).lower()
    return None if units is None else str(units).split("(", maxsplit=1)[0].strip(), calendar


def _decoded(values: NDArray[np.generic], stated: tuple[str | None, str], where: str) -> Moments:
    units, calendar = stated
    if values.dtype.kind in "SUOT":
        values, units, calendar = _of_words(values, where), "seconds since 1970-01-01", "proleptic_gregorian"
    if values.dtype.kind == "f" and not np.isfinite(values.astype(float)).all():
        raise FieldsError(f"{where} has gaps among its times.\nA part of it was not written: copy or make it again.")
    if units is None:
        numbers = values.astype(float)
        if (numbers != np.rint(numbers)).any():
            raise FieldsError(
                f"{where} holds times such as {numbers[numbers != np.rint(numbers)][0]:g} without units.\n"
                "State them as CF does, e.g. 'days since 1850-01-01'."
            )
        return Moments("", np.rint(numbers).astype(np.int64))
    try:
        seconds = _seconds(values, units, calendar)
    except (ValueError, OverflowError, TypeError) as error:
        raise FieldsError(
            f"{where} holds times in '{units}' of the calendar '{calendar}', which cannot be read: {error}.\n"
            "State them as CF does, e.g. 'days since 1850-01-01' with the calendar 'noleap'."
        ) from None
    family = FAMILIES.get(calendar, calendar)
    whole = np.rint(seconds).astype(np.int64)
    if family == "proleptic_gregorian" and (not len(whole) or whole.min() >= REFORM):
        family = "standard"
    return Moments(family, whole)


def _seconds(values: NDArray[np.generic], units: str, calendar: str) -> NDArray[np.float64]:
    """Return numbers in some units as seconds since 1850."""
    if units.startswith("nanoseconds"):
        values, units = values.astype(np.int64) // 1000, units.replace("nano", "micro", 1)
    if not units.startswith("day as"):
        dates = cftime.num2date(values, units, calendar)
        return np.asarray(cftime.date2num(dates, ORIGIN, calendar), dtype=float)
    # The way of ECHAM: 20010131.25 is six o'clock on 31 January 2001.
    days, parts = np.divmod(values.astype(float), 1)
    parted = ((int(day // 10000), int(day // 100 % 100), int(day % 100)) for day in days)
    dates = [cftime.datetime(*parts_of_day, calendar=calendar) for parts_of_day in parted]
    return np.asarray(cftime.date2num(dates, ORIGIN, calendar) + 86400 * parts, dtype=float)


def _of_words(values: NDArray[np.generic], where: str) -> NDArray[np.int64]:
    """Return times that are written out, in seconds since 1970."""
    words = [value.decode() if isinstance(value, bytes) else str(value) for value in values.tolist()]
    try:
        return np.array([word.strip().replace("_", "T") for word in words], "datetime64[s]").astype(np.int64)
    except ValueError as error:
        raise FieldsError(
            f"{where} holds times that cannot be read: {error}.\nState them as numbers, as CF does."
        ) from None
