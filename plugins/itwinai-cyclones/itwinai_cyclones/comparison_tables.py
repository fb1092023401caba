"""Tables of a comparison: all scores by basin, intensity and month, and what was missed or a false alarm."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.basins import BASINS, basin_of
from itwinai_cyclones.comparison import (
    CLASSES,
    Compared,
    Mask,
    Verdicts,
    correlation,
    distances,
    first_fixes,
    strongest,
)
from itwinai_cyclones.matching import Indices

Texts = NDArray[np.str_]
Table = dict[str, dict[str, float]]


def basins(compared: Compared, *, tracks: bool) -> tuple[Texts, Texts]:
    """Return the basin of each fix of both sides, or of each track: that of its first fix, empty where it has none.

    Args:
        compared: What was compared.
        tracks: Whether of tracks.
    """
    both = []
    for fixes, first in zip((compared.reference, compared.found), _starts(compared, tracks=tracks), strict=True):
        names = np.append(basin_of(fixes.latitude, fixes.longitude), "")
        both.append(names[first])
    return both[0], both[1]


def by_basin(compared: Compared, *, tracks: bool) -> Table:
    """Return the scores of all basins together and of each in which anything counts.

    Args:
        compared: What was compared.
        tracks: Whether of tracks, or of fixes.
    """
    verdicts = _verdicts(compared, tracks=tracks)
    there, found = basins(compared, tracks=tracks)
    inside = {name: ((there == name) | (name == "all"), (found == name) | (name == "all")) for name in ("all", *BASINS)}
    table = {name: verdicts.scores(*parts) for name, parts in inside.items()}
    if not tracks:
        apart, where = compared.pairs.distance, compared.pairs.reference
        table = {name: scores | distances(apart[inside[name][0][where]]) for name, scores in table.items()}
    return {name: scores for name, scores in table.items() if name == "all" or _counts(scores)}


def by_class(compared: Compared, *, tracks: bool) -> Table:
    """Return hits and misses by highest wind, of each fix or of the life of each storm; nothing where it is unknown.

    Args:
        compared: What was compared.
        tracks: Whether of tracks, or of fixes.
    """
    verdicts = _verdicts(compared, tracks=tracks)
    wind = strongest(compared) if tracks else compared.wind
    nothing = np.zeros(len(verdicts.right), dtype=bool)
    table: Table = {}
    for name, (low, high) in CLASSES.items():
        inside = (wind >= low) & (wind < high)
        scores = verdicts.scores(inside, nothing)
        if _counts(scores):
            table[name] = {key: scores[key] for key in ("hits", "misses", "pod")}
            if not tracks:
                table[name] |= distances(compared.pairs.distance[inside[compared.pairs.reference]])
    return table


def counts(compared: Compared, labels: tuple[Texts, Texts], *, tracks: bool) -> dict[str, tuple[int, int]]:
    """Return how many there were, and how many were found, in each period; storms that do not count left out.

    A track counts to the period of its first fix.

    Args:
        compared: What was compared.
        labels: The period of each fix of both sides, e.g. ``2010-08``.
        tracks: Whether of tracks, or of fixes.
    """
    verdicts = _verdicts(compared, tracks=tracks)
    first = _starts(compared, tracks=tracks)
    there = np.append(labels[0], "")[first[0]][verdicts.hit | verdicts.missed]
    found = np.append(labels[1], "")[first[1]][verdicts.right | verdicts.wrong]
    periods = np.unique(np.concatenate(labels))
    return {str(name): (int((there == name).sum()), int((found == name).sum())) for name in periods}


def interannual(compared: Compared, years: tuple[Texts, Texts], *, tracks: bool) -> dict[str, float]:
    """Return the correlation of yearly counts of all basins together and of each.

    Args:
        compared: What was compared.
        years: The year of each fix of both sides.
        tracks: Whether of tracks, or of fixes.
    """
    verdicts = _verdicts(compared, tracks=tracks)
    where, first = basins(compared, tracks=tracks), _starts(compared, tracks=tracks)
    found = {}
    for name in ("all", *BASINS):
        sides = []
        judged = (verdicts.hit | verdicts.missed, verdicts.right | verdicts.wrong)
        for basin, year, start, chosen in zip(where, years, first, judged, strict=True):
            own = np.append(year, "")[start][chosen & ((basin == name) | (name == "all"))]
            sides.append(np.array([(own == one).sum() for one in np.unique(np.concatenate(years))], dtype=float))
        found[name] = correlation(*sides)
    return found


def missed(compared: Compared, texts: Texts) -> Iterator[dict[str, Any]]:
    """Yield a row for each storm that was missed, the strongest first; for each fix where tracks are not compared.

    Args:
        compared: What was compared.
        texts: The time of each fix of the reference.
    """
    reference, wind = compared.reference, compared.wind
    if compared.tracks is None:
        for fix in np.flatnonzero(compared.fixes.missed).tolist():
            name = str(reference.names[reference.track[fix]]) if len(reference.names) else ""
            yield {"storm": name, **_place(compared, fix, texts, "time"), "wind_kn": _told(wind[fix])}
        return
    highest = strongest(compared)
    gone = np.flatnonzero(compared.tracks.missed)
    for storm in gone[np.argsort(-np.nan_to_num(highest[gone]), kind="stable")]:
        own = np.flatnonzero((reference.track == storm) & compared.counted)
        own = own[np.argsort(reference.hours[own])]
        yield {
            "storm": str(reference.names[storm]),
            **_place(compared, own[0], texts, "start"),
            "end": str(texts[own[-1]]),
            "wind_kn": _told(highest[storm]),
            "fixes": len(own),
            "fixes_found": int(compared.fixes.hit[own].sum()),
            "common_with_one_track": int(compared.common[storm]),
        }


def false_alarms(compared: Compared, texts: Texts) -> Iterator[dict[str, Any]]:
    """Yield a row for each track that is a false alarm; for each fix where tracks are not compared.

    Args:
        compared: What was compared.
        texts: The time of each fix that was found.
    """
    found = compared.found
    if compared.tracks is None:
        for fix in np.flatnonzero(compared.fixes.wrong).tolist():
            yield _place(compared, fix, texts, "time", found=True)
        return
    for track in np.flatnonzero(compared.tracks.wrong):
        own = np.flatnonzero(found.track == track)
        own = own[np.argsort(found.hours[own])]
        yield {
            "track_id": str(found.names[track]),
            **_place(compared, own[0], texts, "start", found=True),
            "end": str(texts[own[-1]]),
            "fixes": len(own),
        }


def plain(value: Any) -> Any:
    """Return nested values as JSON has them: nothing for NaN.

    Args:
        value: Numbers, texts, and mappings and series of them.
    """
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return None if isinstance(value, float) and np.isnan(value) else value


def _verdicts(compared: Compared, *, tracks: bool) -> Verdicts:
    if tracks and compared.tracks is not None:
        return compared.tracks
    return compared.fixes


def _starts(compared: Compared, *, tracks: bool) -> tuple[Indices, Indices]:
    """Return the first fix of each track of both sides, -1 where it has none, or each fix itself."""
    everything: Mask = np.ones(len(compared.found), dtype=bool)
    if tracks:
        return first_fixes(compared.reference, compared.counted), first_fixes(compared.found, everything)
    return np.arange(len(compared.reference)), np.arange(len(compared.found))


def _counts(scores: dict[str, float]) -> bool:
    return any(scores[key] for key in ("hits", "misses", "right", "false_alarms"))


def _place(compared: Compared, fix: int, texts: Texts, label: str, *, found: bool = False) -> dict[str, Any]:
    fixes = compared.found if found else compared.reference
    north, east = float(fixes.latitude[fix]), float(fixes.longitude[fix])
    return {
        label: str(texts[fix]),
        "basin": str(basin_of(north, east)),
        "latitude": round(north, 4),
        "longitude": round(east % 360, 4),
    }


def _told(value: float) -> float | str:
    """Return a number for a table, nothing where it is unknown."""
    return "" if np.isnan(value) else float(value)
