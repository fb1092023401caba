"""Pictures of how good the network is: a globe with truth and answers, distances, single patches."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.data import Patches
from itwinai_cyclones.detections import Centre, cyclone_seen
from itwinai_cyclones.geodesy import signed_longitude, to_degrees
from itwinai_cyclones.maps import draw_world, figure, save
from itwinai_cyclones.quantities import QUANTITIES

Array = NDArray[np.float64]


def draw_globe(
    path: Path, msl: NDArray[np.float32], storms: Array, wanted: NDArray[np.bool_], centres: Sequence[Centre], time: str
) -> None:
    """Draw a held-out field with the storms that were there and the centres that were found.

    Args:
        path: PNG to write.
        msl: Pressure on the model's grid [hPa], shape ``(721, 1440)``.
        storms: Latitude and longitude of all storms [°], shape ``(S, 2)``.
        wanted: Which of them must be found, shape ``(S,)``.
        centres: What was found.
        time: Of the field.
    """
    drawn = figure(13, 6)
    axes = drawn.subplots()
    shades = draw_world(axes, msl, 60)
    drawn.colorbar(shades, ax=axes, label="Pressure at mean sea level [hPa]", pad=0.01, shrink=0.8)
    east = signed_longitude(storms[:, 1])
    rings = {"facecolors": "none", "linewidths": 1.8}
    axes.scatter(east[wanted], storms[wanted, 0], s=170, edgecolors="black", label="Tropical cyclone, best track", **rings)
    axes.scatter(east[~wanted], storms[~wanted, 0], s=90, edgecolors="0.45", label="Weaker or extratropical storm", **rings)
    found = np.array([(signed_longitude(centre.longitude), centre.latitude) for centre in centres]).reshape(-1, 2)
    axes.scatter(*found.T, marker="x", s=70, color="crimson", linewidths=2, label="Centre found", zorder=3)
    axes.set_title(f"Generated field of {time}, storms of a year that was held out")
    axes.legend(loc="lower left", framealpha=0.9)
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
    edges = np.arange(0, 620, 20)
    for name, distances, colour in (("Lowest pressure of the patch", lowest, "0.6"), ("Network", network, "tab:blue")):
        if len(distances):
            label = f"{name}: {len(distances)} cyclones, mean {distances.mean():.0f} km, median {np.median(distances):.0f} km"
            axes.hist(np.minimum(distances, edges[-1]), edges, histtype="stepfilled", alpha=0.55, color=colour, label=label)
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
    grid = drawn.subplots(2, -(-count // 2))
    channel = patches.variables.index("msl")
    seen = cyclone_seen(answers)
    for axes, index in zip(grid.flat, chosen, strict=False):
        row, column = patches.origins[index]
        north, east = to_degrees(row, column)
        west = float(signed_longitude(east))
        extent = (west - 0.125, west + 9.875, float(north) - 9.875, float(north) + 0.125)
        image = axes.imshow(patches.values[index, ..., channel], extent=extent, cmap="RdYlBu_r")
        for place, there, style in (
            (patches.labels[index], patches.labels[index].min() > -0.5, {"marker": "o", "s": 160, "facecolors": "none", "edgecolors": "black", "linewidths": 2, "label": "True centre"}),
            (answers[index], seen[index], {"marker": "x", "s": 90, "color": "black", "linewidths": 2, "label": "Network"}),
        ):
            if there:
                axes.scatter(west + place[1] / 4, float(north) - place[0] / 4, **style)
        axes.set(title=TITLES[str(patches.categories[index])], xlabel="Longitude [°]", ylabel="Latitude [°]")
        axes.set(xlim=extent[:2], ylim=extent[2:])
        drawn.colorbar(image, ax=axes, label=f"Pressure [{QUANTITIES['msl'].unit}]", shrink=0.85)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="upper right", fontsize=8, framealpha=0.9)
    save(drawn, path)


TITLES = {
    "cyclone": "Cyclone",
    "nearest": "Beside a cyclone",
    "low": "Another low",
    "random": "Anywhere",
}
