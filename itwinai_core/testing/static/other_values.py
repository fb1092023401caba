"""Runs that differ from the default one in one setting each, as far as other values can be guessed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.config import RunConfig


def other_runs(run: RunConfig[Any]) -> Iterator[tuple[str, RunConfig[Any]]]:
    """Yield the key of each setting that has another value that fits, and the run with it."""
    for path, values in _others(run.settings, ()):
        for value in values:
            try:
                yield f"settings.{'.'.join(path)}", _replaced(run, ("settings", *path), value)
            except Exception:  # noqa: BLE001, S112 - a plugin's own validators; a guess that does not fit is no finding
                continue
            break


def _others(section: BaseModel, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _others(value, (*path, name))
        else:
            yield (*path, name), [other for other in _guesses(value, field.annotation) if other != value]


def _guesses(value: Any, annotation: Any) -> list[Any]:
    """Return values that may fit beside a given one."""
    arguments = get_args(annotation)
    choices = [choice for kind in (annotation, *arguments) if get_origin(kind) is Literal for choice in get_args(kind)]
    nothing = [None] if type(None) in arguments and value is not None else []
    return [*choices, *_near(value), *nothing]


def _near(value: Any) -> list[Any]:
    """Return values of the same kind."""
    near: list[Any] = []
    match value:
        case bool():
            near = [not value]
        case int():
            near = [value + 1, value - 1, value * 2, value // 2]
        case float():
            near = [value * 0.75, value * 1.25, value + 1.0]
        case str():
            near = [f"{value}-2"]
        case Path():
            near = [value / "other"]
        case tuple() | list():
            near = [type(value)(reversed(value)), type(value)(value[:1])]
        case None:
            near = [Path("other"), "other", 1, 0.5]
    return near


def _replaced(run: RunConfig[Any], path: tuple[str, ...], value: Any) -> RunConfig[Any]:
    """Return a run with another value at a path, validated as a whole."""
    content = {name: getattr(run, name) for name in type(run).model_fields}
    content["settings"] = _values(run.settings)
    inner: dict[str, Any] = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return type(run).model_validate(content)


def _values(section: BaseModel) -> dict[str, Any]:
    """Return the values of a section as Python has them, sections inside as dictionaries."""
    values = ((name, getattr(section, name)) for name in type(section).model_fields)
    return {name: _values(value) if isinstance(value, BaseModel) else value for name, value in values}
