"""Loads one plugin in a process of its own, and writes down what loading does beside defining things."""

from __future__ import annotations

import atexit
import builtins
import io
import locale
import logging
import os
import random
import signal
import sys
import threading
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from itwinai_core import hookspecs
from itwinai_core.plugins.find import plugins_at
from itwinai_core.plugins.load import load
from itwinai_core.plugins.offers import MisfitError
from itwinai_core.plugins.traces import FrameworkGuard
from itwinai_core.testing.contract import Subject
from itwinai_core.testing.static.patches import patches
from itwinai_core.testing.static.processes import answered, asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_WRITES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.truncate", "sqlite3.connect"}
_PROCESSES = {"subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "pty.spawn"}
_NETWORK = {
    *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"),
    *("socket.gethostbyaddr", "urllib.Request", "http.client.connect"),
}
_STEERING = ("CUDA_", "HF_", "JAX_", "KERAS_", "MKL_", "NCCL_", "OMP_", "TF_", "TORCH_", "WANDB_", "XLA_")
"""How the names of variables begin that steer frameworks."""

_ENVIRON = {"os.py", "<frozen os>", "_collections_abc.py", "<frozen _collections_abc>"}
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
# Functions that change what others share, and what of the process shows whether the change lasts.
_SHARED: dict[str, tuple[Any, str]] = {
    "signal handlers": (signal, "signal"),
    "warnings filters": (warnings, "simplefilter"),
    "warnings filters ": (warnings, "filterwarnings"),
    "functions that run at exit": (atexit, "register"),
    "logging": (logging, "basicConfig"),
    "logging ": (logging, "disable"),
    "logging  ": (logging, "captureWarnings"),
    "random numbers": (random, "seed"),
    "logging   ": (logging.Logger, "setLevel"),
    "logging    ": (logging.Logger, "addHandler"),
}


class Watch:
    """Sees what a plugin's code does, and from which line."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._on = False
        self.events: list[dict[str, str]] = []
        """What was done: its kind, what it was done to, and file and line."""
        self.imports: dict[str, dict[str, Any]] = {}
        """CPU seconds of each package that the plugin's own code imports, and where it first does."""

    def start(self) -> None:
        """Watch from here on."""
        sys.addaudithook(self._audit)
        builtins.__import__ = self._timed(builtins.__import__)
        threading.Thread.start = self._noted("threads", threading.Thread.start, "a thread")  # type: ignore[method-assign]
        for kind, (owner, name) in _SHARED.items():
            setattr(owner, name, self._noted(kind.strip(), getattr(owner, name), name, direct=True))
        self._on = True

    def stop(self) -> None:
        """Look away."""
        self._on = False

    def place(self) -> str:
        """Return file and line of the innermost call in the plugin's own code; nothing where it is not at work."""
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the one way to see who calls
        while frame is not None:
            if self._subject.owns(frame.f_code.co_filename):
                return shown(frame.f_code.co_filename, frame.f_lineno, self._subject)
            frame = frame.f_back
        return ""

    def note(self, kind: str, what: str, place: str = "") -> None:
        """Remember that something was done, if the plugin's code led there."""
        place = place or self.place()
        if self._on and place:
            self.events.append({"kind": kind, "what": what, "place": place})

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open":
            self._opened(*arguments)
        elif event in _WRITES:
            self.note("files", f"{event.partition('.')[2]} {arguments[0]}")
        elif event in _PROCESSES:
            command = arguments[1] if event == "subprocess.Popen" else (arguments or ("a copy of itself",))[0]
            self.note("processes", " ".join(map(str, command)) if isinstance(command, list | tuple) else str(command))
        elif event in _NETWORK:
            self.note("network", next((str(word) for word in arguments if isinstance(word, str | tuple)), event))
        elif event in {"os.putenv", "os.unsetenv"}:
            self._note_direct("environment", os.fsdecode(arguments[0]), _ENVIRON)
        elif event == "os.chdir":
            self.note("working directory", str(arguments[0]))

    def _opened(self, path: Any, mode: str | None, flags: int) -> None:
        writes = set(mode) & set("wax+") if mode else flags & _FOR_WRITING
        if not writes or isinstance(path, int):
            return
        name = os.fsdecode(path)
        if not name.startswith(("/dev/", "/proc/")) and "__pycache__" not in name:
            self.note("files", f"write {name}")

    def _note_direct(self, kind: str, what: str, passed: set[str]) -> None:
        """Remember what the plugin's own code did itself: libraries that it imports have their own reasons.

        Args:
            kind: Of what was done.
            what: It was done to.
            passed: Files of Python's own library that stand between.
        """
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
        while frame is not None and (
            frame.f_code.co_filename == __file__ or Path(frame.f_code.co_filename).name in passed
        ):
            frame = frame.f_back
        if frame is not None and self._subject.owns(frame.f_code.co_filename):
            self.note(kind, what, shown(frame.f_code.co_filename, frame.f_lineno, self._subject))

    def _noted(self, kind: str, function: Callable[..., Any], what: str, *, direct: bool = False) -> Callable[..., Any]:
        def noted(*arguments: Any, **options: Any) -> Any:
            first = getattr(arguments[0], "name", "") if arguments else ""
            if kind != "logging" or str(first).partition(".")[0] != self._subject.package:
                (self._note_direct(kind, what, set()) if direct else self.note(kind, what))
            return function(*arguments, **options)

        return noted

    def _timed(self, original: Callable[..., Any]) -> Callable[..., Any]:
        package = self._subject.package

        def timed(name: str, scope: Any = None, *rest: Any, **options: Any) -> Any:
            top, importer = name.partition(".")[0], str((scope or {}).get("__name__", "")).partition(".")[0]
            if importer != package or top == package or not self._on:
                return original(name, scope, *rest, **options)
            began = time.process_time()
            try:
                return original(name, scope, *rest, **options)
            finally:
                known = self.imports.setdefault(top, {"cpu": 0.0, "place": self.place()})
                known["cpu"] += time.process_time() - began

        return timed


class Recorder(io.TextIOBase):
    """Stands for standard output, and remembers from which line it was written to."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def write(self, text: str, /) -> int:
        """Take text."""
        if text.strip():
            self._watch.note("output", text.strip())
        return len(text)


def surroundings(package: str) -> dict[str, Any]:
    """Return what a process shares among all that runs in it, as plain values that can be compared."""
    loggers = {
        name: (logger.level, logger.disabled, logger.propagate, [repr(handler) for handler in logger.handlers])
        for name, logger in logging.Logger.manager.loggerDict.items()
        if isinstance(logger, logging.Logger) and name.partition(".")[0] not in {package, *sys.modules}
    }
    root = logging.root
    return {
        "working directory": str(Path.cwd()),
        "environment": dict(os.environ),
        "signal handlers": [signal.getsignal(number) for number in signal.valid_signals()],
        "warnings filters": list(warnings.filters),
        "functions that run at exit": atexit._ncallbacks(),  # noqa: SLF001 - the one way to count them
        "logging": (root.level, root.manager.disable, list(root.handlers), warnings.showwarning, loggers),
        "random numbers": random.getstate(),
        "module path": list(sys.path),
        "locale": locale.setlocale(locale.LC_ALL),
        "way to start processes": _start_method(),
        "hooks of Python": (sys.excepthook, sys.displayhook, threading.excepthook, sys.getrecursionlimit()),
    }


def _start_method() -> str | None:
    """Return how new processes of Python are started; None where nobody has chosen yet."""
    known = sys.modules.get("multiprocessing")
    return known.get_start_method(allow_none=True) if known else None


def main() -> None:
    """Load the plugin that the request names, and write down what was seen."""
    request = asked()
    subject = Subject(request["name"])
    record = plugins_at([subject.point])[0]
    manager = pluggy.PluginManager("itwinai")
    manager.add_hookspecs(hookspecs)
    for name in [name for name in os.environ if name.startswith(_STEERING)]:
        del os.environ[name]  # set already, they would hide that the plugin sets them
    watch, guard = Watch(subject), FrameworkGuard()
    streams, error = (sys.stdout, sys.stderr), ""
    before = surroundings(subject.package)
    sys.stdout = sys.stderr = Recorder(watch)
    with guard:
        watch.start()
        cpu, wall = time.process_time(), time.monotonic()
        try:
            load(record, manager)
        except MisfitError:
            pass  # the check of hooks says what does not fit
        except BaseException as raised:  # noqa: BLE001 - whatever a plugin raises
            error = f"{type(raised).__name__}: {raised}"
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        watch.stop()
    sys.stdout, sys.stderr = streams
    after = surroundings(subject.package)
    with suppress(FileNotFoundError):
        os.chdir(before["working directory"])
    answer = {
        "cpu": cpu,
        "wall": wall,
        "error": error,
        "events": watch.events,
        "imports": watch.imports,
        "changed": [kind for kind, value in before.items() if value != after[kind]],
        "variables": sorted(
            name
            for name in {*before["environment"], *after["environment"]}
            if before["environment"].get(name) != after["environment"].get(name)
        ),
        "patches": {name: shown(file, line, subject) for name, file, line in patches(subject)},
        "framework": guard.refused and {"name": guard.refused.framework, "place": _own(guard.refused.frames, subject)},
    }
    answered(request, answer)


def shown(file: str, line: int, subject: Subject) -> str:
    """Return file and line as messages name them."""
    return f"{Path(file).relative_to(subject.folder.parent)}:{line}"


def _own(frames: list[tuple[str, int]], subject: Subject) -> str:
    """Return those of some frames that are the plugin's own, the outermost first."""
    own = [shown(file, line, subject) for file, line in frames if subject.owns(file)]
    return " → ".join(dict.fromkeys(reversed(own))) or subject.point.value


if __name__ == "__main__":
    main()
