"""Writes generated fields as a climate model's files would hold them: ``itwinai cyclones generate``."""

import csv
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import netCDF4
import numpy as np
from numpy.typing import NDArray

from itwinai_core import ConfigError, DataError, track, whole_folder
from itwinai_cyclones import best_tracks
from itwinai_cyclones.centre_tables import ORIGIN, hours_of, texts_of
from itwinai_cyclones.geodesy import STEP
from itwinai_cyclones.options import listed
from itwinai_cyclones.regrid import source_axes
from itwinai_cyclones.synthetic import Scenes
from itwinai_cyclones.vorticity import cyclonic

STORMS = "storms.csv"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MIDDAY = 12
"""Time that stands for the mean of a day [h]."""


@dataclass(frozen=True)
class Output:
    """A variable as CMIP6 names it.

    Attributes:
        name: Of the variable, and of its file.
        standard_name: Of the CF conventions.
        unit: In the file.
        factor: From the network's unit to that of the file.
        level: Pressure level [hPa], or None at the surface.
        turned: Whether the network counts it positive around cyclones on both hemispheres, and files do so in the
            north only.
    """

    name: str
    standard_name: str
    unit: str
    factor: float = 1.0
    level: float | None = None
    turned: bool = False


OUTPUTS = {
    "msl": Output("psl", "air_pressure_at_mean_sea_level", "Pa", 100.0),
    "wind_speed": Output("sfcWind", "wind_speed", "m s-1"),
    "gust": Output("wsgmax", "wind_speed_of_gust", "m s-1"),
    "u10": Output("uas", "eastward_wind", "m s-1"),
    "v10": Output("vas", "northward_wind", "m s-1"),
    "t_500": Output("ta500", "air_temperature", "K", level=500.0),
    "t_300": Output("ta300", "air_temperature", "K", level=300.0),
    "vo_850": Output("rv850", "atmosphere_relative_vorticity", "s-1", 1e-5, level=850.0, turned=True),
}


def generate_files(  # noqa: PLR0913, PLR0917  what the verb asks for
    names: Sequence[str],
    start: str,
    days: int,
    output: Path,
    resolution: float = 1.0,
    calendar: str = "standard",
    seed: int = 0,
    *,
    daily: bool = False,
) -> list[str]:
    """Write generated fields as netCDF, a file for each variable, and the cyclones in them as a table.

    The storms are those that were there from some day on. In another calendar than the real one the same hours follow
    one another under other dates, as in a free run of a model.

    Args:
        names: Of variables, with commas between them.
        start: First day, such as ``2010-08-01``.
        days: How many.
        output: Folder to make.
        resolution: Of the grid [°].
        calendar: Of the times, by its name in the CF conventions.
        seed: Of all chance.
        daily: Whether a field is the mean of a day.

    Returns:
        Lines for the terminal.

    Raises:
        ConfigError: there is no such variable, or the days are none of the calendar or of the best tracks.
        UserError: the folder is there already or cannot be made, or there is no room.
    """
    variables = _chosen(names)
    tracks = best_tracks.load()
    times = _times(start, days, tracks, daily=daily)
    hours = _first_hour(start, calendar) + (times - times[0]).astype(float) + MIDDAY * daily
    scenes = Scenes(tracks, variables, resolution, seed, daily)
    with whole_folder(output) as folder:
        _write_fields(folder, scenes, times, hours, calendar)
        count = _write_storms(folder / STORMS, scenes, times, texts_of(hours, calendar))
    kind = "daily means" if daily else "fields, six hours apart"
    return [
        f"{output}: {len(times)} {kind}, of {len(variables)} variable(s), from {start} on, calendar '{calendar}'.",
        f"{output / STORMS}: {count} fixes of tropical cyclones in them.",
    ]


def _chosen(names: Sequence[str]) -> tuple[str, ...]:
    """Return the variables that are named, each once.

    Raises:
        ConfigError: one is none that can be written.
    """
    chosen = listed(names)
    for name in chosen:
        if name not in OUTPUTS:
            near = get_close_matches(name, OUTPUTS, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Choose among {', '.join(OUTPUTS)}."
            raise ConfigError(f"No variable '{name}' can be generated. {hint}")
    if not chosen:
        raise ConfigError(f"--variables names none.\nChoose among {', '.join(OUTPUTS)}.")
    return chosen


def _times(start: str, days: int, tracks: best_tracks.BestTracks, *, daily: bool) -> NDArray[np.datetime64]:
    """Return the real times of the fields [h].

    Raises:
        ConfigError: there is no such day, or best tracks do not reach so far.
    """
    first, last = tracks.time.min().astype("datetime64[D]"), tracks.time.max().astype("datetime64[D]")
    try:
        day = np.datetime64(start).astype("datetime64[D]")
    except ValueError:
        day = last + 1
    if DAY.fullmatch(start) is None or day < first or days > int((last - day).astype(int)) + 1:
        raise ConfigError(
            f"{days} day(s) from '{start}' are not within the best tracks.\n"
            f"Give --start as YYYY-MM-DD, and --days, between {first} and {last}."
        )
    step = 24 if daily else 6
    return np.asarray(day.astype("datetime64[h]") + np.arange(0, 24 * days, step).astype("timedelta64[h]"))


def _first_hour(start: str, calendar: str) -> float:
    """Return the start in hours since 1850 in its calendar.

    Raises:
        ConfigError: the calendar has no such day.
    """
    try:
        return hours_of(start, "--start", calendar)
    except DataError as error:
        raise ConfigError(str(error)) from None


def _write_fields(
    folder: Path, scenes: Scenes, times: NDArray[np.datetime64], hours: NDArray[np.float64], calendar: str
) -> None:
    """Write a file for each variable, time by time."""
    every = round(scenes.resolution / STEP)
    with ExitStack() as stack:
        files = [
            stack.enter_context(netCDF4.Dataset(folder / f"{OUTPUTS[name].name}.nc", "w")) for name in scenes.variables
        ]
        for name, file in zip(scenes.variables, files, strict=True):
            _describe(file, name, scenes, calendar)
        for index, time in enumerate(track(times, "Generating fields")):
            # The points of the coarser grid are points of the model's grid as well.
            fields = scenes.at(time)[:, ::every, ::every]
            for name, file, field in zip(scenes.variables, files, fields, strict=True):
                written = OUTPUTS[name]
                values = cyclonic(field, file["lat"][:].data) if written.turned else field
                file[written.name][index] = values * np.float32(written.factor)
                file["time"][index] = hours[index]


def _describe(file: netCDF4.Dataset, name: str, scenes: Scenes, calendar: str) -> None:
    """Write all of a file but its values, as the CF conventions have it."""
    written = OUTPUTS[name]
    file.setncatts(
        {
            "Conventions": "CF-1.8",
            "title": "Generated fields with storms at the places of best tracks; no observation, no simulation",
            "source": f"itwinai-cyclones, seed {scenes.seed}",
        }
    )
    latitude, longitude = source_axes(scenes.resolution)
    axes: Sequence[tuple[str, int | None, str, str, str]] = (
        ("time", None, "time", f"hours since {ORIGIN}", "T"),
        ("lat", len(latitude), "latitude", "degrees_north", "Y"),
        ("lon", len(longitude), "longitude", "degrees_east", "X"),
    )
    for axis, length, standard_name, units, letter in axes:
        file.createDimension(axis, length)
        variable = file.createVariable(axis, "f8", (axis,))
        variable.setncatts({"standard_name": standard_name, "units": units, "axis": letter})
    file["time"].calendar = calendar
    file["lat"][:], file["lon"][:] = latitude, longitude
    field = file.createVariable(written.name, "f4", ("time", "lat", "lon"), zlib=True, complevel=1)
    mean = "maximum" if name == "gust" else "mean"
    field.setncatts(
        {
            "standard_name": written.standard_name,
            "units": written.unit,
            "cell_methods": f"time: {mean if scenes.daily else 'point'}",
        }
    )
    if written.level is not None:
        level = file.createVariable("plev", "f8", ())
        level.setncatts({"standard_name": "air_pressure", "units": "Pa", "positive": "down", "axis": "Z"})
        level[...] = 100 * written.level
        field.coordinates = "plev"


def _write_storms(path: Path, scenes: Scenes, times: NDArray[np.datetime64], texts: Sequence[str]) -> int:
    """Write the fixes of tropical cyclones in the fields, and return how many there are."""
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["track_id", "time", "latitude", "longitude", "wind_kn", "pressure_hpa"])
        for time, text in zip(times, texts, strict=True):
            now = scenes.fixes.at(time)
            for index in np.flatnonzero(now.tropical_cyclone):
                numbers = (now.latitude[index], now.longitude[index], now.wind[index], now.pressure[index])
                shown = ["" if np.isnan(number) else f"{number:.10g}" for number in numbers]
                rows.writerow([now.names[now.storm[index]], text, *shown])
                count += 1
    return count
