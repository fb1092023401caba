"""Whether the description of a number says what it is counted in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from itwinai_core.testing.static.settings import Setting

_BRACKETS = re.compile(r"\[[^\]]+\]|\((?:[a-zA-Zµ]{1,4}(?:[/^·-]?[a-zA-Z0-9µ-]{1,4}){0,3})\)|%|percent")

_WITHOUT = re.compile(
    r"\b(?:chances?|coefficients?|dimensionless|exponents?|factors?|fractions?|learning rates?|momentum|multiples?"
    r"|noise power|normalised|normalized|numbers?|odds|parts? of|percentiles?|portions?|powers? of|probability"
    r"|probabilities|proportions?|quantiles?|penalty|ratios?|relative|scale of|scores?|shares?"
    r"|slopes?|smoothing|standard deviation|strength|times the|unitless|units of"
    r"|weights?|without a unit)\b"
)
"""Words for what has no unit, or for what a model is trained with."""

_WORDS = (
    r"(?:micro|milli|centi|kilo|mega|giga)?(?:seconds?|metres?|meters?|grams?|grammes?|pascals?|hertz|watts?|joules?"
    r"|volts?|amperes?|newtons?|electronvolts?|parsecs?|litres?|liters?|bytes?|mol|moles?)"
    r"|minutes?|hours?|days?|weeks?|months?|years?|degrees?|radians?|kelvin|celsius|pixels?|tons?|tonnes?|tesla|gauss"
    r"|decibels?|euros?|solar masses|k?m|cm|mm|µm|nm|m?s|k?Hz|MHz|GHz|h?k?Pa|K|[kMGT]?eV|dB|[MkG]pc|m/s|km/h"
)
_UNIT = re.compile(
    rf"^(?:{_WORDS})\b|\b(?:[Ii]n|[Pp]er|a|an|each|every) (?:whole )?(?:{_WORDS})\b"
    r"|\bin (?:samples|steps|bins|epochs|updates|deviations|sigmas?)\b"
)
"""A unit in words, where it says in what the setting itself is counted: `300 km` says it of something else."""

_TRAINING = re.compile(
    r"(?:^|_)(?:alpha|beta\d*|dropout|eps|epsilon|factor|fraction|gamma|learning_rate|lr|momentum|prob|probability|ratio"
    r"|share|smoothing|weight_decay)(?:$|_)"
)


def lacks_its_unit(setting: Setting) -> bool:
    """Return whether the description of a number names no unit, and does not make plain that there is none.

    Whole numbers mostly count something, and are left alone.
    """
    description = setting.field.description or ""
    return _is_float(setting.field.annotation) and not (
        _BRACKETS.search(description)
        or _UNIT.search(description[:1].lower() + description[1:])
        or _WITHOUT.search(description.lower())
        or _TRAINING.search(setting.name)
        or _is_share(setting)
    )


def _is_float(annotation: object) -> bool:
    return annotation is float or any(_is_float(inner) for inner in get_args(annotation))


def _is_share(setting: Setting) -> bool:
    """Return whether the bounds are those of a share: between 0 and 1."""
    texts = " ".join(map(repr, bounds(setting.field.annotation) + list(setting.field.metadata)))
    return bool(re.search(r"\bg[te]=0(\.0)?\b", texts) and re.search(r"\bl[te]=1(\.0)?\b", texts))


def bounds(annotation: object) -> list[object]:
    """Return what is noted beside a type, e.g. its bounds, inside unions and lists too."""
    found = list(getattr(annotation, "__metadata__", ()))
    return found + [bound for inner in getattr(annotation, "__args__", ()) for bound in bounds(inner)]
