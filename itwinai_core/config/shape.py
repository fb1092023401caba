"""Walks the classes of settings: which keys there are, and what each of them may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import UnionType

    from itwinai_core.config.places import KeyPath

LISTS = (tuple, list, set, frozenset)


@dataclass(frozen=True)
class Wording:
    """Stands in an annotation beside a pattern: what the pattern asks for, in words, and what comes near."""

    said: str
    """What is expected."""

    near: Callable[[str], str]
    """Returns the nearest text that fits, or nothing."""


@dataclass(frozen=True)
class Read:
    """Stands in an annotation beside a path: a file is read there, so it must be there."""


@dataclass(frozen=True)
class Slot:
    """What may stand at one place of a run."""

    annotation: Any
    """The type, without the constraints that are written around it."""

    constraints: tuple[Any, ...] = ()
    """Bounds, lengths, patterns."""

    examples: tuple[Any, ...] = ()
    """Values that fit, as the field's author gives them."""

    def members(self) -> list[Slot]:
        """Return the alternatives of a union, or this slot alone."""
        if not _is_union(self.annotation):
            return [self]
        inner = [slot(argument, self.constraints, self.examples) for argument in get_args(self.annotation)]
        return [member for one in inner for member in one.members()]

    def sections(self) -> list[type[BaseModel]]:
        """Return the classes of the section that may stand here: none, one, or the alternatives."""
        return [member.annotation for member in self.members() if is_section(member.annotation)]

    def item(self, index: int) -> Slot | None:
        """Return what an item of the list here may be."""
        for member in self.members():
            arguments = get_args(member.annotation)
            if get_origin(member.annotation) in LISTS and arguments:
                fixed = get_origin(member.annotation) is tuple and arguments[-1] is not Ellipsis
                return slot(arguments[min(index, len(arguments) - 1) if fixed else 0])
        return None

    def entry(self, key: str) -> Slot | None:
        """Return what may stand under a key of the section or mapping here."""
        for member in self.members():
            if is_section(member.annotation) and key in (known := member.annotation.model_fields):
                return slot_of(known[key])
            if get_origin(member.annotation) is dict:
                return slot(get_args(member.annotation)[1])
        return None

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values that a choice offers; empty where any value of the type fits."""
        from enum import Enum

        if get_origin(self.annotation) is Literal:
            return tuple(get_args(self.annotation))
        if isinstance(self.annotation, type) and issubclass(self.annotation, Enum):
            return tuple(member.value for member in self.annotation)
        return ()


def slot(annotation: Any, constraints: tuple[Any, ...] = (), examples: tuple[Any, ...] = ()) -> Slot:
    """Return what an annotation allows, its constraints told apart from its type."""
    while hasattr(annotation, "__value__"):  # a type alias
        annotation = annotation.__value__
    if get_origin(annotation) is not Annotated:
        return Slot(annotation, constraints, examples)
    inner, *around = get_args(annotation)
    for constraint in around:
        found = tuple(constraint.metadata) if isinstance(constraint, FieldInfo) else (constraint,)
        constraints += found
        examples += tuple(getattr(constraint, "examples", None) or ())
    return slot(inner, constraints, examples)


def slot_of(field: FieldInfo) -> Slot:
    """Return what a field allows."""
    return slot(field.annotation, tuple(field.metadata), tuple(field.examples or ()))


def slot_at(schema: type[BaseModel], path: KeyPath) -> Slot | None:
    """Return what may stand at a key path, or None where there is no such key."""
    found: Slot | None = Slot(schema)
    for key in path:
        if found is None:
            return None
        found = found.item(key) if isinstance(key, int) else found.entry(key)
    return found


def keys_at(schema: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that the section at a path may hold; none where no section may stand there."""
    found = slot_at(schema, path)
    return list(dict.fromkeys(key for section in found.sections() for key in section.model_fields)) if found else []


def key_paths(schema: type[BaseModel], path: KeyPath = (), around: tuple[type, ...] = ()) -> Iterator[KeyPath]:
    """Yield the path of every key of a run, sections included; what stands in lists is left out."""
    for key, field in schema.model_fields.items():
        yield (*path, key)
        for section in slot_of(field).sections():
            if section not in (*around, schema):
                yield from key_paths(section, (*path, key), (*around, schema))


def is_section(annotation: Any) -> bool:
    """Return whether a type is a class of settings."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_union(annotation: UnionType | Any) -> bool:
    from types import UnionType

    return get_origin(annotation) in (Union, UnionType)
