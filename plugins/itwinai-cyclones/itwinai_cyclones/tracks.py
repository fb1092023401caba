"""Tracks of cyclones from tables of centres, in any calendar: ``itwinai cyclones track``."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError, whole_folder
from itwinai_cyclones.centre_tables import Centres, read_centres
from itwinai_cyclones.density import draw_density, track_density
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.linking import LinkRules, link
from itwinai_cyclones.maps import draw_tracks
from itwinai_cyclones.options import chosen_formats
from itwinai_cyclones.track_formats import FORMATS, refuse_part_hours

MAP, DENSITY = "tracks.png", "density.png"


def track_files(
    paths: Sequence[Path], output: Path, rules: LinkRules, calendar: str, formats: Sequence[str]
) -> list[str]:
    """Link the centres of tables; write the tracks in some formats, and two maps.

    Args:
        paths: Tables of centres, as ``itwinai predict`` writes them, in any order.
        output: Folder to make.
        rules: Which centres may follow one another, and which tracks count.
        calendar: Of the times, by its name in the CF conventions.
        formats: Names of formats, with commas between them.

    Returns:
        Lines for the terminal.

    Raises:
        ConfigError: There is no such format, or it needs a package that is not installed.
        DataError: A table is unfit; nothing is written then.
        UserError: The folder is there already or cannot be made.
    """
    chosen = chosen_formats(formats, FORMATS)
    centres = read_centres(paths, calendar)
    _refuse_far_apart(centres, rules)
    if "te" in chosen:
        refuse_part_hours(centres)
    number = link(centres.hours, centres.latitude, centres.longitude, rules)
    tracks = _tracks(centres, number)
    lines = _summary(centres, tracks)
    alone = number < 0
    with whole_folder(output) as folder:
        for file, write in (FORMATS[name] for name in chosen):
            write(folder / file, centres, tracks)
        draw_tracks(
            folder / MAP,
            [(centres.latitude[fixes], centres.longitude[fixes], centres.pressure[fixes]) for fixes in tracks],
            (centres.latitude[alone], centres.longitude[alone]),
            lines[0],
        )
        number = np.repeat(np.arange(len(tracks)), [len(fixes) for fixes in tracks])
        linked = np.concatenate([np.empty(0, dtype=np.int64), *tracks])
        counts = track_density(centres.latitude[linked], centres.longitude[linked], number)
        draw_density(folder / DENSITY, counts, lines[0])
    return [*lines, f"In {output}: {', '.join([*(FORMATS[name][0] for name in chosen), MAP, DENSITY])}."]


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
