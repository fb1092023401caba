"""The trained network on a user's strain: the Q-scan of any file, and an estimate where witnesses are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itwinai_core import DataError
from itwinai_virgo import pictures
from itwinai_virgo.artefacts import panels_of, write_arrays, write_segments
from itwinai_virgo.data import read_recording
from itwinai_virgo.metrics import skill
from itwinai_virgo.reconstruction import reconstructed
from itwinai_virgo.scans import PIECE_SECONDS, q_scan, write_scan
from itwinai_virgo.truth import NOTHING_KNOWN
from itwinai_virgo.vetoes import limit_threshold
from itwinai_virgo.windows import image_transform, images, long_stretches, whitened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from itwinai_virgo.images import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.reconstruction import Reconstruction
    from itwinai_virgo.scans import Scan
    from itwinai_virgo.settings import VirgoSettings


def predict(settings: VirgoSettings, model: StrainEstimator, inputs: Sequence[Path], folder: Path) -> list[str]:
    """Write ``qscan.h5`` and ``.png`` of each file, and where it has witnesses ``estimate.h5``, ``.png`` and segments.

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
        lines += [
            f"{path.name}: {line}"
            for line in _written(place, settings, reconstructed(model, seen), float(model.strain_median))
        ]
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


def _written(folder: Path, settings: VirgoSettings, found: Reconstruction, median: float) -> list[str]:
    """Write estimate, cleaned images and segments, and a picture of up to a minute; return what is found."""
    transform, part = image_transform(settings), found.part
    columns = found.columns(settings)
    flagged, known = columns.above(limit_threshold(columns.score, settings.evaluation.dead_time)), columns.known
    write_arrays(folder / "estimate.h5", settings, found, None)
    write_segments(folder, settings.data.strain, flagged, known)
    shown = slice(0, max(1, round(PIECE_SECONDS / settings.qscan.window)))
    panels = {title: np.concatenate(list(stack[shown]), axis=1) for title, stack in panels_of(found).items()}
    gps = (part.gps[shown, None] + transform.times).ravel()
    inside = [(start, stop) for start, stop in flagged.spans.tolist() if start <= gps[-1]]
    pictures.estimate(folder / "estimate.png", settings.data.strain, (gps, transform.frequencies), panels, inside)
    left = float(np.expm1(found.cleaned.images).mean() / np.expm1(part.strain).mean())
    told = (
        f"cleaned by {part.witnesses.shape[1]} witnesses in {len(part)} windows: {left:.1%} of the energy is left; "
        f"{len(flagged)} segment(s), {flagged.seconds:.1f} of {known.seconds:g} s, flagged as the loudest."
    )
    if part.task == "denoise":
        return [told]
    error, reference = (float(np.abs(guess - part.strain).mean()) for guess in (found.estimate, median))
    return [told, f"strain estimated from its witnesses, skill {skill(error, reference):.3f} over the constant median."]
