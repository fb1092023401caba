"""Progress of a fit on both engines: a bar over the epochs, one over the batches, one line an epoch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from itwinai_core.progress import stderr_console

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType


class FitProgress:
    """Shows how far a fit is; on a terminal with bars, elsewhere with a line for each epoch."""

    def __init__(self, epochs: int, batches: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._console = stderr_console()
        self._epochs = epochs
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._epoch_bar = self._progress.add_task("Epochs", total=epochs)
        self._batch_bar = self._progress.add_task("Batches", total=batches)

    def __enter__(self) -> Self:
        self._progress.start()
        self._epoch_start = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def batch_done(self) -> None:
        """Move the bar of batches."""
        self._progress.advance(self._batch_bar)

    def epoch_done(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Move the bar of epochs and print the epoch's metrics.

        Args:
            epoch: Epochs completed, counted from 1.
            metrics: Name to value.
        """
        seconds = time.monotonic() - self._epoch_start
        shown = "  ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        self._console.print(
            f"Epoch {epoch:>{len(str(self._epochs))}}/{self._epochs}  {seconds:5.1f} s  {shown}", soft_wrap=True
        )
        self._progress.advance(self._epoch_bar)
        self._progress.reset(self._batch_bar)
        self._epoch_start = time.monotonic()
