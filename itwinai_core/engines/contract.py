"""What the stories ask of an engine, whatever its framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np

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

    resume: Path | None = None
    """Checkpoint that this very job wrote at the end of an epoch, to go on from; the best epoch is sought anew."""


@dataclass
class FitOutcome:
    """What an engine tells of a fit."""

    parameters: int
    epochs: int = 0
    best_epoch: int = 0
    stopped_early: bool = False
    metrics: dict[str, float] = field(default_factory=dict)
    """Metrics of the best epoch."""


@dataclass(frozen=True)
class Weight:
    """One array of a model."""

    name: str
    values: np.ndarray
    trainable: bool


@dataclass
class Lesson:
    """What one batch would teach a model."""

    gradient: dict[str, np.ndarray]
    """By the name of a weight; one that the loss does not reach is left out."""

    loss: float | None = None
    """None where the training step returns none."""


class Engine(Protocol):
    """Drives one framework."""

    packages: tuple[str, ...]
    """Distributions whose versions belong into the report."""

    suffix: str
    """Ending of a checkpoint file."""

    def build(self, use_case: UseCase[Any], run: RunConfig[Any], train: Source) -> Any:
        """Return the untrained model as a fit starts with it: seeded, and adapted to its training part."""
        ...

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
        """Return the model's own metrics over a source, named ``test/…``; what it draws depends on the run's seed."""
        ...

    def weights(self, model: Any) -> list[Weight]:
        """Return copies of all that a checkpoint keeps of a model, in the order in which it was built."""
        ...

    def lessons(self, job: FitJob, batches: Sequence[Sequence[int]]) -> list[Lesson]:
        """Return the training loss over each of some batches and its gradient, at the untrained weights.

        Layers that drop or add at random are switched off.

        Args:
            job: What would be trained.
            batches: Indices into its training part, not augmented.
        """
        ...

    def batch_norms(self, model: Any) -> list[str]:
        """Return the layers that normalise a batch by itself, on each replica another one, by name and class."""
        ...

    def restless(self, run: RunConfig[Any], model: Any, source: Source) -> list[str]:
        """Return the layers that drop, add or normalise as in training while the model judges a source."""
        ...

    def lost_weights(self, model: Any) -> list[str]:
        """Return the attributes that hold trainable layers where neither optimiser nor checkpoint finds them."""
        ...
