"""Writes a run back as YAML: complete for replaying, or commented for editing."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from itwinai_core.config.expected import type_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.config.schema import RunConfig

_WIDTH = 100


def to_yaml(run: RunConfig[Any]) -> str:
    """Return the complete run as YAML, every default spelt out."""
    from itwinai_core.config.loader import dump_yaml

    return dump_yaml(run.model_dump(mode="json"))


def to_commented_yaml(run: RunConfig[Any]) -> str:
    """Return the complete run as YAML with each key's description, type and choices above it."""
    return "\n".join(_commented(run, depth=0)) + "\n"


def describe_fields(section: BaseModel, path: str = "") -> Iterator[tuple[str, str, Any, str]]:
    """Yield key path, type, value and description of every plain value of a section, nested ones included."""
    plain = section.model_dump(mode="json")
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        at = f"{path}.{key}" if path else key
        if isinstance(value, BaseModel):
            yield from describe_fields(value, at)
        else:
            yield at, type_name(field), plain[key], field.description or ""


def _commented(section: BaseModel, depth: int) -> Iterator[str]:
    indent = "  " * depth
    plain = section.model_dump(mode="json")
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        nested = isinstance(value, BaseModel)
        kind = type_name(field)
        remark = (field.description or "") + (f" [{kind}]" if not nested and kind != "str" else "")
        if depth == 0:
            yield ""
        yield from textwrap.wrap(
            remark,
            _WIDTH - len(indent),
            initial_indent=f"{indent}# ",
            subsequent_indent=f"{indent}# ",
            break_on_hyphens=False,
        )
        if nested:
            yield f"{indent}{key}:"
            yield from _commented(value, depth + 1)
        else:
            yield f"{indent}{key}: {_flow(plain[key])}"


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    from itwinai_core.config.loader import dump_yaml

    if isinstance(value, str):
        return dump_yaml(value).removesuffix("\n").removesuffix("\n...")
    return json.dumps(value, ensure_ascii=False)
