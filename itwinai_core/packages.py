"""Installs and removes packages in the environment that this program runs in, by pip."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

from itwinai_core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence


def pip(verb: str, arguments: Sequence[str]) -> None:
    """Run one verb of pip; the user sees what it prints, and answers what it asks.

    Args:
        verb: ``install`` or ``uninstall``.
        arguments: Packages and pip's own options.

    Raises:
        PluginError: there is no pip here, or it failed.
    """
    if importlib.util.find_spec("pip") is None:
        raise PluginError(
            f"There is no pip in the environment of {sys.executable}.\n"
            f"Bring it with: {sys.executable} -m ensurepip, or use what made the environment, e.g. uv pip {verb}."
        )
    ended = subprocess.run([sys.executable, "-m", "pip", verb, *arguments], check=False)  # noqa: S603 - pip itself
    if ended.returncode:
        raise PluginError(f"pip {verb} {' '.join(arguments)} failed: what it says stands above.")
    importlib.invalidate_caches()
