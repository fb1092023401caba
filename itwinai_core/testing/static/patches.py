"""Finds functions of a plugin that stand in modules and classes of others, where they replace what all share."""

from __future__ import annotations

import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.contract import Subject


def patches(subject: Subject) -> Iterator[tuple[str, str, int]]:
    """Yield what was replaced, by its full name, and file and line of the function that stands there now."""
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] in {subject.package, "__main__", "sys"}:
            continue
        for key, value in [*getattr(module, "__dict__", {}).items()]:
            yield from _patch(f"{name}.{key}", value, subject)
            if isinstance(value, type) and value.__module__ == name:
                for inner, method in [*vars(value).items()]:
                    yield from _patch(f"{name}.{key}.{inner}", method, subject)


def _patch(name: str, value: Any, subject: Subject) -> Iterator[tuple[str, str, int]]:
    function = getattr(value, "__func__", value)
    if isinstance(function, FunctionType) and subject.owns(function.__code__.co_filename):
        yield name, function.__code__.co_filename, function.__code__.co_firstlineno
