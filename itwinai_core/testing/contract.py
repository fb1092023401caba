"""What a check is, what it finds, and the plugin under test as the checks see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distributions, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlparse
from urllib.request import url2pathname

from itwinai_core.config.near import did_you_mean
from itwinai_core.errors import PluginError
from itwinai_core.hookspecs import ENTRY_POINT_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from importlib.metadata import Distribution, EntryPoint

    from itwinai_core.plugins import Plugins
    from itwinai_core.use_case import UseCase

SeenT = TypeVar("SeenT")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a plugin."""

    problem: str
    """What is wrong, with the value and where: file and line, or the use case's name."""

    change: str
    """What to change."""


@dataclass(frozen=True)
class Check(Generic[SeenT]):
    """One promise of a plugin, and what finds out whether it holds."""

    name: str
    """One word, or several with hyphens."""

    promise: str
    """What holds when it passes, in one line."""

    find: Callable[[SeenT], list[Fault]]
    """Returns what is wrong; nothing where the promise holds. May raise `NotCheckedError`."""


class NotCheckedError(Exception):
    """A check does not apply, or cannot be made here; the message says why."""


class LoadError(Exception):
    """The plugin does not load, so that what it offers cannot be looked at.

    Args:
        fault: Why, and what to change.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.problem)
        self.fault = fault


class Subject:
    """The plugin under test, looked at without loading it until ``use_cases`` is asked for."""

    def __init__(self, name: str, *, only: Collection[str] = ()) -> None:
        """Find a plugin among those that are installed.

        Args:
            name: Of its entry point or of its distribution.
            only: Use cases whose samples are looked at; all where there are none.

        Raises:
            PluginError: none is called so.
        """
        self.point = _entry_point(name)
        """The entry point of the plugin."""
        self._only = only

    @property
    def name(self) -> str:
        """Name of the entry point."""
        return self.point.name

    @property
    def distribution(self) -> Distribution:
        """The installed distribution, as `importlib.metadata` knows it."""
        distribution = self.point.dist
        if distribution is None:
            raise PluginError(f"The entry point '{self.name}' belongs to no installed package.")
        return distribution

    @property
    def package(self) -> str:
        """Top-level import package of the plugin, or the module that is all of it."""
        return self.point.module.partition(".")[0]

    @cached_property
    def folder(self) -> Path:
        """Folder of the package, or the file of a plugin that is a single module; it need not be loaded for that.

        Raises:
            LoadError: there is no such package.
        """
        spec = find_spec(self.package)
        places = list(spec.submodule_search_locations or []) if spec else []
        if places:
            return Path(places[0])
        if spec and spec.origin:
            return Path(spec.origin)
        raise LoadError(
            Fault(
                f"The entry point '{self.name}' names {self.point.value}, but no '{self.package}' is installed.",
                "See that the wheel holds the package, and that the entry point spells its name.",
            )
        )

    @cached_property
    def project(self) -> Path | None:
        """Folder of the source where the plugin is installed editable, else None."""
        origin = json.loads(self.distribution.read_text("direct_url.json") or "{}")
        if not origin.get("dir_info", {}).get("editable"):
            return None
        return Path(url2pathname(urlparse(origin["url"]).path))

    @cached_property
    def plugins(self) -> Plugins:
        """The registry with this plugin alone.

        Raises:
            LoadError: it sets the plugin aside.
        """
        from itwinai_core.plugins import Plugins

        plugins = Plugins([self.point])
        diagnosis = plugins.installed[0].diagnosis
        if diagnosis:
            place = f" ({diagnosis.place})" if diagnosis.place else ""
            change = f"Mend it: {diagnosis.mend}"
            if "--upgrade" in diagnosis.mend:  # said to users, who wait for the next release; its author makes that
                where = diagnosis.place or f"{self.point.module} or pyproject.toml"
                change = f"Mend {where}, and install the plugin anew; `itwinai list-plugins` says whether it works."
            raise LoadError(Fault(f"The plugin is set aside: {diagnosis.reason}{place}.", change))
        return plugins

    @cached_property
    def use_cases(self) -> list[UseCase[Any]]:
        """What the plugin offers for training, loaded in this process.

        Raises:
            LoadError: the registry sets the plugin aside.
        """
        return [self.plugins.use_case(offered.name) for offered in self.plugins.installed[0].use_cases]

    @property
    def sampled(self) -> list[UseCase[Any]]:
        """The use cases whose samples are looked at.

        Raises:
            LoadError: the registry sets the plugin aside.
        """
        return [use_case for use_case in self.use_cases if not self._only or use_case.name in self._only]

    @cached_property
    def wheel(self) -> Path | None:
        """Wheel of the plugin, built from its source where it is installed editable, else None.

        What a wheel held that the plugin was installed from is in ``distribution``: its files and its metadata.

        Raises:
            NotCheckedError: the back end that builds it is not installed here.
            LoadError: it cannot be built.
        """
        if self.project is None:
            return None
        from itwinai_core.testing.building import build_wheel

        return build_wheel(self.project)

    def owns(self, path: str | Path) -> bool:
        """Return whether a file is one of the plugin's own.

        Args:
            path: Absolute.
        """
        return Path(path) == self.folder or self.folder in Path(path).parents


def _entry_point(name: str) -> EntryPoint:
    points = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    wanted = _normal(name)
    by_distribution = {point.dist.name: point for point in points.values() if point.dist}
    for known, point in [*points.items(), *by_distribution.items()]:
        if _normal(known) == wanted:
            return point
    for point in (point for distribution in distributions() for point in distribution.entry_points):
        if point.group != ENTRY_POINT_GROUP and ENTRY_POINT_GROUP in point.group and wanted in _names_of(point):
            raise PluginError(
                f"'{name}' stands under the group of entry points '{point.group}', which nobody reads.\n"
                f"Declare it under [project.entry-points.{ENTRY_POINT_GROUP}], and install it anew."
            )
    hint = did_you_mean(name, [*points, *by_distribution]) or "\nNo plugin is installed here."
    raise PluginError(f"No installed plugin is called '{name}'.{hint}")


def _names_of(point: EntryPoint) -> set[str]:
    return {_normal(point.name), _normal(point.dist.name) if point.dist else ""}


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
