"""Keeps back what a framework's compiled code writes to standard error while it is imported."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def muted_stderr() -> Iterator[None]:
    """Send the process's standard error nowhere; where the block fails, show what it wrote after all.

    TensorFlow logs its build options before any of its settings for logging apply.
    """
    shown = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(shown, kept.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
