"""Tracks of cyclones from tables of centres, in any calendar: ``itwinai cyclones track``."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cftime
import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError, whole_folder
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.linking import LinkRules, link
from itwinai_cyclones.maps import draw_tracks

TABLE, MAP = "tracks.csv", "tracks.png"
NEEDED = ("time", "latitude", "longitude")
TIME = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?)(?::?(\d\d))?(?::?(\d\d)(?:\.\d*)?)?)?Z?")


@dataclass(frozen=True)
class Centres:
    """Centres of all times, as tables hold them.

    Attributes:
        columns: Names of the columns.
        rows: The values as text, by column.
        hours: When, since an origin of the calendar [h], shape ``(N,)``.
        latitude: Degrees north [°], shape ``(N,)``.
        longitude: Degrees east [°], shape ``(N,)``.
        pressure: Lowest pressure [hPa], NaN where the table does not tell it, shape ``(N,)``.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    hours: NDArray[np.float64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    pressure: NDArray[np.float64]


def track_files(paths: Sequence[Path], output: Path, rules: LinkRules, calendar: str) -> list[str]:
    """Link the centres of tables; write ``tracks.csv`` and ``tracks.png``.

    Args:
        paths: Tables of centres, as ``itwinai predict`` writes them, in any order.
        output: Folder to make.
        rules: Which centres may follow one another, and which tracks count.
        calendar: Of the times, by its name in the CF conventions.

    Returns:
        Lines for the terminal.

    Raises:
        DataError: A table is unfit; nothing is written then.
        UserError: The folder is there already or cannot be made.
    """
    centres = read_centres(paths, calendar)
    _refuse_far_apart(centres, rules)
    number = link(centres.hours, centres.latitude, centres.longitude, rules)
    tracks = _tracks(centres, number)
    lines = _summary(centres, tracks)
    alone = number < 0
    with whole_folder(output) as folder:
        _write_tracks(folder / TABLE, centres, tracks)
        draw_tracks(
            folder / MAP,
            [(centres.latitude[fixes], centres.longitude[fixes], centres.pressure[fixes]) for fixes in tracks],
            (centres.latitude[alone], centres.longitude[alone]),
            lines[0],
        )
    return lines


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
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:
                table = csv.DictReader(file, strict=True, restkey="", restval="")
                here = tuple(name.strip() for name in table.fieldnames or ())
                table.fieldnames = here
                _check_columns(path, here, columns)
                columns = here
                for row in table:
                    numbers.append(_numbers(row, f"{path}:{table.line_num}", calendar))
                    rows.append(row)
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}.") from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise DataError(f"{path} is no table in CSV: {error}.\nGive a centres.csv of `itwinai predict`.") from None
    hours, latitude, longitude, pressure = np.array(numbers, dtype=float).reshape(-1, 4).T
    return Centres(columns, tuple(rows), hours, latitude, longitude, pressure)


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
    latitude, longitude = (_number(row[name], name, where) for name in ("latitude", "longitude"))
    if not -90 <= latitude <= 90:
        raise DataError(f"{where}: latitude is {latitude:g}; it lies between -90 and 90 degrees north.")
    if not -360 <= longitude <= 360:
        raise DataError(f"{where}: longitude is {longitude:g}; it lies between -360 and 360 degrees east.")
    pressure = _number(row["msl_hpa"], "msl_hpa", where) if row.get("msl_hpa", "").strip() else np.nan
    return _hours(row["time"], where, calendar), latitude, longitude, pressure


def _number(text: str, name: str, where: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(f"{where}: {name} is '{text}', expected a number.")
    return number


def _hours(text: str, where: str, calendar: str) -> float:
    """Return a time in hours since the origin of its calendar."""
    matched = TIME.fullmatch(text.strip())
    if matched is None:
        raise DataError(
            f"{where}: time is '{text}', expected a date and time such as 2010-08-01T06:00.\n"
            "Centres of fields without a time cannot be linked."
        )
    try:
        moment = cftime.datetime(*(int(part or 0) for part in matched.groups()), calendar=calendar)
    except ValueError:
        other = "360_day" if calendar != "360_day" else "standard"
        raise DataError(
            f"{where}: there is no {text} in the calendar '{calendar}'.\n"
            f"Give the calendar of the model by --calendar, e.g. --calendar {other}."
        ) from None
    return float(cftime.date2num(moment, "hours since 1850-01-01", calendar=calendar))


def _refuse_far_apart(centres: Centres, rules: LinkRules) -> None:
    """Refuse times that lie further apart than links may reach: there would be no track, for no reason to be seen."""
    steps = np.diff(np.unique(centres.hours))
    if len(steps) and steps.min() > rules.gap:
        raise DataError(
            f"The times of the centres lie {steps.min():g} h apart or more, those of a track {rules.gap:g} h or less.\n"
            f"Give centres of more times, or a longer --gap, e.g. --gap {steps.min():g}."
        )


def _tracks(centres: Centres, number: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the centres of each track, in order of time."""
    order = np.lexsort((centres.hours, number))
    order = order[number[order] >= 0]
    return np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []


def _write_tracks(path: Path, centres: Centres, tracks: Sequence[NDArray[np.int64]]) -> None:
    """Write the rows of all tracks, with the number of the track before each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("track_id", *centres.columns))
        for track, fixes in enumerate(tracks):
            table.writerows((track, *(centres.rows[fix][column] for column in centres.columns)) for fix in fixes)


def _summary(centres: Centres, tracks: Sequence[NDArray[np.int64]]) -> list[str]:
    """Return what to tell on the terminal: how many, and the deepest of them."""
    count, linked = len(centres.hours), sum(len(fixes) for fixes in tracks)
    lines = [f"{len(tracks)} track(s) of {linked} centres; {count - linked} centres of no track."]
    pressure = np.where(np.isnan(centres.pressure), np.inf, centres.pressure)
    lowest = [float(pressure[fixes].min()) for fixes in tracks]
    if min(lowest, default=np.inf) < np.inf:
        fixes = tracks[int(np.argmin(lowest))]
        north, east, hours = centres.latitude[fixes], centres.longitude[fixes], centres.hours[fixes]
        way = float(great_circle_km(north[:-1], east[:-1], north[1:], east[1:]).sum())
        first, last = (centres.rows[fix]["time"] for fix in (fixes[0], fixes[-1]))
        lines.append(
            f"Deepest: {min(lowest):.0f} hPa, {len(fixes)} centres from {first} to {last}, "
            f"{way:.0f} km in {hours[-1] - hours[0]:g} h."
        )
    return lines
