"""Changes what no result may depend on: the clock, the time zone, and the order in which folders are listed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

_LATER = 100_000  # [s]


def disturb() -> None:
    """Put the clock of this process forward, its zone across the date line, and list folders backwards."""
    os.environ["TZ"] = "Etc/GMT-14"
    time.tzset()
    seconds, nanoseconds = time.time, time.time_ns
    time.time = lambda: seconds() + _LATER
    time.time_ns = lambda: nanoseconds() + _LATER * 10**9
    listed, scanned = os.listdir, os.scandir
    os.listdir = lambda *place: listed(*place)[::-1]  # type: ignore[assignment]  # it is used like the original
    os.scandir = lambda *place: _Backwards(scanned(*place))  # type: ignore[assignment]  # likewise


class _Backwards:
    """The entries of a folder, the last first."""

    def __init__(self, entries: Any) -> None:
        with entries:
            self._entries = iter(list(entries)[::-1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Any]:
        return self._entries

    def __next__(self) -> Any:
        return next(self._entries)

    def close(self) -> None:
        """Nothing is open."""
