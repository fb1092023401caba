"""The nearest valid name: what somebody meant who typed something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SURE = 0.95
"""Likeness of names that differ in nothing but spelling: capitals, hyphens, plural, order of words."""

_SAME = (
    ("length", "duration", "second"),
    ("tracker", "logger", "logging"),
    ("name", "kind", "type", "architecture", "arch", "preset", "variant"),
    ("sample", "sampling"),
    ("rate", "frequency"),
    ("minimum", "min", "lowest", "low", "lower"),
    ("maximum", "max", "highest", "high", "upper"),
    ("number", "num", "count"),
    ("seed", "state"),
    ("fit", "train", "training", "trainer"),
    ("setting", "option", "config", "parameter", "param", "hyperparameter"),
    ("strategy", "distribution", "distributed", "backend"),
    ("monitor", "metric"),
    ("mode", "direction"),
    ("file", "path", "filename"),
    ("precision", "dtype"),
)
_MEANING = {word: words[0] for words in _SAME for word in words}
"""Words that tools of this field use for one thing, each with the one that stands for all of them."""

_LIKE = 0.6
_SHOWN = 20


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'near'?``, or what is known where nothing is near."""
    names = sorted(known)
    near = near_match(word, names)
    if near or not names:
        return near
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f" Known: {', '.join(names[:_SHOWN])}{more}."


def near_match(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'near'?``, or nothing where nothing is near."""
    near = nearest(word, known)
    return f" Did you mean '{near}'?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the name that is most like a word, or nothing where none is, or two parts of names are equally so."""
    ranked = sorted(((likeness(word, name), name) for name in set(known)), key=lambda pair: (-pair[0], pair[1]))
    if not ranked or ranked[0][0] < _LIKE:
        return ""
    part_only = ranked[0][0] in (_WORDS_WITHIN, _PART)
    return "" if part_only and len(ranked) > 1 and ranked[1][0] == ranked[0][0] else ranked[0][1]


_MEANT = 0.8
_WORDS_WITHIN = 0.7
_PART = 0.65


def likeness(word: str, name: str) -> float:
    """Return how like two names are: 1 for the same but for capitals and punctuation, 0 for nothing in common."""
    one, other = _plain(word), _plain(name)
    if one == other:
        return 1.0 if one else 0.0
    words, names = _words(word), _words(name)
    if sorted(words) == sorted(names) or _singular(one) == _singular(other):
        return SURE + 0.02
    alike = 1 - _edits(one, other) / max(len(one), len(other))
    meanings = [{_MEANING.get(part, part) for part in parts} for parts in (words, names)]
    if (
        (words and meanings[0] == meanings[1])
        or (one and one == _initials(name))
        or (other and other == _initials(word))
    ):
        alike = max(alike, _MEANT)
    if words and names and (set(words) >= set(names) or set(words) <= set(names)):
        alike = max(alike, _WORDS_WITHIN)
    elif min(len(one), len(other)) >= 3 and one[0] == other[0] and (_is_part(one, other) or one.startswith(other)):
        alike = max(alike, _PART)
    return min(alike, SURE - 0.01)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _words(name: str) -> list[str]:
    parts = re.findall(r"[^\W\d_]+|\d+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    return [_singular(part.casefold()) for part in parts]


def _initials(name: str) -> str:
    """Return ``lr`` for ``learning_rate``; nothing for one word, and for a path."""
    parts = _words(name)
    return "".join(part[0] for part in parts) if len(parts) > 1 and "." not in name else ""


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_part(one: str, other: str) -> bool:
    """Return whether all letters of one name stand in the other in their order, as in an abbreviation."""
    letters = iter(other)
    return all(letter in letters for letter in one)


def _edits(one: str, other: str) -> int:
    """Return how many letters must be put in, left out, changed, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        above, before = before, row
        row = [i]
        for j, target in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
