"""Tries plugins in a process of their own: one that crashes, exits or hangs takes nothing down but that process."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from os import _exit
from pathlib import Path
from typing import IO, TYPE_CHECKING

from itwinai_core.plugins import child, diagnose
from itwinai_core.plugins.record import Diagnosis, Offers, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIMIT = "ITWINAI_LOAD_SECONDS"
"""Environment variable that holds how long one plugin may take to load [s]."""

_LAST_WORDS = 0.5  # what a process gets to end by itself, so that its status tells how it ended [s]


def load_limit() -> float:
    """Return how long one plugin may take to load [s]."""
    try:
        return max(float(os.environ.get(LIMIT, "")), 0.1)
    except ValueError:
        return 10.0


def probe(plugins: Sequence[Plugin]) -> None:
    """Load each plugin in a child process, and note on its record what it offers, or why it does not work.

    One child serves all plugins as long as they work; after one that does not, the next is tried in a new child.

    Raises:
        RuntimeError: the core itself cannot be imported, so no plugin is to blame.
    """
    waiting, role = list(plugins), "answer"
    while waiting:
        done, role = _one_child(waiting if role == "answer" else waiting[:1], role)
        waiting = waiting[done:]


@dataclass
class _Child:
    """A process that tries plugins."""

    pid: int
    answers: int
    """Read end of its pipe."""

    def lines(self, limit: float) -> Iterator[bytes]:
        """Yield each answer as it comes; end where the process ended, or took longer than ``limit`` for one."""
        text = b""
        until = time.monotonic() + limit
        while time.monotonic() < until:
            ready, _, _ = select.select([self.answers], [], [], 0.05)
            chunk = os.read(self.answers, 65536) if ready else b""
            if ready and not chunk:
                return
            *complete, text = (text + chunk).split(b"\n")
            for line in complete:
                yield line
                until = time.monotonic() + limit
            if not ready and _has_ended(self.pid):
                return

    def end(self) -> int:
        """End the process and whatever it started; return its status."""
        os.close(self.answers)
        return _end(self.pid)


def _one_child(plugins: Sequence[Plugin], role: str) -> tuple[int, str]:
    """Try plugins until one does not work; return how many were tried, and the role of the next child."""
    limit = load_limit()
    with tempfile.TemporaryFile() as dump:
        process = _start(role, plugins, dump, limit)
        began = time.monotonic()
        tried = 0
        silent = None
        try:
            for line in process.lines(limit + 2):
                if line == b"null":
                    return tried, "watch"
                _take(plugins[tried], line)
                tried += 1
                began = time.monotonic()
                if tried == len(plugins) or plugins[tried - 1].diagnosis:
                    break
            else:
                # It went without an answer: the plugin that it was at took it along.
                silent = plugins[tried]
                silent.seconds = round(time.monotonic() - began, 4)
                tried += 1
        finally:
            status = process.end()
        if silent is not None:
            dump.seek(0)
            silent.diagnosis = _of_death(silent, status, dump.read(), limit)
    return tried, "answer"


def _start(role: str, plugins: Sequence[Plugin], dump: IO[bytes], limit: float) -> _Child:
    answers, ours = os.pipe()
    try:
        return _Child(_launch(role, plugins, limit, ours, dump.fileno()), answers)
    finally:
        os.close(ours)


def _launch(role: str, plugins: Sequence[Plugin], limit: float, *files: int) -> int:
    """Start a child in a role, and return its number.

    A copy of this process is ready at once. Where there are threads, as with a framework that is loaded, a copy may
    not be relied on, and a fresh interpreter is started.
    """
    if _is_single():
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        pid = os.fork()
        if not pid:
            with suppress(BaseException):
                child.ROLES[role](plugins, limit, *files)
            _exit(0)  # by the function that was there before any plugin: it may be another now
        return pid
    for file in files:
        os.set_inheritable(file, True)  # noqa: FBT003 - the standard library's
    code = "from itwinai_core.plugins.child import play; play()"
    arguments = [sys.executable, "-W", "ignore", "-c", code, child.order(role, plugins, limit, files)]
    path = os.pathsep.join(folder for folder in sys.path if folder)
    return os.posix_spawn(sys.executable, arguments, os.environ | {"PYTHONPATH": path})


def _is_single() -> bool:
    """Return whether this process has one thread only, those of compiled code included where that can be seen."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - a count
    except OSError:
        return threading.active_count() == 1


def _has_ended(pid: int) -> bool:
    # Left to be waited for: its number must not be given to another process yet.
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(pid: int, patience: float = _LAST_WORDS) -> int:
    """Give a process a moment to end, then end it with whatever it started; return its status."""
    until = time.monotonic() + patience
    while not _has_ended(pid) and time.monotonic() < until:
        time.sleep(0.005)
    for end in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            end(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def _take(plugin: Plugin, line: bytes) -> None:
    """Note an answer on a plugin's record; one that is none is the plugin's doing."""
    try:
        told = json.loads(line)
        plugin.offers = Offers.from_plain(told["offers"])
        plugin.diagnosis = Diagnosis(**told["diagnosis"]) if told["diagnosis"] else None
        plugin.seconds, plugin.noise = float(told["seconds"]), str(told["noise"])
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = "loading it spoils what its process answers: it writes into files that are not its own"
        plugin.offers, plugin.diagnosis = Offers(), Diagnosis(reason, plugin.renewal(), *diagnose.module_start(plugin))


def _of_death(plugin: Plugin, status: int, dump: bytes, limit: float) -> Diagnosis:
    """Return the diagnosis of a plugin that ended its process, or did not let it end."""
    said = dump.decode(errors="replace")
    if dump.startswith(child.CORE_FAILED):
        raise RuntimeError(said)
    mend = plugin.renewal()
    if "Timeout (" in said or plugin.seconds > limit:
        reason = f"it has not finished loading after {limit:g} s"
        return Diagnosis(reason, f"{mend}; or give it longer: {LIMIT}=60", *diagnose.of_dump(said, plugin))
    place = diagnose.of_dump(said, plugin) if "File " in said else _last_line(plugin, limit)
    if os.WIFSIGNALED(status):
        return Diagnosis(f"loading it crashes Python: {signal.strsignal(os.WTERMSIG(status))}", mend, *place)
    return Diagnosis(f"loading it ends the program at once, with exit code {os.WEXITSTATUS(status)}", mend, *place)


def _last_line(plugin: Plugin, limit: float) -> tuple[str, int]:
    """Return the line of a plugin's own code that ran last before its process was gone."""
    with tempfile.TemporaryFile() as place:
        place.truncate(child.PLACE_SIZE)
        _end(_launch("trace", [plugin], limit, place.fileno()), patience=limit + 1)
        place.seek(0)
        file, _, line = place.read().partition(b"\0")[0].decode(errors="replace").rpartition("\n")
    return (file, int(line)) if Path(file).is_file() and line.isdigit() else diagnose.module_start(plugin)
