"""Judges the centres of whole held-out fields, and the tracks of a held-out season: scores, pictures, a table."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itwinai_core import track
from itwinai_cyclones import comparison_tables, plots
from itwinai_cyclones.best_tracks import EPOCH, BestTracks
from itwinai_cyclones.comparison import Compared, Storms, distances, judge
from itwinai_cyclones.comparison_pictures import draw_distances
from itwinai_cyclones.data import drawn_times, scenes_of
from itwinai_cyclones.detections import Centre
from itwinai_cyclones.linking import LinkRules, link
from itwinai_cyclones.matching import Fixes
from itwinai_cyclones.reliability import draw_reliability, reliability
from itwinai_cyclones.settings import CyclonesSettings
from itwinai_cyclones.synthetic import Scenes

Numbers = NDArray[np.float64]
Find = Callable[[NDArray[np.float32]], list[Centre]]

RADIUS = 300.0
"""Farthest that a centre may lie from the cyclone that it stands for [km]."""

COMMON = 4
"""Times at which a track must lie near a storm."""


@dataclass(frozen=True)
class Found:
    """Centres of several times, and the storms that were there.

    Attributes:
        storms: Those of the times that were looked at.
        fixes: Centres of any score, without tracks.
        scores: Of the centres, shape ``(N,)``.
    """

    storms: Storms
    fixes: Fixes
    scores: Numbers


def judge_globes(settings: CyclonesSettings, seed: int, find: Find, folder: Path) -> dict[str, float]:
    """Return the scores of whole held-out fields, named ``globe_…``; patches alone hide how often these give alarms.

    Args:
        settings: Of the run.
        seed: Of the run.
        find: Takes fields, shape ``(C, 721, 1440)``, to centres of any score, the reported ones among them.
        folder: Where ``globes.json`` and pictures go.
    """
    scenes = scenes_of(settings.data, seed)
    count = min(settings.detection.test_globes, settings.data.test_fields)
    times = drawn_times(scenes.fixes, "test", settings.data.test_years, settings.data.test_fields, seed)
    chosen = times[np.linspace(0, len(times) - 1, count).astype(int)]
    first = int(chosen[0].astype(int))

    def shown(fields: NDArray[np.float32]) -> list[Centre]:
        centres = find(fields)
        picture = folder / "globe.png"
        if not picture.exists():
            reported = [centre for centre in centres if centre.score >= threshold(settings)]
            title = f"Generated field of {np.datetime64(first, 'h')}, with the storms of a year that was held out"
            msl = fields[settings.data.variables.index("msl")]
            plots.draw_globe(picture, msl, scenes.fixes.at(chosen[0]), reported, title)
        return centres

    found = look(scenes, chosen, shown, settings.detection.maximum_latitude, "Judging whole fields")
    reported = found.scores >= threshold(settings)
    compared = judge(found.storms, found.fixes.where(reported), RADIUS, COMMON)
    everything = judge(found.storms, found.fixes, RADIUS, COMMON).fixes
    decided = everything.right | everything.wrong
    sure = reliability(found.scores[decided], everything.right[decided])
    draw_distances(folder / "globe_distances.png", compared.pairs.distance, RADIUS)
    draw_reliability(folder / "reliability.png", sure, threshold(settings))
    table = {
        "radius_km": RADIUS,
        "least_score": threshold(settings),
        "fields": len(chosen),
        **_tables(compared, tracks=False),
        "reliability": {"brier": sure.brier, "error": sure.error, "steps": sure.rows()},
    }
    (folder / "globes.json").write_text(json.dumps(comparison_tables.plain(table), indent=2), encoding="utf-8")
    return {**told("globe_", compared), "globe_brier": sure.brier, "globe_calibration_error": sure.error}


def judge_season(settings: CyclonesSettings, seed: int, find: Find, folder: Path) -> dict[str, float]:
    """Return the scores of the tracks of a held-out season, named ``track_…``, and of its centres, ``season_…``.

    Args:
        settings: Of the run; its season begins on 1 August of the first test year.
        seed: Of the run.
        find: Takes fields, shape ``(C, 721, 1440)``, to centres of any score, the reported ones among them.
        folder: Where ``season.json`` goes.
    """
    start = np.datetime64(f"{settings.data.test_years[0]}-08-01T00", "h")
    step = 24 if settings.data.daily else 6
    times = start + np.arange(0, 24 * settings.detection.test_days, step)
    limit = settings.detection.maximum_latitude
    found = look(scenes_of(settings.data, seed), times, find, limit, "Judging a season")
    fixes = found.fixes.where(found.scores >= threshold(settings))
    number = link(fixes.hours, fixes.latitude, fixes.longitude, LinkRules())
    kept = fixes.where(number >= 0)
    names = np.arange(max(1, number.max(initial=-1) + 1)).astype(str)  # no track at all is no lack of tracks to judge
    tracks = Fixes(names, number[number >= 0], kept.hours, kept.latitude, kept.longitude)
    compared = judge(found.storms, tracks, RADIUS, COMMON)
    of_tracks, of_centres = _tables(compared, tracks=True), judge(found.storms, fixes, RADIUS, COMMON)
    table = {
        "radius_km": RADIUS,
        "common_times": COMMON,
        "period": [str(times[0]), str(times[-1])],
        "centres": _tables(of_centres, tracks=False),
        "tracks": of_tracks,
    }
    (folder / "season.json").write_text(json.dumps(comparison_tables.plain(table), indent=2), encoding="utf-8")
    scores = of_tracks["basins"]["all"]
    return {f"track_{ours}": scores[theirs] for ours, theirs in NAMES.items()} | told("season_", of_centres)


NAMES = {"detected": "pod", "false_alarm_ratio": "far", "f2": "f2"}
"""Of scores in a report, and in a table."""


def told(prefix: str, compared: Compared) -> dict[str, float]:
    """Return the scores of centres by the names that a report knows them by.

    Args:
        prefix: Of the names.
        compared: What was compared.
    """
    everything = np.ones(len(compared.reference), bool), np.ones(len(compared.found), bool)
    scores, apart = compared.fixes.scores(*everything), distances(compared.pairs.distance)
    return {f"{prefix}{ours}": scores[theirs] for ours, theirs in NAMES.items()} | {
        f"{prefix}distance_km": apart["mean_km"],
        f"{prefix}median_distance_km": apart["median_km"],
        f"{prefix}p90_distance_km": apart["p90_km"],
    }


def threshold(settings: CyclonesSettings) -> float:
    """Return the least score of a centre that is reported.

    Args:
        settings: Of the run.
    """
    return settings.detection.score if settings.model.name == "compact" else settings.detection.agreement


def look(
    scenes: Scenes, times: Sequence[np.datetime64] | NDArray[np.datetime64], find: Find, limit: float, what: str
) -> Found:
    """Return what is found in the fields of some times, and the storms that are in them.

    Args:
        scenes: Fields by time.
        times: When.
        find: Takes fields to centres.
        limit: Latitude beyond which storms need not be found [°].
        what: For the progress bar.
    """
    rows = [
        (_hours(time), centre.latitude, centre.longitude, centre.score)
        for time in track(times, what)
        for centre in find(scenes.at(time))
    ]
    hours, latitude, longitude, scores = np.array(rows, dtype=float).reshape(-1, 4).T
    none = np.zeros(len(rows), dtype=np.int64)
    fixes = Fixes(np.array([], dtype=str), none, hours, latitude, longitude)
    return Found(_storms(scenes.fixes, times, limit), fixes, scores)


def _storms(fixes: BestTracks, times: Sequence[np.datetime64] | NDArray[np.datetime64], limit: float) -> Storms:
    """Return the storms of some times, of which those count that are cyclones up to some latitude."""
    now = fixes.where(np.isin(fixes.time, times))
    where = Fixes(now.names, now.storm, _hours(now.time), now.latitude, now.longitude)
    return Storms(where, now.tropical_cyclone & (np.abs(now.latitude) <= limit), now.wind)


def _hours(time: Any) -> Any:
    """Return hours since the first of the best tracks."""
    return (time - EPOCH) / np.timedelta64(1, "h")


def _tables(compared: Compared, *, tracks: bool) -> dict[str, Any]:
    """Return the scores by basin and by intensity."""
    return {
        "basins": comparison_tables.by_basin(compared, tracks=tracks),
        "classes": comparison_tables.by_class(compared, tracks=tracks),
    }
