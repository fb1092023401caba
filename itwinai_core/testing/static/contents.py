"""What is installed with a plugin: the files of its wheel, or of its record where it came from one."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING

from itwinai_core.testing.contract import LoadError, NotCheckedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from itwinai_core.testing.contract import Subject

_SCANNED = 1_000_000  # [bytes]; a larger file is data


@dataclass(frozen=True)
class Contents:
    """Files by their path from the folder that packages are installed into."""

    sizes: dict[str, int]
    """Size of each file [bytes]; -1 where it is listed and not there."""

    built: bool
    """Whether it is a wheel that was built from the source just now."""

    metadata: Message
    """What the distribution says of itself."""

    entry_points: str
    """Text of ``entry_points.txt``."""

    _read: Callable[[str], bytes]

    @classmethod
    def of(cls, subject: Subject) -> Contents:
        """Return what is installed with a plugin.

        Raises:
            LoadError: its wheel cannot be built.
            NotCheckedError: what would build it is not installed here.
        """
        if subject.wheel is None:
            return _of_record(subject)
        with zipfile.ZipFile(subject.wheel) as archive:
            held = {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
        texts = {name.rpartition("/")[2]: content.decode() for name, content in held.items() if _is_about(name)}
        return cls(
            sizes={name: len(content) for name, content in held.items()},
            built=True,
            metadata=Parser().parsestr(texts.get("METADATA", "")),
            entry_points=texts.get("entry_points.txt", ""),
            _read=held.__getitem__,
        )

    @classmethod
    def metadata_of(cls, subject: Subject) -> tuple[Message, str]:
        """Return metadata and entry points as the next release would have them.

        Those of the source as it is now, or those that are installed where nothing can be built.
        """
        try:
            contents = cls.of(subject)
        except (LoadError, NotCheckedError):
            contents = _of_record(subject)
        return contents.metadata, contents.entry_points

    @property
    def packaged(self) -> list[str]:
        """The files that are not about the distribution itself, e.g. its metadata, or programs beside the packages."""
        return [name for name in self.sizes if not _is_about(name) and not name.startswith(("../", "/"))]

    def text(self, name: str) -> str:
        """Return the text of a small file, or nothing where it is none."""
        if not 0 < self.sizes[name] <= _SCANNED:
            return ""
        content = self._read(name)
        return "" if b"\0" in content else content.decode(errors="replace")


def _of_record(subject: Subject) -> Contents:
    distribution = subject.distribution
    if distribution.files is None:
        paths = _lying_there(subject)
    else:
        paths = {
            str(file): Path(str(distribution.locate_file(file)))
            for file in distribution.files
            if file.suffix != ".pyc" or file.hash is not None  # pip compiles what it installs, and notes no hash of it
        }
    return Contents(
        sizes={name: path.stat().st_size if path.is_file() else -1 for name, path in paths.items()},
        built=False,
        metadata=Parser().parsestr(distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""),
        entry_points=distribution.read_text("entry_points.txt") or "",
        _read=lambda name: paths[name].read_bytes(),
    )


def _lying_there(subject: Subject) -> dict[str, Path]:
    """Return the files of a plugin whose record is missing, e.g. because another tool than pip installed it."""
    top = subject.folder.parent
    about = Path(str(getattr(subject.distribution, "_path", top)))
    places = [subject.folder, *subject.folder.rglob("*"), *about.rglob("*")]
    return {
        path.relative_to(top).as_posix(): path
        for path in places
        if path.is_file() and "__pycache__" not in path.parts and path.is_relative_to(top)
    }


def _is_about(name: str) -> bool:
    return name.partition("/")[0].endswith((".dist-info", ".egg-info", ".data"))
