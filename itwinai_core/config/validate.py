"""Turns a plain dictionary into a validated run, or says what is wrong with it and what is near."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from itwinai_core.config.schema import Config, RunConfig
from itwinai_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails


def validate(content: Mapping[str, Any], settings: type[Config]) -> RunConfig[Any]:
    """Return the run that ``content`` describes, with the settings of its use case typed.

    Args:
        content: A run file's keys, overrides applied.
        settings: The settings class of the use case.

    Raises:
        ConfigError: one line for each key or value that does not fit.
    """
    schema = RunConfig[settings]  # type: ignore[valid-type]  # a class chosen at run time
    try:
        return schema.model_validate({"settings": {}, **_without_empty_sections(content, schema)})
    except ValidationError as error:
        lines = [_line(details, schema) for details in error.errors()]
    raise ConfigError("The run does not fit its settings:\n" + "\n".join(f"  {line}" for line in lines))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'near'?``, or all that is known where nothing is near."""
    names = sorted(known)
    return near_match(word, names) or (f" Known: {', '.join(names)}." if names else "")


def near_match(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'near'?``, or nothing where nothing is near."""
    near = difflib.get_close_matches(word, sorted(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def _without_empty_sections(content: Mapping[str, Any], schema: type[BaseModel]) -> dict[str, Any]:
    """Leave out sections under which nothing stands, e.g. because every line is commented out."""
    kept = {}
    for key, value in content.items():
        section = _section(schema, key)
        if section is None:
            kept[key] = value
        elif value is not None:
            kept[key] = _without_empty_sections(value, section) if isinstance(value, dict) else value
    return kept


def _line(details: ErrorDetails, schema: type[BaseModel]) -> str:
    location = [str(part) for part in details["loc"]]
    path = ".".join(location)
    if details["type"] == "extra_forbidden":
        return f"{path}: no such key.{did_you_mean(location[-1], _keys(schema, location[:-1]))}"
    if details["type"] == "missing":
        return f"{path}: this key is needed."
    message = details["msg"].removeprefix("Value error, ")
    if isinstance(details["input"], dict) and details["type"] == "value_error":
        # A rule about several values names them itself; the section would be said twice.
        return f"{path}: {message}"
    line = f"{path}: {message}, got {details['input']!r}"
    choices = details.get("ctx", {}).get("expected", "")
    if details["type"] == "literal_error" and isinstance(details["input"], str):
        names = [part.strip(" '") for part in choices.replace(" or ", ",").split(",")]
        hint = near_match(details["input"], names)
        line += f".{hint}" if hint else ""
    return line


def _keys(schema: type[BaseModel], sections: list[str]) -> list[str]:
    """Return the keys that the section at this path may hold."""
    for name in sections:
        section = _section(schema, name)
        if section is None:
            return []
        schema = section
    return list(schema.model_fields)


def _section(schema: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Return the class of a section, or None where the key is unknown or holds a plain value."""
    field = schema.model_fields.get(name)
    annotation = field.annotation if field else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
