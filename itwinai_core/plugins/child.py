"""What the process does in which plugins are tried: it answers for each as long as it lives."""

from __future__ import annotations

import faulthandler
import fcntl
import json
import mmap
import os
import resource
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from importlib.metadata import EntryPoint
from json import dumps
from os import _exit, write
from time import monotonic
from typing import TYPE_CHECKING, Any

import pluggy

from itwinai_core import hookspecs
from itwinai_core.plugins import diagnose
from itwinai_core.plugins.load import OutsideApiError, load, quiet_process
from itwinai_core.plugins.record import Diagnosis, Plugin
from itwinai_core.plugins.traces import (
    BuiltinsGuard,
    FrameworkGuard,
    FrameworkImportError,
    Surroundings,
    core_rooms,
    load_whole_core,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

CORE_FAILED = b"The core cannot be imported. "
"""What a dump begins with where no plugin is to blame."""

PLACE_SIZE = 8192
"""Bytes for the place that was last run."""

_NOISE_KEPT = 2000
_LARGEST_FILE = 2**26  # what a plugin may print or write before it is loaded [bytes]
_MOST_MEMORY = 2**31  # what it may ask for [bytes]


def try_here(plugin: Plugin, before: Surroundings) -> None:
    """Load a plugin in this process, and note on its record what it offers or why it was set aside.

    Args:
        plugin: Its record.
        before: The state of this process, which loading must leave as it is.
    """
    manager = pluggy.PluginManager("itwinai")
    manager.add_hookspecs(hookspecs)
    began = monotonic()
    guard, kept = FrameworkGuard(), BuiltinsGuard()
    try:
        with guard, kept:
            plugin.offers = load(plugin, manager).names()
        plugin.diagnosis = next((_of_change(*change, plugin) for change in before.changes()), None)
    except OutsideApiError as error:
        plugin.diagnosis = error.diagnosis
    except BaseException as error:  # noqa: BLE001 - nothing that is installed may take the command down
        plugin.diagnosis = diagnose.of_error(error, plugin)
    if kept.replaced:
        # Whatever came of it.
        plugin.diagnosis = _of_change(f"replaces builtins.{kept.replaced[0]}", kept.replaced[0], plugin)
    if guard.refused:
        # Whatever came of it, and also where the plugin caught the refusal.
        plugin.diagnosis = _of_framework(guard.refused, plugin)
    plugin.seconds = round(monotonic() - began, 4)


def answer(plugins: Sequence[Plugin], limit: float, pipe: int, dump: int, *, whole: bool = False) -> None:
    """Try each plugin in this process, and write a line of JSON for each into a pipe.

    A plugin imports the front door of the core and nothing behind it. One that does is answered with null: what it
    does to the rooms behind the door is seen only where these are loaded first.

    Args:
        plugins: Plugins to try, until one does not work.
        limit: Time that one may take [s].
        pipe: Where the answers go.
        dump: File for the interpreter's stack when it crashes or hangs.
        whole: Whether all rooms of the core are loaded first.
    """
    os.setpgid(0, 0)
    _forget_output()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    _limit(resource.RLIMIT_DATA, _MOST_MEMORY)
    # Out of the way of a plugin that closes all files it can think of.
    pipe = fcntl.fcntl(pipe, fcntl.F_DUPFD_CLOEXEC, min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1024) - 8)
    with quiet_process(), tempfile.TemporaryFile() as noise:
        for descriptor in (1, 2):
            os.dup2(noise.fileno(), descriptor)
        sys.stdout, sys.stderr = (os.fdopen(os.dup(number), "w", encoding="utf-8") for number in (1, 2))
        if whole:
            _load_whole_core(dump)
        faulthandler.enable(dump)
        for told in _answers(plugins, limit, dump, noise.fileno(), whole=whole):
            write(pipe, dumps(told).encode() + b"\n")
        _exit(0)


def _answers(
    plugins: Sequence[Plugin], limit: float, dump: int, noise: int, *, whole: bool
) -> Iterator[dict[str, Any] | None]:
    """Yield what is to be told of each plugin, as long as this process can be relied on."""
    me, rooms = os.getpid(), core_rooms()
    copies: list[bool] = []
    os.register_at_fork(before=lambda: copies.append(True))
    before = Surroundings.now()
    for plugin in plugins:
        faulthandler.dump_traceback_later(limit, exit=True, file=dump)
        heard = os.lseek(noise, 0, os.SEEK_END)
        try_here(plugin, before)
        faulthandler.cancel_dump_traceback_later()
        if os.getpid() != me:
            return  # a copy that the plugin made of this process
        if not whole and core_rooms() > rooms:
            yield None
            return
        if copies:
            plugin.diagnosis = _of_change("makes a copy of the process", "fork", plugin)
        yield {
            "seconds": plugin.seconds,
            "offers": asdict(plugin.offers),
            "diagnosis": asdict(plugin.diagnosis) if plugin.diagnosis else None,
            "noise": _heard(noise, heard),
        }
        if plugin.diagnosis:
            return  # what else it did to this process nobody knows


def trace(plugins: Sequence[Plugin], limit: float, place: int) -> None:
    """Load the first plugin once more, slowly, and keep the line of its code that runs in a file that outlives it all.

    Args:
        plugins: The plugin that ended its process without a word.
        limit: Time that it may take [s].
        place: File of `PLACE_SIZE` bytes.
    """
    (plugin,) = plugins
    os.setpgid(0, 0)
    _forget_output()
    signal.alarm(int(limit) + 1)
    with mmap.mmap(place, PLACE_SIZE) as memory, quiet_process():

        def follow(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line" and diagnose.is_of(frame.f_code.co_filename, plugin):
                here = f"{frame.f_code.co_filename}\n{frame.f_lineno}".encode()[: PLACE_SIZE - 1]
                memory[: len(here) + 1] = here + b"\0"
            return follow

        load_whole_core()
        before = Surroundings.now()
        sys.settrace(follow)
        try:
            try_here(plugin, before)
        finally:
            sys.settrace(None)


ROLES: dict[str, Callable[..., None]] = {"answer": answer, "watch": partial(answer, whole=True), "trace": trace}
"""What a child may be started for."""


def order(role: str, plugins: Sequence[Plugin], limit: float, files: Sequence[int]) -> str:
    """Return, as text, what a fresh interpreter needs to know to play a role."""
    records = [
        {
            "name": plugin.name,
            "value": plugin.point.value,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "editable": plugin.editable,
        }
        for plugin in plugins
    ]
    return dumps({"role": role, "plugins": records, "limit": limit, "files": list(files)})


def play() -> None:
    """Play the role that the first argument of this process orders, and end the process."""
    told = json.loads(sys.argv[1])
    plugins = [
        Plugin(EntryPoint(record.pop("name"), record.pop("value"), hookspecs.ENTRY_POINT_GROUP), **record)
        for record in told["plugins"]
    ]
    with suppress(BaseException):
        ROLES[told["role"]](plugins, told["limit"], *told["files"])
    _exit(0)


def _load_whole_core(dump: int) -> None:
    try:
        load_whole_core()
    except BaseException:
        write(dump, CORE_FAILED + traceback.format_exc().encode())
        raise


def _forget_output() -> None:
    """Point the files that a command prints to nowhere: a copy of them must not be within a plugin's reach."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _heard(noise: int, since: int) -> str:
    with suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    with suppress(OSError, ValueError):
        return os.pread(noise, _NOISE_KEPT, since).decode(errors="replace")
    return ""


def _of_framework(refused: FrameworkImportError, plugin: Plugin) -> Diagnosis:
    mend = f"import it inside the method that needs it; until then: {plugin.renewal()}"
    return Diagnosis(str(refused), mend, *diagnose.blamed(refused.frames, plugin))


def _of_change(clause: str, word: str, plugin: Plugin) -> Diagnosis:
    return Diagnosis(f"loading it {clause}", plugin.renewal(), *diagnose.line_with(word, plugin))
