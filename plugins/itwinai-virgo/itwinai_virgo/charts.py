"""Charts of how good a network is: errors and skill, measures by band, and efficiency against dead time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes

    from itwinai_virgo.vetoes import Curve

OURS, OTHERS, BEST = "#1f6f8b", "#9aa5b1", "#e0a458"
"""Colours of the network, of what it is compared with, and of what the truth allows."""


def scores(path: Path, errors: Mapping[str, float], families: Mapping[str, float]) -> None:
    """Draw the error of each predictor, and the network's skill near each kind of glitch.

    Args:
        path: File to write.
        errors: Mean absolute error of ``ln(1 + E)`` of each predictor; the first is the reference of skill.
        families: Skill near glitches of each kind; may be empty.
    """
    figure = Figure(figsize=(10.0 if families else 5.5, 3.6), layout="constrained", dpi=110)
    grid = figure.subplots(1, 2 if families else 1, squeeze=False)[0]
    reference = next(iter(errors.values()))
    bars = grid[0].barh(
        list(errors), list(errors.values()), color=[{"network": OURS, "oracle": BEST}.get(n, OTHERS) for n in errors]
    )
    skills = [round(1 - error / reference, 2) + 0.0 for error in errors.values()]  # no minus before a zero
    labels = [f"{error:.3f}   skill {skill:.2f}" for error, skill in zip(errors.values(), skills, strict=True)]
    grid[0].bar_label(bars, labels, padding=4)
    grid[0].set(xlim=(0.0, 1.5 * max(errors.values())), xlabel="mean |error| of ln(1 + E), unseen time")
    if families:
        bars = grid[1].barh([name.replace("_", " ") for name in families], list(families.values()), color=OURS)
        grid[1].bar_label(bars, [f"{value:.2f}" for value in families.values()], padding=4)
        top = max([0.1, *families.values()])
        grid[1].set(
            xlim=(min([0.0, *families.values()]) * 1.3, 1.25 * top),
            xlabel="network's skill within 0.25 s of a glitch",
        )
    for axis in grid:
        axis.invert_yaxis()
        _bare(axis)
    figure.savefig(path)


def bands(path: Path, ratios: Mapping[str, Mapping[str, float]], shared: Mapping[str, Mapping[str, float]]) -> None:
    """Draw by band what is left of the spectral density, and what strain, witnesses and estimate share.

    Args:
        path: File to write.
        ratios: Ratios of amplitude spectral densities to the strain's: what it is of, band, ratio.
        shared: Coherence and correlation, likewise.
    """
    figure = Figure(figsize=(10.0, 3.8), layout="constrained", dpi=110)
    left, right = figure.subplots(1, 2)
    _grouped(left, ratios)
    left.axhline(1.0, color="k", linewidth=0.8, zorder=0)
    left.set(ylabel="ASD over that of the strain", ylim=(0.0, 1.35 * max([1.0, *_values(ratios)])))
    _grouped(right, shared)
    right.set(ylabel="between 0 and 1", ylim=(min([0.0, *_values(shared)]), 1.35))
    for axis in (left, right):
        axis.set_xlabel("frequency [Hz]")
        axis.legend(fontsize=8, loc="upper right", frameon=False)
        _bare(axis)
    figure.savefig(path)


def roc(path: Path, curve: Curve, dead_time: float, point: tuple[float, float], caught: str) -> None:
    """Draw efficiency against dead time, with the limit of dead time and the point at which vetoes work.

    Args:
        path: File to write.
        curve: Over all thresholds.
        dead_time: Limit, part of the time.
        point: Dead time and efficiency of the vetoes.
        caught: What is to be caught.
    """
    figure = Figure(figsize=(6.0, 4.4), layout="constrained", dpi=110)
    axis = figure.subplots()
    shown = curve.dead_time > 0
    if shown.any():
        axis.step(100 * curve.dead_time[shown], 100 * curve.efficiency[shown], where="post", color=OURS, label="vetoes")
    chance = np.geomspace(1e-2, 100.0, 200)
    axis.plot(chance, chance, color=OTHERS, label="flags at random")
    axis.axvline(100 * dead_time, color="k", linestyle=":", linewidth=1.0, label=f"limit, {100 * dead_time:g} %")
    axis.plot(
        100 * point[0], 100 * point[1], "o", color=BEST, label=f"{100 * point[1]:.0f} % at {100 * point[0]:.2f} %"
    )
    axis.set(xscale="log", xlim=(1e-2, 100.0), ylim=(0.0, 103.0), xlabel="dead time [%]", ylabel="efficiency [%]")
    axis.set_title(f"{caught}; area {curve.area:.3f}", fontsize=10)
    axis.xaxis.set_major_formatter("{x:g}")
    axis.legend(fontsize=8, loc="upper left", frameon=False)
    _bare(axis)
    figure.savefig(path)


def _grouped(axis: Axes, values: Mapping[str, Mapping[str, float]]) -> None:
    """Draw bars of each kind side by side, a group for each band."""
    colours = (OURS, BEST, OTHERS)
    names = list(dict.fromkeys(name for each in values.values() for name in each))
    width = 0.8 / max(len(values), 1)
    for number, (kind, each) in enumerate(values.items()):
        place = [names.index(name) + (number + 0.5) * width - 0.4 for name in each]
        bars = axis.bar(place, list(each.values()), width, color=colours[number % 3], label=kind)
        labels = axis.bar_label(bars, [f"{value:.2f}" for value in each.values()], fontsize=7, padding=2)
        for label in labels:  # over the line at 1
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
    axis.set_xticks(range(len(names)), [name.replace("_", "-") for name in names])


def _values(values: Mapping[str, Mapping[str, float]]) -> list[float]:
    """Return all numbers of a nested mapping."""
    return [value for each in values.values() for value in each.values()]


def _bare(axis: Axes) -> None:
    """Leave out the lines that frame nothing."""
    axis.spines[["top", "right"]].set_visible(False)
