"""Looks into a checkpoint for what is neither a number nor an array, without restoring any of it."""

from __future__ import annotations

import json
import pickletools
import re
import zipfile
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PLAIN = re.compile(
    r"(collections|builtins|__builtin__|_codecs)\..*|torch\.(\w+|_utils\.\w+|_tensor\.\w+|nn\.parameter\.\w+|storage\.\w+)"
)
"""What plain weights are made of; numbers and containers need nothing."""


def pickled(checkpoint: Path) -> list[Fault]:
    """Return a fault for each object in a checkpoint that is not restored from plain numbers."""
    return [
        Fault(
            f"The checkpoint holds an object that only pickle restores: {name}.",
            "Leave plain numbers and arrays in it: call no save_hyperparameters() with objects, and use layers of "
            "their own in place of lambdas.",
        )
        for name in foreign_objects(checkpoint)
    ]


def foreign_objects(checkpoint: Path) -> list[str]:
    """Return the names of the objects in a checkpoint that are restored by running code of theirs."""
    with zipfile.ZipFile(checkpoint) as archive:
        names = archive.namelist()
        pickles = [archive.read(name) for name in names if name.endswith("data.pkl")]
        configs = [json.loads(archive.read(name)) for name in names if name == "config.json"]
    found = [name for text in pickles for name in _pickled(text) if not _PLAIN.fullmatch(name)]
    return sorted({*found, *(name for config in configs for name in _lambdas(config))})


def _pickled(text: bytes) -> Iterator[str]:
    """Yield the full name of each class and function that a pickle asks for."""
    words: list[str] = []
    for operation, argument, _ in pickletools.genops(text):
        if operation.name == "GLOBAL":
            yield str(argument).replace(" ", ".")
        elif operation.name == "STACK_GLOBAL":
            yield ".".join(words[-2:])
        elif isinstance(argument, str):
            words.append(argument)


def _lambdas(config: Any) -> Iterator[str]:
    """Yield the name of each Python function whose code a Keras configuration holds."""
    if isinstance(config, dict):
        if config.get("class_name") == "__lambda__":
            yield "a lambda of a Keras model"
        for value in config.values():
            yield from _lambdas(value)
    elif isinstance(config, list):
        for value in config:
            yield from _lambdas(value)
