"""Keeps the checkpoint of a fit's first epoch, which the next one writes over, to resume from."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from itwinai_core.trackers.csv_file import CsvTracker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from itwinai_core.config import RunConfig
    from itwinai_core.plugins import Plugins
    from itwinai_core.tracker import Tracker


class HalfKept:
    """The registry, whose CSV file copies the checkpoint before the second epoch's is written."""

    def __init__(self, plugins: Plugins, place: Path) -> None:
        """Wrap the registry.

        Args:
            plugins: What is installed.
            place: File for the checkpoint.
        """
        self._plugins, self._place = plugins, place

    def __getattr__(self, name: str) -> Any:
        """Be the registry in all else."""
        return getattr(self._plugins, name)

    def tracker(self, name: str) -> type[Tracker]:
        """Return the tracker of this name."""
        place = self._place

        class Keeping(CsvTracker):
            def start(self, run: RunConfig[Any], folder: Path) -> None:
                super().start(run, folder)
                self._checkpoints = folder / "checkpoints"

            def log(self, metrics: Mapping[str, float], *, epoch: int, step: int) -> None:
                super().log(metrics, epoch=epoch, step=step)
                if epoch == 2:
                    shutil.copy(self._checkpoints / f"last{place.suffix}", place)

        return Keeping if name == Keeping.name else self._plugins.tracker(name)
