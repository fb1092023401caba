"""Finds what was left where nothing should be: by a process in its working directory or home, or in the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_INSTEAD = (
    "Write what a run leaves into the folder that `assess` and `predict` are given, and what is needed for a while "
    "into a folder of `tempfile`."
)


class Traces:
    """The files of a package, to be compared with those that are there later."""

    def __init__(self, folder: Path, *, edited: bool = False) -> None:
        """Note what is there.

        Args:
            folder: Of the package, or the file of a plugin that is a single module.
            edited: Whether its author may be at work on the code meanwhile, so that changes of that tell nothing.
        """
        self._folder, self._edited = folder, edited
        self._before = _stamps(folder)

    def changes(self) -> Iterator[Fault]:
        """Yield what was added to the package since, changed in it, or taken away."""
        after = _stamps(self._folder)
        changed = sorted(path for path in self._before | after if self._before.get(path) != after.get(path))
        for path in [path for path in changed if not (self._edited and path.suffix == ".py")][:3]:
            shown = path.relative_to(self._folder.parent)
            yield Fault(f"{shown} in the installed package changes while the plugin works.", _INSTEAD)


def left_behind(place: Path, what: str) -> Iterator[Fault]:
    """Yield what a process left in a folder that was empty when it started; hidden files are frameworks' affairs.

    Args:
        place: The folder.
        what: What it is to the process.
    """
    for path in sorted(place.iterdir())[:3] if place.is_dir() else ():
        if not path.name.startswith("."):
            kind = "folder" if path.is_dir() else "file"
            yield Fault(f"The {kind} {path.name} is left in {what}.", _INSTEAD)


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return size and time of change of each file, compiled code left out."""
    paths = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in paths
        if "__pycache__" not in path.parts and path.suffix not in {".pyc", ".nbi", ".nbc"}
    }
