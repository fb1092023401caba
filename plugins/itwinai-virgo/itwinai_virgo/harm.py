"""Whether cleaning does harm: witnesses that explain nothing take nothing away, and signals survive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_virgo import physical, safety
from itwinai_virgo.metrics import skill
from itwinai_virgo.reconstruction import on_strain_scale, unwitnessed, with_strain
from itwinai_virgo.whitening import median_asd

if TYPE_CHECKING:
    from itwinai_virgo.images import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.reconstruction import Reconstruction
    from itwinai_virgo.settings import VirgoSettings

AROUND_SECONDS = 3.0
"""Time before a merger that counts to its track [s]."""


def null_scores(model: StrainEstimator, found: Reconstruction, band: np.ndarray) -> dict[str, float]:
    """Return what is taken away by witnesses of another time, which should be nothing.

    Args:
        model: Trained network.
        found: What it made of the part with the part's own witnesses.
        band: Frequency of each row [Hz], shape ``(F,)``.

    Returns:
        ``null_ratio``, mean energy after cleaning over that before, the same for each band, and ``null_skill``, the
        skill of the cleaned images over the strain as it is in estimating the strain: 1 where nothing was changed.
        Empty where there is but one window.
    """
    if len(found.part) < 2:
        return {}
    null, strain = unwitnessed(model, found).cleaned.images, found.part.strain
    rows = {"": np.ones(len(band), dtype=bool)} | {f"_{name}": inside for name, inside in physical.bands(band).items()}
    ratios = {f"null_ratio{name}": physical.asd_ratio(null, strain, inside) ** 2 for name, inside in rows.items()}
    spread = float(np.abs(strain - np.median(strain)).mean())
    return ratios | {"null_skill": skill(float(np.abs(null - strain).mean()), spread)}


def signal_scores(
    settings: VirgoSettings, model: StrainEstimator, found: Reconstruction, seed: int
) -> dict[str, float]:
    """Return how much of the energy of injected chirps is left after cleaning.

    Args:
        settings: Options of the run.
        model: Trained network.
        found: What it made of the part.
        seed: Seed of the chirps.

    Returns:
        ``chirp_energy_kept``, the mean, ``chirp_energy_kept_min``, and ``chirps_lost``, the part of the chirps of which
        half is gone. Empty where there is no recording, or none fits in.
    """
    part = found.part
    if part.recording is None:
        return {}
    strain = part.recording.strain
    start, stop = max(part.recording.stretches, key=lambda span: span[1] - span[0])
    stretch = torch.as_tensor(strain.between(start, stop).values)
    density = median_asd(stretch, strain.sample_rate, settings.whitening.spectrum_length)
    signals, mergers = safety.injections(
        strain.values, strain.sample_rate, (density[0].numpy(), density[1].numpy()), seed
    )
    if not len(mergers):
        return {}
    alone = on_strain_scale(settings, part, signals, "chirps alone")
    before = on_strain_scale(settings, part, strain.values + signals, "strain with chirps")
    after = with_strain(model, found, before).cleaned.images
    kept = []
    for gps in strain.gps_start + mergers:
        near = _windows_near(part, gps, settings.qscan.window)
        if near.any():
            pairs = np.stack([before[near], part.strain[near]]), np.stack([after[near], found.cleaned.images[near]])
            kept.append(safety.energy_kept(alone[near], *pairs))
    kept = [value for value in kept if np.isfinite(value)]
    if not kept:
        return {}
    return {
        "chirp_energy_kept": float(np.mean(kept)),
        "chirp_energy_kept_min": float(np.min(kept)),
        "chirps_lost": float(np.mean(np.array(kept) < safety.LOST)),
    }


def _windows_near(part: Images, gps: float, window: float) -> np.ndarray:
    """Return which windows hold some of the last seconds before a merger, shape ``(N,)``."""
    return np.asarray((part.gps < gps) & (part.gps + window > gps - AROUND_SECONDS))
