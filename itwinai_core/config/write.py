"""Writes a run back as YAML: complete for replaying, or commented for editing."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from itwinai_core.config.schema import Config, RunConfig

_WIDTH = 100


def to_yaml(run: RunConfig[Any]) -> str:
    """Return the complete run as YAML, every default spelt out."""
    import yaml

    return yaml.safe_dump(run.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


def to_commented_yaml(run: RunConfig[Any]) -> str:
    """Return the complete run as YAML with each key's description, type and choices above it."""
    return "\n".join(_commented(run, depth=0)) + "\n"


def describe_fields(section: Config, path: str = "") -> Iterator[tuple[str, str, Any, str]]:
    """Yield key path, type, value and description of every plain value of a section, nested ones included."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        key = f"{path}.{name}" if path else name
        if isinstance(value, BaseModel):
            yield from describe_fields(value, key)  # type: ignore[arg-type]  # a section of a Config is a Config
        else:
            yield key, type_name(field), section.model_dump(mode="json")[name], field.description or ""


def type_name(field: FieldInfo) -> str:
    """Return a field's type as a user would say it, e.g. ``unet | decoder`` or ``float > 0``."""
    bounds = [
        f"{sign} {getattr(limit, attribute)}"
        for limit in field.metadata
        for attribute, sign in (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))
        if getattr(limit, attribute, None) is not None
    ]
    return " ".join([_type(field.annotation), *bounds])


def _type(annotation: Any) -> str:
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return " | ".join(str(choice) for choice in arguments)
    if get_origin(annotation) in (tuple, list):
        return f"list of {_type(arguments[0])}"
    if hasattr(annotation, "__metadata__"):
        return _type(arguments[0])
    if arguments:
        return " | ".join(_type(argument) for argument in arguments)
    return "null" if annotation is type(None) else str(getattr(annotation, "__name__", annotation))


def _commented(section: BaseModel, depth: int) -> Iterator[str]:
    indent = "  " * depth
    plain = section.model_dump(mode="json")
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        nested = isinstance(value, BaseModel)
        remark = field.description or ""
        if (not nested and not isinstance(value, str)) or (not nested and get_origin(field.annotation) is Literal):
            remark += f" [{type_name(field)}]"
        if depth == 0:
            yield ""
        width = _WIDTH - len(indent)
        yield from textwrap.wrap(
            remark, width, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_on_hyphens=False
        )
        if nested:
            yield f"{indent}{name}:"
            yield from _commented(value, depth + 1)
        else:
            yield f"{indent}{name}: {_flow(plain[name])}"


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, str):
        import yaml

        return yaml.safe_dump(value).removesuffix("\n").removesuffix("\n...")
    return json.dumps(value)
