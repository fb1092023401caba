"""Whether what is installed with a plugin is all of it, and nothing else."""

from __future__ import annotations

import re
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from itwinai_core.config.near import near_match
from itwinai_core.testing.contract import Check, Fault, LoadError, Subject
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.contents import Contents
from itwinai_core.testing.static.resources import paths_of_one_machine, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.static.code import Import

_LARGEST = 50_000_000  # [bytes]; an index takes 100 MB in all
_LICENCE = re.compile(r"(licen[cs]e|copying|unlicense)", re.IGNORECASE)
_STRAY = {
    *("benchmark", "benchmarks", "build", "dist", "doc", "docs", "example", "examples", "notebooks", "scripts", "src"),
    *("test", "tests", "tools", "conftest.py", "noxfile.py", "setup.py", "tasks.py"),
}
_TRACES = "is a checkpoint or a trace of a fit"
_JUNK = {
    "holds secrets": ".env .env.* *.pem *.key .netrc .pypirc id_rsa* id_ed25519* *credentials*.json",
    _TRACES: (
        "*.ckpt best.keras last.keras events.out.tfevents.* *.pt.trace.json "
        "*/lightning_logs/* */wandb/* */mlruns/* */checkpoints/*"
    ),
    "is left of a tool": (
        "*.pyc *.pyo *.swp *.orig *.log *~ .gitignore .DS_Store Thumbs.db .coverage* core.[0-9]*[0-9] "
        "*/__pycache__/* */.git/* */.ipynb_checkpoints/* */.*_cache/* */.venv/*"
    ),
}
"""Why a file does not belong into a wheel, and patterns of its name or of its path."""

_SECRETS = re.compile(
    r"-----BEGIN (?:\w+ )*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}"
    r"|\bpypi-AgE\w{20,}|\bhf_[A-Za-z]{30,}"
)
_UNSHIPPED = {"test", "tests", "conftest", "testing", "examples", "benchmarks"}
"""Folders and modules beside the code that a package may well keep out of its wheel."""


def find(subject: Subject) -> list[Fault]:
    """Return what is missing in a plugin's wheel, and what does not belong there."""
    contents = Contents.of(subject)
    code = Code.read(subject.folder)
    return [
        *_lost(contents, subject),
        *_unparsed(code),
        *_without_entry_module(contents, subject),
        *_left_out_modules(contents, code),
        *_missing_imports(contents, code, subject.package),
        *_missing_data(contents, code, subject),
        *paths_of_one_machine(code),
        *_strays(contents, code, subject),
        *_junk(contents, code),
        *_without_licence(contents),
    ]


def _lost(contents: Contents, subject: Subject) -> Iterator[Fault]:
    for name, size in contents.sizes.items():
        if size < 0:
            yield Fault(
                f"{name} was installed with {subject.distribution.name} and is gone.",
                f"Install it anew: pip install --force-reinstall {subject.distribution.name}",
            )


def _unparsed(code: Code) -> Iterator[Fault]:
    for shown, why in code.broken.items():
        yield Fault(
            f"{shown} does not parse: {why}.", "Write it as Python, in the versions that requires-python names."
        )


def _without_entry_module(contents: Contents, subject: Subject) -> Iterator[Fault]:
    module = subject.point.module
    if not _holds(contents, module):
        yield Fault(
            f"The entry point '{subject.name}' names the module {module}, which is not in the wheel."
            f"{near_match(module, _modules(contents))}",
            "Name the module that holds the hooks under [project.entry-points.itwinai], and let the wheel take it.",
        )


def _left_out_modules(contents: Contents, code: Code) -> Iterator[Fault]:
    if not contents.built:
        return
    for module in code.modules.values():
        named = set(PurePosixPath(module.shown).with_suffix("").parts[1:])
        if module.shown not in contents.sizes and not named & _UNSHIPPED:
            yield Fault(
                f"{module.shown} is in the source and not in the wheel.",
                "Let the build take it: see what pyproject.toml includes, excludes and counts as packages.",
            )


def _missing_imports(contents: Contents, code: Code, package: str) -> Iterator[Fault]:
    missing: dict[str, list[str]] = {}
    for imported in code.imports():
        if imported.top != package or imported.free:
            continue
        if not (_holds(contents, imported.module) or imported.module in code.modules):
            missing.setdefault(imported.module, []).append(imported.place)
        elif fault := _missing_member(contents, code, imported):
            yield fault
    known = {*code.modules, *_modules(contents)} - {package}
    for module, places in missing.items():
        others = f", and {len(places) - 1} more places," if places[1:] else ""
        yield Fault(
            f"{places[0]}{others} imports {module}, and there is no {module.replace('.', '/')}.py."
            f"{near_match(module, known)}",
            "Let the wheel take it, or import a module that there is.",
        )


def _missing_member(contents: Contents, code: Code, imported: Import) -> Fault | None:
    module = code.modules.get(imported.module)
    if module is None or not imported.member or imported.member == "*" or module.names is None:
        return None
    inside = f"{imported.module}.{imported.member}"
    dunder = imported.member.startswith("__")
    if imported.member in module.names or inside in code.modules or _holds(contents, inside) or dunder:
        return None
    return Fault(
        f"{imported.place} imports '{imported.member}' from {imported.module}, which has no such name."
        f"{near_match(imported.member, module.names)}",
        f"Import a name that {module.shown} defines.",
    )


def _missing_data(contents: Contents, code: Code, subject: Subject) -> Iterator[Fault]:
    asked = dict(resources(code))
    asked |= _samples(subject)
    top, package = subject.folder.parent, subject.folder.name
    for name, place in asked.items():
        inside = name.startswith(f"{package}/") and PurePosixPath(name).suffix
        if inside and not _has(contents, name):
            beside = "is in the source and not in the wheel" if (top / name).exists() else "is not there"
            yield Fault(
                f"{name}, which {place} asks for, {beside}.",
                "Let the build take data files too: with hatchling nothing may exclude them, "
                "with setuptools name them under [tool.setuptools.package-data].",
            )
    if contents.built:
        yield from _mentioned_data(contents, code, subject, set(asked))


def _mentioned_data(contents: Contents, code: Code, subject: Subject, asked: set[str]) -> Iterator[Fault]:
    """Find data files of the source that the code mentions by name and the wheel lacks."""
    top = subject.folder.parent
    if subject.folder.is_file():
        return
    for path in sorted(subject.folder.rglob("*")):
        name = path.relative_to(top).as_posix()
        if not path.is_file() or path.suffix in {".py", ".pyc"} or name in contents.sizes or name in asked:
            continue
        inside = path.relative_to(subject.folder).as_posix()
        if path.name == "py.typed" or code.strings & {path.name, inside, inside.rpartition("/")[0]} - {""}:
            yield Fault(
                f"{name} lies beside the code that uses it, and is not in the wheel.",
                "Let the build take data files too: with hatchling nothing may exclude them, "
                "with setuptools name them under [tool.setuptools.package-data].",
            )


def _samples(subject: Subject) -> dict[str, str]:
    """Return the files inside the package that are offered as samples, and by whom."""
    try:
        use_cases = subject.use_cases
    except LoadError:
        return {}
    found = {}
    for use_case in use_cases:
        with suppress(Exception):  # a plugin's own code; the check of hooks says what is wrong with it
            for path in use_case.samples().values():
                if subject.owns(path):
                    found[path.relative_to(subject.folder.parent).as_posix()] = f"samples() of '{use_case.name}'"
    return found


def _strays(contents: Contents, code: Code, subject: Subject) -> Iterator[Fault]:
    imported = {found.top for found in code.imports()}
    named = set(re.findall(r"=\s*(\w+)", contents.entry_points))
    tops: dict[str, list[str]] = {}
    for name in contents.packaged:
        tops.setdefault(name.partition("/")[0], []).append(name)
    for top, names in tops.items():
        stem = top.removesuffix(".py")
        if stem == subject.package or top == "__pycache__":
            continue
        is_package = f"{top}/__init__.py" in names or stem in imported | named
        if top in _STRAY or not is_package:
            yield Fault(
                f"{top} is installed beside the package, at the top, where any other package's '{stem}' would meet it.",
                f"Keep it out of the wheel: let the build take {subject.package} alone.",
            )


def _junk(contents: Contents, code: Code) -> Iterator[Fault]:
    for name, size in contents.sizes.items():
        base = name.rpartition("/")[2]
        fits = [why for why, patterns in _JUNK.items() if any(_fits(base, name, one) for one in patterns.split())]
        why = next((why for why in fits if why != _TRACES or not name.endswith(".py")), "")
        if why and base not in code.strings:
            yield Fault(f"{name} {why}.", "Remove it, or keep it out of the wheel.")
        elif size > _LARGEST:
            yield Fault(
                f"{name} has {size / 1e6:.0f} MB.",
                "Fetch it in prepare(), or publish it as a data set of its own: an index takes 100 MB in all.",
            )
        elif name in contents.packaged and (secret := _SECRETS.search(contents.text(name))):
            yield Fault(
                f"{name} holds what looks like a secret: {secret.group()[:12]}….",
                "Remove it, and make a new one: who had the old one has it still.",
            )


def _fits(base: str, name: str, pattern: str) -> bool:
    return fnmatch(name, pattern) if "/" in pattern else fnmatch(base, pattern)


def _without_licence(contents: Contents) -> Iterator[Fault]:
    about = [name for name in contents.sizes if name not in contents.packaged]
    if not any(_LICENCE.search(name.partition("/")[2]) for name in about):
        yield Fault(
            "The wheel carries no licence text.",
            'Put a LICENSE beside pyproject.toml, and say license-files = ["LICENSE"] under [project].',
        )


def _holds(contents: Contents, module: str) -> bool:
    """Return whether a module is installed, as a file, a package, or compiled."""
    return module in _modules(contents)


def _modules(contents: Contents) -> set[str]:
    found: set[str] = set()
    for name in contents.sizes:
        if name.endswith((".py", ".so", ".pyd")):
            path = PurePosixPath(name)
            parts = [*path.parent.parts, path.name.partition(".")[0]]
            found.update(".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
            found.add(".".join(path.parent.parts))
    return found


def _has(contents: Contents, name: str) -> bool:
    return name in contents.sizes or any(held.startswith(f"{name}/") for held in contents.sizes)


CHECK = Check("wheel", "what is installed is the whole package, and nothing else", find)
