"""Whether a plugin's entry points are one, where they are looked for, and name what there is."""

from __future__ import annotations

import ast
import configparser
import difflib
import re
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from itwinai_core.api import API_VERSION
from itwinai_core.hookspecs import ENTRY_POINT_GROUP
from itwinai_core.plugins.requirements import API_RANGE
from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.contract import Subject
    from itwinai_core.testing.static.code import Code


def own_entry_points(text: str, subject: Subject) -> Iterator[Fault]:
    """Find what is wrong with the entry point that makes a package a plugin.

    Args:
        text: Of ``entry_points.txt``.
        subject: The plugin.
    """
    points = {name: value for group, name, value in _read_entry_points(text) if group == ENTRY_POINT_GROUP}
    if len(points) != 1:
        yield Fault(
            f"There are {len(points)} entry points in the group {ENTRY_POINT_GROUP}: {', '.join(points) or 'none'}.",
            "Declare one, whose module offers all use cases.",
        )
    for name, value in points.items():
        if not re.fullmatch(r"[a-z][a-z0-9_-]{1,39}", name):
            yield Fault(
                f"The entry point is called '{name}', which users have to type.",
                "Use lower-case letters, digits, '-' and '_', a letter first.",
            )
        if ":" in value:
            yield Fault(
                f"The entry point '{name}' names {value}.", "Name the module alone, without what is behind ':'."
            )
    for group in {group: None for group, _, _ in _read_entry_points(text)}:
        if group != ENTRY_POINT_GROUP and is_misspelt(group):
            yield Fault(
                f"The group of entry points '{group}' is read by nobody.",
                f"Move what {subject.distribution.name} offers to the group {ENTRY_POINT_GROUP}, or remove '{group}'.",
            )


def other_entry_points(text: str, code: Code, subject: Subject) -> Iterator[Fault]:
    """Find entry points of other groups, e.g. programs, that name nothing of the package."""
    for group, name, value in _read_entry_points(text):
        module, _, attribute = value.partition("[")[0].strip().partition(":")
        if group == ENTRY_POINT_GROUP or module.partition(".")[0] != subject.package:
            continue
        known = code.modules.get(module)
        names = known.names if known else None
        if known is None or (attribute and names is not None and attribute.partition(".")[0] not in names):
            yield Fault(
                f"The entry point '{name}' of {group} names {value}, which the package does not have.",
                "Name a function that there is, or remove the entry point.",
            )


def _read_entry_points(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield group, name and value of each entry point."""
    parser = configparser.ConfigParser(delimiters=("=",), strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read_string(text)
    for group in parser.sections():
        yield from ((group, name, value) for name, value in parser.items(group))


def is_misspelt(group: str) -> bool:
    """Return whether a group of entry points looks like ours."""
    letters = re.sub(r"[^a-z]", "", group.lower())
    return letters.startswith(ENTRY_POINT_GROUP) or bool(
        difflib.get_close_matches(letters, [ENTRY_POINT_GROUP], cutoff=0.75)
    )


def api_range(subject: Subject, code: Code) -> Iterator[Fault]:
    """Find a declared API range that is none, or that this core is not in."""
    module = code.modules.get(subject.point.module)
    for node in module.tree.body if module else ():
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Constant):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if API_RANGE not in {getattr(target, "id", "") for target in targets}:
            continue
        try:
            fits = SpecifierSet(str(node.value.value)).contains(API_VERSION, prereleases=True)
        except InvalidSpecifier:
            fits = False
        if not fits and module:
            yield Fault(
                f"{module.place(node)}: {API_RANGE} is {node.value.value!r}, and this core serves API {API_VERSION}.",
                f'Write the range that the plugin was tried with, e.g. {API_RANGE} = "{core_range()}".',
            )


def core_range() -> str:
    """Return the range of cores that keep the promise of this one's API."""
    major, minor, *_ = API_VERSION.split(".")
    return f">={API_VERSION},<{major}.{int(minor) + 1}"
