"""What a trained run leaves: scores beside baselines, pictures, estimates, segments, and unseen data to try it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from itwinai_virgo import charts, physical
from itwinai_virgo.artefacts import draw_cases, write_arrays, write_held_out, write_segments
from itwinai_virgo.harm import null_scores, signal_scores
from itwinai_virgo.ladder import climb
from itwinai_virgo.reconstruction import clean_images, reconstructed
from itwinai_virgo.veto_trial import judged_vetoes
from itwinai_virgo.windows import image_transform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from itwinai_core import DataSplits
    from itwinai_virgo.images import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.reconstruction import Reconstruction
    from itwinai_virgo.settings import VirgoSettings

CHIRP_SEED = 170817
"""Seed of the chirps that are put into unseen strain."""


def assess(
    settings: VirgoSettings, model: StrainEstimator, data: DataSplits, folder: Path, trial: Images | None = None
) -> Mapping[str, float]:
    """Return the network's scores on unseen time beside baselines; write pictures and files.

    Args:
        settings: Options of the run.
        model: Trained network.
        data: What ``build_splits`` returned; baselines are fitted to the training part.
        folder: Where pictures, arrays, segments and ``held-out.h5`` go.
        trial: A stretch of realistic rates on which vetoes are judged; by default the unseen time itself.
    """
    train, test = cast("Images", data.train), cast("Images", data.held_out)
    found = reconstructed(model, test)
    clean = clean_images(settings, test)
    ladder = climb(settings, train, found, clean)
    charts.scores(folder / "scores.png", ladder.errors, ladder.families)
    draw_cases(folder / "cases.png", settings, found, clean)
    write_arrays(folder / "estimates.h5", settings, found, clean)
    write_held_out(folder / "held-out.h5", test)
    scores = ladder.scores | _band_scores(settings, found, clean, folder)
    scores |= null_scores(model, found, image_transform(settings).frequencies)
    scores |= signal_scores(settings, model, found, CHIRP_SEED)
    judged = found if trial is None else reconstructed(model, trial)
    return scores | _veto_scores(settings, judged, folder)


def _band_scores(
    settings: VirgoSettings, found: Reconstruction, clean: np.ndarray | None, folder: Path
) -> dict[str, float]:
    """Return ratios of spectral densities, correlations and coherences by band; draw ``bands.png``."""
    band, part = image_transform(settings).frequencies, found.part
    inside = physical.bands(band)
    if not inside:
        return {}
    ratios = {"cleaned": {name: physical.asd_ratio(found.cleaned.images, part.strain, inside[name]) for name in inside}}
    if clean is not None:
        ratios["truth"] = {name: physical.asd_ratio(clean, part.strain, inside[name]) for name in inside}
    shared = {
        "correlation of estimate and target": {
            name: physical.correlation(found.estimate, part.target, inside[name]) for name in inside
        }
    }
    coherence = _coherence(part)
    if coherence:
        shared["coherence of strain and a witness"] = coherence
    charts.bands(folder / "bands.png", ratios, shared)
    scores = {"asd_ratio": physical.asd_ratio(found.cleaned.images, part.strain, np.ones(len(band), dtype=bool))}
    scores |= {f"asd_ratio_{name}": value for name, value in ratios["cleaned"].items()}
    scores |= {f"asd_ratio_truth_{name}": value for name, value in ratios.get("truth", {}).items()}
    scores |= {f"correlation_{name}": value for name, value in shared["correlation of estimate and target"].items()}
    return scores | {f"coherence_{name}": value for name, value in coherence.items()}


def _coherence(part: Images) -> dict[str, float]:
    """Return the mean coherence in each band of the strain and its most coherent witness, on the longest stretch."""
    if part.recording is None or not part.recording.witnesses:
        return {}
    stretch = part.recording.between(*max(part.recording.stretches, key=lambda span: span[1] - span[0]))
    frequencies, values = physical.coherence(
        stretch.strain.values, [witness.values for witness in stretch.witnesses], stretch.strain.sample_rate
    )
    return {name: float(values[inside].mean()) for name, inside in physical.bands(frequencies).items()}


def _veto_scores(settings: VirgoSettings, found: Reconstruction, folder: Path) -> dict[str, float]:
    """Return how good vetoes are; write them and draw ``roc.png``. Rows of a file have no time to veto."""
    if found.part.recording is None:
        return {}
    limit = settings.evaluation.dead_time
    judged = judged_vetoes(found.part, found.columns(settings), limit)
    write_segments(folder, settings.data.strain, judged.segments, judged.known)
    loud = "veto_efficiency" not in judged.scores
    efficiency = judged.scores.get("veto_efficiency_loud" if loud else "veto_efficiency")
    if judged.curve is not None and efficiency is not None:
        caught = "loud tiles of the strain" if loud else "glitches with a witness, SNR of 10 or more"
        charts.roc(folder / "roc.png", judged.curve, limit, (judged.scores["veto_dead_time"], efficiency), caught)
    return judged.scores
