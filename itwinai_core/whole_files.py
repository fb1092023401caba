"""Writes files and folders whole: a reader finds none of what is in them or all of it."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from itwinai_core.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = {errno.ENOSPC, errno.EDQUOT}
LEAST_ROOM = 2**16
"""Room with which a disk counts as full [bytes]: what did not fit is larger."""


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
def whole_folder(path: Path) -> Iterator[Path]:
    """Make a folder that appears when all that is to be in it is written, and not where anything fails.

    Args:
        path: Of the folder; those around it are made.

    Yields:
        A hidden folder beside it, to be filled.

    Raises:
        RunError: it is there already, and stays as it is, or it cannot be made, or the disk is full.
    """
    if path.exists():
        raise RunError(f"{path} is there already, and it stays as it is.\nChoose another --output.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    except OSError as error:
        raise RunError(f"The folder {path} cannot be made: {error.strerror}.\nChoose another --output.") from None
    try:
        yield unfinished
        unfinished.chmod(0o755)
        unfinished.rename(path)
    except (OSError, RuntimeError) as error:  # netCDF raises the latter, and does not say why
        if getattr(error, "errno", None) not in FULL and shutil.disk_usage(path.parent).free > LEAST_ROOM:
            raise
        raise RunError(
            f"There is no room for {path}: the disk is full.\nMake room, or choose another --output."
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


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
