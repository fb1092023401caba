"""What the stories ask of an engine, whatever its framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from itwinai_core.config import RunConfig
    from itwinai_core.sources import DataSplits, Source
    from itwinai_core.strategy import Strategy
    from itwinai_core.use_case import UseCase


@dataclass(frozen=True)
class FitJob:
    """All that an engine needs to train one model."""

    use_case: UseCase[Any]
    run: RunConfig[Any]
    data: DataSplits
    strategy: Strategy
    checkpoints: Path
    """Folder for the best and the last checkpoint."""

    on_epoch: Callable[[Mapping[str, float], int, int], None]
    """Takes an epoch's metrics, the epochs completed, and the updates completed."""


@dataclass
class FitOutcome:
    """What an engine tells of a fit."""

    parameters: int
    epochs: int = 0
    best_epoch: int = 0
    stopped_early: bool = False
    metrics: dict[str, float] = field(default_factory=dict)
    """Metrics of the best epoch."""


class Engine(Protocol):
    """Drives one framework."""

    packages: tuple[str, ...]
    """Distributions whose versions belong into the report."""

    suffix: str
    """Ending of a checkpoint file."""

    def fit(self, job: FitJob) -> FitOutcome:
        """Train; write ``best`` and ``last`` into the job's folder of checkpoints.

        Raises:
            FitInterruptedError: the user asked to stop; the last checkpoint is on disk.
        """
        ...

    def load(self, use_case: UseCase[Any], run: RunConfig[Any], checkpoint: Path) -> Any:
        """Return the model of a checkpoint, ready for inference; no code in the file is run.

        Raises:
            RunError: the file is broken, or is not of this model.
        """
        ...

    def evaluate(self, run: RunConfig[Any], model: Any, source: Source) -> dict[str, float]:
        """Return the model's own metrics over a source, named ``test/…``."""
        ...
