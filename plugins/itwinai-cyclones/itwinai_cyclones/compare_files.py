"""Compares tracks, or centres, with best tracks or with other tracks: ``itwinai cyclones compare``."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from itwinai_core import DataError, whole_folder
from itwinai_cyclones import best_tracks, comparison_tables
from itwinai_cyclones.centre_tables import ORIGIN, texts_of
from itwinai_cyclones.comparison import Compared, Storms, compare, correlation
from itwinai_cyclones.comparison_pictures import draw_counts, draw_distances, draw_verdicts
from itwinai_cyclones.comparison_tables import Texts
from itwinai_cyclones.matching import QUIET, Fixes, quiet_times
from itwinai_cyclones.track_readers import read_tracks

IBTRACS = "ibtracs"
FILES = (
    "comparison.json",
    "comparison.csv",
    "missed.csv",
    "false_alarms.csv",
    "map.png",
    "distances.png",
    "counts.png",
)
FEW = 0.1
"""Share of hits below which the tracks are not likely to be of the weather that was."""


def compare_files(  # noqa: PLR0913, PLR0917  what the verb asks for
    paths: Sequence[Path], against: str, output: Path, radius: float, common: int, calendar: str
) -> list[str]:
    """Compare the cyclones of some files with a reference; write tables and pictures.

    Args:
        paths: Tracks or centres: CSV, netCDF or text of TempestExtremes.
        against: ``ibtracs``, or a file of reference tracks.
        output: Folder to make.
        radius: Longest distance of a hit [km].
        common: At how many times a track must lie near a storm.
        calendar: Of the times in CSV and text, by its name in the CF conventions.

    Returns:
        Lines for the terminal.

    Raises:
        DataError: A file is unfit, or the two have no time in common; nothing is written then.
        UserError: The folder is there already or cannot be made.
    """
    found, own = read_tracks(paths, calendar)
    real = against.lower() == IBTRACS
    storms = _best_tracks(found, own) if real else _reference(Path(against), own, calendar)
    compared = compare(storms, found, radius, common)
    if not len(compared.found) and not len(compared.reference):
        raise DataError(_nothing_common(storms.fixes, found, own))
    name = "IBTrACS" if real else against
    texts = [np.array(texts_of(side.hours, own), dtype=str) for side in (compared.reference, compared.found)]
    report = _report(compared, (texts[0], texts[1]))
    lines = _summary(compared, report, name, radius, common)
    if len(compared.found) < len(found):
        lines.append(f"{len(found) - len(compared.found)} fixes lie at times that the reference does not hold.")
    quiet = quiet_times(found.hours)
    if quiet:
        lines.append(f"{quiet} time(s) of more than {QUIET / 24:g} days without any fix count as not looked at.")
    asked = {"files": [str(path) for path in paths], "reference": name, "radius_km": radius, "common_times": common}
    of = "fixes" if compared.tracks is None else "tracks"
    with whole_folder(output) as folder:
        content = comparison_tables.plain({**asked, "quiet_times_left_out": quiet, **report})
        (folder / FILES[0]).write_text(json.dumps(content, indent=2), encoding="utf-8")
        _write_csv(folder / FILES[1], _basin_rows(report))
        _write_csv(folder / FILES[2], list(comparison_tables.missed(compared, texts[0])))
        _write_csv(folder / FILES[3], list(comparison_tables.false_alarms(compared, texts[1])))
        draw_verdicts(folder / FILES[4], compared, f"{report['period'][0]} to {report['period'][1]}, against {name}")
        draw_distances(folder / FILES[5], compared.pairs.distance, radius)
        draw_counts(folder / FILES[6], report["counts"]["months"], report["counts"]["years"], of)
    return [*lines, f"In {output}: {', '.join(FILES)}."]


def _best_tracks(found: Fixes, calendar: str) -> Storms:
    """Return the embedded best tracks, if what was found can be of the same weather."""
    if calendar != "standard":
        raise DataError(
            f"The tracks are in the calendar '{calendar}', which only models have.\n"
            "A model's own climate has no real storms to be compared with: give other tracks by --against FILE."
        )
    tracks = best_tracks.load()
    hours = (tracks.time - np.datetime64(ORIGIN, "h")).astype(float)
    if found.hours.max() < hours.min() or found.hours.min() > hours.max():
        first, last = texts_of(np.array([found.hours.min(), found.hours.max()]), calendar)
        raise DataError(
            f"The tracks are of {first} to {last}, best tracks of 1980 to 2024 only.\n"
            "A model's own climate has no real storms to be compared with: give other tracks by --against FILE."
        )
    fixes = Fixes(tracks.names, tracks.storm, hours, tracks.latitude, tracks.longitude)
    return Storms(fixes, tracks.tropical_cyclone, tracks.wind)


def _reference(path: Path, own: str, calendar: str) -> Storms:
    """Return the tracks of a file, all of which count."""
    fixes, theirs = read_tracks([path], calendar)
    if theirs != own:
        raise DataError(
            f"{path} is in the calendar '{theirs}', the tracks in '{own}'.\n"
            "Times of two calendars are never the same: compare tracks of one calendar. "
            "CSV and text do not say theirs: give it by --calendar."
        )
    return Storms(fixes, np.ones(len(fixes), dtype=bool), np.full(len(fixes), np.nan))


def _nothing_common(reference: Fixes, found: Fixes, calendar: str) -> str:
    ends = np.array([found.hours.min(), found.hours.max(), reference.hours.min(), reference.hours.max()])
    first, last, start, end = texts_of(ends, calendar)
    return (
        f"No time of the tracks, {first} to {last}, is one of the reference, {start} to {end}.\n"
        "Only common times are compared: give tracks of the same period, at full steps of the reference, which for "
        "best tracks are 00, 06, 12 and 18 h."
    )


def _report(compared: Compared, texts: tuple[Texts, Texts]) -> dict[str, Any]:
    """Return all scores, given the times of the fixes of both sides as text."""
    tracks = compared.tracks is not None
    months, years = ((texts[0].astype(f"U{size}"), texts[1].astype(f"U{size}")) for size in (7, 4))
    monthly = comparison_tables.counts(compared, months, tracks=tracks)
    both = np.array(list(monthly.values()), dtype=np.float64).reshape(-1, 2).T
    times = [str(time) for side in texts for time in side]
    scores = {
        name: {
            "basins": comparison_tables.by_basin(compared, tracks=of_tracks),
            "classes": comparison_tables.by_class(compared, tracks=of_tracks),
        }
        for name, of_tracks in (("fixes", False), ("tracks", True))
        if tracks or not of_tracks
    }
    return {
        "period": [min(times), max(times)],
        "fixes": scores["fixes"],
        "tracks": scores.get("tracks"),
        "counts": {
            "of": "tracks" if tracks else "fixes",
            "months": monthly,
            "years": comparison_tables.counts(compared, years, tracks=tracks),
        },
        "monthly_correlation": correlation(both[0], both[1]),
        "interannual_correlation": comparison_tables.interannual(compared, years, tracks=tracks),
    }


def _basin_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row for all basins together and for each, scores of fixes and of tracks beside one another."""
    parts = [(name, report[name]["basins"]) for name in ("fixes", "tracks") if report[name] is not None]
    basins = [name for name in report["interannual_correlation"] if any(name in table for _, table in parts)]
    rows = []
    for basin in basins:
        row: dict[str, Any] = {"basin": basin}
        for name, table in parts:
            keys = table["all"]
            row |= {f"{name}_{key}": table.get(basin, {}).get(key, "") for key in keys}
        row["interannual_correlation"] = report["interannual_correlation"][basin]
        rows.append({key: "" if isinstance(value, float) and np.isnan(value) else value for key, value in row.items()})
    return rows


def _write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        if rows:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)


def _summary(compared: Compared, report: dict[str, Any], name: str, radius: float, common: int) -> list[str]:
    """Return what to tell on the terminal."""
    first, last = report["period"]
    fixes = report["fixes"]["basins"]["all"]
    away = f"{fixes['mean_km']:.0f} km away, median {fixes['median_km']:.0f}, 90 % {fixes['p90_km']:.0f}"
    lines = [
        f"Against {name}, {first} to {last}, within {radius:g} km.",
        f"Fixes: {_rates(fixes)}" + (f", F2 {fixes['f2']:.2f}; {away}." if fixes["hits"] else "."),
    ]
    if compared.tracks is None:
        lines.append(
            "Tracks: none, as not each fix has its track_id; `itwinai cyclones track` links centres to tracks."
        )
    else:
        tracks = report["tracks"]["basins"]["all"]
        lines.append(f"Tracks, {common} common times for a hit: {_rates(tracks)}.")
    together = report["interannual_correlation"]["all"]
    if not np.isnan(together):
        lines.append(f"Counts of {len(report['counts']['years'])} years: correlation {together:.2f}.")
    if fixes["hits"] + fixes["misses"] >= 100 and fixes["pod"] < FEW:
        lines.append(
            "Hardly anything is hit: are these of a reanalysis, or of a model's own climate? Only weather that"
        )
        lines.append("was has storms in common with best tracks; of a free climate run compare numbers and places.")
    return lines


def _rates(scores: dict[str, float]) -> str:
    """Return POD and FAR with the numbers that they are made of."""
    there, found = scores["hits"] + scores["misses"], scores["right"] + scores["false_alarms"]
    pod = f"{scores['pod']:.1%} ({scores['hits']} of {there})" if there else "of nothing"
    far = f"{scores['far']:.1%} ({scores['false_alarms']} of {found})" if found else "of nothing"
    return f"POD {pod}, FAR {far}"
