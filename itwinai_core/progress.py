"""Progress of long work, on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console

ItemT = TypeVar("ItemT")


def track(items: Iterable[ItemT], description: str, total: int | None = None) -> Iterator[ItemT]:
    """Yield the items while a progress bar shows how many are done.

    Args:
        items: What to go through.
        description: What is being done, e.g. ``Reading fields``.
        total: How many there are, where ``items`` has no length.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr_console()) as progress:
        yield from progress.track(items, total=total, description=description)


def stderr_console() -> Console:
    """Return the console for what is not a result: progress, notices, errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
