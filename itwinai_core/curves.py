"""A picture of the metrics over the epochs: training beside validation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from itwinai_core.trackers.csv_file import read_metrics

if TYPE_CHECKING:
    from pathlib import Path


def draw_curves(metrics_file: Path, picture: Path, *, title: str, best_epoch: int) -> None:
    """Draw one panel a metric, e.g. ``loss`` with its training and its validation curve.

    Args:
        metrics_file: A run's ``metrics.csv``.
        picture: PNG to write.
        title: Line above the panels.
        best_epoch: Epoch of the best checkpoint, marked in every panel; 0 for none.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    rows = read_metrics(metrics_file)
    names = list(dict.fromkeys(name for row in rows for name in row if "/" in name))
    panels = sorted({name.split("/", 1)[1] for name in names}, key=lambda panel: (panel != "loss", panel))
    columns = min(len(panels), 3)
    lines = -(-len(panels) // columns)
    figure = Figure(figsize=(max(4.2 * columns, 6), 3.4 * lines + 0.5), layout="constrained")
    figure.suptitle(textwrap.fill(title, width=int(figure.get_figwidth() * 11)))
    for number, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(lines, columns, number)
        for split, style in (("train", "o-"), ("validation", "s--")):
            points = [(row["epoch"], row[f"{split}/{panel}"]) for row in rows if f"{split}/{panel}" in row]
            if points:
                epochs, values = zip(*points, strict=True)
                axes.plot(epochs, values, style, markersize=3, label=split)
        if best_epoch:
            axes.axvline(best_epoch, color="0.6", linewidth=1, linestyle=":", label=f"best epoch, {best_epoch}")
        axes.set(xlabel="Epoch", ylabel=panel)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize="small")
    figure.savefig(picture, dpi=120)
