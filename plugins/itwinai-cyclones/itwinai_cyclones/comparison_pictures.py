"""Pictures of a comparison: what was hit, missed and made up on a map, how far off, and how many in each month."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from itwinai_cyclones.comparison import Compared
from itwinai_cyclones.geodesy import signed_longitude
from itwinai_cyclones.maps import draw_world, figure, save
from itwinai_cyclones.matching import Fixes

HIT, MISSED, WRONG, NEITHER = "tab:blue", "crimson", "darkorange", "0.6"


def draw_verdicts(path: Path, compared: Compared, title: str) -> None:
    """Draw hits, misses and false alarms on a map: as tracks where tracks are compared, else fix by fix.

    Args:
        path: PNG to write.
        compared: What was compared.
        title: Above the map.
    """
    drawn = figure(13, 5.6)
    axes = drawn.subplots()
    north = np.concatenate([compared.reference.latitude, compared.found.latitude])
    draw_world(axes, min(90.0, max(45.0, np.abs(north).max(initial=0.0) + 5)))
    reference, found, tracks = compared.reference, compared.found, compared.tracks
    verdicts = compared.fixes if tracks is None else tracks
    draw = _draw_fixes if tracks is None else _draw_tracks
    what = "fix" if tracks is None else "track"
    neither = ~(verdicts.right | verdicts.wrong)
    draw(axes, found, neither, NEITHER, f"Found at a storm that does not count: {_many(found, neither, what)}")
    draw(axes, reference, verdicts.hit, HIT, f"Hit: {_many(reference, verdicts.hit, what)}")
    draw(axes, found, verdicts.wrong, WRONG, f"False alarm: {_many(found, verdicts.wrong, what)}")
    draw(axes, reference, verdicts.missed, MISSED, f"Missed: {_many(reference, verdicts.missed, what)}")
    axes.set_title(title)
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    save(drawn, path)


def draw_distances(path: Path, distances: NDArray[np.float64], radius: float) -> None:
    """Draw how far fixes that hit lie from those of the reference.

    Args:
        path: PNG to write.
        distances: Of the hits [km].
        radius: Longest distance of a hit [km].
    """
    drawn = figure(7, 4.2)
    axes = drawn.subplots()
    axes.hist(distances, np.linspace(0, radius, 31).tolist(), color=HIT, alpha=0.7)
    if len(distances):
        for value, name, style in (
            (np.median(distances), "median", "-"),
            (distances.mean(), "mean", "--"),
            (np.percentile(distances, 90), "90 %", ":"),
        ):
            axes.axvline(float(value), color="0.2", linestyle=style, label=f"{name}: {value:.0f} km")
        axes.legend()
    axes.set(xlabel="Distance from the reference [km]", ylabel="Fixes", xlim=(0, radius))
    axes.set_title(f"{len(distances)} fixes within {radius:g} km")
    save(drawn, path)


def draw_counts(
    path: Path, months: Mapping[str, tuple[int, int]], years: Mapping[str, tuple[int, int]], of: str
) -> None:
    """Draw how many there were and how many were found: by month of the year, and by year where there are several.

    Args:
        path: PNG to write.
        months: Both numbers of each month, e.g. ``2010-08``.
        years: Both numbers of each year.
        of: What is counted.
    """
    season = {f"{month:02}": np.zeros(2, dtype=int) for month in range(1, 13)}
    for label, both in months.items():
        season[label[-2:]] += both
    several = len(years) > 1
    drawn = figure(11 if several else 7, 4.2)
    panels = drawn.subplots(1, 1 + several, squeeze=False, width_ratios=[2, 3][: 1 + several])[0]
    _draw_bars(panels[0], season, "Month")
    panels[0].set_ylabel(of.capitalize())
    panels[0].legend()
    if several:
        _draw_bars(panels[1], {year: np.array(both) for year, both in years.items()}, "Year")
    save(drawn, path)


def _draw_bars(axes: Axes, values: Mapping[str, NDArray[np.int64]], label: str) -> None:
    places = np.arange(len(values))
    there, found = np.array(list(values.values())).T
    axes.bar(places - 0.2, there, 0.4, color="0.6", label="Reference")
    axes.bar(places + 0.2, found, 0.4, color=HIT, label="Found")
    every = max(1, len(values) // 12)
    axes.set_xticks(places[::every], list(values)[::every], rotation=45 if len(values) > 12 else 0)
    axes.set_xlabel(label)


def _draw_fixes(axes: Axes, fixes: Fixes, chosen: NDArray[np.bool_], colour: str, label: str) -> None:
    east = signed_longitude(fixes.longitude[chosen])
    axes.plot(east, fixes.latitude[chosen], ".", color=colour, markersize=4, label=label)


def _draw_tracks(axes: Axes, fixes: Fixes, chosen: NDArray[np.bool_], colour: str, label: str) -> None:
    lines = []
    for track in np.flatnonzero(chosen):
        own = np.flatnonzero(fixes.track == track)
        own = own[np.argsort(fixes.hours[own])]
        # Unrolled, a track that crosses the date line has no line across the map: it is drawn once at each side.
        east = np.unwrap(signed_longitude(fixes.longitude[own]), period=360)
        lines += [np.stack([east + turn, fixes.latitude[own]], axis=1) for turn in (-360, 0, 360)]
    axes.add_collection(LineCollection(lines, colors=colour, linewidths=1.2, label=label), autolim=False)


def _many(fixes: Fixes, chosen: NDArray[np.bool_], what: str) -> int:
    """Return how many there are of these fixes, or of these tracks with a fix that is shown."""
    if what == "fix":
        return int(chosen.sum())
    return int(np.isin(np.flatnonzero(chosen), fixes.track).sum())
