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
    """Draw windows below one another: their witnesses, strain, estimate, and what is left.

    Args:
        path: File to write.
        rows: Title of each window, and its images of shape ``(F, T)``; the last is a difference, which may be negative.
        titles: What the images are, as many as a row has.
        times: Start of each column after the start of the window [s], shape ``(T,)``.
        band: Frequency of each row [Hz], shape ``(F,)``.
    """
    figure = Figure(figsize=(2.45 * len(titles), 2.75 * len(rows) + 0.6), layout="constrained", dpi=110)
    grid = figure.subplots(len(rows), len(titles), sharex=True, sharey=True, squeeze=False)
    for axes, (name, pictures) in zip(grid, rows, strict=True):
        loudest = max(float(picture.max()) for picture in pictures[:-1])
        for axis, picture, title in zip(axes, pictures, titles, strict=True):
            last = picture is pictures[-1]
            limits = {"vmin": -loudest, "vmax": loudest, "cmap": "RdBu_r"} if last else {"vmin": 0.0, "vmax": loudest}
            mesh = image(axis, times, band, picture, **limits)
            if axis in grid[0]:
                axis.set_title(title, fontsize=9)
            if axis in grid[-1]:
                axis.set_xlabel("time in window [s]")
            if picture is pictures[-2]:
                figure.colorbar(mesh, ax=axis, pad=0.02).ax.tick_params(labelsize=7)
        figure.colorbar(mesh, ax=axes[-1], label=ENERGY_LABEL, pad=0.02).ax.tick_params(labelsize=7)
        axes[0].set_ylabel(f"{name}\nfrequency [Hz]", fontsize=8)
    figure.savefig(path)


def scores(path: Path, errors: Mapping[str, float], families: Mapping[str, float]) -> None:
    """Draw the error of each predictor, and the network's skill near each kind of glitch.

    Args:
        path: File to write.
        errors: Mean absolute error of ``ln(1 + E)`` of each predictor; the first is the reference of skill.
        families: Skill near glitches of each kind; may be empty.
    """
    figure = Figure(figsize=(10.0, 3.4), layout="constrained", dpi=110)
    left, right = figure.subplots(1, 2)
    reference = next(iter(errors.values()))
    colours = ["#9aa5b1"] * (len(errors) - 1) + ["#1f6f8b"]
    bars = left.barh(list(errors), list(errors.values()), color=colours)
    skills = [round(1 - error / reference, 2) + 0.0 for error in errors.values()]  # no minus before a zero
    labels = [f"{error:.3f}   skill {skill:.2f}" for error, skill in zip(errors.values(), skills, strict=True)]
    left.bar_label(bars, labels, padding=4)
    left.set(xlim=(0.0, 1.5 * max(errors.values())), xlabel="mean |error| of ln(1 + E), unseen time")
    left.invert_yaxis()
    bars = right.barh([name.replace("_", " ") for name in families], list(families.values()), color="#1f6f8b")
    right.bar_label(bars, [f"{value:.2f}" for value in families.values()], padding=4)
    top = max([0.1, *families.values()])
    right.set(
        xlim=(min([0.0, *families.values()]) * 1.3, 1.25 * top),
        xlabel="network's skill within 0.25 s of a glitch",
    )
    right.invert_yaxis()
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
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


def estimate(path: Path, channel: str, gps: np.ndarray, band: np.ndarray, panels: Mapping[str, np.ndarray]) -> None:
    """Draw images of one stretch below one another, the last as a difference.

    Args:
        path: File to write.
        channel: Name of the strain channel.
        gps: Start of each column, GPS [s], shape ``(T,)``.
        band: Frequency of each row [Hz], shape ``(F,)``.
        panels: Images of shape ``(F, T)`` by title.
    """
    figure = Figure(figsize=(11.0, 2.3 * len(panels)), layout="constrained", dpi=110)
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    loudest = max(float(picture.max()) for picture in panels.values())
    origin = np.floor(gps[0])
    for axis, (title, picture) in zip(grid, panels.items(), strict=True):
        last = axis is grid[-1]
        limits = {"vmin": -loudest, "vmax": loudest, "cmap": "RdBu_r"} if last else {"vmin": 0.0, "vmax": loudest}
        mesh = image(axis, gps - origin, band, picture, **limits)
        axis.set_title(title, fontsize=9, loc="left")
        axis.set_ylabel("frequency [Hz]")
        figure.colorbar(mesh, ax=axis, label=ENERGY_LABEL, pad=0.01)
    grid[-1].set_xlabel(f"time from GPS {origin:.0f} [s]")
    figure.suptitle(f"{channel}, estimated from its witnesses")
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
