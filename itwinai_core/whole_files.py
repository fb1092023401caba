"""Writes files whole: a reader finds none of a text or all of it."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_atomically(path: Path, text: str) -> None:
    """Write text so that a reader finds the old file or the new one, never a part.

    Raises:
        OSError: it cannot be written; what was there stays as it is.
    """
    with _unfinished(path, text) as unfinished:
        unfinished.replace(path)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        FileExistsError: it is there already; it stays as it is.
        OSError: it cannot be written.
    """
    with _unfinished(path, text) as unfinished:
        # A link, unlike a move, does not take the place of a file that has come in the meantime.
        path.hardlink_to(unfinished)


@contextmanager
def _unfinished(path: Path, text: str) -> Iterator[Path]:
    """Yield a hidden file beside a path, with the whole text in it; it is gone afterwards."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        unfinished.chmod(0o644)
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
