"""Where a key that is not known here belongs: a name nearby, or the same name in another section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.config.near import SURE, likeness, nearest
from itwinai_core.config.shape import key_paths, keys_at, slot_at

if TYPE_CHECKING:
    from pydantic import BaseModel

    from itwinai_core.config.places import KeyPath

_SHOWN = 3


def right_paths(schema: type[BaseModel], path: KeyPath, value: Any) -> list[KeyPath]:
    """Return the path that was meant by one that does not exist; several where its last key stands in several places.

    Args:
        schema: The run's class.
        path: The path, whose last key is not known.
        value: What stands there: a section is looked for among sections.
    """
    word = str(path[-1])
    near = nearest(word, keys_at(schema, path[:-1]))
    local = likeness(word, near) if near else 0.0
    if local >= SURE:
        return [(*path[:-1], near)]
    elsewhere = _elsewhere(schema, path, value)
    best = max(elsewhere.values(), default=0.0)
    if best >= SURE or (not near and best >= 0.8):
        found = sorted((path for path, like in elsewhere.items() if like == best), key=len)
        below = [meant for meant in found if meant[: len(path) - 1] == path[:-1]]
        return (below or found)[:_SHOWN]
    return [(*path[:-1], near)] if near else []


def longer(schema: type[BaseModel], path: KeyPath, value: Any) -> KeyPath:
    """Return a path with the keys that stand one below the other in its value, each as it was meant."""
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        known = keys_at(schema, path)
        meant = key if key in known else nearest(key, known)
        if not meant:
            break
        path = (*path, meant)
    return path


def _elsewhere(schema: type[BaseModel], path: KeyPath, value: Any) -> dict[KeyPath, float]:
    """Return how like the paths of other sections are."""
    word = str(path[-1])
    found = {}
    for known in key_paths(schema):
        if known[:-1] == path[:-1]:
            continue
        wanted = slot_at(schema, known)
        holds_keys = wanted is not None and bool(wanted.sections())
        if holds_keys == isinstance(value, dict) or value is None:
            endings = [".".join(map(str, known[start:])) for start in range(len(known))]
            found[known] = max(likeness(word, ending) for ending in endings)
    return found
