"""Whether a use case hands over samples that both engines can work with, the same ones each time."""

from __future__ import annotations

import ast
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Check, Fault, NotCheckedError, Subject
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.processes import Seen, probe
from itwinai_core.testing.static.promises import seeded_for_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.use_case import UseCase

_LIMIT = 60.0  # [s]
_WITHOUT_ORDER = {"all", "any", "bool", "frozenset", "len", "max", "min", "set", "sorted"}
"""Functions whose answer does not depend on the order of what they are given."""

_SALTS = (1, 2, 3, 4, 5, 6)
"""Of the order of sets: one of two words is the other way round in half of the processes."""


def find(subject: Subject) -> list[Fault]:
    """Return what is wrong with the samples of a plugin's use cases, as their quick runs build them."""
    if not subject.use_cases:
        raise NotCheckedError("it offers no use case")
    code = Code.read(subject.folder)
    unordered = _has_loose_sets(code)
    return [
        *seeded_for_all(code),
        *(fault for use_case in subject.sampled for fault in _of_use_case(use_case, subject, unordered=unordered)),
    ]


def _of_use_case(use_case: UseCase[Any], subject: Subject, *, unordered: bool) -> list[Fault]:
    salts = _SALTS if unordered else _SALTS[:2]
    with tempfile.TemporaryDirectory(prefix="itwinai-check-") as folder, ThreadPoolExecutor(max_workers=2) as two:
        places = [Path(folder) / f"{salt}.npz" for salt in salts]
        # At the same time: the order of sets, the clock and the order of folders differ between the processes.
        looked, *again = two.map(lambda salt, place: _built(use_case, subject, salt, place), salts, places)
        found = list(_answers(looked, use_case))
        for other, place in zip(again, places[1:], strict=True) if not found else ():
            found = [
                *(Fault(f"In a second process: {one.problem}", one.change) for one in _answers(other, use_case)),
                *_differences(places[0], place, use_case),
            ]
            if found:
                break
    return found


def _built(use_case: UseCase[Any], subject: Subject, salt: int, place: Path) -> Seen:
    first = salt == _SALTS[0]
    return probe(
        "sources_probe",
        {"name": subject.name, "use_case": use_case.name, "look": first, "disturb": not first, "keep": str(place)},
        seconds=_LIMIT,
        variables={"PYTHONHASHSEED": str(salt), "OMP_NUM_THREADS": "1"},
    )


def _has_loose_sets(code: Code) -> bool:
    """Return whether the order of a set may count: that of a small one often is the same in two processes."""
    return any(
        _is_loose(node, above) for module in code.modules.values() for node, above in _with_parents(module.tree, ())
    )


def _with_parents(node: ast.AST, above: tuple[ast.AST, ...]) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    """Yield every node with those that it stands in, the nearest first."""
    for child in ast.iter_child_nodes(node):
        yield child, (node, *above)
        yield from _with_parents(child, (node, *above))


def _is_loose(node: ast.AST, above: tuple[ast.AST, ...]) -> bool:
    """Return whether a node makes a set whose elements may be asked for one by one."""
    made = isinstance(node, ast.Set | ast.SetComp)
    if not made and not (isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"set", "frozenset"}):
        return False
    outer = next(parent for parent in above if not isinstance(parent, ast.BinOp))
    if isinstance(outer, ast.Compare):
        return False
    return not (isinstance(outer, ast.Call) and getattr(outer.func, "id", "") in _WITHOUT_ORDER)


def _answers(looked: Seen, use_case: UseCase[Any]) -> Iterator[Fault]:
    if looked.answer is None:
        said = looked.output.strip().splitlines()
        yield Fault(
            f"Building the data of '{use_case.name}' {looked.ended}.{f' It says: {said[-1][:200]}' if said else ''}",
            "Let build_data return; where it needs long, make `quick` smaller.",
        )
        return
    yield from (Fault(**fault) for fault in looked.answer["faults"])


def _differences(one: Path, other: Path, use_case: UseCase[Any]) -> Iterator[Fault]:
    import numpy as np

    if not other.exists():
        return
    with np.load(one) as first, np.load(other) as second:
        differing = [name for name in first.files if name not in second.files or _differs(first[name], second[name])]
    if differing:
        yield Fault(
            f"build_data of '{use_case.name}' builds other data in another process: {differing[0]} is not the same.",
            "Draw from numpy.random.default_rng([run.seed, …]) alone, and put into order what has none: "
            "sorted(…) around a set or the files of a folder.",
        )


def _differs(one: Any, other: Any) -> bool:
    """Return whether two arrays differ by more than what rounding does, which may depend on where an array lies."""
    import numpy as np

    if one.shape != other.shape or one.dtype != other.dtype:
        return True
    if one.dtype.kind not in "fc":
        return not np.array_equal(one, other)
    return not np.allclose(one, other, rtol=1e-4, atol=1e-5 * float(np.abs(one).max(initial=0)))


CHECK = Check("sources", "samples are what engines can work with, and the same ones each time", find)
