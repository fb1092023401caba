"""Finds plugins by entry points, sets broken ones aside, and answers what the others offer."""

from __future__ import annotations

import contextlib
import re
import sys
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import click
import pluggy

from itwinai_core import hookspecs, strategies, trackers
from itwinai_core.config import Config, did_you_mean
from itwinai_core.errors import PluginError
from itwinai_core.progress import stderr_console
from itwinai_core.strategy import Strategy
from itwinai_core.tracker import Tracker
from itwinai_core.use_case import UseCase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ENGINES = ("lightning", "keras")
"""Engines that a use case may name."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass
class Plugin:
    """One installed package that says it is a plugin, working or not."""

    name: str
    """Name of its entry point."""

    distribution: str
    """Name of the package that offers it."""

    version: str
    """Version of that package."""

    use_cases: list[UseCase[Any]] = field(default_factory=list)
    """What it offers for training."""

    problem: str = ""
    """Why it was set aside; empty where it works."""


class _DoesNotFitError(Exception):
    """What a plugin offers is not of the shape that its hook asks for."""


class Plugins:
    """All installed plugins, loaded; none of them can keep the others from being used."""

    def __init__(self, points: Iterable[EntryPoint] | None = None, *, verbs: Collection[str] = ()) -> None:
        """Load every plugin.

        Args:
            points: Entry points to load; by default those that are installed.
            verbs: Names that no plugin's command may take, because the program has them already.
        """
        self._verbs = verbs
        self._manager = pluggy.PluginManager("itwinai")
        self._manager.add_hookspecs(hookspecs)
        self.installed: list[Plugin] = []
        """Every installed plugin, by name; the set-aside ones say why."""
        self._use_cases: dict[str, tuple[UseCase[Any], Plugin]] = {}
        self._strategies: dict[tuple[str, str], Strategy] = {}
        self._trackers: dict[str, type[Tracker]] = {}
        self.commands: dict[str, click.Command] = {}
        """The plugins' own verbs, by name."""
        for module in (strategies, trackers):
            self._manager.register(module)
            self._offer(module, Plugin(module.__name__, "itwinai-core", ""))
        points = entry_points(group=hookspecs.ENTRY_POINT_GROUP) if points is None else points
        for point in sorted(points, key=lambda point: point.name):
            self._load(point)

    def use_case(self, name: str) -> UseCase[Any]:
        """Return the use case of this name.

        Raises:
            PluginError: no working plugin offers it.
        """
        if name in self._use_cases:
            return self._use_cases[name][0]
        broken = [plugin for plugin in self.installed if plugin.problem]
        hint = did_you_mean(name, self._use_cases) or "\nNo working plugin is installed: pip install itwinai-virgo"
        if broken:
            hint += "\nSome plugins are set aside: `itwinai list-plugins` says why."
        raise PluginError(f"No installed plugin offers a use case '{name}'.{hint}")

    def plugin_of(self, use_case: UseCase[Any]) -> Plugin:
        """Return the plugin that offers a use case."""
        return self._use_cases[use_case.name][1]

    def strategy(self, name: str, engine: str) -> Strategy:
        """Return the strategy of this name for an engine.

        Raises:
            PluginError: there is none.
        """
        if (name, engine) in self._strategies:
            return self._strategies[name, engine]
        names = [known for known, serves in self._strategies if serves == engine]
        raise PluginError(f"strategy.name: no {engine} strategy is called '{name}'.{did_you_mean(name, names)}")

    def tracker(self, name: str) -> type[Tracker]:
        """Return the tracker of this name.

        Raises:
            PluginError: there is none.
        """
        if name in self._trackers:
            return self._trackers[name]
        raise PluginError(f"fit.trackers: no tracker is called '{name}'.{did_you_mean(name, self._trackers)}")

    def tell(self, hook: str, **happened: Any) -> None:
        """Call an observing hook on each plugin; one that raises is named, and the others are still called."""
        for module in self._manager.get_plugins():
            others = self._manager.get_plugins() - {module}
            try:
                self._manager.subset_hook_caller(hook, remove_plugins=others)(**happened)
            except Exception as error:  # noqa: BLE001 - an observer may not end what it observes
                name = self._manager.get_name(module)
                stderr_console().print(f"Plugin {name} failed in {hook}: {type(error).__name__}: {error}", markup=False)

    def _load(self, point: EntryPoint) -> None:
        distribution = point.dist
        plugin = Plugin(
            name=point.name,
            distribution=distribution.name if distribution else point.value,
            version=distribution.version if distribution else "",
        )
        self.installed.append(plugin)
        module = None
        try:
            # What a plugin prints while it is loaded must not end up in somebody's JSON.
            with contextlib.redirect_stdout(sys.stderr):
                module = point.load()
                self._refuse_unknown_hooks(module)
                self._manager.register(module, name=point.name)
                self._offer(module, plugin)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - nothing that is installed may take the command down
            plugin.problem = "; ".join(f"{type(error).__name__}: {error}".strip().splitlines()[:3])
            if module is not None and self._manager.is_registered(module):
                self._manager.unregister(module)

    def _refuse_unknown_hooks(self, module: Any) -> None:
        for attribute in dir(module):
            if self._manager.parse_hookimpl_opts(module, attribute) is not None and not hasattr(
                self._manager.hook, attribute
            ):
                raise _DoesNotFitError(f"the core has no hook '{attribute}'.{did_you_mean(attribute, vars(hookspecs))}")

    def _offer(self, module: Any, plugin: Plugin) -> None:
        """Take over what one plugin offers: all of it or, where any of it does not fit, nothing."""
        use_cases = [_checked_use_case(offered) for offered in self._offered(module, "itwinai_use_cases")]
        strategies_ = [_instance(offered, Strategy) for offered in self._offered(module, "itwinai_strategies")]
        trackers_ = [_subclass(offered, Tracker) for offered in self._offered(module, "itwinai_trackers")]
        commands = [_instance(offered, click.Command) for offered in self._offered(module, "itwinai_commands")]
        new_use_cases = _fresh(
            {use_case.name: (use_case, plugin) for use_case in use_cases}, self._use_cases, "use case"
        )
        new_strategies = _fresh({(item.name, item.engine): item for item in strategies_}, self._strategies, "strategy")
        new_trackers = _fresh({item.name: item for item in trackers_}, self._trackers, "tracker")
        taken = {**self.commands, **dict.fromkeys(self._verbs)}
        new_commands = _fresh({str(command.name): command for command in commands}, taken, "command")
        self._use_cases.update(new_use_cases)
        self._strategies.update(new_strategies)
        self._trackers.update(new_trackers)
        self.commands.update(new_commands)
        plugin.use_cases = use_cases

    def _offered(self, module: Any, hook: str) -> list[Any]:
        others = [other for other in self._manager.get_plugins() if other is not module]
        answers = self._manager.subset_hook_caller(hook, remove_plugins=others)()
        return [item for answer in answers for item in answer]


def _fresh(offered: dict[Any, Any], known: dict[Any, Any], kind: str) -> dict[Any, Any]:
    for name in offered:
        if name in known:
            owner = known[name][1].distribution if kind == "use case" else "the core or another plugin"
            shown = name if isinstance(name, str) else " for ".join(name)
            raise _DoesNotFitError(f"its {kind} '{shown}' is offered by {owner} already")
    return offered


def _checked_use_case(offered: Any) -> UseCase[Any]:
    use_case: UseCase[Any] = _instance(offered, UseCase)
    kind = type(use_case).__name__
    if not _NAME.fullmatch(str(getattr(use_case, "name", ""))):
        raise _DoesNotFitError(f"{kind}.name must be of lower-case letters, digits, '-' and '_'")
    if not str(getattr(use_case, "summary", "")).strip():
        raise _DoesNotFitError(f"{kind}.summary must say in one line what is trained")
    if getattr(use_case, "engine", None) not in ENGINES:
        raise _DoesNotFitError(f"{kind}.engine must be one of {', '.join(ENGINES)}: subclass one of their use cases")
    _subclass(getattr(use_case, "settings", None), Config)
    return use_case


def _instance(offered: Any, kind: type) -> Any:
    if not isinstance(offered, kind):
        raise _DoesNotFitError(f"it offers {offered!r} where a {kind.__name__} is asked for")
    return offered


def _subclass(offered: Any, kind: type) -> Any:
    if not (isinstance(offered, type) and issubclass(offered, kind)):
        raise _DoesNotFitError(f"it offers {offered!r} where a subclass of {kind.__name__} is asked for")
    return offered
