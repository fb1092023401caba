"""What loading a plugin must leave as it was: the core, Python itself, and the process around them."""

from __future__ import annotations

import builtins
import importlib
import importlib.abc
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType

FRAMEWORKS = ("torch", "lightning", "tensorflow", "keras", "jax")
"""Packages that cost seconds to import: a plugin imports them when they are used."""

_SYS = ("stdout", "stderr", "exit", "excepthook", "settrace", "modules")
_MISSING = object()
_FIRST_FILES = 64  # a program has few open files; what closes them all closes these
# By name: this room is below them, and loads them to watch them, not to call them.
_ROOMS = ("cli", "fit", "evaluate", "predict")


class FrameworkImportError(ImportError):
    """A plugin imports a framework while it is loaded."""

    def __init__(self, framework: str, frames: list[tuple[str, int]]) -> None:
        super().__init__(f"it imports {framework} while it is loaded, which would cost every command seconds")
        self.framework = framework
        self.frames = frames
        """File and line of each call that led there, innermost first."""


class FrameworkGuard(importlib.abc.MetaPathFinder):
    """Refuses imports of frameworks, and remembers the first: a plugin may catch the refusal.

    A framework that this process has loaded already, as in a notebook, costs nothing any more and is not refused.
    """

    def __init__(self) -> None:
        self.refused: FrameworkImportError | None = None

    def __enter__(self) -> Self:
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *_: object) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - what Python asks of a finder
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Refuse a framework; leave every other module to the finders behind this one."""
        if fullname not in FRAMEWORKS:
            return None
        frames = []
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the one way to see who imports
        while frame is not None:
            frames.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        refusal = FrameworkImportError(fullname, frames)
        self.refused = self.refused or refusal
        raise refusal


@dataclass(frozen=True)
class Surroundings:
    """The state of the process that plugins are loaded into."""

    objects: list[tuple[Mapping[str, Any], str, str, Any]]
    """Namespace, what it is called, a name in it, and what the name stands for."""

    folder: str
    signals: tuple[Any, ...]
    path: tuple[str, ...]
    recursion_limit: int
    threads: frozenset[threading.Thread]
    descriptors: frozenset[int]
    """Files that are open, by number."""

    @classmethod
    def now(cls) -> Surroundings:
        """Return the state as it is."""
        return cls(
            objects=list(_guarded_objects()),
            folder=_folder(),
            signals=(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)),
            path=tuple(sys.path),
            recursion_limit=sys.getrecursionlimit(),
            threads=frozenset(thread for thread in threading.enumerate() if not thread.daemon),
            descriptors=frozenset(number for number in range(_FIRST_FILES) if _is_open(number)),
        )

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield a clause for each thing that is not as it was, and a word that the code to blame holds."""
        for namespace, place, name, value in self.objects:
            if namespace.get(name, _MISSING) is not value:
                yield f"replaces {place}.{name}", name
        if _folder() != self.folder:
            yield f"changes the working directory to {_folder()}", "chdir"
        if (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) != self.signals:
            yield "takes over the signals that end a command", "signal("
        if not set(self.path) <= set(sys.path):
            yield "takes folders off the path that modules are looked for on", "sys.path"
        if sys.getrecursionlimit() < self.recursion_limit:
            yield f"lowers Python's recursion limit to {sys.getrecursionlimit()}", "setrecursionlimit"
        if any(not thread.daemon and thread not in self.threads for thread in threading.enumerate()):
            yield "starts a thread that keeps the program from ending", "Thread("
        if not all(_is_open(number) for number in self.descriptors):
            yield "closes files that are not its own", "close"
        if getattr(sys.stdout, "closed", False) or getattr(sys.stderr, "closed", False):
            yield "closes the standard output", "close("


def core_rooms() -> set[str]:
    """Return the names of the core's modules that are loaded."""
    return {name for name in sys.modules if name.partition(".")[0] == "itwinai_core"}


def load_whole_core() -> None:
    """Import the rooms of the core that a command may need, so that what a plugin does to them is seen."""
    for room in _ROOMS:
        importlib.import_module(f"itwinai_core.{room}")


def _guarded_objects() -> Iterator[tuple[Mapping[str, Any], str, str, Any]]:
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] == "itwinai_core":
            yield sys.modules, "sys.modules", module_name, module
            for name, value in list(vars(module).items()):
                yield vars(module), module_name, name, value
                if isinstance(value, type) and value.__module__ == module_name:
                    yield from _members(f"{module_name}.{name}", value)
    yield from ((vars(builtins), "builtins", name, value) for name, value in vars(builtins).items() if name != "_")
    yield from ((vars(sys), "sys", name, getattr(sys, name)) for name in _SYS)


def _members(place: str, kind: type) -> Iterator[tuple[Mapping[str, Any], str, str, Any]]:
    # Names with two underscores are Python's and pydantic's: a schema is built when it is first used.
    members = ((name, value) for name, value in list(vars(kind).items()) if not name.startswith("__"))
    yield from ((vars(kind), place, name, value) for name, value in members)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _folder() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return "one that is gone"
