"""Reads run files and command-line overrides into plain dictionaries."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from itwinai_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def read_run_file(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML run file holds.

    Raises:
        ConfigError: the file is missing, is not UTF-8 text, does not parse, repeats a key, or is no mapping.
    """
    if not path.is_file():
        raise ConfigError(f"There is no run file '{path}'.\nWrite one with: itwinai init USE_CASE > {path.name}")
    from itwinai_core.config.loader import YamlMistakeError, parse_yaml

    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not a text file: byte {error.start} is not UTF-8.") from None
    except YamlMistakeError as error:
        raise ConfigError(f"{', '.join(filter(None, (str(path), error.place)))}: {error}.") from None
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        raise ConfigError(f"{path}: a run file is a mapping of keys to values, found {found}.")
    return content


def parse_override(text: str) -> tuple[list[str], Any]:
    """Split ``key.path=value`` into its keys and its value, which is read as YAML.

    Raises:
        ConfigError: there is no ``=``, a key is empty, or the value does not parse.
    """
    from itwinai_core.config.loader import YamlMistakeError, parse_yaml

    path, equals, value = text.partition("=")
    keys = path.split(".")
    if not equals or not all(keys):
        raise ConfigError(f"'{text}' is not an override.\nWrite key.path=value, for example fit.epochs=20.")
    try:
        return keys, parse_yaml(value)
    except YamlMistakeError as error:
        raise ConfigError(f"The value of override '{text}' does not parse: {error}.") from None


def with_overrides(content: Mapping[str, Any], overrides: Iterable[str]) -> dict[str, Any]:
    """Return a copy of ``content`` with each ``key.path=value`` set.

    Raises:
        ConfigError: an override does not parse, or goes through a key that holds a plain value.
    """
    result = deepcopy(dict(content))
    for text in overrides:
        keys, value = parse_override(text)
        section = result
        for depth, key in enumerate(keys[:-1], start=1):
            inner = section.setdefault(key, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"Override '{text}': {'.'.join(keys[:depth])} holds {inner!r}, it is no section.")
            section = inner
        section[keys[-1]] = value
    return result


def merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``lower`` with the values of ``upper`` laid over it, section by section."""
    result = deepcopy(dict(lower))
    for key, value in upper.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else deepcopy(value)
    return result
