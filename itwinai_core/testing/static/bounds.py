"""Whether a number that cannot be negative lacks a bound, among settings that have theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from itwinai_core.testing.contract import Fault
from itwinai_core.testing.static.units import bounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from itwinai_core.testing.static.settings import Setting

_LEAST_BOUNDED = 3
"""Bounded numbers that make a habit; who bounds nothing is left alone."""

_OPEN_SHARE = 1 / 3
"""Most numbers without bounds, to those with, among which one counts as forgotten."""

_BOUNDS = ("gt", "ge", "lt", "le", "multiple_of")
_NEVER_NEGATIVE = re.compile(
    r"\b(?:amplitude|chance|channels|count|depth|deviation|duration|epochs|fraction|frequency|height|hidden|how many"
    r"|layers|learning rate|length|neurons|numbers? (?:in|of)|part of|period|probability|rate of|samples|scatter|share"
    r"|size of|spread|time between|units in|weight decay|width)\b",
    re.IGNORECASE,
)
_SUCH_NAMES = re.compile(
    r"(?:^|_)(?:channels|count|depth|dropout|epsilon|fraction|height|hidden|layers|length|lr|momentum|n|noise|num|number"
    r"|probability|rate|share|sigma|size|std|width)(?:$|_)"
)


def forgotten_bounds(settings: Sequence[Setting]) -> Iterator[Fault]:
    """Find the odd number among bounded ones that takes what its description rules out."""
    numbers = [setting for setting in settings if _is_number(setting.field.annotation)]
    free = [setting for setting in numbers if not _is_bounded(setting)]
    bounded = len(numbers) - len(free)
    if bounded < _LEAST_BOUNDED or len(free) > _OPEN_SHARE * bounded:
        return
    for setting in free:
        default = setting.field.get_default(call_default_factory=False)
        below = isinstance(default, int | float) and default < 0
        said = setting.field.description or ""
        if not below and (_NEVER_NEGATIVE.search(said) or _SUCH_NAMES.search(setting.name)):
            yield Fault(
                f"The setting {setting.key} takes any number, -1 too, where the others have bounds: '{said}'",
                "Give it its bounds, e.g. PositiveInt, PositiveFloat, or Annotated[float, Field(ge=0, lt=1)].",
            )


def _is_number(annotation: Any) -> bool:
    return annotation in {int, float} or (
        type(None) in get_args(annotation) and any(map(_is_number, get_args(annotation)))
    )


def _is_bounded(setting: Setting) -> bool:
    noted = [*bounds(setting.field.annotation), *setting.field.metadata]
    return any(getattr(one, bound, None) is not None for one in noted for bound in _BOUNDS) or any(
        "Validator" in type(one).__name__ for one in noted
    )
