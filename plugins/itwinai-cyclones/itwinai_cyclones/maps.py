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


def draw_world(axes: Axes, msl: NDArray[np.float32], latitude: float) -> Any:
    """Draw pressure, coastlines and a labelled net of degrees; return the shades, for a colour bar.

    Args:
        axes: To draw on.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        latitude: How far north and south to draw [°].
    """
    columns = np.roll(np.arange(1440), 720)[::2]
    east = signed_longitude(columns * CELL)
    shades = axes.contourf(
        east,
        90 - np.arange(0, 721, 2) * CELL,
        msl[::2, columns],
        levels=PRESSURES,
        cmap="RdYlBu_r",
        extend="both",
        alpha=0.7,
    )
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
    return shades


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
    shades = draw_world(axes, msl, min(90.0, latitude + 15))
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
