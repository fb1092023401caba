"""What a plugin's code imports, against what its distribution asks for."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions, requires, version
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from itwinai_core.plugins.requirements import CORE
from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from itwinai_core.testing.static.code import Code, Import

ENGINE_EXTRAS = {"lightning": {"lightning"}, "keras": {"tensorflow", "jax", "torch"}}
"""Extras of the core that bring what an engine runs on."""

ENGINE_PACKAGES = {"lightning": {"lightning", "pytorch-lightning"}, "keras": {"keras", "tensorflow"}}
"""Packages that bring it likewise."""

_ONLY_FOR = {"lightning": {"lightning", "pytorch-lightning"}, "keras": {"tensorflow", "keras", "jax"}}
"""Packages that the other engine does without."""

_EXTRA_BRINGS = {"lightning": ("lightning", "torch"), "tensorflow": ("tensorflow", "keras"), "jax": ("jax", "keras")}


@dataclass(frozen=True)
class Asked:
    """What a distribution asks for."""

    requirements: tuple[Requirement, ...]
    """All that can be parsed, extras and other platforms included."""

    unparsed: tuple[str, ...] = ()

    @classmethod
    def read(cls, lines: Iterable[str]) -> Asked:
        """Parse ``Requires-Dist`` lines."""
        parsed, unparsed = [], []
        for line in lines:
            try:
                parsed.append(Requirement(line))
            except InvalidRequirement:
                unparsed.append(line)
        return cls(tuple(parsed), tuple(unparsed))

    @cached_property
    def always(self) -> list[Requirement]:
        """What is installed along here whoever installs the package: no extras, no other platform."""
        return [asked for asked in self.requirements if _applies(asked, {""})]

    @property
    def core(self) -> list[Requirement]:
        """What of it is about the core."""
        return [asked for asked in self.always if canonicalize_name(asked.name) == CORE]

    @property
    def core_extras(self) -> set[str]:
        """Extras of the core that are asked for."""
        return {extra for asked in self.core for extra in asked.extras}

    @cached_property
    def names(self) -> set[str]:
        """Packages that may be imported: those asked for, its extras' too, and what the core brings along."""
        own = {canonicalize_name(asked.name) for asked in self.requirements}
        return own | (_brought_by_core(self.core_extras) if CORE in own else set())


def undeclared(code: Code, asked: Asked, own: set[str]) -> Iterator[Fault]:
    """Find what the code imports and the distribution does not ask for.

    Args:
        code: Of the package.
        asked: What its distribution asks for.
        own: Top-level names that the distribution itself brings, and its own name among the distributions.
    """
    owners = packages_distributions()
    seen: dict[str, Import] = {}
    for imported in code.imports():
        if not (imported.free or imported.top in own or imported.top in sys.stdlib_module_names or not imported.top):
            seen.setdefault(imported.top, imported)
    for top, imported in seen.items():
        distributions = {canonicalize_name(name) for name in owners.get(top, ())}
        if distributions & (asked.names | own) or canonicalize_name(top) in asked.names:
            continue
        if distributions:
            name = min(distributions)
            yield Fault(
                f"{imported.place} imports {top}, and nothing that the package asks for is {name}.",
                f'Add "{name}>={_major_minor(name)}" to dependencies; where it is optional, try the import.',
            )
        else:
            yield Fault(
                f"{imported.place} imports {top}, which is neither asked for nor installed here.",
                f"Add the package that brings {top} to dependencies; where it is optional, try the import.",
            )


def unmet(asked: Asked) -> Iterator[Fault]:
    """Find what is asked for and not installed here, or in a version outside its range; the core is looked at apart."""
    for wanted in asked.always:
        if canonicalize_name(wanted.name) == CORE or wanted.url:
            continue
        try:
            here = version(wanted.name)
        except PackageNotFoundError:
            yield Fault(
                f"The package asks for '{wanted}', which is not installed here.",
                f"pip install '{wanted}', and check again.",
            )
            continue
        if not wanted.specifier.contains(here, prereleases=True):
            yield Fault(
                f"The package asks for '{wanted}', and {wanted.name} {here} is installed beside it.",
                f"Widen the range of {wanted.name} in dependencies, or install a version inside it.",
            )


def frameworks(asked: Asked, engines: set[str], code: Code) -> Iterator[Fault]:
    """Find the framework that an engine needs and nothing asks for, and the one that no use case needs."""
    names = {canonicalize_name(wanted.name) for wanted in asked.always}
    for engine in sorted(engines):
        if not (asked.core_extras & ENGINE_EXTRAS[engine] or names & ENGINE_PACKAGES[engine]):
            extra = "lightning" if engine == "lightning" else "tensorflow"
            yield Fault(
                f"A use case trains on {engine}, and the package asks for no framework: "
                f"without {extra} its users' first fit fails.",
                f'Ask for "itwinai-core[{extra}]" in dependencies.',
            )
    imported = {found.top for found in code.imports() if not found.free}
    for other in sorted(set(_ONLY_FOR) - engines if engines else ()):
        for extra in sorted(asked.core_extras & ENGINE_EXTRAS[other] & set(_EXTRA_BRINGS)):
            if not imported & set(_EXTRA_BRINGS[extra]):
                yield _needless(f"itwinai-core[{extra}]", other)
        for name in sorted(names & _ONLY_FOR[other]):
            if name.replace("-", "_") not in imported:
                yield _needless(name, other)


def _needless(name: str, engine: str) -> Fault:
    return Fault(
        f"The package asks for {name}, which is for {engine}, and neither a use case nor its code uses that.",
        f"Take {name} out of dependencies: it would cost its users gigabytes.",
    )


def _brought_by_core(extras: set[str]) -> set[str]:
    """Return the packages that the core asks for itself, with these extras."""
    found, wanted = set(), {"", *extras}
    lines = [Requirement(line) for line in requires(CORE) or []]
    for _ in range(len(lines)):  # an extra may ask for another one
        brought = [asked for asked in lines if _applies(asked, wanted)]
        wanted |= {extra for asked in brought if canonicalize_name(asked.name) == CORE for extra in asked.extras}
        found |= {str(canonicalize_name(asked.name)) for asked in brought}
    return found


def _applies(asked: Requirement, extras: set[str]) -> bool:
    return asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in extras)


def _major_minor(name: str) -> str:
    return ".".join(distribution(name).version.split(".")[:2])
