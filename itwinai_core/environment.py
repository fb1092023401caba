"""What a run was made with: versions of everything that could change its numbers."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def describe_environment(packages: Iterable[str]) -> dict[str, Any]:
    """Return Python, platform and the versions of these packages; one that is not installed is left out."""
    versions = {}
    for package in sorted(packages):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"python": sys.version.split()[0], "platform": platform.platform(), "packages": versions}
