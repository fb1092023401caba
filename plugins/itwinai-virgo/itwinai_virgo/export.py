"""What a trained run leaves: scores beside baselines, pictures, estimates, and unseen data to try it on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import h5py
import numpy as np
import torch

from itwinai_virgo import baselines, pictures, strain
from itwinai_virgo.data import BATCH, image_transform
from itwinai_virgo.metrics import held_out_scores, skill

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from itwinai_core import DataSplits
    from itwinai_virgo.data import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.settings import VirgoSettings

HELD_OUT_SECONDS = 66.0
"""Length of the recording that is kept for trying `itwinai predict` [s]."""


def assess(settings: VirgoSettings, model: StrainEstimator, data: DataSplits, folder: Path) -> Mapping[str, float]:
    """Return the network's scores on unseen time beside baselines; write pictures and files.

    Args:
        settings: Options of the run.
        model: Trained network.
        data: What ``build_splits`` returned; baselines are fitted to the training part.
        folder: Where ``cases.png``, ``scores.png``, ``estimates.h5`` and ``held-out.h5`` go.
    """
    train, test = cast("Images", data.train), cast("Images", data.held_out)
    estimate = estimated(model, test.witnesses)
    linear = baselines.fit_linear(train.witnesses, train.strain)(test.witnesses)
    errors = {
        "constant median": _distance(baselines.constant_median(train.strain), test.strain),
        "median per pixel": _distance(baselines.pixel_median(train.strain), test.strain),
        "linear per pixel": _distance(linear, test.strain),
        "network": _distance(estimate, test.strain),
    }
    constant = errors["constant median"]
    families = _skill_by_family(test, estimate, baselines.constant_median(train.strain), settings.qscan.window)
    pictures.scores(folder / "scores.png", errors, families)
    _draw_cases(folder / "cases.png", settings, test, estimate)
    _write_estimates(folder / "estimates.h5", settings, test, estimate)
    _write_held_out(folder / "held-out.h5", test)
    return {
        "skill": skill(errors["network"], constant),
        "skill_linear": skill(errors["linear per pixel"], constant),
        "skill_median_per_pixel": skill(errors["median per pixel"], constant),
        "l1_constant_median": constant,
        "l1_median_per_pixel": errors["median per pixel"],
        "l1_linear": errors["linear per pixel"],
        **held_out_scores(estimate, test.strain),
        **{f"skill_{family}": value for family, value in families.items()},
    }


NEAR_SECONDS = 0.25
"""Distance from a glitch's centre within which the skill of its family is taken [s]."""

FAR_SECONDS = 2.0
"""Distance from any glitch beyond which there is none [s]."""

LOUD = 3.0
"""Value of ``ln(1 + E)`` that noise of one window hardly reaches."""


@torch.no_grad()
def estimated(model: StrainEstimator, witnesses: np.ndarray) -> np.ndarray:
    """Return the estimated strain images ``(N, 1, F, T)`` of witness images ``(N, C, F, T)``."""
    parts = [torch.from_numpy(witnesses[first : first + BATCH]) for first in range(0, len(witnesses), BATCH)]
    return torch.cat([model(part.to(model.device)).float().cpu() for part in parts]).numpy()


def _distance(estimate: np.ndarray | float, truth: np.ndarray) -> float:
    """Return the mean absolute distance of images."""
    return float(np.abs(estimate - truth).mean())


def _skill_by_family(test: Images, estimate: np.ndarray, constant: float, window: float) -> dict[str, float]:
    """Return the skill near the strain's glitches of each family that a witness saw, near others, and far from any."""
    if not test.truth.glitches:
        return {}
    columns = test.strain.shape[-1]
    gps = (test.gps[:, None] + (np.arange(columns) + 0.5) * (window / columns)).ravel()
    near: dict[str, np.ndarray] = {}
    quiet = np.ones(len(gps), dtype=bool)
    for glitch in test.truth.glitches:
        distance = np.abs(gps - glitch.gps)
        quiet &= distance > FAR_SECONDS
        if glitch.snr:
            kind = glitch.family if glitch.witness else "unwitnessed"
            near[kind] = near.get(kind, np.zeros_like(quiet)) | (distance <= NEAR_SECONDS)
    truth, guess = (np.moveaxis(images[:, 0], 1, 2).reshape(len(gps), -1) for images in (test.strain, estimate))
    return {
        kind: skill(_distance(guess[chosen], truth[chosen]), _distance(constant, truth[chosen]))
        for kind, chosen in [*sorted(near.items()), ("no_glitch", quiet)]
        if chosen.any()
    }


def _draw_cases(path: Path, settings: VirgoSettings, test: Images, estimate: np.ndarray) -> None:
    """Draw the windows of best, median and worst skill among those that are loud, or among all where few are."""
    transform = image_transform(settings)
    spread = np.abs(test.strain - np.median(test.strain)).mean(axis=(1, 2, 3))
    left = np.abs(estimate - test.strain).mean(axis=(1, 2, 3)) / spread
    order = np.argsort(left)
    loud = order[test.strain[order].max(axis=(1, 2, 3)) > LOUD]
    order = loud if len(loud) >= 3 else order
    rows = []
    for name, number in (("best", order[0]), ("median", order[len(order) // 2]), ("worst", order[-1])):
        truth, guess = test.strain[number, 0], estimate[number, 0]
        rows.append(
            (
                f"{name}: skill {1 - left[number]:.2f}\nGPS {test.gps[number]:.0f}",
                [*test.witnesses[number], truth, guess, truth - guess],
            )
        )
    titles = [name.removeprefix("V1:") for name in settings.data.witnesses]
    titles += ["strain (truth)", "network's estimate", "truth - estimate"]
    pictures.cases(path, rows, titles, transform.times, transform.frequencies)


def _write_estimates(path: Path, settings: VirgoSettings, test: Images, estimate: np.ndarray) -> None:
    """Write strain and estimate of all unseen windows as ``ln(1 + E)``, with axes and the truth about glitches."""
    transform = image_transform(settings)
    with h5py.File(path, "w") as file:
        for name, images in (("strain", test.strain), ("estimate", estimate)):
            file.create_dataset(name, data=images[:, 0], compression="gzip", shuffle=True).attrs["unit"] = "ln(1 + E)"
        for name, axis, unit in (
            ("gps", test.gps, "s"),
            ("time", transform.times, "s"),
            ("frequency", transform.frequencies, "Hz"),
        ):
            file.create_dataset(name, data=axis).attrs["unit"] = unit
        file.attrs["q"] = settings.qscan.q
        file.attrs["truth"] = json.dumps(test.truth.events())


def _write_held_out(path: Path, test: Images) -> None:
    """Write the start of the unseen recording, where there is one, for `itwinai predict`."""
    if test.recording is None:
        return
    start = test.recording.strain.gps_start
    stop = start + min(HELD_OUT_SECONDS, test.recording.strain.seconds)
    strain.write(path, test.recording.between(start, stop), test.truth.between(start, stop).events())
