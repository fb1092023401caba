"""Watches a plugin while it works: what it writes and where, and whom it calls over the network."""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

NO_NETWORK = "no-network"
RUN_FOLDER_ONLY = "run-folder-only"

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_BEFORE = r"(?:^|[;&|/(]\s*|\s-c\s+|\b(?:env|exec|nice|nohup|sudo|time|xargs)\s+|\btimeout\s+\S+\s+)"
_CALLERS = re.compile(rf"{_BEFORE}(aria2c|curl|ftp|git (?:clone|fetch|pull)|rsync|scp|sftp|ssh|wget)(?=\s|$)")
_ADDRESS = re.compile(r"\b(?:https?|ftp|s3|gs|git)://(?:[^\s/@'\"]*@)?([\w.-]+)")
_LOCAL = {"", "localhost", "ip6-localhost", "::", "::1", "0.0.0.0", "<broadcast>"}  # noqa: S104 - nothing is bound
_PYTHON = os.path.dirname(os.__file__)  # noqa: PTH120 - compared with names of files as Python writes them

_INSTEAD = (
    "Write what a run leaves into the folder that `assess` and `predict` are given, what is needed for a while into "
    "a folder of `tempfile`, and what `prepare` fetches into the user's cache folder."
)
_OFFLINE = (
    "Bring what a run needs with the package, generate it, or fetch it in `prepare`, which is called once before the "
    "data are built."
)


class Watch:
    """Follows the audit events of this process, which Python raises before it does what they say."""

    def __init__(
        self,
        owns: Callable[[str], bool],
        allowed: Sequence[Path],
        caches: Sequence[Path],
        tell: Callable[[str, Fault], None],
    ) -> None:
        """Prepare to watch.

        Args:
            owns: Says whether a file holds code of the plugin.
            allowed: Folders that may be written to.
            caches: Folders that libraries may write to, and the plugin itself in `prepare`.
            tell: Takes the name of a check and what it found.
        """
        self._owns = owns
        self._allowed = [*map(os.path.realpath, allowed), "/dev", "/proc"]
        self._caches = [*map(os.path.realpath, caches)]
        self._tell = tell
        self._told: set[Fault] = set()
        self._known: dict[str, bool] = {}
        self._may_fetch = 0
        self._here = socket.gethostname()

    def start(self) -> None:
        """Watch until the process ends."""
        sys.addaudithook(self._hear)

    @contextmanager
    def fetching(self) -> Iterator[None]:
        """Let the network be used within the block."""
        self._may_fetch += 1
        try:
            yield
        finally:
            self._may_fetch -= 1

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES:
            self._of_change(event, arguments)
        elif event in _CALLS:
            self._of_call(event, arguments)

    def _of_change(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            writes = bool(set(mode) & set("wax+")) if isinstance(mode, str) else bool((flags or 0) & _WRITING)
            if not writes:
                return
        words, paths = _CHANGES[event](arguments)
        for path in paths:
            place = _resolved(path)
            if not place or _is_in(place, self._allowed) or "__pycache__" in place:
                continue
            frame = self._culprit()
            if frame and _is_in(place, self._caches):
                frame = None if self._may_fetch or _outside_of_python(sys._getframe()) is not frame else frame  # noqa: SLF001
            if frame:
                self._say(RUN_FOLDER_ONLY, Fault(f"{self._named(frame)} {words} {_shown(place)}.", _INSTEAD))

    def _of_call(self, event: str, arguments: tuple[Any, ...]) -> None:
        whom = _CALLS[event](arguments)
        if not whom or self._is_local(whom) or self._may_fetch:
            return
        frame = self._culprit() or _outside_of_python(sys._getframe())  # noqa: SLF001 - the stack is what is asked for
        named = self._named(frame) if frame else "Something"
        self._say(NO_NETWORK, Fault(f"{named} calls {whom} over the network.", _OFFLINE))
        if event.startswith("socket.get"):
            raise socket.gaierror(socket.EAI_AGAIN, "the network is switched off while the plugin is checked")
        raise OSError(errno.ENETUNREACH, "the network is switched off while the plugin is checked")

    def _is_local(self, whom: str) -> bool:
        return whom in _LOCAL or whom.startswith("127.") or whom == self._here

    def _culprit(self) -> FrameType | None:
        """Return the plugin's innermost frame; None where none is there, or where it only imports somebody else."""
        frame: FrameType | None = sys._getframe()  # noqa: SLF001 - the stack is what is asked for
        while frame is not None:
            file = frame.f_code.co_filename
            if file not in self._known:
                self._known[file] = self._owns(file)
            if self._known[file]:
                return frame
            if file == "<frozen importlib._bootstrap>":
                return None
            frame = frame.f_back
        return None

    def _named(self, frame: FrameType) -> str:
        return f"{shown_file(frame.f_code.co_filename)}:{frame.f_lineno}"

    def _say(self, check: str, fault: Fault) -> None:
        if fault not in self._told:
            self._told.add(fault)
            self._tell(check, fault)


def shown_file(file: str) -> str:
    """Return the path of a file from its top-level package on, as tracebacks of installed code are read."""
    path = Path(file)
    top = path
    while (top.parent / "__init__.py").exists():
        top = top.parent
    return str(path.relative_to(top.parent))


def _is_in(place: str, folders: Sequence[str]) -> bool:
    return any(place == folder or place.startswith(folder + os.sep) for folder in folders)


def _outside_of_python(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame that is neither Python's or NumPy's own nor this module's."""
    while frame is not None:
        file = frame.f_code.co_filename
        own = file == __file__ or file.startswith("<")
        library = (file.startswith(_PYTHON) and "site-packages" not in file) or f"{os.sep}numpy{os.sep}" in file
        if not own and not library:
            return frame
        frame = frame.f_back
    return None


def _resolved(path: Any) -> str:
    """Return where a path leads, links followed; nothing for open files and memory."""
    try:
        text = os.fsdecode(path)
    except TypeError:
        return ""
    return "" if text in {"", ":memory:"} else os.path.realpath(text)


def _shown(place: str) -> str:
    for folder, sign in ((os.path.realpath(_START), "."), (os.path.realpath(Path.home()), "~")):
        if place.startswith(folder + os.sep):
            return sign + place[len(folder) :]
    return place


_START = Path.cwd()
"""Working directory when the watch was set up."""


def _host(arguments: tuple[Any, ...]) -> str:
    connection, address = arguments[:2]
    named = connection.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple)
    return str(address[0]) if named else ""


def _name(arguments: tuple[Any, ...]) -> str:
    return os.fsdecode(arguments[0] or "")


def _program(command: Any) -> str:
    """Return the program of a command line that is there to use the network, or nothing."""
    words = [command] if isinstance(command, str | bytes) else command or ()
    line = " ".join(os.fsdecode(word) for word in words)
    if found := _CALLERS.search(line):
        return f"with {found[1]}"
    address = _ADDRESS.search(line)
    return "" if address is None or address[1] in _LOCAL or address[1].startswith("127.") else address[1]


_CHANGES: dict[str, Callable[[tuple[Any, ...]], tuple[str, Sequence[Any]]]] = {
    "open": lambda arguments: ("opens for writing", arguments[:1]),
    "os.chmod": lambda arguments: ("changes the mode of", arguments[:1]),
    "os.link": lambda arguments: ("makes the link", arguments[1:2]),
    "os.mkdir": lambda arguments: ("makes the folder", arguments[:1] if arguments[2] == -1 else ()),
    "os.remove": lambda arguments: ("removes", arguments[:1] if arguments[1] == -1 else ()),
    "os.rename": lambda arguments: ("renames or replaces", arguments[:2]),
    "os.rmdir": lambda arguments: ("removes", arguments[:1] if arguments[1] == -1 else ()),
    "os.symlink": lambda arguments: ("makes the link", arguments[1:2]),
    "os.truncate": lambda arguments: ("cuts", arguments[:1]),
    "shutil.rmtree": lambda arguments: ("removes", arguments[:1]),
    "sqlite3.connect": lambda arguments: ("opens the database", arguments[:1]),
}
"""Event, and what it does to which paths."""

_CALLS: dict[str, Callable[[tuple[Any, ...]], str]] = {
    "socket.connect": _host,
    "socket.getaddrinfo": _name,
    "socket.gethostbyname": _name,
    "socket.sendto": _host,
    "subprocess.Popen": lambda arguments: _program(arguments[1]),
    "os.system": lambda arguments: _program(arguments[0]),
    "os.posix_spawn": lambda arguments: _program(arguments[1]),
}
"""Event, and whom it calls; nothing where it calls nobody."""
