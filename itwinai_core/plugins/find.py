"""Finds the plugins that are installed, by their metadata alone: nothing of theirs is imported."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.hookspecs import ENTRY_POINT_GROUP
from itwinai_core.plugins.record import Diagnosis, Plugin
from itwinai_core.plugins.requirements import core_range
from itwinai_core.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.metadata import Distribution

ALLOWED, DENIED = "ITWINAI_PLUGINS", "ITWINAI_PLUGINS_OFF"
"""Environment variables that hold names of plugins, with commas between them."""

_GROUP = ENTRY_POINT_GROUP.encode()
_LONGEST = 100
_POINT = re.compile(rf"[\w.-]{{1,{_LONGEST}}}")
_SECTION = re.compile(rf"^\s*\[\s*{ENTRY_POINT_GROUP}\s*\]\s*$", re.MULTILINE)


def installed_plugins() -> list[Plugin]:
    """Return a record of each distribution with an entry point in our group, by the name of the distribution."""
    found: list[Plugin] = []
    seen = set()
    for distribution in distributions():
        folder = str(getattr(distribution, "_path", ""))
        # The first on the path is the one that Python imports.
        name = os.path.basename(folder).rpartition(".")[0].partition("-")[0].lower().replace(".", "_")  # noqa: PTH119 - of hundreds, a Path each would be felt
        if not name or name not in seen:
            seen.add(name)
            found += _plugins_of(distribution, folder)
    return sorted(found, key=lambda plugin: (plugin.distribution, plugin.name))


def plugins_at(points: Iterable[EntryPoint]) -> list[Plugin]:
    """Return records of entry points that are given."""
    records = []
    for point in points:
        distribution = point.dist
        records.append(_record(point, distribution) if distribution else Plugin(point, point.value))
    return sorted(records, key=lambda plugin: (plugin.distribution, plugin.name))


def switch_off(plugins: Iterable[Plugin]) -> None:
    """Mark those that the environment leaves out; a plugin is named by its entry point or its distribution."""
    allowed, denied = named_in(ALLOWED), named_in(DENIED)
    for plugin in plugins:
        names = {_plain(plugin.name), _plain(plugin.distribution)}
        if denied is not None and names & denied:
            plugin.off = DENIED
        elif allowed is not None and not names & allowed:
            plugin.off = ALLOWED


def named_in(variable: str) -> set[str] | None:
    """Return the names that an environment variable lists, or None where it is not set."""
    text = os.environ.get(variable)
    return None if text is None else {_plain(name) for name in text.split(",") if name.strip()}


def unknown_names(plugins: Iterable[Plugin]) -> Iterator[tuple[str, str]]:
    """Yield variable and name for each name in the allow-list or the deny-list that no installed plugin has."""
    known = {_plain(name) for plugin in plugins for name in (plugin.name, plugin.distribution)}
    for variable in (ALLOWED, DENIED):
        yield from ((variable, name) for name in sorted((named_in(variable) or set()) - known))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _plugins_of(distribution: Distribution, folder: str) -> list[Plugin]:
    place = f"{folder}/entry_points.txt"
    content = _entry_points_file(distribution, place)
    if _GROUP not in content:
        return []
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return [_unreadable(distribution, "its entry_points.txt is not UTF-8 text", place)]
    if not _SECTION.search(text):
        return []
    points = [EntryPoint(name, value, ENTRY_POINT_GROUP)._for(distribution) for name, value in _entries(text)]  # type: ignore[attr-defined]  # noqa: SLF001 - how importlib.metadata itself ties a point to its distribution
    if not points:
        return [_unreadable(distribution, f"its section [{ENTRY_POINT_GROUP}] is empty", place)]
    first = _record(points[0], distribution)
    if len(points) > 1:
        names = ", ".join(point.name for point in points)
        first.diagnosis = Diagnosis(
            f"it declares {len(points)} entry points ({names}): a plugin has one, whose module offers everything",
            first.renewal(),
            place,
            _line_of(points[1].name, text),
        )
    elif not EntryPoint.pattern.match(points[0].value) or not all(map(str.isidentifier, first.module.split("."))):
        first.diagnosis = Diagnosis(
            f"its entry point '{points[0].name} = {points[0].value}' names no module",
            first.renewal(),
            place,
            _line_of(points[0].name, text),
        )
    elif not _POINT.fullmatch(first.name):
        first.diagnosis = Diagnosis(
            f"its entry point is called '{first.name}': use letters, digits, '.', '-' and '_'",
            first.renewal(),
            place,
            _line_of(first.name, text),
        )
    return [first]


def _entry_points_file(distribution: Distribution, place: str) -> bytes:
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - of hundreds, a Path each would be felt
            return file.read()
    except FileNotFoundError:
        return b""  # most packages have none
    except OSError:
        pass
    with suppress(OSError, ValueError):
        return (distribution.read_text("entry_points.txt") or "").encode()  # in an archive, for example
    return b""  # what nobody can read is no plugin


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each entry point in our group."""
    section = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif line and not line.startswith(("#", ";")) and section == ENTRY_POINT_GROUP:
            name, _, value = line.partition("=")
            yield printable(name.strip()), printable(value.strip())


def _line_of(name: str, text: str) -> int:
    lines = text.splitlines()
    return next(
        (number for number, line in enumerate(lines, 1) if printable(line.partition("=")[0].strip()) == name), 0
    )


def _unreadable(distribution: Distribution, reason: str, place: str) -> Plugin:
    plugin = _record(EntryPoint("", "", ENTRY_POINT_GROUP), distribution)
    plugin.point = EntryPoint(plugin.distribution, "", ENTRY_POINT_GROUP)
    plugin.diagnosis = Diagnosis(reason, plugin.renewal(), place)
    return plugin


def _record(point: EntryPoint, distribution: Distribution) -> Plugin:
    metadata = _metadata(distribution)
    folder = Path(str(getattr(distribution, "_path", "")))
    name, _, version = folder.name.rpartition(".")[0].partition("-")
    return Plugin(
        point=point,
        distribution=_name_of(str(metadata.get("Name") or ""), name.replace("_", "-") or point.value),
        version=printable(str(metadata.get("Version") or version))[:_LONGEST],
        core_range=core_range(metadata.get_all("Requires-Dist") or []) if metadata else "",
        editable=_is_editable(distribution),
    )


def _name_of(stated: str, folder: str) -> str:
    """Return the name of a distribution, or that of its folder where a shell would take the name for something else."""
    return stated if _POINT.fullmatch(stated) else re.sub(r"[^\w.-]+", "-", folder)[:_LONGEST].strip("-")


def _metadata(distribution: Distribution) -> Any:
    """Return what a distribution says of itself, or nothing where its file is gone."""
    try:
        return distribution.metadata or {}
    except Exception:  # noqa: BLE001 - other Pythons and other finders raise other errors for a file that is gone
        return {}


def _is_editable(distribution: Distribution) -> bool:
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
        return bool(origin.get("dir_info", {}).get("editable"))
    except (ValueError, AttributeError):
        return False
