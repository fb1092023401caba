"""What a fit leaves: the numbers and the files that its run folder holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class Report:
    """Result of one fit, as ``report.json`` holds it."""

    use_case: str
    """What was trained."""

    started: str
    """Start of the fit, ISO 8601 with its offset."""

    duration: float
    """Time from the start to the last artefact [s]."""

    epochs: int
    """Epochs that were completed."""

    best_epoch: int
    """Epoch of the best checkpoint, counted from 1."""

    stopped_early: bool
    """Whether the monitored metric stopped improving before the last epoch."""

    parameters: int
    """Trainable numbers in the model."""

    samples: dict[str, int]
    """Samples in each split."""

    metrics: dict[str, float]
    """Of the best epoch, and what its checkpoint reaches on held-out data."""

    checkpoints: dict[str, str]
    """Best and last checkpoint, relative to the run folder."""

    artefacts: list[str] = field(default_factory=list)
    """Files that the use case wrote, relative to the run folder."""

    environment: dict[str, Any] = field(default_factory=dict)
    """Versions of Python, the core, the plugin and the frameworks, and the platform."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        # JSON has no word for what is not a number.
        metrics = {name: value if isfinite(value) else None for name, value in self.metrics.items()}
        return asdict(self) | {"metrics": metrics}
