"""Reads tables of centres, CSV with the columns time, latitude and longitude, in any calendar."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cftime
import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError

NEEDED = ("time", "latitude", "longitude")
ORIGIN = "1850-01-01"
TIME = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?)(?::?(\d\d))?(?::?(\d\d)(?:\.\d*)?)?)?Z?")


@dataclass(frozen=True)
class Centres:
    """Centres of all times, as tables hold them.

    Attributes:
        columns: Names of the columns.
        rows: The values as text, by column.
        hours: When, since the start of 1850 in the calendar [h], shape ``(N,)``.
        latitude: Degrees north [°], shape ``(N,)``.
        longitude: Degrees east [°], shape ``(N,)``.
        pressure: Lowest pressure [hPa], NaN where the table does not tell it, shape ``(N,)``.
        calendar: Of the times, by its name in the CF conventions.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    hours: NDArray[np.float64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    pressure: NDArray[np.float64]
    calendar: str

    def texts(self, fixes: NDArray[np.int64]) -> list[str]:
        """Return the times of some centres, e.g. ``2010-08-01T06:00:00``.

        Args:
            fixes: Which centres.
        """
        return texts_of(self.hours[fixes], self.calendar)


def read_centres(paths: Sequence[Path], calendar: str) -> Centres:
    """Return the centres of some tables, CSV with the columns time, latitude and longitude, and any others.

    Args:
        paths: The tables; they have the same columns.
        calendar: Of the times, by its name in the CF conventions.

    Raises:
        DataError: A file is missing or no such table, tables differ in their columns, or a value is none.
    """
    columns: tuple[str, ...] = ()
    rows: list[dict[str, str]] = []
    numbers: list[tuple[float, float, float, float]] = []
    for path in paths:
        here, lines = read_table(path)
        _check_columns(path, here, columns)
        columns = here
        for where, row in lines:
            numbers.append(_numbers(row, where, calendar))
            rows.append(row)
    hours, latitude, longitude, pressure = np.array(numbers, dtype=float).reshape(-1, 4).T
    return Centres(columns, tuple(rows), hours, latitude, longitude, pressure, calendar)


def read_table(path: Path) -> tuple[tuple[str, ...], list[tuple[str, dict[str, str]]]]:
    """Return the names of the columns of a table, and its rows, each with where it stands.

    Args:
        path: A table in CSV.

    Raises:
        DataError: The file cannot be read, or is none in CSV.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file, strict=True, restkey="", restval="")
            columns = tuple(name.strip() for name in table.fieldnames or ())
            table.fieldnames = columns
            return columns, [(f"{path}:{table.line_num}", row) for row in table]
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no table in CSV: {error}.\nGive a centres.csv of `itwinai predict`.") from None


def place_of(row: dict[str, str], names: tuple[str, str], where: str) -> tuple[float, float]:
    """Return latitude and longitude of a row [°].

    Args:
        row: Of a table.
        names: Of the two columns.
        where: File and line.

    Raises:
        DataError: A value is no place on the Earth.
    """
    latitude, longitude = (number_of(row[name], name, where) for name in names)
    if not -90 <= latitude <= 90:
        raise DataError(f"{where}: {names[0]} is {latitude:g}; it lies between -90 and 90 degrees north.")
    if not -360 <= longitude <= 360:
        raise DataError(f"{where}: {names[1]} is {longitude:g}; it lies between -360 and 360 degrees east.")
    return latitude, longitude


def number_of(text: str, name: str, where: str) -> float:
    """Return a value of a table as a number.

    Args:
        text: The value.
        name: Of its column.
        where: File and line.

    Raises:
        DataError: It is no finite number.
    """
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(f"{where}: {name} is '{text}', expected a number.")
    return number


def hours_of(text: str, where: str, calendar: str) -> float:
    """Return a time in hours since the start of 1850 in its calendar.

    Args:
        text: Such as ``2010-08-01T06:00``.
        where: File and line.
        calendar: By its name in the CF conventions.

    Raises:
        DataError: It is no time, or none of the calendar.
    """
    matched = TIME.fullmatch(text.strip())
    if matched is None:
        raise DataError(
            f"{where}: time is '{text}', expected a date and time such as 2010-08-01T06:00.\n"
            "Centres of fields without a time can be neither linked nor compared."
        )
    try:
        moment = cftime.datetime(*(int(part or 0) for part in matched.groups()), calendar=calendar)
    except ValueError:
        other = "360_day" if calendar != "360_day" else "standard"
        raise DataError(
            f"{where}: there is no {text} in the calendar '{calendar}'.\n"
            f"Give the calendar of the model by --calendar, e.g. --calendar {other}."
        ) from None
    return float(cftime.date2num(moment, f"hours since {ORIGIN}", calendar=calendar))


def texts_of(hours: NDArray[np.float64], calendar: str) -> list[str]:
    """Return times as text, the inverse of ``hours_of`` to the second.

    Args:
        hours: Since the start of 1850 [h], shape ``(N,)``.
        calendar: By its name in the CF conventions.
    """
    seconds = np.rint(hours * 3600).astype(int)
    moments = cftime.num2date(seconds, f"seconds since {ORIGIN}", calendar=calendar) if len(seconds) else []
    return [moment.isoformat() for moment in moments]


def _check_columns(path: Path, here: tuple[str, ...], before: tuple[str, ...]) -> None:
    missing = [name for name in NEEDED if name not in here]
    if missing:
        raise DataError(
            f"{path}:1: no column {' and '.join(missing)}; found {', '.join(here) or 'nothing'}.\n"
            "Give a centres.csv of `itwinai predict`, or any CSV with the columns time, latitude and longitude."
        )
    if before and here != before:
        raise DataError(
            f"{path}:1: its columns are {', '.join(here)}, those of the first table {', '.join(before)}.\n"
            "Give tables that have the same columns."
        )


def _numbers(row: dict[str, str], where: str, calendar: str) -> tuple[float, float, float, float]:
    """Return time, latitude, longitude and pressure of a row."""
    latitude, longitude = place_of(row, ("latitude", "longitude"), where)
    pressure = number_of(row["msl_hpa"], "msl_hpa", where) if row.get("msl_hpa", "").strip() else np.nan
    return hours_of(row["time"], where, calendar), latitude, longitude, pressure
