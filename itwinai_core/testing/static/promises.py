"""Whether a plugin's code keeps to what the core promises, and leaves to the core what is the core's."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import itwinai_core
from itwinai_core.config.near import near_match
from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.static.code import Code, Module

_DOORS = {"itwinai_core", "itwinai_core.testing", "itwinai_core.testing.pytest_plugin"}
_SEEDS = {"manual_seed", "manual_seed_all", "seed", "seed_everything", "set_random_seed", "set_seed"}
_SHARED = re.compile(
    r"|torch(\.cuda|\.random)?|random|(np|numpy|tf|tensorflow)\.random|(keras|tf\.keras)\.utils|pl|L|lightning[\w.]*|keras"
)
"""Whose generators are the whole program's: a generator that the code made itself may be seeded with any number."""


def beside_the_door(code: Code) -> Iterator[Fault]:
    """Find imports of rooms of the core that may change in any release, and of names that it does not have."""
    for imported in code.imports():
        if imported.top != "itwinai_core" or imported.free:
            continue
        if imported.module not in _DOORS:
            yield Fault(
                f"{imported.place} imports {imported.module}, a room of the core that may change in any release.",
                f"Import from itwinai_core alone: {', '.join(itwinai_core.__all__)}.",
            )
        elif imported.module == "itwinai_core" and imported.member not in {"", "*", "testing", *itwinai_core.__all__}:
            yield Fault(
                f"{imported.place} imports '{imported.member}' from itwinai_core, which promises no such name."
                f"{near_match(imported.member, itwinai_core.__all__)}",
                f"Import one of {', '.join(itwinai_core.__all__)}.",
            )


def seeded_for_all(code: Code) -> Iterator[Fault]:
    """Find where the code seeds the generators that it shares with the core by a number of its own."""
    for module, node in code.nodes():
        if isinstance(node, ast.Call) and _seeds_by_a_number(node) and not _is_alone(node, module):
            yield Fault(
                f"{module.place(node)} seeds the generators of the whole program by a number: "
                f"{ast.unparse(node)[:60]}.",
                "Leave them to the core, which seeds them with run.seed; draw from a generator of your own, e.g. "
                "numpy.random.default_rng([run.seed, 1]).",
            )


def _seeds_by_a_number(node: ast.Call) -> bool:
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    whose = ast.unparse(called).rpartition(".")[0]
    if name not in _SEEDS or not given or not isinstance(given[0], ast.Constant):
        return False
    return bool(_SHARED.fullmatch(whose)) and (whose != "" or name != "seed")


def _is_alone(node: ast.AST, module: Module) -> bool:
    """Return whether a node runs only where its file is run as a program."""
    alone = [outer for outer in module.tree.body if isinstance(outer, ast.If) and "__main__" in ast.unparse(outer.test)]
    return any(inner is node for outer in alone for inner in ast.walk(outer))
