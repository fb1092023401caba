"""Pictures of how good the network is: a globe with truth and answers, distances, single patches."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from itwinai_cyclones.best_tracks import BestTracks
from itwinai_cyclones.data import Patches
from itwinai_cyclones.detections import Centre, cyclone_seen
from itwinai_cyclones.geodesy import STEP, signed_longitude, to_degrees
from itwinai_cyclones.maps import draw_pressure, draw_world, figure, save
from itwinai_cyclones.patches import SIZE

Array = NDArray[np.float64]


def draw_globe(path: Path, msl: NDArray[np.float32], now: BestTracks, centres: Sequence[Centre], title: str) -> None:
    """Draw a held-out field with the storms that were there and the centres that were found.

    Args:
        path: PNG to write.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        now: Fixes of that time.
        centres: What was found.
        title: What is shown.
    """
    drawn = figure(13, 5.3)
    axes = drawn.subplots()
    shades = draw_pressure(axes, msl)
    draw_world(axes, 60)
    drawn.colorbar(shades, ax=axes, label="Pressure at mean sea level [hPa]", pad=0.01, shrink=0.8)
    east, wanted = signed_longitude(now.longitude), now.tropical_cyclone
    ring: dict[str, Any] = {"marker": "o", "fillstyle": "none", "markeredgewidth": 1.8, "linestyle": "none"}
    axes.plot(
        east[wanted], now.latitude[wanted], color="black", markersize=13, label="Tropical cyclone, best track", **ring
    )
    weak = "Weaker or extratropical storm"
    axes.plot(east[~wanted], now.latitude[~wanted], color="0.45", markersize=9, label=weak, **ring)
    found = [signed_longitude(centre.longitude) for centre in centres], [centre.latitude for centre in centres]
    axes.plot(*found, "x", markersize=8, color="crimson", markeredgewidth=2, label="Centre found")
    axes.set_title(title)
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    save(drawn, path)


def draw_distances(path: Path, network: Array, lowest: Array) -> None:
    """Draw how far the found centres lie from the true ones, beside the baseline.

    Args:
        path: PNG to write.
        network: Distances of the network [km].
        lowest: Distances of the lowest pressure [km].
    """
    drawn = figure(7, 4.2)
    axes = drawn.subplots()
    edges = [20.0 * i for i in range(31)]
    for name, distances, colour in (("Lowest pressure of the patch", lowest, "0.6"), ("Network", network, "tab:blue")):
        if len(distances):
            label = (
                f"{name}: {len(distances)} seen, mean {distances.mean():.0f} km, median {np.median(distances):.0f} km"
            )
            axes.hist(
                np.minimum(distances, edges[-1]), edges, histtype="stepfilled", alpha=0.55, color=colour, label=label
            )
    axes.set(xlabel="Distance from the true centre [km], last bar: farther", ylabel="Patches with a cyclone")
    axes.set_title("Where the centre was put, held-out patches")
    axes.legend()
    save(drawn, path)


def draw_patches(path: Path, patches: Patches, answers: NDArray[np.float32], count: int = 6) -> None:
    """Draw a few held-out patches with the true and the found centre: one of each kind, then cyclones.

    Args:
        path: PNG to write.
        patches: The patches.
        answers: Positions that the network found, shape ``(N, 2)``.
        count: How many to draw.
    """
    kinds = {str(kind): np.flatnonzero(patches.categories == kind) for kind in np.unique(patches.categories)}
    chosen = [places[len(places) // 2] for places in kinds.values()]
    rest = kinds.get("cyclone", np.arange(len(patches)))
    chosen += rest[np.linspace(0, len(rest) - 1, count).astype(int)].tolist()
    drawn = figure(12, 7.4)
    for axes, index in zip(drawn.subplots(2, -(-count // 2)).flat, chosen, strict=False):
        _draw_patch(axes, patches, index, answers[index])
    marks = [
        Line2D(
            [], [], marker="o", linestyle="none", markersize=12, fillstyle="none", color="black", label="True centre"
        ),
        Line2D(
            [], [], marker="x", linestyle="none", markersize=9, color="black", label="Centre that the network found"
        ),
    ]
    drawn.legend(handles=marks, loc="outside lower center", ncols=2)
    save(drawn, path)


def _draw_patch(axes: Axes, patches: Patches, index: int, answer: NDArray[np.float32]) -> None:
    """Draw the pressure of one patch with the true and the found centre."""
    north, east = (float(value) for value in to_degrees(*patches.origins[index]))
    west, label = float(signed_longitude(east)), patches.labels[index]
    extent = (west - STEP / 2, west + (SIZE - 0.5) * STEP, north - (SIZE - 0.5) * STEP, north + STEP / 2)
    channel = patches.variables.index("msl")
    image = axes.imshow(patches.values[index, ..., channel], extent=extent, cmap="RdYlBu_r")
    if cyclone_seen(label):
        axes.plot(west + label[1] * STEP, north - label[0] * STEP, "o", color="black", fillstyle="none", markersize=14)
    if cyclone_seen(answer):
        axes.plot(
            west + answer[1] * STEP, north - answer[0] * STEP, "x", color="black", markersize=10, markeredgewidth=2
        )
    axes.set(title=TITLES[str(patches.categories[index])], xlabel="Longitude [°]", ylabel="Latitude [°]")
    axes.set(xlim=extent[:2], ylim=extent[2:])
    axes.figure.colorbar(image, ax=axes, label="Pressure [hPa]", shrink=0.85)


TITLES = {
    "cyclone": "Cyclone",
    "nearest": "Beside a cyclone",
    "adjacent": "Next to a patch with a cyclone",
    "low": "Another low",
    "random": "Anywhere",
}
