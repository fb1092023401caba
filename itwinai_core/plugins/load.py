"""Loads one plugin into this process, with its output kept out of ours."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from itwinai_core.plugins.offers import Offered, check_hooks, read_offers
from itwinai_core.plugins.requirements import API_RANGE, outside_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pluggy

    from itwinai_core.plugins.record import Diagnosis, Plugin

LOADING = "ITWINAI_LOADING"
"""Set while plugins are loaded: a plugin that asks for the plugins would otherwise never be done."""


class OutsideApiError(Exception):
    """A plugin was written for another API of the core."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        super().__init__(diagnosis.reason)
        self.diagnosis = diagnosis


def load(plugin: Plugin, manager: pluggy.PluginManager) -> Offered:
    """Import a plugin's module, register it, and return what it offers.

    Raises:
        MisfitError: what it offers is not of the right shape.
        OutsideApiError: it was written for another API.
        BaseException: whatever the plugin raises.
    """
    module: Any = plugin.point.load()
    declared = getattr(module, API_RANGE, None)
    if declared is not None and (misfit := outside_api(declared, plugin)):
        raise OutsideApiError(misfit)
    check_hooks(module, manager)
    manager.register(module, name=plugin.distribution)
    try:
        return read_offers(module, manager)
    except BaseException:
        manager.unregister(module)
        raise


@contextmanager
def quiet_process() -> Iterator[None]:
    """Send standard output and error of the whole process nowhere, and give it nothing to read.

    What is registered in the block to run at exit is quiet as well; filters of warnings and handlers of the root
    logger that are added in it end with it.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    streams, root = (sys.stdout, sys.stderr, sys.stdin), logging.getLogger()
    level, handlers, disabled = root.level, root.handlers[:], root.manager.disable
    register = atexit.register
    os.environ[LOADING] = "1"
    try:
        with silent_descriptors(0, 1, 2), warnings.catch_warnings(), _nowhere() as (silent, empty):
            sys.stdout, sys.stderr, sys.stdin = silent, silent, empty
            atexit.register = _quiet_at_exit  # type: ignore[assignment]  # for what is loaded in this block
            yield
    finally:
        atexit.register = register
        sys.stdout, sys.stderr, sys.stdin = streams
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.disable(disabled)
        os.environ.pop(LOADING, None)


@contextmanager
def silent_descriptors(*descriptors: int) -> Iterator[None]:
    """Point files of the process, by number, at nothing for as long as the block lasts."""
    saved = {descriptor: os.dup(descriptor) for descriptor in descriptors}
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        for descriptor in descriptors:
            os.dup2(nowhere, descriptor)
        yield
    finally:
        for descriptor, original in saved.items():
            os.dup2(original, descriptor)
            os.close(original)
        os.close(nowhere)


@contextmanager
def _nowhere() -> Iterator[tuple[TextIO, TextIO]]:
    """Open a file that forgets what is written, and one that is empty."""
    device = Path(os.devnull)
    with device.open("w", encoding="utf-8") as silent, device.open(encoding="utf-8") as empty:
        yield silent, empty


_register = atexit.register


def _quiet_at_exit(function: Callable[..., Any], *arguments: Any, **named: Any) -> Callable[..., Any]:
    _register(_silently, function, arguments, named)
    return function


def _silently(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    leave, os._exit = os._exit, _stay
    if function is leave:
        function = _stay
    try:
        with silent_descriptors(1, 2), suppress(BaseException):
            function(*arguments, **named)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
    finally:
        os._exit = leave


def _stay(status: int) -> NoReturn:
    """Take the place of ``os._exit`` while what a plugin registered runs at exit: the exit code is the command's."""
    raise SystemExit(status)
