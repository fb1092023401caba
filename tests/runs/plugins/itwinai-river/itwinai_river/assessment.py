"""How good forecasts and warnings are, beside what needs no network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from itwinai_core import Source


def level_errors(forecast: Callable[[NDArray], NDArray], source: Source, folder: Path) -> Mapping[str, float]:
    """Return the mean absolute error of forecasts and of levels that stay [m]; write ``errors.json``."""
    windows, levels = _all(source)
    error = float(np.abs(forecast(windows) - levels).mean())
    staying = float(np.abs(windows[:, 1, -1] - levels).mean())
    return _written(folder / "errors.json", {"error": error, "error_staying": staying})


def warning_scores(chance: Callable[[NDArray], NDArray], source: Source, folder: Path) -> Mapping[str, float]:
    """Return the Brier score of warnings and of the constant chance; write ``scores.json``."""
    windows, floods = _all(source)
    brier = float(np.square(chance(windows) - floods).mean())
    climate = float(np.square(floods.mean() - floods).mean())
    return _written(folder / "scores.json", {"brier": brier, "brier_climate": climate})


def _all(source: Source) -> tuple[NDArray, NDArray]:
    samples = [source[index] for index in range(len(source))]
    return np.stack([sample[0] for sample in samples]), np.array([sample[1][0] for sample in samples])


def _written(path: Path, metrics: Mapping[str, float]) -> Mapping[str, float]:
    path.write_text(json.dumps(metrics, indent=2), encoding="utf-8")
    return metrics
