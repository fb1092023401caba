"""Finds the files that a package's code looks for, beside itself and elsewhere, by reading the code."""

from __future__ import annotations

import ast
import re
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.static.code import Code, Module


_OF_ONE_MACHINE = re.compile(r"(?:/(?:home|Users|root|scratch)/|[A-Za-z]:[\\/]Users[\\/])[\w.-]+(?:[\\/][^\n:*?<>|]*)?")


def paths_of_one_machine(code: Code) -> Iterator[Fault]:
    """Find paths in the code that are there on its author's machine alone."""
    for module in code.modules.values():
        prose = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in prose:
                continue
            if _OF_ONE_MACHINE.fullmatch(node.value):
                yield Fault(
                    f"{module.place(node)} names {node.value}, which other machines do not have.",
                    "Let a setting name it, ship it beside the code, or fetch it in prepare().",
                )


def resources(code: Code) -> Iterator[tuple[str, str]]:
    """Yield each path that is spelt out in the code, from the folder that holds the package, and where it is spelt.

    It understands ``files("package").joinpath("name")``, ``Path(__file__).parent / "name"``, and names that stand for
    parts of these.
    """
    for module in code.modules.values():
        reader = _Reader(module)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.BinOp | ast.Call):
                path = reader.path(node)
                if path is not None:
                    yield str(path), module.place(node)


class _Reader:
    """Follows expressions of one module as far as they are spelt out."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._file = PurePosixPath(module.shown)

    def path(self, node: ast.AST, depth: int = 0) -> PurePosixPath | None:
        """Return the path that an expression stands for, or None where it is none."""
        if depth > 10:  # names that stand for one another in a circle
            return None
        if isinstance(node, ast.Name):
            return self.path(self._assigned[node.id], depth + 1) if node.id in self._assigned else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self._joined(node.left, [node.right], depth)
        if isinstance(node, ast.Attribute) and node.attr == "parent":
            inside = self.path(node.value, depth + 1)
            return inside.parent if inside else None
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        return None

    def _called(self, node: ast.Call, depth: int) -> PurePosixPath | None:
        function, given = node.func, node.args
        owner = function.value if isinstance(function, ast.Attribute) else None
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        path: PurePosixPath | None = None
        if called == "files":
            path = self._package(given[0] if given else None)
        elif called == "get_data" and len(given) == 2:
            package, name = self._package(given[0]), self._text(given[1])
            path = package / name if package and name else None
        elif called in {"Path", "str", "as_file"} and len(given) == 1:
            path = self._file if getattr(given[0], "id", "") == "__file__" else self.path(given[0], depth + 1)
        elif owner and called in {"resolve", "absolute"}:
            path = self.path(owner, depth + 1)
        elif owner and called == "joinpath":
            path = self._joined(owner, given, depth)
        elif owner and called == "with_name" and len(given) == 1:
            inside, name = self.path(owner, depth + 1), self._text(given[0])
            path = inside.with_name(name) if inside and name else None
        return path

    def _joined(self, base: ast.AST, parts: list[ast.expr], depth: int) -> PurePosixPath | None:
        inside = self.path(base, depth + 1)
        names = [self._text(part) for part in parts]
        return inside.joinpath(*names) if inside and names and all(names) else None  # type: ignore[arg-type]  # no None

    def _package(self, node: ast.AST | None) -> PurePosixPath | None:
        own = self._file.parent
        if node is None or getattr(node, "id", "") == "__package__":
            return own
        if getattr(node, "id", "") == "__name__":
            return own if self._file.name == "__init__.py" else None
        name = self._text(node)
        return PurePosixPath(*name.split(".")) if name else None

    def _text(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Name) and node.id in self._assigned:
            node = self._assigned[node.id]
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

    @cached_property
    def _assigned(self) -> dict[str, ast.expr]:
        """What each name stands for, where it is given one meaning only."""
        found: dict[str, list[ast.expr]] = {}
        for node in ast.walk(self._module.tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, []).append(node.value)
            elif isinstance(node, ast.arg):
                found.setdefault(node.arg, []).extend([node, node])  # type: ignore[list-item]  # whoever calls decides
        return {name: values[0] for name, values in found.items() if len(values) == 1}
