"""Writes tracks as CSV, CF netCDF, text of TempestExtremes, GeoJSON and Parquet."""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError
from itwinai_cyclones.centre_tables import NEEDED, ORIGIN, Centres
from itwinai_cyclones.geodesy import COLUMNS, to_pixels
from itwinai_cyclones.geojson import geometry

Fixes = NDArray[np.int64]

KNOWN: Mapping[str, Mapping[str, str]] = {
    "score": {"long_name": "how sure the networks are of the centre", "units": "1"},
    "score_spread": {"long_name": "standard deviation of the scores of several networks", "units": "1"},
    "members": {"long_name": "networks that found the centre", "units": "1"},
    "msl_hpa": {
        "standard_name": "air_pressure_at_mean_sea_level",
        "long_name": "lowest pressure at the centre",
        "units": "hPa",
    },
    "wind_ms": {"standard_name": "wind_speed", "long_name": "highest wind within 300 km", "units": "m s-1"},
}
"""Attributes of the columns that `itwinai predict` writes."""


def refuse_part_hours(centres: Centres) -> None:
    """Refuse times that the text of TempestExtremes cannot tell: it knows whole hours only.

    Args:
        centres: What is to be written.

    Raises:
        DataError: A time has minutes or seconds.
    """
    parts = np.flatnonzero(np.rint(centres.hours * 3600) % 3600)
    if len(parts):
        raise DataError(
            f"--format te knows whole hours only, but a time is {centres.texts(parts[:1])[0]}.\nLeave te out."
        )


def write_csv(path: Path, centres: Centres, tracks: Sequence[Fixes]) -> None:
    """Write the rows of all tracks, with the number of the track before each.

    Args:
        path: File to write.
        centres: All centres.
        tracks: Which of them make each track, in order of time.
    """
    columns = [name for name in centres.columns if name != "track_id"]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("track_id", *columns))
        for number, fixes in enumerate(tracks):
            table.writerows((number, *(centres.rows[fix][column] for column in columns)) for fix in fixes)


def write_netcdf(path: Path, centres: Centres, tracks: Sequence[Fixes]) -> None:
    """Write trajectories as the CF conventions have them: fixes one after another, and how many each track has.

    Times keep their calendar.

    Args:
        path: File to write.
        centres: All centres.
        tracks: Which of them make each track, in order of time.

    Source:
        CF conventions 1.11, H.4.3, contiguous ragged array representation of trajectories.
    """
    import xarray as xr  # noqa: PLC0415  half a second that other formats need not wait for

    fixes = _all(tracks)
    place = (
        {"standard_name": "latitude", "units": "degrees_north"},
        {
            "standard_name": "longitude",
            "units": "degrees_east",
        },
    )
    time = {"standard_name": "time", "units": f"seconds since {ORIGIN} 00:00:00", "calendar": centres.calendar}
    lengths = np.array([len(track) for track in tracks], dtype=np.int32)
    variables: dict[str, Any] = {
        "track_id": ("trajectory", np.arange(len(tracks), dtype=np.int32), {"cf_role": "trajectory_id"}),
        "rowSize": ("trajectory", lengths, {"long_name": "fixes of the track", "sample_dimension": "obs"}),
    }
    for name, values in _columns(centres, fixes).items():
        attributes = {"long_name": name, **KNOWN.get(name, {})}
        variables[re.sub(r"\W", "_", name)] = ("obs", values, attributes)
    coordinates = {
        "time": ("obs", np.rint(centres.hours[fixes] * 3600).astype(np.int64), time),
        "latitude": ("obs", centres.latitude[fixes], place[0]),
        "longitude": ("obs", centres.longitude[fixes], place[1]),
    }
    title = {"Conventions": "CF-1.11", "featureType": "trajectory", "title": "Tracks of cyclones"}
    # Places and times are always told: they have no fill value.
    whole = {name: {"_FillValue": None} for name in coordinates}
    xr.Dataset(variables, coordinates, title).to_netcdf(path, encoding=whole)


def write_te(path: Path, centres: Centres, tracks: Sequence[Fixes]) -> None:
    """Write the text that StitchNodes of TempestExtremes writes.

    Each fix has the column and row of the nearest point of a global grid of 0.25°, longitude and latitude [°], pressure
    [Pa] and wind [m/s] where the table has them, ``nan`` where a row lacks them, and the time.

    Args:
        path: File to write.
        centres: All centres, at whole hours.
        tracks: Which of them make each track, in order of time.
    """
    row, column = to_pixels(centres.latitude, centres.longitude)
    extra = {name: value for name, value in _columns(centres, np.arange(len(centres.hours))).items() if name in KNOWN}
    scaled = [extra[name] * scale for name, scale in (("msl_hpa", 100), ("wind_ms", 1)) if name in extra]
    with path.open("w", encoding="utf-8") as file:
        for fixes in tracks:
            moments = [
                "\t".join(str(int(part)) for part in re.split("[-T:]", text)[:4]) for text in centres.texts(fixes)
            ]
            file.write(f"start\t{len(fixes)}\t{moments[0]}\n")
            for fix, moment in zip(fixes, moments, strict=True):
                place = f"{centres.longitude[fix] % 360:.6f}\t{centres.latitude[fix]:.6f}"
                values = "".join(f"\t{value[fix]:.6e}" for value in scaled)
                pixel = f"{round(column[fix]) % COLUMNS}\t{round(row[fix])}"
                file.write(f"\t{pixel}\t{place}{values}\t{moment}\n")


def write_geojson(path: Path, centres: Centres, tracks: Sequence[Fixes]) -> None:
    """Write a feature for each track: its way, and when and how deep it was.

    Args:
        path: File to write.
        centres: All centres.
        tracks: Which of them make each track, in order of time.
    """
    values = _columns(centres, np.arange(len(centres.hours)))
    features = []
    for number, fixes in enumerate(tracks):
        times = centres.texts(fixes)
        about: dict[str, Any] = {"track_id": number, "start": times[0], "end": times[-1], "fixes": len(fixes)}
        for label, name, extreme in (("lowest_msl_hpa", "msl_hpa", np.min), ("highest_wind_ms", "wind_ms", np.max)):
            told = values[name][fixes] if name in values else np.empty(0)
            told = told[np.isfinite(told)]
            about[label] = float(extreme(told)) if len(told) else None
        about["times"] = times
        way = geometry(centres.latitude[fixes], centres.longitude[fixes])
        features.append({"type": "Feature", "id": number, "geometry": way, "properties": about})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def write_parquet(path: Path, centres: Centres, tracks: Sequence[Fixes]) -> None:
    """Write a table of typed columns; times of a calendar that Parquet does not know are text.

    Args:
        path: File to write.
        centres: All centres.
        tracks: Which of them make each track, in order of time.
    """
    import pyarrow as pa  # noqa: PLC0415  an extra
    from pyarrow import parquet  # noqa: PLC0415  likewise

    fixes = _all(tracks)
    number = np.repeat(np.arange(len(tracks), dtype=np.int32), [len(track) for track in tracks])
    texts = centres.texts(fixes)
    known = centres.calendar in {"standard", "proleptic_gregorian"}
    columns = {
        "track_id": number,
        "time": pa.array(np.array(texts, dtype="datetime64[ms]")) if known else pa.array(texts, pa.string()),
        "latitude": centres.latitude[fixes],
        "longitude": centres.longitude[fixes],
        **_columns(centres, fixes),
    }
    parquet.write_table(pa.table(columns).replace_schema_metadata({"calendar": centres.calendar}), path)


FORMATS: Mapping[str, tuple[str, Callable[[Path, Centres, Sequence[Fixes]], None]]] = {
    "csv": ("tracks.csv", write_csv),
    "netcdf": ("tracks.nc", write_netcdf),
    "te": ("tracks.txt", write_te),
    "geojson": ("tracks.geojson", write_geojson),
    "parquet": ("tracks.parquet", write_parquet),
}
"""The file of each format and what writes it."""


def _all(tracks: Sequence[Fixes]) -> Fixes:
    """Return the fixes of all tracks, one track after another."""
    return np.concatenate([np.empty(0, dtype=np.int64), *tracks])


def _columns(centres: Centres, fixes: Fixes) -> dict[str, NDArray[Any]]:
    """Return the other columns of a table: numbers where all values are numbers or nothing, else text."""
    found: dict[str, NDArray[Any]] = {}
    for name in centres.columns:
        if name and name not in {*NEEDED, "track_id"}:
            texts = [centres.rows[fix][name].strip() for fix in fixes]
            try:
                found[name] = np.array([float(text or "nan") for text in texts])
            except ValueError:
                found[name] = np.array(texts, dtype=object)
    return found
