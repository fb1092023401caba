"""What may stand at a place of a run and what was found there, in the words of someone who writes YAML."""

from __future__ import annotations

import json
import math
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, get_args, get_origin

from itwinai_core.config.shape import LISTS, Slot, Wording, is_section, slot, slot_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic.fields import FieldInfo

_BOUNDS = (("gt", "> {}"), ("ge", ">= {}"), ("lt", "< {}"), ("le", "<= {}"), ("multiple_of", "a multiple of {}"))
_LONGEST = 60
_LONGEST_LIST = 160


def type_name(field: FieldInfo) -> str:
    """Return a field's type as a user would say it, e.g. ``unet | decoder`` or ``float > 0``."""
    return expectation(slot_of(field))


def expectation(wanted: Slot) -> str:
    """Return what a slot takes: type, range, choices."""
    return " | ".join(dict.fromkeys(_one(member) for member in wanted.members()))


def found(value: Any) -> str:
    """Return a value as it would stand in a run file, shortened."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, dict):
        keys = shortened(", ".join(map(str, value)))
        return f"a section with the key{'s' if len(value) > 1 else ''} {keys}" if value else "an empty section {}"
    return shortened(written(value))


def written(value: Any) -> str:
    """Return a value as YAML on one line; text in quotes."""
    if isinstance(value, str):
        return f"'{value}'" if value.isprintable() else repr(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {written(inner)}' for key, inner in value.items())}}}"
    return json.dumps(value, default=str)


def shortened(text: str) -> str:
    """Return text, cut in the middle where it is long."""
    third = _LONGEST // 3
    return text if len(text) <= _LONGEST else f"{text[: 2 * third - 1]}…{text[-third:]}"


def listed(names: Sequence[str], between: str = ", ") -> str:
    """Return names in a row; of very many the first."""
    shown = list(names)
    while len(between.join(shown)) > _LONGEST_LIST:
        shown.pop()
    more = [f"{len(names) - len(shown)} more"] if len(shown) < len(names) else []
    return between.join([*shown, *more])


def _one(wanted: Slot) -> str:
    annotation = wanted.annotation
    if annotation is type(None):
        return "null"
    for constraint in wanted.constraints:
        if isinstance(constraint, Wording):
            return constraint.said
    if wanted.choices:
        return listed([str(choice) for choice in wanted.choices], " | ")
    if is_section(annotation):
        return "a section"
    origin = get_origin(annotation) or annotation
    if origin in LISTS:
        name = _list(annotation)
    elif origin is dict:
        key, value = get_args(annotation) or (str, Any)
        name = f"a mapping of {_inner(key)} to {_inner(value)}"
    else:
        name = _word(annotation)
    bounds = " and ".join(_bounds(wanted))
    return ", ".join([f"{name} {bounds}".strip(), *_lengths(wanted)])


def _list(annotation: Any) -> str:
    arguments = get_args(annotation)
    if not arguments:
        return "list"
    if get_origin(annotation) is tuple and arguments[-1] is not Ellipsis:
        return f"list of {len(arguments)}: [{', '.join(_inner(argument) for argument in arguments)}]"
    return f"list of {_inner(arguments[0])}"


def _inner(annotation: Any) -> str:
    return expectation(slot(annotation))


def _word(annotation: Any) -> str:
    """Return the name of a plain type."""
    if annotation is bool:
        return "true | false"
    if annotation is Any:
        return "anything"
    if isinstance(annotation, type) and issubclass(annotation, PurePath):
        return "path"
    return str(getattr(annotation, "__name__", annotation))


def _bounds(wanted: Slot) -> list[str]:
    return [
        text.format(_number(limit))
        for constraint in wanted.constraints
        for name, text in _BOUNDS
        if (limit := getattr(constraint, name, None)) is not None
    ]


def _lengths(wanted: Slot) -> list[str]:
    """Return lengths and patterns in words; a pattern by examples where its author gives some."""
    said = []
    unit = "item" if (get_origin(wanted.annotation) or wanted.annotation) in (*LISTS, dict) else "character"
    for constraint in wanted.constraints:
        for name, text in (("min_length", "at least"), ("max_length", "at most")):
            if (length := getattr(constraint, name, None)) is not None:
                said.append(f"{text} {length} {unit}{'' if length == 1 else 's'}")
        if (pattern := getattr(constraint, "pattern", None)) is not None:
            form = f"of the form {getattr(pattern, 'pattern', pattern)}"
            said.append(f"e.g. {' or '.join(map(str, wanted.examples))}" if wanted.examples else form)
    return said


def _number(limit: Any) -> str:
    return f"{limit:g}" if isinstance(limit, float) else str(limit)
