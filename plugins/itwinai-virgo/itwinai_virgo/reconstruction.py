"""What the network makes of a part of the data: its estimate, the cleaned images, and images that the truth allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_virgo import cleaning, coincidences, vetoes
from itwinai_virgo.qtransform import highest_frequency
from itwinai_virgo.truth import Truth
from itwinai_virgo.windows import BATCH, images, peak_energies

if TYPE_CHECKING:
    from itwinai_virgo.images import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.settings import VirgoSettings
    from itwinai_virgo.vetoes import Columns


QS = (5.0, 30.0)
"""Quality factors, beside that of the images, at which strain and witnesses are compared: of bursts, of what lasts."""


@dataclass(frozen=True)
class Reconstruction:
    """A part of the data and what a network made of it.

    Attributes:
        part: The data.
        estimate: What the network answered, ``ln(1 + E)``, shape ``(N, 1, F, T)``.
        foreseen: Image of the strain from the witnesses alone, likewise; of the task ``noise`` the estimate itself.
        cleaned: The strain without what is explained.
    """

    part: Images
    estimate: np.ndarray
    foreseen: np.ndarray
    cleaned: cleaning.Cleaned

    def columns(self, settings: VirgoSettings) -> Columns:
        """Return the loudness of what witnesses explain, column by column, of a part that has a recording."""
        recording = self.part.recording
        if recording is None:
            raise ValueError("images without a recording have no time to flag")
        scan, rate = settings.qscan, settings.data.sample_rate
        strain, foreseen = (np.expm1(images[:, 0]) for images in (self.part.strain, self.foreseen))
        evidence = [coincidences.explained(strain, foreseen, scan.window / scan.times)]
        qs = [q for q in sorted({*QS, scan.q}) if q == scan.q or highest_frequency(rate, q) > 2.0 * scan.low]
        for energies in peak_energies(recording, settings, qs):
            evidence += coincidences.shared(energies[:, 0], energies[:, 1:], foreseen)
        return vetoes.columns(evidence, self.part.gps, scan.window)


@torch.no_grad()
def estimated(model: StrainEstimator, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the network answers to images ``(N, C, F, T)``, and what it foresees, each ``(N, 1, F, T)``."""
    parts = [torch.from_numpy(inputs[first : first + BATCH]) for first in range(0, len(inputs), BATCH)]
    answers = [model.answers(part.to(model.device)) for part in parts]
    estimate, foreseen = (torch.cat(images).float().cpu().numpy() for images in zip(*answers, strict=True))
    return estimate, foreseen


def reconstructed(model: StrainEstimator, part: Images) -> Reconstruction:
    """Return what the network makes of a part: of the task ``denoise`` its answer is the cleaned strain itself."""
    return _with_answers(part, *estimated(model, part.inputs))


def unwitnessed(model: StrainEstimator, found: Reconstruction) -> Reconstruction:
    """Return the same with witnesses of another time, half the part away, which explain nothing of the strain."""
    part = found.part
    shift = len(part) // 2
    if part.task == "noise":
        rolled = np.roll(found.estimate, shift, axis=0)
        return _with_answers(part, rolled, rolled)
    return reconstructed(model, replace(part, witnesses=np.roll(part.witnesses, shift, axis=0), clean=part.strain))


def with_strain(model: StrainEstimator, found: Reconstruction, strain: np.ndarray) -> Reconstruction:
    """Return the same with other images of the strain, shape ``(N, 1, F, T)``, beside the same witnesses."""
    part = replace(found.part, strain=strain)
    if part.task == "noise":
        return _with_answers(part, found.estimate, found.foreseen)
    return reconstructed(model, part)


def on_strain_scale(settings: VirgoSettings, part: Images, values: np.ndarray, name: str) -> np.ndarray:
    """Return images of another series, whitened by the strain's density and over the strain's median.

    Args:
        settings: Options of the run.
        part: Part that has a recording.
        values: Series of the strain's rate and length, in its unit.
        name: What to call it while it is worked on.

    Returns:
        Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``.
    """
    recording = part.recording
    if recording is None:
        raise ValueError("images without a recording have no series to compare with")
    asked = settings.model_copy(update={"task": "denoise"})
    other = replace(recording.strain, values=values)
    clean = images(replace(recording, witnesses=()), asked, Truth(clean=other), name).clean
    return np.asarray(clean)


def clean_images(settings: VirgoSettings, part: Images) -> np.ndarray | None:
    """Return the true images without what witnesses explain; None where that is not known."""
    if part.clean is not None or part.recording is None or part.truth.clean is None:
        return part.clean
    return on_strain_scale(settings, part, part.truth.clean.values, "the clean strain")


def oracle(settings: VirgoSettings, part: Images, clean: np.ndarray | None) -> np.ndarray | None:
    """Return the images that the truth allows, the best that an estimate can hope for; None where it is not known.

    Of the task ``noise``: the energy of the true coupled part, plus the median energy of the rest in each row. How the
    two interfere depends on the rest, which no witness sees, so this is not perfect. Of ``denoise``: the true clean
    image where it is below the strain's, and the strain's elsewhere, for a gate adds no energy.
    """
    if clean is None:
        return None
    if part.task == "denoise":
        return np.asarray(np.minimum(clean, part.strain))
    if part.recording is None or part.truth.clean is None:
        return None
    coupled = on_strain_scale(
        settings, part, part.recording.strain.values - part.truth.clean.values, "what witnesses explain"
    )
    rest = np.median(np.expm1(clean), axis=(0, 1, 3), keepdims=True)
    return np.asarray(np.log1p(np.expm1(coupled) + rest))


def _with_answers(part: Images, estimate: np.ndarray, foreseen: np.ndarray) -> Reconstruction:
    """Return what a network answered with the images that it cleans."""
    clean = cleaning.gated if part.task == "denoise" else cleaning.clean
    return Reconstruction(part, estimate, foreseen, clean(part.strain, estimate))
