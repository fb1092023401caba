"""Whether a plugin's distribution says what it is, and asks for what it needs."""

from __future__ import annotations

import ast
import platform
import re
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from itwinai_core.plugins.requirements import CORE
from itwinai_core.testing.contract import Check, Fault, LoadError, Subject
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.contents import Contents
from itwinai_core.testing.static.entry_points import api_range, core_range, other_entry_points, own_entry_points
from itwinai_core.testing.static.promises import beside_the_door
from itwinai_core.testing.static.requirements import Asked, frameworks, undeclared, unmet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

_PLACEHOLDER = re.compile(
    r"^unknown$|\b(?:add (?:your|a) |(?:short|brief|one-line) (?:description|summary)|description (?:of|here)"
    r"|your (?:name|email|description|package|plugin|project)|my (?:awesome|package|plugin|project)"
    r"|(?:you|name|example)@|lorem ipsum|change ?me|placeholder|(?-i:TO[D]O|TBD|FIX[M]E))",
    re.IGNORECASE,
)
_UNVERSIONED = {"0", "0.0", "0.0.0", "0.0.1.dev0"}
_SHARED = {
    *("click", "h5py", "jax", "jaxlib", "keras", "lightning", "matplotlib", "netcdf4", "numpy", "packaging", "pandas"),
    *("pluggy", "pydantic", "pytorch-lightning", "pyyaml", "rich", "scikit-learn", "scipy", "tensorflow", "torch"),
    *("torchaudio", "torchmetrics", "torchvision", "xarray", "zarr"),
}
"""Packages that several plugins of one environment use: an exact version of one keeps the others out."""


def find(subject: Subject) -> list[Fault]:
    """Return what a plugin's metadata lack, and where they do not fit its code."""
    message, points = Contents.metadata_of(subject)
    code = Code.read(subject.folder)
    asked = Asked.read(message.get_all("Requires-Dist") or [])
    own = {subject.package, *_tops(subject), canonicalize_name(subject.distribution.name)}
    return [
        *_identity(message),
        *_licence(message),
        *_python(message),
        *own_entry_points(points, subject),
        *other_entry_points(points, code, subject),
        *_version_in_code(message, code),
        *_typed(message, subject),
        *api_range(subject, code),
        *_core(asked),
        *_requirements(asked),
        *undeclared(code, asked, own),
        *beside_the_door(code),
        *unmet(asked),
        *frameworks(asked, _engines(subject), code),
    ]


def _engines(subject: Subject) -> set[str]:
    try:
        return {use_case.engine for use_case in subject.use_cases}
    except LoadError:
        return set()


def _tops(subject: Subject) -> set[str]:
    files = subject.distribution.files or []
    return {str(file).partition("/")[0].removesuffix(".py") for file in files}


def _identity(message: Message) -> Iterator[Fault]:
    version, summary = message.get("Version", ""), " ".join(message.get("Summary", "").split())
    try:
        parsed = Version(version)
    except InvalidVersion:
        yield Fault(f"The version '{version}' is none that pip can order.", "Write it like 1.2.0, under [project].")
    else:
        if parsed.base_version in _UNVERSIONED or "unknown" in version:
            yield Fault(
                f"The version is {version}, which says nothing.",
                "Count from 0.1.0; where the version comes from git, build in a clone that has its tags.",
            )
    if not summary or len(summary) < 10 or _PLACEHOLDER.search(summary):
        yield Fault(
            f"The summary is '{summary}'." if summary else "There is no summary.",
            "Say in one line what is trained, as description under [project].",
        )
    text = str(message.get_payload() or message.get("Description", ""))
    if len(text.split()) < 10 or _PLACEHOLDER.match(text.strip()):
        yield Fault(
            "The readme is not in the metadata." if not text.strip() else "The readme says next to nothing.",
            'Write what the plugin trains and how, and say readme = "README.md" under [project].',
        )
    people = " ".join(str(message.get(key, "")) for key in ("Author", "Author-email", "Maintainer", "Maintainer-email"))
    if not people.strip() or _PLACEHOLDER.search(people):
        yield Fault(
            f"The author is '{people.strip()}'." if people.strip() else "No author is named.",
            "Name whom users can ask, as authors under [project].",
        )


def _licence(message: Message) -> Iterator[Fault]:
    classifiers = [text for text in message.get_all("Classifier") or [] if text.startswith("License ::")]
    stated = message.get("License-Expression") or message.get("License") or " ".join(classifiers)
    if not stated.strip() or _PLACEHOLDER.search(stated):
        yield Fault(
            "Nothing says under which licence the plugin may be used.",
            'Say license = "Apache-2.0", or another SPDX name, under [project].',
        )


def _python(message: Message) -> Iterator[Fault]:
    stated, here = message.get("Requires-Python", ""), platform.python_version()
    try:
        fits = SpecifierSet(stated).contains(here, prereleases=True)
    except InvalidSpecifier:
        yield Fault(f"requires-python is '{stated}', which is no range.", 'Write it like ">=3.11".')
        return
    if not stated:
        yield Fault(
            "No version of Python is asked for, so pip would install it where it cannot run.",
            'Say requires-python = ">=3.11" under [project].',
        )
    elif not fits:
        yield Fault(f"requires-python is '{stated}', and this is {here}.", "Allow the versions that you test on.")


def _version_in_code(message: Message, code: Code) -> Iterator[Fault]:
    for module in code.modules.values():
        for node in module.tree.body:
            if not isinstance(node, ast.Assign) or "__version__" not in {
                getattr(one, "id", "") for one in node.targets
            }:
                continue
            if isinstance(node.value, ast.Constant) and node.value.value != message.get("Version"):
                yield Fault(
                    f"{module.place(node)} says {node.value.value!r}, and the metadata {message.get('Version')!r}.",
                    "Say it once: read it with importlib.metadata.version, or let the build read it from there.",
                )


def _typed(message: Message, subject: Subject) -> Iterator[Fault]:
    if "Typing :: Typed" in (message.get_all("Classifier") or []) and not (subject.folder / "py.typed").is_file():
        yield Fault(
            "The classifier 'Typing :: Typed' is there, and the file that type checkers look for is not.",
            f"Put an empty file {subject.package}/py.typed beside the modules.",
        )


def _core(asked: Asked) -> Iterator[Fault]:
    wanted = f'"itwinai-core{_brackets(asked.core_extras)}{core_range()}"'
    if not asked.core:
        yield Fault("The package does not ask for itwinai-core.", f"Add {wanted} to dependencies.")
        return
    specifiers = SpecifierSet(",".join(str(one.specifier) for one in asked.core if str(one.specifier)))
    shown = f"itwinai-core{specifiers}"
    operators = {specifier.operator for specifier in specifiers}
    bounds = {"older": operators & {">=", ">", "~=", "==", "==="}, "later": operators & {"<", "<=", "~=", "==", "==="}}
    open_ends = " and ".join(end for end, closed in bounds.items() if not closed)
    if open_ends:
        yield Fault(
            f"The package asks for {shown}, so it would be installed beside any {open_ends} core.", f"Ask for {wanted}."
        )
    here = installed_version(CORE)
    if not specifiers.contains(here, prereleases=True):
        yield Fault(f"The package asks for {shown}, and this is itwinai-core {here}.", f"Ask for {wanted}.")


def _requirements(asked: Asked) -> Iterator[Fault]:
    for line in asked.unparsed:
        yield Fault(f"The requirement '{line}' does not parse.", 'Write it like "numpy>=1.26".')
    for wanted in asked.requirements:
        if wanted.url:
            yield Fault(
                f"The package asks for '{wanted}', a place and no release, which an index refuses.",
                f"Ask for a released version of {wanted.name}.",
            )
        exact = [one for one in wanted.specifier if one.operator in {"==", "==="} and not one.version.endswith(".*")]
        if exact and canonicalize_name(wanted.name) in _SHARED | {CORE}:
            yield Fault(
                f"The package pins {wanted.name}{exact[0]}: no plugin that needs another version can live beside it.",
                f"Ask for a range, e.g. {wanted.name}>={exact[0].version}.",
            )


def _brackets(extras: set[str]) -> str:
    return f"[{','.join(sorted(extras))}]" if extras else ""


CHECK = Check("metadata", "the package says what it is, and asks for what it needs", find)
