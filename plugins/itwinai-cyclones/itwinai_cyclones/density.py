"""How many tracks pass through each part of the world."""

from pathlib import Path

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from itwinai_cyclones.maps import draw_world, figure, save

CELL = 5
"""Width and height of a cell [°]."""


def track_density(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], track: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many tracks have a fix in each cell of 5°; each track counts once in a cell, however long it stays.

    Args:
        latitude: Of the fixes of all tracks [°], shape ``(N,)``.
        longitude: In any turn [°], shape ``(N,)``.
        track: Number of the track of each fix, shape ``(N,)``.

    Returns:
        Counts, shape ``(36, 72)``, rows from 90°S, columns from 180°W.
    """
    row = np.minimum((latitude + 90) // CELL, 180 // CELL - 1).astype(np.int64)
    column = ((longitude + 180) % 360 // CELL).astype(np.int64)
    cells = np.unique(np.stack([track, row, column]), axis=1)
    counts = np.zeros((180 // CELL, 360 // CELL), dtype=np.int64)
    np.add.at(counts, (cells[1], cells[2]), 1)
    return counts


def draw_density(path: Path, counts: NDArray[np.int64], title: str) -> None:
    """Draw a map of how many tracks pass through each cell.

    Args:
        path: PNG to write.
        counts: As ``track_density`` returns them.
        title: Above the map.
    """
    drawn = figure(13, 5.1)
    axes = drawn.subplots()
    passed = np.flatnonzero(counts.any(axis=1)) * CELL - 90
    draw_world(axes, min(90.0, max(45.0, np.abs(passed).max(initial=0.0) + 2 * CELL)))
    edges = np.arange(-180, 181, CELL), np.arange(-90, 91, CELL)
    shown = np.ma.masked_equal(counts, 0)
    cells = axes.pcolormesh(*edges, shown, cmap="viridis_r", vmin=0, vmax=max(1, int(counts.max())), zorder=0)
    whole = MaxNLocator(integer=True)
    drawn.colorbar(cells, ax=axes, label=f"Tracks in a cell of {CELL}°", pad=0.01, shrink=0.8, ticks=whole)
    axes.set_title(title)
    save(drawn, path)
