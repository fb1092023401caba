"""What loading a plugin must leave as it was: the core, Python itself, and the process around them."""

from __future__ import annotations

import builtins
import gc
import importlib
import importlib.abc
import os
import resource
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
_WATCHED = ("json", "os", "io", "time", "pathlib", "importlib", "signal", "pluggy", "click", "pydantic")
_WATCHED_CLASSES = ("pathlib.Path", "pluggy.PluginManager", "click.Command", "click.Group", "pydantic.BaseModel")
"""What the core stands on, by module, and classes of these whose methods are looked at too."""

_MISSING = object()
_NOWHERE = "itwinai_nowhere"
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


class BuiltinsGuard:
    """Puts Python's builtins back, without which nothing works, and remembers which were replaced."""

    def __init__(self) -> None:
        self.replaced: list[str] = []
        self._before = {name: value for name, value in vars(builtins).items() if name != "_"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Written so that it needs none of them.
        now = builtins.__dict__
        self.replaced = [name for name, value in self._before.items() if now.get(name) is not value]
        now.update(self._before)


@dataclass(frozen=True)
class Surroundings:
    """The state of the process that plugins are loaded into."""

    objects: list[tuple[Mapping[str, Any], str, str, Any]]
    """Namespace, what it is called, a name in it, and what the name stands for."""

    folder: str
    signals: Mapping[signal.Signals, Any]
    path: tuple[str, ...]
    finders: tuple[Any, ...]
    """What modules are found by."""
    variables: frozenset[str]
    """Names in the environment."""
    recursion_limit: int
    unseen_state: Mapping[str, tuple[str, Any]]
    """What nobody sees change: for each clause, a word of the code that changes it, and the value."""
    threads: frozenset[threading.Thread]
    descriptors: frozenset[int]
    """Files that are open, by number."""

    @classmethod
    def now(cls) -> Surroundings:
        """Return the state as it is."""
        return cls(
            objects=list(_guarded_objects()),
            folder=_folder(),
            signals=_signals(),
            path=tuple(sys.path),
            finders=(*sys.meta_path, *sys.path_hooks),
            variables=frozenset(os.environ),
            recursion_limit=sys.getrecursionlimit(),
            unseen_state=_unseen_state(),
            threads=frozenset(threading.enumerate()),
            descriptors=frozenset(number for number in range(_FIRST_FILES) if _is_open(number)),
        )

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield a clause for each thing that is not as it was, and a word that the code to blame holds."""
        for namespace, place, name, value in self.objects:
            if namespace.get(name, _MISSING) is not value:
                yield f"replaces {place}.{name}", name
        yield from self._of_search()
        yield from self._of_process()
        for clause, (word, value) in _unseen_state().items():
            if value != self.unseen_state[clause][1]:
                yield clause, word

    def _of_search(self) -> Iterator[tuple[str, str]]:
        """Yield what has changed about how modules are found, and files opened."""
        if not set(self.path) <= set(sys.path):
            yield "takes folders off the path that modules are looked for on", "sys.path"
        if not all(finder in (*sys.meta_path, *sys.path_hooks) for finder in self.finders):
            yield "takes out what modules are found by", "meta_path"
        elif failed := _fails_to_look():
            yield f"breaks the search for modules: {failed}", "meta_path"
        if failed := _fails_to_open():
            yield f"keeps files from being opened: {failed}", "hook"

    def _of_process(self) -> Iterator[tuple[str, str]]:
        """Yield what has changed about the process: its folder, signals, variables, threads and files."""
        if _folder() != self.folder:
            yield f"changes the working directory to {_folder()}", "chdir"
        for taken in (number for number, does in _signals().items() if does != self.signals[number]):
            yield f"takes over the signal {taken.name}", "signal("
        if gone := sorted(self.variables - set(os.environ)):
            yield f"takes {gone[0] if len(gone) == 1 else 'variables'} out of the environment", "environ"
        if sys.getrecursionlimit() < self.recursion_limit:
            yield f"lowers Python's recursion limit to {sys.getrecursionlimit()}", "setrecursionlimit"
        if not set(threading.enumerate()) <= self.threads:
            yield "starts a thread, which goes on", "Thread("
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


def _signals() -> dict[signal.Signals, Any]:
    return {number: signal.getsignal(number) for number in signal.Signals}


def _unseen_state() -> dict[str, tuple[str, Any]]:
    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "sets a timer that interrupts the program": ("itimer", signal.getitimer(signal.ITIMER_REAL)[0] > 0),
        "changes the permissions that new files get": ("umask", mask),
        "changes how many files may be open": ("setrlimit", resource.getrlimit(resource.RLIMIT_NOFILE)),
        "switches the garbage collector": ("gc.", gc.isenabled()),
        "watches every call of the program": ("setprofile", sys.getprofile()),
        "watches every line of the program": ("settrace", sys.gettrace()),
        "starts a process, which goes on": ("Popen(", _has_children()),
    }


def _has_children() -> bool:
    """Return whether there is a process of ours that has not ended."""
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _fails_to_open() -> str:
    """Return what opening a file raises, as where a plugin audits the program, or nothing."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except BaseException as error:  # noqa: BLE001 - whatever a plugin's hook raises
        return type(error).__name__
    return ""


def _fails_to_look() -> str:
    """Return what the import of a module raises that is nowhere, unless it is said to be nowhere; else nothing."""
    try:
        __import__(_NOWHERE)  # as a statement does it: what audits the program hears of no other
    except ModuleNotFoundError as error:
        return "" if error.name == _NOWHERE else type(error).__name__
    except BaseException as error:  # noqa: BLE001 - whatever a plugin's finder raises
        return type(error).__name__
    return f"a module '{_NOWHERE}' is found"


def _guarded_objects() -> Iterator[tuple[Mapping[str, Any], str, str, Any]]:
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] == "itwinai_core":
            yield sys.modules, "sys.modules", module_name, module
            for name, value in list(vars(module).items()):
                yield vars(module), module_name, name, value
                if isinstance(value, type) and value.__module__ == module_name:
                    yield from _members(f"{module_name}.{name}", value)
    for name in _WATCHED:
        module = importlib.import_module(name)
        yield sys.modules, "sys.modules", name, module
        members = list(vars(module).items())
        yield from ((vars(module), name, inner, value) for inner, value in members if callable(value))
    for name in _WATCHED_CLASSES:
        module_name, _, kind = name.partition(".")
        yield from _members(name, getattr(importlib.import_module(module_name), kind))
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
