"""Reads tracks: CSV, netCDF, and the text of TempestExtremes; those of `itwinai cyclones track` and of others."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cftime
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from itwinai_core import DataError
from itwinai_cyclones.centre_tables import ORIGIN, hours_of, place_of, read_table
from itwinai_cyclones.matching import Fixes

PLACES = (("latitude", "longitude"), ("lat", "lon"))
NUMBERS = ("track_id", "trajectory_id", "TRACK_ID", "sid")
USE = "Give tracks.csv, tracks.nc or tracks.txt of `itwinai cyclones track`, or a centres.csv of `itwinai predict`."

Row = tuple[str | None, float, float, float]
"""Track, time [h], latitude and longitude [°]."""


def read_tracks(paths: Sequence[Path], calendar: str) -> tuple[Fixes, str]:
    """Return the fixes of some files as one record, and their calendar.

    Tracks of one name in two files are two tracks. Fixes have names only where all files tell them.

    Args:
        paths: CSV, netCDF or text of TempestExtremes.
        calendar: Of the times of CSV and text; netCDF tells its own.

    Raises:
        DataError: A file is unfit, there is no fix, or calendars differ.
    """
    rows: list[Row] = []
    calendars: dict[str, Path] = {}
    for path in paths:
        if path.suffix in {".parquet", ".geojson", ".json"}:
            raise DataError(f"{path}: tracks are not read from {path.suffix[1:]}.\n{USE}")
        here, own = _read_netcdf(path) if path.suffix in {".nc", ".nc4"} else (_read_text(path, calendar), calendar)
        calendars.setdefault(_family(own), path)
        many = len(paths) > 1
        rows += [(f"{path.stem}:{row[0]}" if many and row[0] is not None else row[0], *row[1:]) for row in here]
    if len(calendars) > 1:
        told = ", ".join(f"{name} ({path})" for name, path in calendars.items())
        raise DataError(f"The files are of different calendars: {told}.\nGive tracks of one model at a time.")
    if not rows:
        raise DataError(f"{', '.join(map(str, paths))}: no fix of any cyclone.\nThere is nothing to compare.")
    hours, latitude, longitude = np.array([row[1:] for row in rows], dtype=float).T
    names, track = np.empty(0, dtype=str), np.full(len(rows), -1)
    if all(row[0] is not None for row in rows):
        names, track = np.unique([str(row[0]) for row in rows], return_inverse=True)
    return Fixes(names, track, hours, latitude, longitude), next(iter(calendars))


def _family(calendar: str) -> str:
    """Return one name for calendars that agree since 1582."""
    return "standard" if calendar in {"gregorian", "proleptic_gregorian"} else calendar


def _read_text(path: Path, calendar: str) -> list[Row]:
    return _read_csv(path, calendar) if path.suffix == ".csv" else _read_te(path, calendar)


def _read_csv(path: Path, calendar: str) -> list[Row]:
    columns, lines = read_table(path)
    names = next((pair for pair in PLACES if set(pair) <= set(columns)), None)
    parts = [name for name in ("year", "month", "day", "hour") if name in columns]
    if names is None or ("time" not in columns and len(parts) < 3):
        raise DataError(
            f"{path}:1: no column time, latitude or longitude; found {', '.join(columns) or 'nothing'}.\n{USE}"
        )
    rows: list[Row] = []
    for where, row in lines:
        if "time" in columns:
            hours = hours_of(row["time"], where, calendar)
        else:
            hours = hours_of(_date([row[name] for name in parts]), where, calendar)
        rows.append((row.get("track_id"), hours, *place_of(row, names, where)))
    return rows


def _read_te(path: Path, calendar: str) -> list[Row]:
    """Return the fixes of the text that StitchNodes writes, on a grid of two axes or of one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is no text.\n{USE}") from None
    rows: list[Row] = []
    track = -1
    for number, line in enumerate(lines, 1):
        where, words = f"{path}:{number}", line.split()
        if words[:1] == ["start"]:
            track += 1
        elif words and (track < 0 or len(words) < 7):
            raise DataError(f"{where}: no tracks of TempestExtremes, whose first line begins with 'start'.\n{USE}")
        elif words:
            # An unstructured grid has one index; a second one is told from a longitude by its missing point.
            first = 2 if words[1].lstrip("-").isdigit() else 1
            place = place_of({"longitude": words[first], "latitude": words[first + 1]}, PLACES[0], where)
            rows.append((str(track), hours_of(_date(words[-4:]), where, calendar), *place))
    return rows


def _date(parts: list[str]) -> str:
    """Return year, month, day and maybe hour as one text."""
    try:
        year, month, day, *hour = (int(float(part)) for part in parts)
    except (ValueError, OverflowError):
        return " ".join(parts)
    return f"{year:04}-{month:02}-{day:02}" + "".join(f"T{value:02}:00" for value in hour)


def _read_netcdf(path: Path) -> tuple[list[Row], str]:
    """Return the fixes of trajectories: one after another with their lengths, each with its number, or in rows."""
    try:
        with xr.open_dataset(path, decode_times=False) as file:
            tracks = file.load()
    except FileNotFoundError:
        raise DataError(f"{path} cannot be read: No such file or directory.") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no netCDF file that can be read: {error}.\n{USE}") from None
    time, north, east = (
        _variable(tracks, path, *names) for names in (("time",), ("latitude", "lat"), ("longitude", "lon"))
    )
    if not time.size == north.size == east.size:
        raise DataError(
            f"{path} holds {time.size} times, {north.size} latitudes and {east.size} longitudes: fields, no tracks."
            f"\n{USE}"
        )
    calendar = str(time.attrs.get("calendar", "standard"))
    hours = _hours(time, path, calendar)
    numbers = _numbers(tracks, time)
    rows = [
        (name, float(hour), float(latitude), float(longitude))
        for name, hour, latitude, longitude in zip(
            numbers, hours, north.values.ravel(), east.values.ravel(), strict=True
        )
        if math.isfinite(hour) and math.isfinite(latitude) and math.isfinite(longitude)
    ]
    return rows, calendar


def _variable(tracks: xr.Dataset, path: Path, *names: str) -> xr.DataArray:
    for name, values in tracks.variables.items():
        if values.attrs.get("standard_name") == names[0] or name in names:
            return tracks[name]
    raise DataError(
        f"{path}: no variable {names[0]}; found {', '.join(map(str, tracks.variables)) or 'nothing'}.\n{USE}"
    )


def _hours(time: xr.DataArray, path: Path, calendar: str) -> NDArray[np.float64]:
    units = str(time.attrs.get("units", ""))
    try:
        # One look at the calendar for all times: a unit of time is the same everywhere in it.
        ends = cftime.date2num(cftime.num2date([0, 1], units, calendar), f"seconds since {ORIGIN}", calendar)
    except ValueError:
        raise DataError(f"{path}: the times are in '{units}', expected e.g. 'hours since 1980-01-01'.") from None
    return np.asarray((ends[0] + time.values.ravel().astype(float) * (ends[1] - ends[0])) / 3600)


def _numbers(tracks: xr.Dataset, time: xr.DataArray) -> list[str | None]:
    """Return the name of the track of each fix, None where the file tells none."""
    count = time.size
    marked = [name for name, values in tracks.variables.items() if values.attrs.get("cf_role") == "trajectory_id"]
    name = next((name for name in (*marked, *NUMBERS) if name in tracks.variables), None)
    if time.ndim == 2:
        labels: Any = np.repeat(np.arange(time.shape[0]) if name is None else tracks[name].values, time.shape[1])
    elif name is None:
        return [None] * count
    elif tracks[name].dims == time.dims:
        labels = tracks[name].values
    else:
        lengths = next(values for values in tracks.variables.values() if "sample_dimension" in values.attrs)
        labels = np.repeat(tracks[name].values, lengths.values.astype(int))
    return [label.decode() if isinstance(label, bytes) else str(label) for label in labels]
