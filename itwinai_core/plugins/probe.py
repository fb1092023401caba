"""Tries plugins in a process of their own: one that crashes, exits or hangs takes nothing down but that process."""

from __future__ import annotations

import faulthandler
import fcntl
import json
import mmap
import os
import resource
import select
import signal
import sys
import tempfile
import time
import warnings
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, NoReturn

import pluggy

from itwinai_core import hookspecs
from itwinai_core.plugins import diagnose
from itwinai_core.plugins.load import OutsideApiError, load, quiet_process
from itwinai_core.plugins.record import Diagnosis, Offers, Plugin
from itwinai_core.plugins.traces import FrameworkGuard, FrameworkImportError, Surroundings, load_whole_core

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

LIMIT = "ITWINAI_LOAD_SECONDS"
"""Environment variable that holds how long one plugin may take to load [s]."""

_NOISE_KEPT = 2000
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
    """
    waiting = list(plugins)
    while waiting:
        done = _one_child(waiting)
        waiting = waiting[done:]


def try_here(plugin: Plugin) -> None:
    """Load a plugin in this process, and note on its record what it offers or why it was set aside."""
    manager = pluggy.PluginManager("itwinai")
    manager.add_hookspecs(hookspecs)
    before = Surroundings.now()
    began = time.monotonic()
    guard = FrameworkGuard()
    try:
        with guard:
            plugin.offers = load(plugin, manager).names()
        plugin.diagnosis = next((_of_change(*change, plugin) for change in before.changes()), None)
    except OutsideApiError as error:
        plugin.diagnosis = error.diagnosis
    except BaseException as error:  # noqa: BLE001 - nothing that is installed may take the command down
        plugin.diagnosis = diagnose.of_error(error, plugin)
    if guard.refused:
        # Whatever came of it, and also where the plugin caught the refusal.
        plugin.diagnosis = _of_framework(guard.refused, plugin)
    plugin.seconds = round(time.monotonic() - began, 4)


def _of_framework(refused: FrameworkImportError, plugin: Plugin) -> Diagnosis:
    mend = f"import it inside the method that needs it; until then: {plugin.renewal()}"
    return Diagnosis(str(refused), mend, *diagnose.blamed(refused.frames, plugin))


def _of_change(clause: str, word: str, plugin: Plugin) -> Diagnosis:
    return Diagnosis(f"loading it {clause}", plugin.renewal(), *diagnose.line_with(word, plugin))


@dataclass
class _Child:
    """A process that tries plugins, and what it writes."""

    pid: int
    answers: int
    """Read end of its pipe."""
    dump: IO[bytes]
    """Where its stack goes when it crashes or hangs."""

    def lines(self, limit: float) -> Any:
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
            if not ready and self._has_ended():
                return

    def end(self) -> int:
        """End the process and whatever it started; return its status."""
        os.close(self.answers)
        until = time.monotonic() + _LAST_WORDS
        while not self._has_ended() and time.monotonic() < until:
            time.sleep(0.005)
        for group in (os.killpg, os.kill):
            with suppress(ProcessLookupError, PermissionError):
                group(self.pid, signal.SIGKILL)
        return os.waitpid(self.pid, 0)[1]

    def _has_ended(self) -> bool:
        # Left to be waited for: its number must not be given to another process yet.
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _one_child(plugins: Sequence[Plugin]) -> int:
    """Try plugins until one does not work; return how many were tried."""
    limit = load_limit()
    with tempfile.TemporaryFile() as dump:
        child = _start(plugins, dump, limit)
        began = time.monotonic()
        tried = 0
        try:
            for line in child.lines(limit + 2):
                _take(plugins[tried], line)
                tried += 1
                began = time.monotonic()
                if tried == len(plugins) or plugins[tried - 1].diagnosis:
                    break
            else:
                # It went without an answer: the plugin that it was at took it along.
                plugin = plugins[tried]
                plugin.seconds = round(time.monotonic() - began, 4)
                plugin.diagnosis = Diagnosis("", "")
                tried += 1
        finally:
            status = child.end()
        last = plugins[tried - 1]
        if last.diagnosis and not last.diagnosis.reason:
            dump.seek(0)
            last.diagnosis = _of_death(last, status, dump.read().decode(errors="replace"), limit)
    return tried


def _start(plugins: Sequence[Plugin], dump: IO[bytes], limit: float) -> _Child:
    answers, ours = os.pipe()
    pid = _fork()
    if pid:
        os.close(ours)
        return _Child(pid, answers, dump)
    with suppress(BaseException):
        # Out of the way of a plugin that closes all files it can think of.
        ours = fcntl.fcntl(ours, fcntl.F_DUPFD_CLOEXEC, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1024) - 8)
        _answer(plugins, ours, dump, limit)
    os._exit(0)


def _fork() -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    with warnings.catch_warnings():
        # Python warns of threads that do not come along; the child touches nothing of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _answer(plugins: Sequence[Plugin], ours: int, dump: IO[bytes], limit: float) -> NoReturn:
    """Try each plugin in this process, a child, and write an answer for each into the pipe."""
    me = os.getpid()
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with quiet_process(), tempfile.TemporaryFile() as noise:
        for descriptor in (1, 2):
            os.dup2(noise.fileno(), descriptor)
        sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
        load_whole_core()
        copies: list[bool] = []
        os.register_at_fork(before=lambda: copies.append(True))
        faulthandler.enable(dump)
        for plugin in plugins:
            faulthandler.dump_traceback_later(limit, exit=True, file=dump)
            heard = os.lseek(noise.fileno(), 0, os.SEEK_END)
            try_here(plugin)
            faulthandler.cancel_dump_traceback_later()
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            if os.getpid() != me:
                break  # a copy that the plugin made of this process
            if copies and plugin.diagnosis is None:
                plugin.diagnosis = _of_change("makes a copy of the process", "fork", plugin)
            said = ""
            with suppress(OSError, ValueError):
                said = os.pread(noise.fileno(), _NOISE_KEPT, heard).decode(errors="replace")
            answer = {
                "seconds": plugin.seconds,
                "offers": asdict(plugin.offers),
                "diagnosis": asdict(plugin.diagnosis) if plugin.diagnosis else None,
                "noise": said,
            }
            os.write(ours, json.dumps(answer).encode() + b"\n")
            if plugin.diagnosis:
                break  # what else it did to this process nobody knows
        os._exit(0)


def _take(plugin: Plugin, line: bytes) -> None:
    answer = json.loads(line)
    plugin.seconds, plugin.noise = answer["seconds"], answer["noise"]
    plugin.offers = Offers.from_plain(answer["offers"])
    plugin.diagnosis = Diagnosis(**answer["diagnosis"]) if answer["diagnosis"] else None


def _of_death(plugin: Plugin, status: int, dump: str, limit: float) -> Diagnosis:
    """Return the diagnosis of a plugin that ended its process, or did not let it end."""
    mend = plugin.renewal()
    if "Timeout (" in dump or plugin.seconds > limit:
        reason = f"it has not finished loading after {limit:g} s"
        return Diagnosis(reason, f"{mend}; or give it longer: {LIMIT}=60", *diagnose.of_dump(dump, plugin))
    place = diagnose.of_dump(dump, plugin) if "File " in dump else _last_line(plugin, limit)
    if os.WIFSIGNALED(status):
        return Diagnosis(f"loading it crashes Python: {signal.strsignal(os.WTERMSIG(status))}", mend, *place)
    return Diagnosis(f"loading it ends the program at once, with exit code {os.WEXITSTATUS(status)}", mend, *place)


def _last_line(plugin: Plugin, limit: float) -> tuple[str, int]:
    """Return the line of a plugin's own code that ran last before its process was gone.

    It is loaded once more, slowly, and each line is written into memory that outlives the process.
    """
    with mmap.mmap(-1, 8192) as memory:
        pid = _fork()
        if not pid:
            with suppress(BaseException):
                _trace(plugin, memory, limit)
            os._exit(0)
        until = time.monotonic() + limit + 1
        while not os.waitpid(pid, os.WNOHANG)[0] and time.monotonic() < until:
            time.sleep(0.01)
        with suppress(ProcessLookupError, PermissionError, ChildProcessError):
            os.killpg(pid, signal.SIGKILL)
        file, _, line = memory[:].partition(b"\0")[0].decode(errors="replace").rpartition("\n")
    return (file, int(line)) if file and line.isdigit() else diagnose.module_start(plugin)


def _trace(plugin: Plugin, memory: mmap.mmap, limit: float) -> None:
    def follow(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and diagnose.is_of(frame.f_code.co_filename, plugin):
            place = f"{frame.f_code.co_filename}\n{frame.f_lineno}".encode()[:8192]
            memory[: len(place) + 1] = place + b"\0"
        return follow

    os.setpgid(0, 0)
    signal.alarm(int(limit) + 1)
    with quiet_process():
        sys.settrace(follow)
        try_here(plugin)
