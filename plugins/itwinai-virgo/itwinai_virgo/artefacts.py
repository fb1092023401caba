"""Files that outlast a judgement: arrays with GPS, segments in three formats, and the pictures of single windows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import h5py
import numpy as np

from itwinai_virgo import physical, pictures, segments, strain
from itwinai_virgo.windows import image_transform

if TYPE_CHECKING:
    from pathlib import Path

    from itwinai_virgo.images import Images
    from itwinai_virgo.reconstruction import Reconstruction
    from itwinai_virgo.segments import Segments
    from itwinai_virgo.settings import VirgoSettings

HELD_OUT_SECONDS = 66.0
"""Length of the recording that is kept for trying `itwinai predict` [s]."""

MEANING = "Noise of the strain that witness channels explain is loud"


def write_arrays(path: Path, settings: VirgoSettings, found: Reconstruction, clean: np.ndarray | None) -> None:
    """Write strain, estimate, cleaned and, where known, clean images as ``ln(1 + E)``, with axes and the truth."""
    transform, part = image_transform(settings), found.part
    stacks = {"strain": part.strain, "estimate": found.estimate, "cleaned": found.cleaned.images}
    stacks |= {} if clean is None else {"clean": clean}
    with h5py.File(path, "w") as file:
        for name, images in stacks.items():
            file.create_dataset(name, data=images[:, 0], compression="gzip", shuffle=True).attrs["unit"] = "ln(1 + E)"
        for name, axis, unit in (
            ("gps", part.gps, "s" if part.recording else "row"),
            ("time", transform.times, "s"),
            ("frequency", transform.frequencies, "Hz"),
            ("trust", found.cleaned.trust, "part of the energy of each frequency that is taken away"),
        ):
            file.create_dataset(name, data=axis).attrs["unit"] = unit
        file.attrs["q"] = settings.qscan.q
        file.attrs["task"] = settings.task
        if part.truth.events():
            file.attrs["truth"] = json.dumps(part.truth.events())


def write_held_out(path: Path, test: Images) -> None:
    """Write the start of the unseen recording, where there is one, for `itwinai predict`."""
    if test.recording is None:
        return
    start = test.recording.strain.gps_start
    stop = start + min(HELD_OUT_SECONDS, test.recording.strain.seconds)
    strain.write(path, test.recording.between(start, stop), test.truth.between(start, stop).events())


def write_segments(folder: Path, channel: str, found: Segments, known: Segments) -> None:
    """Write ``segments.csv``, ``segments.txt`` for segwizard, and ``segments.xml``, LIGO_LW.

    Args:
        folder: Where they go.
        channel: Name of the strain, whose prefix is the detector's.
        found: Segments that are flagged.
        known: Segments that were looked at.
    """
    detector = channel.partition(":")[0] if ":" in channel else "V1"
    segments.write_csv(folder / "segments.csv", found)
    segments.write_segwizard(folder / "segments.txt", found)
    segments.write_ligo_lw(folder / "segments.xml", found, known, detector, MEANING)


def draw_cases(path: Path, settings: VirgoSettings, found: Reconstruction, clean: np.ndarray | None) -> None:
    """Draw the windows of best, median and worst skill among those that are loud, or among all where few are."""
    transform, part = image_transform(settings), found.part
    spread = np.abs(part.target - np.median(part.target)).mean(axis=(1, 2, 3))
    left = np.abs(found.estimate - part.target).mean(axis=(1, 2, 3)) / np.maximum(spread, 1e-12)
    order = np.argsort(left)
    loud = order[part.strain[order].max(axis=(1, 2, 3)) > physical.LOUD]
    order = loud if len(loud) >= 3 else order
    panels = panels_of(found) | ({} if clean is None else {"truth: the clean strain": clean[:, 0]})
    rows = [
        (
            f"{name}: skill {1 - left[number]:.2f}\n"
            + (f"GPS {part.gps[number]:.0f}" if part.recording else f"row {part.gps[number]:.0f}"),
            [images[number] for images in panels.values()],
        )
        for name, number in (("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1]))
    ]
    pictures.cases(path, rows, list(panels), transform.times, transform.frequencies)


def panels_of(found: Reconstruction) -> dict[str, np.ndarray]:
    """Return images ``(N, F, T)`` before cleaning, of the network's estimate, and after, by title."""
    noise = found.estimate if found.part.task == "noise" else np.log1p(found.cleaned.explained)
    return {
        "before: strain": found.part.strain[:, 0],
        "estimate: noise that witnesses explain": noise[:, 0],
        "after: cleaned strain": found.cleaned.images[:, 0],
    }
