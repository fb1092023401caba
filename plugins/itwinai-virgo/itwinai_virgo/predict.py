"""The trained network on a user's strain: the Q-scan of any file, and an estimate where witnesses are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np

from itwinai_core import DataError
from itwinai_virgo import pictures
from itwinai_virgo.data import image_transform, images, long_stretches, read_recording, whitened
from itwinai_virgo.export import estimated
from itwinai_virgo.metrics import skill
from itwinai_virgo.scans import PIECE_SECONDS, q_scan, write_scan
from itwinai_virgo.truth import NOTHING_KNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from itwinai_virgo.data import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.scans import Scan
    from itwinai_virgo.settings import VirgoSettings


def predict(settings: VirgoSettings, model: StrainEstimator, inputs: Sequence[Path], folder: Path) -> list[str]:
    """Write ``qscan.h5`` and ``qscan.png`` of each file, and ``estimate.h5`` and ``.png`` where it has witnesses.

    Args:
        settings: Options of the run.
        model: Trained network.
        inputs: Files of strain; several get a folder each.
        folder: Where results go.

    Returns:
        What was found, a line or two a file.

    Raises:
        DataError: A file is unfit; nothing is written then.
    """
    found = [_analysed(settings, path) for path in inputs]
    lines = []
    for number, (path, (scan, seen, notes)) in enumerate(zip(inputs, found, strict=True), start=1):
        place = folder if len(inputs) == 1 else folder / f"{number:02d}-{path.stem}"
        place.mkdir(exist_ok=True)
        write_scan(place, scan)
        lines += [f"{path.name}: {line}" for line in (scan.told(), *notes)]
        if seen is None:
            lines.append(f"{path.name}: no witnesses, so the Q-scan alone; the network needs all of its witnesses.")
            continue
        guess = estimated(model, seen.witnesses)
        _write_estimate(place, settings, seen, guess)
        error = float(np.abs(guess - seen.strain).mean())
        reference = float(np.abs(seen.strain - float(model.strain_median)).mean())
        lines.append(
            f"{path.name}: strain estimated from {seen.witnesses.shape[1]} witnesses in {len(seen)} windows, "
            f"skill {skill(error, reference):.3f} over the constant median."
        )
    return lines


def _analysed(settings: VirgoSettings, path: Path) -> tuple[Scan, Images | None, tuple[str, ...]]:
    """Return a file's scan, its images where it holds the witnesses, and what there is to note of how it was read."""
    recording = read_recording(path, settings)
    try:
        stretches = long_stretches(recording, settings)
        scans = (q_scan(whitened(stretch.strain, settings), settings.qscan.low) for stretch in stretches)
        scan = max(scans, key=lambda scan: scan.tile[2])
        seen = images(recording, settings, NOTHING_KNOWN, path.name) if recording.witnesses else None
    except (DataError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return scan, seen, recording.notes


def _write_estimate(folder: Path, settings: VirgoSettings, seen: Images, guess: np.ndarray) -> None:
    """Write the estimate of all windows with its axes, and a picture of up to a minute of them."""
    transform = image_transform(settings)
    with h5py.File(folder / "estimate.h5", "w") as file:
        for name, stack in (("strain", seen.strain), ("estimate", guess)):
            file.create_dataset(name, data=stack[:, 0], compression="gzip", shuffle=True).attrs["unit"] = "ln(1 + E)"
        file.create_dataset("gps", data=seen.gps).attrs["unit"] = "s"
        file.create_dataset("time", data=transform.times).attrs["unit"] = "s"
        file.create_dataset("frequency", data=transform.frequencies).attrs["unit"] = "Hz"
    shown = slice(0, max(1, round(PIECE_SECONDS / settings.qscan.window)))
    truth, guessed = (np.concatenate(list(stack[shown, 0]), axis=1) for stack in (seen.strain, guess))
    witnesses = np.concatenate(list(seen.witnesses[shown]), axis=2)
    gps = (seen.gps[shown, None] + transform.times).ravel()
    panels = dict(zip(settings.data.witnesses, witnesses, strict=True))
    panels |= {"strain": truth, "network's estimate": guessed, "strain - estimate": truth - guessed}
    pictures.estimate(folder / "estimate.png", settings.data.strain, gps, transform.frequencies, panels)
