"""Reads the source of a plugin's package without running any of it: what it imports, names and mentions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TRIED = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


@dataclass(frozen=True)
class Import:
    """One import of one module, wherever it stands."""

    module: str
    """Absolute name of the module."""

    member: str
    """What is taken from it by ``from … import``; empty where the module itself is."""

    place: str
    """File and line."""

    free: bool
    """Whether the code lives without it: for types only, or tried."""

    @property
    def top(self) -> str:
        """The top-level package."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One file of the package, parsed."""

    name: str
    """Dotted name."""

    path: Path

    shown: str
    """Path from the folder that holds the package, as messages name it."""

    tree: ast.Module

    def place(self, node: ast.AST) -> str:
        """Return file and line of a node."""
        return f"{self.shown}:{getattr(node, 'lineno', 1)}"

    @cached_property
    def imports(self) -> list[Import]:
        """Every import of the module, those inside functions too."""
        return list(self._imports(self.tree, free=False))

    @cached_property
    def names(self) -> set[str] | None:
        """Names that others may import from the module; None where only running it would tell."""
        found: set[str] = set()
        for node in _at_start(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                found.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                found.add(node.name)
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"globals", "vars", "exec", "setattr"}:
                return None
        return None if found & {"*", "__getattr__"} else found

    @property
    def _is_package(self) -> bool:
        return self.path.name == "__init__.py"

    def _imports(self, node: ast.AST, *, free: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            spared = free or _is_spared(child, node)
            if isinstance(child, ast.Import | ast.ImportFrom | ast.Call):
                for module, member in self._imported(child):
                    yield Import(module, member, self.place(child), spared)
            yield from self._imports(child, free=spared)

    def _imported(self, node: ast.Import | ast.ImportFrom | ast.Call) -> Iterator[tuple[str, str]]:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = self._absolute(node.module or "", node.level)
            yield from ((base, alias.name) for alias in node.names)
        elif _names(node.func) & {"import_module", "__import__"} and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("."):
                yield name.value, ""

    def _absolute(self, module: str, level: int) -> str:
        if not level:
            return module
        parts = self.name.split(".")
        kept = parts[: len(parts) - level + self._is_package]
        return ".".join([*kept, module] if module else kept)


@dataclass(frozen=True)
class Code:
    """All of a package's own source."""

    modules: dict[str, Module]
    """By dotted name."""

    broken: dict[str, str]
    """Files that do not parse, and why."""

    @classmethod
    def read(cls, folder: Path) -> Code:
        """Parse every Python file of a package, or the one file of a plugin that is a single module."""
        top = folder.parent
        files = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
        modules, broken = {}, {}
        for path in files:
            shown = str(path.relative_to(top))
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError, OSError) as error:
                broken[shown] = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
                continue
            name = ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")
            modules[name] = Module(name, path, shown, tree)
        return cls(modules, broken)

    def nodes(self) -> Iterator[tuple[Module, ast.AST]]:
        """Yield every node of every module."""
        for module in self.modules.values():
            yield from ((module, node) for node in ast.walk(module.tree))

    def imports(self) -> Iterator[Import]:
        """Yield every import of every module."""
        for module in self.modules.values():
            yield from module.imports

    @cached_property
    def strings(self) -> set[str]:
        """Every string of the code, docstrings included."""
        return {
            node.value for _, node in self.nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }


def _at_start(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that are run when a module is imported: functions and classes themselves, not what is in them."""
    for child in ast.iter_child_nodes(tree):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from _at_start(child)


def _names(node: ast.AST | None) -> set[str]:
    """Return the names and attributes that an expression mentions."""
    mentioned = {getattr(part, "attr", getattr(part, "id", "")) for part in ast.walk(node)} if node else {"Exception"}
    return mentioned - {""}


def _is_spared(child: ast.AST, node: ast.AST) -> bool:
    """Return whether an import may fail where it stands in this node."""
    if isinstance(node, ast.If):
        return child in node.body and "TYPE_CHECKING" in _names(node.test)
    if isinstance(node, ast.Try):
        return child in node.body and any(_names(handler.type) & _TRIED for handler in node.handlers)
    if isinstance(node, ast.With):
        return any("suppress" in _names(item.context_expr) for item in node.items)
    return False
