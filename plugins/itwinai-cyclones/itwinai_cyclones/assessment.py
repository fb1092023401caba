"""Judges a trained network on held-out storms: patches, whole fields, and baselines beside both."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataSplits
from itwinai_cyclones import baselines, detections, plots
from itwinai_cyclones.crops import INNER, Crops
from itwinai_cyclones.data import Patches
from itwinai_cyclones.detectors import detector, predictor
from itwinai_cyclones.geodesy import to_degrees
from itwinai_cyclones.globes import RADIUS, judge_globes, judge_season
from itwinai_cyclones.heatmaps import MARGIN, peaks
from itwinai_cyclones.metrics import FieldScores, PatchScores, score_field, score_patches
from itwinai_cyclones.settings import CyclonesSettings

Array = NDArray[np.float64]


def assess(settings: CyclonesSettings, seed: int, model: Any, data: DataSplits, folder: Path) -> Mapping[str, float]:
    """Return scores on held-out patches and fields, and leave pictures of both.

    Args:
        settings: Of the run.
        seed: Of the run.
        model: Trained network.
        data: As ``data.splits`` returns it.
        folder: Where the pictures go.
    """
    if settings.model.name == "compact":
        measured = _judge_crops(model, cast("Crops", data.held_out))
    else:
        measured = _judge_patches(model, cast("Patches", data.train), cast("Patches", data.held_out), folder)
    any_score = settings.model_copy(
        update={"detection": settings.detection.model_copy(update={"score": 0.0, "agreement": 0.0})}
    )
    measured |= judge_globes(settings, seed, detector(any_score, model), folder)
    if settings.detection.test_days:
        measured |= judge_season(settings, seed, detector(settings, model), folder)
    return {name: value for name, value in measured.items() if np.isfinite(value)}


def _judge_patches(model: Any, train: Patches, test: Patches, folder: Path) -> dict[str, float]:
    """Return the scores of a network that answers each patch with one position, and of baselines."""
    predict = predictor(model)
    answers = np.concatenate([predict(values) for values in _parts(test)])
    scores = score_patches(test.labels, answers, detections.cyclone_seen(answers), test.origins)
    lowest = _pressure_baseline(train, test)
    plots.draw_distances(folder / "distances.png", scores.distances, lowest.distances)
    plots.draw_patches(folder / "patches.png", test, answers)
    return {
        "recall": scores.recall,
        "false_positive_rate": scores.false_positive_rate,
        "precision": scores.precision,
        "distance_km": _mean(scores),
        "median_distance_km": float(np.median(scores.distances)) if len(scores.distances) else float("nan"),
        "baseline_recall": lowest.recall,
        "baseline_false_positive_rate": lowest.false_positive_rate,
        "baseline_distance_km": _mean(lowest),
        "mean_position_distance_km": _mean(_position_baseline(train, test)),
    }


def _judge_crops(model: Any, test: Crops) -> dict[str, float]:
    """Return the scores of the heatmaps of held-out crops alone, and of calling every pressure minimum a cyclone."""
    channel = test.variables.index("msl")
    network, lowest = FieldScores(), FieldScores()
    for index in range(len(test)):
        values, storms = test[index][0], test.storms[index]
        storms = storms[~np.isnan(storms[:, 0])]
        answer = model.predict_on_batch(values[None])[0]
        rows, columns, _ = peaks(answer, 0.5, around=False)
        network += _score_crop(storms, rows, columns, test.origins[index])
        inner = values[MARGIN : MARGIN + INNER + 1, MARGIN : MARGIN + INNER + 1, channel]
        lowest += _score_crop(storms, *baselines.pressure_minima(inner), test.origins[index])
    return _told("", network) | _told("baseline_", lowest)


def _score_crop(storms: Array, rows: Array, columns: Array, origin: NDArray[np.intp]) -> FieldScores:
    """Return the scores of places in one crop; storms outside of its cells need not be found."""
    inside = ((storms[:, :2] >= 0) & (storms[:, :2] <= INNER)).all(axis=1)
    true = np.stack(to_degrees(origin[0] + storms[:, 0], origin[1] + storms[:, 1]), axis=1)
    found = np.stack(to_degrees(origin[0] + rows, origin[1] + columns), axis=1)
    return score_field(true, inside & (storms[:, 2] > 0), found, RADIUS)


def _told(prefix: str, scores: FieldScores) -> dict[str, float]:
    """Return scores by the names that a report knows them by."""
    return {
        f"{prefix}detected": scores.detected,
        f"{prefix}false_alarm_ratio": scores.false_alarm_ratio,
        f"{prefix}distance_km": float(np.mean(scores.distances)) if scores.distances else float("nan"),
    }


def _pressure_baseline(train: Patches, test: Patches) -> PatchScores:
    """Return the scores of the lowest pressure, called a cyclone where it rises enough to the edge of the patch."""
    channel = test.variables.index("msl")
    _, rise = _minima(train, channel)
    threshold = baselines.best_threshold(rise, detections.cyclone_seen(train.labels))
    lowest, rise = _minima(test, channel)
    return score_patches(test.labels, lowest, rise >= threshold, test.origins)


def _minima(patches: Patches, channel: int) -> tuple[Array, Array]:
    """Return where the pressure of each patch is lowest, and how much it rises from there to the edge."""
    found = [baselines.pressure_minimum(values[..., channel]) for values in _parts(patches)]
    return np.concatenate([lowest for lowest, _ in found]), np.concatenate([rise for _, rise in found])


def _parts(patches: Patches, most: int = 2048) -> Iterator[NDArray[np.float32]]:
    """Yield the values of all patches, some at a time and as copies: a back end may write into what it is given."""
    for start in range(0, len(patches), most):
        yield patches.__getitems__(range(start, min(start + most, len(patches))))[0]


def _position_baseline(train: Patches, test: Patches) -> PatchScores:
    """Return the scores of answering every patch with the mean label of the training patches with a cyclone."""
    there = detections.cyclone_seen(train.labels)
    always = np.broadcast_to(train.labels[there].mean(axis=0), test.labels.shape)
    return score_patches(test.labels, always, np.ones(len(test), dtype=bool), test.origins)


def _mean(scores: PatchScores) -> float:
    return float(scores.distances.mean()) if len(scores.distances) else float("nan")
