"""Reads the docstrings under the fields of a settings class, and makes them the fields' descriptions.

pydantic can do that itself, at ten times the cost: it looks for the class in every frame and every module that there
is, and a command with fifty plugins would spend a third of its time there.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel


def describe(section: type[BaseModel]) -> None:
    """Give each field that a class defines itself the docstring under it, unless it has a description already."""
    own = inspect.get_annotations(section)
    wanted = [name for name, field in section.model_fields.items() if name in own and not field.description]
    if not wanted:
        return
    found = _docstrings(section)
    for name in wanted:
        if name in found:
            section.model_fields[name].description = found[name]


def _docstrings(section: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings under a class's fields, by name; none where its source is not at hand."""
    file = getattr(sys.modules.get(section.__module__), "__file__", None)
    body = _module_body(file, "".join(linecache.getlines(file))) if file else ()
    nodes: tuple[ast.stmt, ...] = body
    for name in section.__qualname__.split("."):
        if name != "<locals>":
            nodes = tuple(inner for node in _named(nodes, name) for inner in node.body)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(nodes)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


@lru_cache(maxsize=8)
def _module_body(file: str, source: str) -> tuple[ast.stmt, ...]:  # noqa: ARG001 - part of what is remembered
    try:
        return tuple(ast.parse(source).body)
    except SyntaxError:
        return ()


def _named(nodes: tuple[ast.stmt, ...], name: str) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """Yield the last class or function of a name, also inside of ``if`` and ``try``."""
    known = (ast.ClassDef, ast.FunctionDef)
    found = [node for node in nodes if isinstance(node, known) and node.name == name]
    if found:
        yield found[-1]
        return
    for node in nodes:
        if not isinstance(node, known):
            blocks = (getattr(node, block, []) for block in ("body", "orelse", "finalbody", "handlers"))
            yield from _named(tuple(inner for block in blocks for inner in block), name)
