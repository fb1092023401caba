"""Draws maps of the world with centres on them, without a network connection and without cartopy."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from itwinai_cyclones.detections import Centre
from itwinai_cyclones.geodesy import signed_longitude
from itwinai_cyclones.terrain import CELL, land_share

PRESSURES = np.arange(976, 1044, 4)
"""Shades of the background [hPa]."""


def figure(width: float, height: float) -> Figure:
    """Return an empty figure that needs no screen.

    Args:
        width: In inches.
        height: In inches.
    """
    drawn = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(drawn)
    return drawn


def draw_pressure(axes: Axes, msl: NDArray[np.float32]) -> Any:
    """Draw pressure over the whole world; return the shades, for a colour bar.

    Args:
        axes: To draw on.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
    """
    columns = np.roll(np.arange(1440), 720)[::2]
    east = signed_longitude(columns * CELL)
    return axes.contourf(
        east,
        90 - np.arange(0, 721, 2) * CELL,
        msl[::2, columns],
        levels=PRESSURES,
        cmap="RdYlBu_r",
        extend="both",
        alpha=0.7,
    )


def draw_world(axes: Axes, latitude: float) -> None:
    """Draw coastlines and a labelled net of degrees.

    Args:
        axes: To draw on.
        latitude: How far north and south to draw [°].
    """
    share = np.roll(land_share(), 720, axis=1)
    middle = (np.arange(1440) + 0.5) * CELL - 180, 90 - (np.arange(720) + 0.5) * CELL
    axes.contour(*middle, share, levels=[0.5], colors="0.25", linewidths=0.5)
    axes.set(
        xlim=(-180, 180), ylim=(-latitude, latitude), xlabel="Longitude [°]", ylabel="Latitude [°]", aspect="equal"
    )
    axes.set_xticks(range(-180, 181, 30), [_meridian(value) for value in range(-180, 181, 30)])
    parallels = [value for value in range(-75, 76, 15) if abs(value) <= latitude]
    axes.set_yticks(parallels, [_parallel(value) for value in parallels])
    axes.grid(color="0.5", linewidth=0.3, alpha=0.5)


def draw_centres(
    path: Path, rows: Sequence[tuple[str, Centre]], msl: NDArray[np.float32], time: str, latitude: float
) -> None:
    """Draw the centres of all times, coloured by time, over the pressure of one time.

    Args:
        path: PNG to write.
        rows: Time, and centre.
        msl: Pressure of the time that is shown [hPa], shape ``(721, 1440)``.
        time: Which time that is.
        latitude: Farthest from the equator that centres were looked for [°].
    """
    drawn = figure(13, 5.1)
    axes = drawn.subplots()
    shades = draw_pressure(axes, msl)
    draw_world(axes, min(90.0, latitude + 15))
    for edge in (-latitude, latitude):
        axes.axhline(edge, color="0.3", linewidth=0.8, linestyle="--", label="_" if edge < 0 else "Limit of the search")
    drawn.colorbar(
        shades, ax=axes, label=f"Pressure at mean sea level{f', {time}' if time else ''} [hPa]", pad=0.01, shrink=0.8
    )
    times = sorted({moment for moment, _ in rows})
    if rows:
        east, north = (
            signed_longitude([centre.longitude for _, centre in rows]),
            [centre.latitude for _, centre in rows],
        )
        moment = [times.index(when) for when, _ in rows]
        size = [20 + 1.6 * max(0.0, 1010 - centre.msl) for _, centre in rows]
        dots = axes.scatter(
            east,
            north,
            c=moment,
            s=size,
            cmap="viridis",
            edgecolors="black",
            linewidths=0.7,
            label="Centre, larger the deeper",
            zorder=3,
        )
        if len(times) > 1:
            bar = drawn.colorbar(dots, ax=axes, orientation="horizontal", pad=0.02, shrink=0.5, aspect=40)
            marks = np.unique(np.linspace(0, len(times) - 1, min(5, len(times))).astype(int))
            bar.set_ticks(marks.tolist(), labels=[times[mark].replace("T", "\n") for mark in marks])
            bar.set_label("Time of the centre")
    axes.set_title(f"{len(rows)} centres found" + (f", {times[0]} to {times[-1]}" if len(times) > 1 else ""))
    axes.legend(loc="lower left", framealpha=0.9)
    save(drawn, path)


def draw_tracks(
    path: Path,
    tracks: Sequence[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]],
    alone: tuple[NDArray[np.float64], NDArray[np.float64]],
    title: str,
) -> None:
    """Draw tracks, coloured by the pressure of their centres, and the centres of no track.

    Args:
        path: PNG to write.
        tracks: Latitudes and longitudes [°] and pressures [hPa], NaN where unknown, of each track in order of time.
        alone: Latitudes and longitudes of the centres of no track [°].
        title: Above the map.
    """
    drawn = figure(13, 5.1)
    axes = drawn.subplots()
    north = np.concatenate([*(track[0] for track in tracks), alone[0]])
    draw_world(axes, min(90.0, max(45.0, np.abs(north).max(initial=0.0) + 10)))
    axes.plot(signed_longitude(alone[1]), alone[0], ".", color="0.6", markersize=3, label="Centre of no track")
    for north, east, _ in tracks:
        # Unrolled, a track that crosses the date line has no line across the map: it is drawn once at each side.
        unrolled = np.degrees(np.unwrap(np.radians(signed_longitude(east))))
        for turn in (-360, 0, 360):
            axes.plot(unrolled + turn, north, color="0.2", linewidth=0.8)
    if tracks:
        north, east, pressure = (np.concatenate(values) for values in zip(*tracks, strict=True))
        shades: dict[str, Any] = {"cmap": "inferno", "vmin": 920, "vmax": 1010, "plotnonfinite": True}
        dots = axes.scatter(signed_longitude(east), north, c=pressure, s=14, zorder=3, **shades)
        if np.isfinite(pressure).any():
            drawn.colorbar(dots, ax=axes, label="Pressure at the centre [hPa]", pad=0.01, shrink=0.8, extend="both")
    starts = np.array([(signed_longitude(east[0]), north[0]) for north, east, _ in tracks]).reshape(-1, 2).T
    axes.plot(*starts, "s", color="tab:green", markersize=5, zorder=4, label="Start of a track")
    axes.set_title(title)
    axes.legend(loc="lower left", framealpha=0.9)
    save(drawn, path)


def save(drawn: Figure, path: Path) -> None:
    """Write a figure as PNG.

    Args:
        drawn: The figure.
        path: File to write.
    """
    with mpl.rc_context({"savefig.facecolor": "white"}):
        drawn.savefig(path, dpi=110)


def _meridian(degrees: int) -> str:
    return f"{abs(degrees)}°{'' if degrees % 180 == 0 else 'E' if degrees > 0 else 'W'}"


def _parallel(degrees: int) -> str:
    return f"{abs(degrees)}°{'' if degrees == 0 else 'N' if degrees > 0 else 'S'}"
