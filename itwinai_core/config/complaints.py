"""Pydantic's complaints, each with the key path that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from itwinai_core.config.shape import Slot, slot_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic import BaseModel, ValidationError

    from itwinai_core.config.places import KeyPath


class Complaint(NamedTuple):
    """What does not fit at one place."""

    path: KeyPath
    """Where, from the top of the run down."""

    kind: str
    """Pydantic's word for it, e.g. ``int_type``."""

    message: str
    """Pydantic's sentence, or that of a rule of the plugin's own."""

    value: Any
    """What stands there."""

    details: Mapping[str, Any] = {}
    """More of it, where there is more."""


def complaints(error: ValidationError, values: Any, schema: type[BaseModel]) -> list[Complaint]:
    """Return what does not fit, one complaint a place; of a union only what is said of its likeliest member.

    Args:
        error: What pydantic raised.
        values: What was validated.
        schema: The run's class.
    """
    found: list[tuple[Complaint, _Members]] = []
    for details in error.errors(include_url=False):
        kind = details["type"]
        path, members = _path(details["loc"], values, Slot(schema), may_be_absent=kind == "missing")
        if kind == "missing" and isinstance(path[-1], int):
            # An item that a list of fixed length lacks: the list is what does not fit.
            path, kind = path[:-1], "too_short"
        found.append((Complaint(path, kind, details["msg"], details["input"], details.get("ctx", {})), members))
    paths = {complaint.path for complaint, _ in found}
    found = [(complaint, members) for complaint, members in found if not _follows(complaint, paths)]
    likeliest = dict(_likeliest(found))
    first: dict[KeyPath, Complaint] = {}
    for complaint, members in found:
        if all(likeliest.get(at, member) == member for at, member in members):
            first.setdefault(complaint.path, complaint)
    return list(first.values())


def truths_for_choices(values: Any, schema: type[BaseModel], path: KeyPath = ()) -> Iterator[Complaint]:
    """Yield a complaint for each truth value that stands for a choice which is a number: true is no 1.

    Pydantic lets it pass, as Python does.
    """
    if isinstance(values, bool):
        wanted = slot_at(schema, path)
        choices = [choice for member in wanted.members() for choice in member.choices] if wanted else []
        plain = wanted is not None and any(member.annotation in (bool, Any) for member in wanted.members())
        if choices and not plain and not any(choice is values for choice in choices):
            yield Complaint(path, "literal_error", "", values)
    listed = enumerate(values) if isinstance(values, list | tuple) else ()
    for key, inner in values.items() if isinstance(values, dict) else listed:
        yield from truths_for_choices(inner, schema, (*path, key))


def _follows(complaint: Complaint, others: Iterable[KeyPath]) -> bool:
    """Return whether a list is only too short because items of it do not fit, which is said of them."""
    path = complaint.path
    return complaint.kind == "too_short" and any(len(at) > len(path) and at[: len(path)] == path for at in others)


_Members = list[tuple["KeyPath", str]]
"""Where a union stands, and the member of it that a complaint is about."""


def _path(
    location: tuple[str | int, ...], values: Any, wanted: Slot | None, *, may_be_absent: bool
) -> tuple[KeyPath, _Members]:
    """Return the key path of a complaint; pydantic names the members of unions between the keys."""
    path: KeyPath = ()
    members: _Members = []
    for depth, part in enumerate(location, start=1):
        stands = (isinstance(values, dict) and part in values) or (
            isinstance(values, list | tuple) and isinstance(part, int) and part < len(values)
        )
        if not stands and not (may_be_absent and depth == len(location)) and not _is_default(part, wanted, values):
            members.append((path, str(part)))
            continue
        path = (*path, part)
        values = values[part] if stands else None
        if wanted is not None:
            wanted = wanted.item(part) if isinstance(part, int) else wanted.entry(part)
    return path, members


def _is_default(part: str | int, wanted: Slot | None, values: Any) -> bool:
    """Return whether part of a location is a key or an item that only the settings' defaults hold."""
    if wanted is None:
        return False
    if isinstance(part, int):
        return values is None and wanted.item(part) is not None
    return any(slot_at(section, (part,)) is not None for section in wanted.sections())


def _likeliest(found: list[tuple[Complaint, _Members]]) -> Iterator[tuple[KeyPath, str]]:
    """Yield for each union the member that comes nearest to what stands there, where one comes near."""
    unions: dict[KeyPath, dict[str, list[Complaint]]] = {}
    for complaint, members in found:
        for at, member in members:
            unions.setdefault(at, {}).setdefault(member, []).append(complaint)
    for at, by_member in unions.items():
        # A complaint about the whole value says that it is of another kind.
        near = {member: said for member, said in by_member.items() if at not in {one.path for one in said}}
        if near:
            yield at, min(near, key=lambda member: (len(near[member]), _unknown_keys(near[member])))


def _unknown_keys(said: list[Complaint]) -> int:
    return sum(complaint.kind == "extra_forbidden" for complaint in said)
