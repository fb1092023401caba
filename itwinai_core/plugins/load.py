"""Loads one plugin into this process, with its output kept out of ours."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from itwinai_core.plugins.offers import Offered, check_hooks, read_offers
from itwinai_core.plugins.requirements import API_RANGE, outside_api

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    Also what plugins do to the filters of warnings ends with the block.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    saved = [os.dup(descriptor) for descriptor in (0, 1, 2)]
    nowhere = os.open(os.devnull, os.O_RDWR)
    streams = sys.stdout, sys.stderr, sys.stdin
    os.environ[LOADING] = "1"
    try:
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        with (
            open(os.devnull, "w", encoding="utf-8") as silent,  # noqa: PTH123 - a device, not a path
            open(os.devnull, encoding="utf-8") as empty,  # noqa: PTH123
            warnings.catch_warnings(),
        ):
            sys.stdout, sys.stderr, sys.stdin = silent, silent, empty
            yield
    finally:
        sys.stdout, sys.stderr, sys.stdin = streams
        del os.environ[LOADING]
        for descriptor, original in enumerate(saved):
            os.dup2(original, descriptor)
            os.close(original)
        os.close(nowhere)
