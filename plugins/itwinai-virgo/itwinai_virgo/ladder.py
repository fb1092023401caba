"""The network between what costs nothing and what the truth allows: errors, skill, and skill by family of glitch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo import baselines, physical
from itwinai_virgo.metrics import held_out_scores, skill
from itwinai_virgo.reconstruction import oracle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_virgo.images import Images
    from itwinai_virgo.reconstruction import Reconstruction
    from itwinai_virgo.settings import VirgoSettings
    from itwinai_virgo.truth import Truth

NEAR_SECONDS = 0.25
"""Distance from a glitch's centre within which the skill of its family is taken [s]."""

FAR_SECONDS = 2.0
"""Distance from any glitch beyond which there is none [s]."""

NAMES = {
    "median per pixel": "median_per_pixel",
    "linear per pixel": "linear",
    "oracle": "oracle",
}
"""Rungs beside the constant and the network, as scores name them."""


@dataclass(frozen=True)
class Ladder:
    """Predictors side by side on unseen time.

    Attributes:
        errors: Mean absolute error of ``ln(1 + E)``, the constant first.
        families: Skill of the network near glitches of each kind.
        scores: All of it, and more, by name.
    """

    errors: dict[str, float]
    families: dict[str, float]
    scores: dict[str, float]


def climb(settings: VirgoSettings, train: Images, found: Reconstruction, clean: np.ndarray | None) -> Ladder:
    """Return the ladder of a part that was not learnt from.

    Args:
        settings: Options of the run.
        train: What baselines are fitted to.
        found: What the network made of the part.
        clean: True images without what witnesses explain; None where not known.
    """
    part, truth = found.part, found.part.target
    constant = baselines.constant_median(train.target)
    errors = {
        "constant median": _distance(constant, truth),
        "median per pixel": _distance(baselines.pixel_median(train.target), truth),
        "linear per pixel": _distance(baselines.fit_linear(train.inputs, train.target)(part.inputs), truth),
        "network": _distance(found.estimate, truth),
    }
    best = oracle(settings, part, clean)
    if best is not None:
        errors["oracle"] = _distance(best, truth)
    families, loud = {}, {}
    for kind, guessed, true in _near(part, found.estimate, settings.qscan.window):
        families[kind] = skill(_distance(guessed, true), _distance(constant, true))
        loud[kind] = physical.loud_iou(guessed, true)
    reference = errors["constant median"]
    scores = {"skill": skill(errors["network"], reference), "l1_constant_median": reference}
    for rung, name in NAMES.items():
        if rung in errors:
            scores |= {f"skill_{name}": skill(errors[rung], reference), f"l1_{name}": errors[rung]}
    scores |= held_out_scores(found.estimate, truth)
    scores |= {"overlap": physical.overlap(found.estimate, truth), "iou_loud": physical.loud_iou(found.estimate, truth)}
    scores |= {f"skill_{kind}": value for kind, value in families.items()}
    scores |= {f"iou_loud_{kind}": value for kind, value in loud.items()}
    return Ladder(errors, families, scores)


def _distance(estimate: np.ndarray | float, truth: np.ndarray) -> float:
    """Return the mean absolute distance of images."""
    return float(np.abs(estimate - truth).mean())


def _near(part: Images, estimate: np.ndarray, window: float) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield columns ``(K, F)`` of estimate and target near the strain's glitches of each kind, and far from any."""
    if not part.truth.glitches:
        return
    times = part.strain.shape[-1]
    gps = (part.gps[:, None] + (np.arange(times) + 0.5) * (window / times)).ravel()
    guessed, true = (np.moveaxis(images[:, 0], 1, 2).reshape(len(gps), -1) for images in (estimate, part.target))
    for kind, chosen in _kinds(part.truth, gps).items():
        if chosen.any():
            yield kind, guessed[chosen], true[chosen]


def _kinds(truth: Truth, gps: np.ndarray) -> dict[str, np.ndarray]:
    """Return which times [s] are near glitches of each family that a witness saw, near others, and far from any."""
    near: dict[str, np.ndarray] = {}
    quiet = np.ones(len(gps), dtype=bool)
    for glitch in truth.glitches:
        distance = np.abs(gps - glitch.gps)
        quiet &= distance > FAR_SECONDS
        if glitch.snr:
            kind = glitch.family if glitch.witness else "unwitnessed"
            near[kind] = near.get(kind, np.zeros_like(quiet)) | (distance <= NEAR_SECONDS)
    return dict(sorted(near.items())) | {"no_glitch": quiet}
