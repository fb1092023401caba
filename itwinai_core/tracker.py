"""Contract of a tracker: where the metrics of a run go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from itwinai_core.config import RunConfig


class Tracker(ABC):
    """Follows one run on the chief process; made anew for each run."""

    name: ClassVar[str]
    """As it stands in ``fit.trackers``."""

    @classmethod  # noqa: B027 - most trackers need nothing that could be missing
    def check(cls) -> None:
        """See that all is there that the tracker needs; called before a run folder is made.

        Raises:
            UserError: something that the tracker needs is missing.
        """

    @abstractmethod
    def start(self, run: RunConfig[Any], folder: Path) -> None:
        """Open whatever is written to.

        Args:
            run: The complete run.
            folder: Its folder, which exists.
        """

    @abstractmethod
    def log(self, metrics: Mapping[str, float], *, epoch: int, step: int) -> None:
        """Write the metrics of one epoch.

        Args:
            metrics: Name, e.g. ``validation/loss``, to value.
            epoch: Epochs completed, counted from 1.
            step: Optimiser updates completed.
        """

    @abstractmethod
    def finish(self, state: str) -> None:
        """Close what was opened.

        Args:
            state: ``finished``, ``failed`` or ``interrupted``.
        """
