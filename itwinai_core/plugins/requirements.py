"""Whether what a plugin asks for is here: the core in a range that fits, and its other packages at all."""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from itwinai_core.api import API_VERSION
from itwinai_core.plugins.record import Diagnosis, Plugin, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.requirements import Requirement

CORE = "itwinai-core"
API_RANGE = "ITWINAI_API"
"""Name in a plugin's module that holds the range of API versions it was written for."""


def core_range(lines: Iterable[str]) -> str:
    """Return the versions of the core that ``Requires-Dist`` lines ask for; empty where any will do."""
    found = {str(asked.specifier) for asked in _requirements(lines) if _is_core(asked)}
    return ",".join(sorted(found - {""}))


def unmet(plugin: Plugin) -> Diagnosis | None:
    """Return why what a plugin asks for is not here, or None where all of it is.

    Extras of a package are not looked into: the Keras engine runs on any one of its back ends.
    """
    distribution = plugin.point.dist
    lines = (distribution.requires or []) if distribution else []
    if distribution and (misfit := _outside_python(plugin, distribution.metadata.get_all("Requires-Python"))):
        return misfit
    for line in lines:
        if _parsed(line) is None:
            return Diagnosis(f"its requirement {shown(line)} does not parse", plugin.renewal(), *_stated(line, plugin))
    for asked in _requirements(lines):
        try:
            found = version(asked.name)
        except PackageNotFoundError:
            return Diagnosis(
                f"it needs '{_spelt(asked)}', which is not installed",
                f"pip install '{_spelt(asked)}'",
                *_stated(asked.name, plugin),
            )
        if _is_core(asked) and not asked.specifier.contains(found, prereleases=True):
            return Diagnosis(
                f"it was written for itwinai-core {asked.specifier}, and this is itwinai-core {found}",
                f"pip install --upgrade {plugin.distribution}, or this core: pip install '{CORE}{asked.specifier}'",
                *_stated(asked.name, plugin),
            )
    return None


def unfit_versions(plugin: Plugin) -> list[str]:
    """Return a sentence for each package, other than the core, whose version is outside of what a plugin asks for."""
    distribution = plugin.point.dist
    found = []
    for asked in _requirements((distribution.requires or []) if distribution else []):
        try:
            here = version(asked.name)
        except PackageNotFoundError:
            continue
        if not _is_core(asked) and not asked.specifier.contains(here, prereleases=True):
            found.append(f"it asks for '{_spelt(asked)}', and {here} is installed: pip install '{_spelt(asked)}'")
    return found


def outside_api(declared: object, plugin: Plugin) -> Diagnosis | None:
    """Return why a plugin's declared range does not hold this core's API, or None where it does."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(declared if isinstance(declared, str) else "?")
    except InvalidSpecifier:
        return Diagnosis(
            f"its {API_RANGE} is {shown(declared)}, which is no range such as '>=0.1,<0.2'",
            plugin.renewal(),
            *api_line(plugin),
        )
    if specifiers.contains(API_VERSION, prereleases=True):
        return None
    # The version of the core's package is that of its API, with what was mended since behind it.
    return Diagnosis(
        f"it was written for API {declared} of the core, and this core serves API {API_VERSION}",
        f"pip install --upgrade {plugin.distribution} {CORE}",
        *api_line(plugin),
    )


def declared_api(plugin: Plugin) -> str | None:
    """Return the API range that stands in a plugin's module, read without running it; None where there is none."""
    for node in _assignments(plugin):
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return node.value.value
    return None


def api_line(plugin: Plugin) -> tuple[str, int]:
    """Return file and line of a plugin's API range."""
    source = module_file(plugin)
    return str(source or ""), next((node.lineno for node in _assignments(plugin)), 0)


def module_file(plugin: Plugin) -> Path | None:
    """Return the file of the plugin's module, as far as it can be found without importing anything of it."""
    package, *parts = plugin.module.split(".")
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    if not parts:
        return Path(spec.origin) if spec.origin else None
    for folder in spec.submodule_search_locations or []:
        base = Path(folder, *parts)
        for candidate in (base.with_suffix(".py"), base / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


def _outside_python(plugin: Plugin, stated: list[str] | None) -> Diagnosis | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    asked = (stated or [""])[0]
    here = ".".join(str(number) for number in sys.version_info[:3])
    try:
        if SpecifierSet(asked).contains(here, prereleases=True):
            return None
    except InvalidSpecifier:
        return None
    place = _stated("", plugin, "Requires-Python:")
    return Diagnosis(f"it is for Python {asked}, and this is Python {here}", plugin.renewal(), *place)


def _stated(asked: str, plugin: Plugin, key: str = "Requires-Dist:") -> tuple[str, int]:
    """Return file and line of the metadata that ask for something."""
    metadata = Path(str(getattr(plugin.point.dist, "_path", "")), "METADATA")
    try:
        lines = metadata.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "", 0
    stated = (number for number, line in enumerate(lines, 1) if line.startswith(key) and asked in line)
    return str(metadata), next(stated, 1)


def _assignments(plugin: Plugin) -> Iterator[ast.Assign | ast.AnnAssign]:
    source = module_file(plugin)
    try:
        body = ast.parse(source.read_bytes()).body if source else []
    except (SyntaxError, ValueError, OSError):
        return
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and API_RANGE in {getattr(name, "id", "") for name in targets}:
            yield node


def _requirements(lines: Iterable[str]) -> Iterator[Requirement]:
    """Yield what is asked for here and now: no extras, no other platform."""
    for line in lines:
        asked = _parsed(line)
        if asked is not None and _is_asked_here(asked):
            yield asked


def _parsed(line: str) -> Requirement | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        asked = Requirement(line)
        _is_asked_here(asked)
    except (InvalidRequirement, ValueError):
        return None
    return asked


def _is_asked_here(asked: Requirement) -> bool:
    """Return whether a requirement holds on this platform, with no extra.

    Raises:
        ValueError: its marker compares what cannot be compared.
    """
    return asked.marker is None or asked.marker.evaluate({"extra": ""})


def _is_core(asked: Requirement) -> bool:
    return asked.name.lower().replace("_", "-") == CORE


def _spelt(asked: Requirement) -> str:
    """Return a requirement as pip takes it, without its marker."""
    extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
    return f"{asked.name}{extras}{f' @ {asked.url}' if asked.url else asked.specifier}"
