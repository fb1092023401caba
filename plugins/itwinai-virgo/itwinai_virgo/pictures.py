"""Pictures of Q-transforms: time in seconds, frequency in hertz on a logarithmic axis, energy in colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

ENERGY_LABEL = "ln(1 + E)"
"""E is the energy over the median of its row."""

LOUDEST = 25.0
"""Energy at which a scan's colours end, as those of Omega scans do."""

TICKS = (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


def cases(
    path: Path,
    rows: Sequence[tuple[str, Sequence[np.ndarray]]],
    titles: Sequence[str],
    times: np.ndarray,
    band: np.ndarray,
) -> None:
    """Draw windows below one another, the images of each side by side in one scale of colours.

    Args:
        path: File to write.
        rows: Title of each window, and its images of shape ``(F, T)``.
        titles: What the images are, as many as a row has.
        times: Start of each column after the start of the window [s], shape ``(T,)``.
        band: Frequency of each row [Hz], shape ``(F,)``.
    """
    figure = Figure(figsize=(3.3 * len(titles) + 0.8, 2.75 * len(rows) + 0.6), layout="constrained", dpi=110)
    grid = figure.subplots(len(rows), len(titles), sharex=True, sharey=True, squeeze=False)
    for axes, (name, pictures) in zip(grid, rows, strict=True):
        loudest = max(float(picture.max()) for picture in pictures)
        for axis, picture, title in zip(axes, pictures, titles, strict=True):
            mesh = image(axis, times, band, picture, vmin=0.0, vmax=loudest)
            if axis in grid[0]:
                axis.set_title(title, fontsize=10)
            if axis in grid[-1]:
                axis.set_xlabel("time in window [s]")
        figure.colorbar(mesh, ax=list(axes), label=ENERGY_LABEL, pad=0.01).ax.tick_params(labelsize=8)
        axes[0].set_ylabel(f"{name}\nfrequency [Hz]", fontsize=9)
    figure.savefig(path)


def scan(path: Path, channel: str, series: tuple[np.ndarray, np.ndarray], views: Sequence[dict[str, Any]]) -> None:
    """Draw a Q-scan under its whitened strain: the whole stretch, and the surroundings of the loudest tile.

    Args:
        path: File to write.
        channel: Name of the channel.
        series: GPS times [s] and whitened strain, each of shape ``(N,)``.
        views: For each panel ``title``, ``gps`` [s] of shape ``(T,)``, ``band`` [Hz] of shape ``(F,)``, ``energy`` of
            shape ``(F, T)``, and ``tile``, GPS [s] and frequency [Hz] of the loudest tile.
    """
    figure = Figure(figsize=(11.0, 8.6), layout="constrained", dpi=110)
    grid = figure.subplots(2 * len(views), 1, gridspec_kw={"height_ratios": [1.0, 2.2] * len(views)})
    for number, view in enumerate(views):
        above, below = grid[2 * number : 2 * number + 2]
        origin = np.floor(view["gps"][0])
        inside = (series[0] >= view["gps"][0]) & (series[0] <= view["gps"][-1])
        above.plot(series[0][inside] - origin, series[1][inside], linewidth=0.6, color="#1f6f8b")
        above.set(xlim=(view["gps"][0] - origin, view["gps"][-1] - origin), ylabel="whitened\nstrain [std]")
        above.tick_params(labelbottom=False)
        above.set_title(f"{channel}: {view['title']}", fontsize=10, loc="left")
        mesh = image(below, view["gps"] - origin, view["band"], view["energy"], vmin=0.0, vmax=LOUDEST)
        below.plot(view["tile"][0] - origin, view["tile"][1], "o", markersize=14, fillstyle="none", color="w")
        below.set(xlabel=f"time from GPS {origin:.0f} [s]", ylabel="frequency [Hz]")
        figure.colorbar(mesh, ax=[above, below], label="energy over the row's median", extend="max", pad=0.01)
    figure.savefig(path)


def estimate(
    path: Path,
    channel: str,
    axes: tuple[np.ndarray, np.ndarray],
    panels: Mapping[str, np.ndarray],
    flagged: Sequence[tuple[float, float]] = (),
) -> None:
    """Draw images of one stretch below one another, in one scale of colours.

    Args:
        path: File to write.
        channel: Name of the strain channel.
        axes: Start of each column, GPS [s], shape ``(T,)``, and frequency of each row [Hz], shape ``(F,)``.
        panels: Images of shape ``(F, T)`` by title.
        flagged: GPS start and stop [s] of segments to mark above the first image.
    """
    gps, band = axes
    figure = Figure(figsize=(11.0, 2.6 * len(panels)), layout="constrained", dpi=110)
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    loudest = max(float(picture.max()) for picture in panels.values())
    origin = np.floor(gps[0])
    width = np.diff(gps).min() if len(gps) > 1 else 1.0
    for axis, (title, picture) in zip(grid, panels.items(), strict=True):
        # Time that no window covers stays white.
        for piece in np.split(np.arange(len(gps)), np.flatnonzero(np.diff(gps) > 1.5 * width) + 1):
            mesh = image(axis, gps[piece] - origin, band, picture[:, piece], vmin=0.0, vmax=loudest)
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_ylabel("frequency [Hz]")
        figure.colorbar(mesh, ax=axis, label=ENERGY_LABEL, pad=0.01)
    spans = [(start - origin, stop - start) for start, stop in flagged]
    if spans:
        edge = grid[0].get_xaxis_transform()
        grid[0].broken_barh(spans, (0.96, 0.04), transform=edge, color="#e4572e")
        grid[0].set_title("flagged in orange", fontsize=9, loc="right", color="#e4572e")
    grid[-1].set_xlabel(f"time from GPS {origin:.0f} [s]")
    figure.suptitle(f"{channel}, cleaned by its witnesses")
    figure.savefig(path)


def image(axis: Axes, times: np.ndarray, band: np.ndarray, picture: np.ndarray, **limits: Any) -> Any:
    """Draw one image on an axis and return its mesh; ticks stand at round frequencies."""
    mesh = axis.pcolormesh(times, band, picture, shading="nearest", rasterized=True, **limits)
    axis.set_yscale("log")
    axis.set_ylim(band[0], band[-1])
    axis.yaxis.set_major_locator(FixedLocator([tick for tick in TICKS if band[0] <= tick <= band[-1]]))
    axis.yaxis.set_minor_locator(NullLocator())
    axis.yaxis.set_major_formatter(ScalarFormatter())
    return mesh
