"""All installed plugins: which work, which are set aside and why, and what the working ones offer."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pluggy

from itwinai_core import hookspecs, strategies, trackers
from itwinai_core.config.near import did_you_mean
from itwinai_core.entry_points import pass_over_unreadable
from itwinai_core.errors import PluginError
from itwinai_core.plugins import diagnose
from itwinai_core.plugins.claims import settle
from itwinai_core.plugins.find import installed_plugins, plugins_at, switch_off
from itwinai_core.plugins.load import LOADING, load, quiet_process
from itwinai_core.plugins.offers import read_offers
from itwinai_core.plugins.probe import probe
from itwinai_core.plugins.requirements import unmet
from itwinai_core.progress import stderr_console

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from importlib.metadata import EntryPoint

    import click

    from itwinai_core.plugins.offers import Offered
    from itwinai_core.plugins.record import Claim, Diagnosis, Plugin
    from itwinai_core.strategy import Strategy
    from itwinai_core.tracker import Tracker
    from itwinai_core.use_case import UseCase


class Plugins:
    """All installed plugins; none of them can keep the others, or the program, from working."""

    def __init__(
        self, points: Iterable[EntryPoint] | None = None, *, verbs: Collection[str] = (), alone: bool = False
    ) -> None:
        """Find every plugin, and try them in a process that is not this one.

        Args:
            points: Entry points of the plugins; by default those that are installed.
            verbs: Names that no plugin's command may take, because the program has them already.
            alone: Whether each is tried in a process to itself; else those that work share one, which is faster.

        Raises:
            PluginError: a plugin asks for this while it is loaded itself.
        """
        if os.environ.get(LOADING):
            raise PluginError("A plugin asks for the installed plugins while it is loaded. Ask when a verb runs.")
        self.installed: list[Plugin] = installed_plugins() if points is None else plugins_at(points)
        """Every installed plugin, by name; those that are set aside say why."""
        pass_over_unreadable()
        switch_off(self.installed)
        for plugin in self._standing():
            plugin.diagnosis = _of_metadata(plugin)
        standing = self._standing()
        for group in [[plugin] for plugin in standing] if alone else [standing]:
            probe(group)
        self._core = _Registered()
        for module in (strategies, trackers):
            self._core.register(module, "itwinai-core")
        settle(self.installed, {*self._core.claims(), *(("command", verb) for verb in verbs)})

    def use_case(self, name: str) -> UseCase[Any]:
        """Return the use case of this name.

        Raises:
            PluginError: no working plugin offers it.
        """
        if name in self._offered.use_cases:
            return self._offered.use_cases[name]
        hint = did_you_mean(name, self._offered.use_cases)
        hint = hint or "\nNo working plugin is installed: pip install itwinai-virgo"
        for plugin in self.installed:
            if plugin.off:
                hint += f"\n{plugin.title} is switched off by {plugin.off}."
            elif plugin.diagnosis:
                hint += f"\n{plugin.title} is set aside: {plugin.problem}"
        raise PluginError(f"No installed plugin offers a use case '{name}'.{hint}")

    def plugin_of(self, use_case: UseCase[Any]) -> Plugin:
        """Return the plugin that offers a use case."""
        return next(
            plugin
            for plugin in self.installed
            if plugin.status == "working" and use_case.name in {offered.name for offered in plugin.use_cases}
        )

    def strategy(self, name: str, engine: str) -> Strategy:
        """Return the strategy of this name for an engine.

        Raises:
            PluginError: there is none.
        """
        known = self._offered.strategies
        if (name, engine) in known:
            return known[name, engine]
        raise PluginError(
            f"strategy.name: no {engine} strategy is called '{name}'.{did_you_mean(name, self.strategy_names(engine))}"
        )

    def strategy_names(self, engine: str) -> list[str]:
        """Return the names of an engine's strategies."""
        return sorted(known for known, serves in self._offered.strategies if serves == engine)

    def tracker(self, name: str) -> type[Tracker]:
        """Return the tracker of this name.

        Raises:
            PluginError: there is none.
        """
        if name in self._offered.trackers:
            return self._offered.trackers[name]
        raise PluginError(f"fit.trackers: no tracker is called '{name}'.{did_you_mean(name, self.tracker_names)}")

    @property
    def tracker_names(self) -> list[str]:
        """Names of all trackers."""
        return sorted(self._offered.trackers)

    @property
    def commands(self) -> dict[str, click.Command]:
        """The plugins' own verbs, by name."""
        return self._offered.commands

    def tell(self, hook: str, **happened: Any) -> None:
        """Call an observing hook on each plugin; one that raises is named, and the others are still called."""
        manager = self._offered.manager
        for module in manager.get_plugins():
            others = manager.get_plugins() - {module}
            try:
                manager.subset_hook_caller(hook, remove_plugins=others)(**happened)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - an observer may not end what it observes
                name = manager.get_name(module)
                stderr_console().print(f"Plugin {name} failed in {hook}: {type(error).__name__}: {error}", markup=False)

    def _standing(self) -> list[Plugin]:
        return [plugin for plugin in self.installed if plugin.status == "working"]

    @cached_property
    def _offered(self) -> _Registered:
        """The objects of the core and of all working plugins, loaded into this process when they are first needed."""
        for plugin in self._standing():
            try:
                with quiet_process():
                    offered = load(plugin, self._core.manager)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - it worked when it was tried, and now it does not
                plugin.diagnosis = diagnose.of_error(error, plugin)
            else:
                self._core.add(offered)
        return self._core


def _of_metadata(plugin: Plugin) -> Diagnosis | None:
    """Return what is wrong with a plugin that can be told without importing it, or None."""
    try:
        return diagnose.of_stale_metadata(plugin) or unmet(plugin)
    except Exception as error:  # noqa: BLE001 - files of metadata may hold anything, and each reader raises its own error
        return diagnose.of_unreadable_metadata(error, plugin)


class _Registered:
    """Objects by name, and the hooks of who offers them."""

    def __init__(self) -> None:
        self.manager = pluggy.PluginManager("itwinai")
        self.manager.add_hookspecs(hookspecs)
        self.use_cases: dict[str, UseCase[Any]] = {}
        self.strategies: dict[tuple[str, str], Strategy] = {}
        self.trackers: dict[str, type[Tracker]] = {}
        self.commands: dict[str, click.Command] = {}

    def register(self, module: Any, name: str) -> None:
        """Take a module of the core itself."""
        self.manager.register(module, name=f"{name}:{module.__name__}")
        self.add(read_offers(module, self.manager))

    def add(self, offered: Offered) -> None:
        """Take over the objects of one plugin."""
        self.use_cases |= {item.name: item for item in offered.use_cases}
        self.strategies |= {(item.name, item.engine): item for item in offered.strategies}
        self.trackers |= {item.name: item for item in offered.trackers}
        self.commands |= {str(item.name): item for item in offered.commands}

    def claims(self) -> set[Claim]:
        """Return the names that are taken."""
        return {
            *(("strategy", f"{name} for {engine}") for name, engine in self.strategies),
            *(("tracker", name) for name in self.trackers),
        }
