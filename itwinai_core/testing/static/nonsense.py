"""Whether the type of a setting lets pass what means nothing."""

from __future__ import annotations

import ast
import collections.abc
import types
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.static.code import Code
    from itwinai_core.testing.static.settings import Setting

_OPEN = (Any, object, dict, list, tuple, set, frozenset, collections.abc.Mapping, collections.abc.Sequence)


def lets_pass(setting: Setting, code: Code) -> Iterator[str]:
    """Yield what a setting takes that it should refuse, as the object of `takes`."""
    annotation = setting.field.annotation
    yield from _open_types(annotation)
    if annotation is str and not setting.field.metadata and len(words := _choices(setting.name, code)) > 1:
        yield f"any word, where the code knows {', '.join(sorted(words))} alone"


def _open_types(annotation: Any) -> Iterator[str]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in _OPEN:
        name = getattr(annotation, "__name__", str(annotation).removeprefix("typing."))
        yield "anything at all" if annotation in {Any, object} else f"any {name}, whatever is in it"
    elif origin in {Union, types.UnionType}:
        plain = {kind for kind in arguments if kind in {str, int, float, bool, bytes}}
        if str in plain and len(plain) > 2:
            yield f"nearly anything: {', '.join(sorted(kind.__name__ for kind in plain))}"
    for argument in arguments:
        if isinstance(argument, type) or get_origin(argument) is not None or argument is Any:
            yield from _open_types(argument)


def _choices(name: str, code: Code) -> set[str]:
    """Return the words that the code compares a setting with, or looks up by it in a table that is spelt out.

    A single one may be a word with a meaning of its own among others, e.g. ``auto``.
    """
    tables = {
        target.id: _words(node.value.keys)
        for _, node in code.nodes()
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for _, node in code.nodes():
        if isinstance(node, ast.Subscript) and getattr(node.slice, "attr", "") == name:
            found |= tables.get(getattr(node.value, "id", ""), set())
        elif isinstance(node, ast.Compare) and getattr(node.left, "attr", "") == name:
            for other in node.comparators:
                found |= _words([other, *getattr(other, "elts", ())])
        elif isinstance(node, ast.Match) and getattr(node.subject, "attr", "") == name:
            found |= _words([case.pattern.value for case in node.cases if isinstance(case.pattern, ast.MatchValue)])
    return found - {""}


def _words(nodes: collections.abc.Iterable[ast.expr | None]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
