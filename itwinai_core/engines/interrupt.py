"""Ctrl-C between two batches: the first asks to stop there, the second stops at once."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self

from itwinai_core.errors import FitInterruptedError
from itwinai_core.progress import stderr_console

if TYPE_CHECKING:
    from types import FrameType, TracebackType


class StopRequest:
    """While it is entered, Ctrl-C sets ``made``; an engine looks at it after each batch.

    So a checkpoint is never written from the middle of an update. A second Ctrl-C raises `KeyboardInterrupt`.
    """

    def __init__(self) -> None:
        self.made = False
        self._before: Any = None

    def __enter__(self) -> Self:
        # Only the main thread may set handlers; elsewhere whoever runs the thread decides how to stop it.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        if self.made and kind is None:
            # The request came after the last batch had been looked at: it is not forgotten.
            raise FitInterruptedError

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of a handler
        if self.made:
            raise KeyboardInterrupt
        self.made = True
        stderr_console().print("Stopping after this batch; press Ctrl-C again to stop at once.")
