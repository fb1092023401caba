"""Reads what a loaded module offers through its hooks, and refuses what is not of the shape that a hook asks for."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from itwinai_core import hookspecs
from itwinai_core.config import Config
from itwinai_core.config.near import did_you_mean, near_match
from itwinai_core.plugins.record import OfferedUseCase, Offers, shown
from itwinai_core.strategy import Strategy
from itwinai_core.tracker import Tracker
from itwinai_core.use_case import UseCase

if TYPE_CHECKING:
    import pluggy

ENGINES = ("lightning", "keras")
"""Engines that a use case may name."""

MOST = 1000
"""Objects that one hook may offer; a generator without an end would never be done."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{,63}")
_LONGEST_SUMMARY = 200
_CALLS: dict[str, tuple[str, ...]] = {
    "prepare": ("run",),
    "build_data": ("run",),
    "build_model": ("run",),
    "adapt": ("run", "model", "train"),
    "assess": ("run", "model", "data", "folder"),
    "predict": ("run", "model", "inputs", "folder"),
    "samples": (),
}


class MisfitError(Exception):
    """What a plugin offers is not of the shape that its hook asks for.

    Args:
        reason: What does not fit.
        culprit: The function or class that is to be changed, from which file and line are read.
    """

    def __init__(self, reason: str, culprit: object = None) -> None:
        super().__init__(reason)
        self.culprit = culprit


@dataclass
class Offered:
    """The objects that a plugin offers."""

    use_cases: list[UseCase[Any]] = field(default_factory=list)
    strategies: list[Strategy] = field(default_factory=list)
    trackers: list[type[Tracker]] = field(default_factory=list)
    commands: list[click.Command] = field(default_factory=list)

    def names(self) -> Offers:
        """Return the names of all of it."""
        return Offers(
            use_cases=tuple(OfferedUseCase(item.name, item.engine, item.summary) for item in self.use_cases),
            strategies=tuple((item.name, item.engine) for item in self.strategies),
            trackers=tuple(item.name for item in self.trackers),
            commands=tuple(str(item.name) for item in self.commands),
        )


def read_offers(module: Any, manager: pluggy.PluginManager) -> Offered:
    """Return what a module's registering hooks offer.

    Args:
        module: The plugin's module, or whatever else its entry point names.
        manager: Where it is registered.

    Raises:
        MisfitError: an object is not of the right shape, or a name is used twice.
    """
    offered = Offered(
        use_cases=[_checked_use_case(*item) for item in _items(module, manager, "itwinai_use_cases")],
        strategies=[_checked_strategy(*item) for item in _items(module, manager, "itwinai_strategies")],
        trackers=[_checked_tracker(*item) for item in _items(module, manager, "itwinai_trackers")],
        commands=[_checked_command(*item) for item in _items(module, manager, "itwinai_commands")],
    )
    for (kind, name), times in Counter(offered.names().claims()).items():
        if times > 1:
            raise MisfitError(f"it offers the {kind} '{name}' {times} times", module)
    return offered


def check_hooks(module: Any, manager: pluggy.PluginManager) -> None:
    """Refuse hooks that the core does not have, or that ask for what the core does not hand over.

    Raises:
        MisfitError: one does not fit, or there is none at all.
    """
    known = [name for name in vars(hookspecs) if name.startswith("itwinai_")]
    implemented = 0
    for attribute in dir(module):
        options = manager.parse_hookimpl_opts(module, attribute)
        function = getattr(module, attribute, None)
        if options is None:
            own = getattr(function, "__module__", None) == getattr(module, "__name__", None)
            if attribute.startswith("itwinai_") and inspect.isroutine(function) and own:
                raise MisfitError(f"its function {attribute} lacks @hookimpl, so nothing would call it", function)
            continue
        hook = options.get("specname") or attribute
        if hook not in known:
            raise MisfitError(f"the core has no hook '{hook}'.{did_you_mean(hook, known)}", function)
        _check_arguments(hook, function)
        implemented += 1
    if not implemented:
        hint = "" if inspect.ismodule(module) else f": its entry point names {shown(module)}"
        raise MisfitError(f"it implements no hook{hint}", module)


def _check_arguments(hook: str, function: Any) -> None:
    known = list(inspect.signature(getattr(hookspecs, hook)).parameters)
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in known and parameter.default is parameter.empty:
            hint = near_match(name, known) or f" It hands over: {', '.join(known) or 'nothing'}."
            raise MisfitError(f"the core hands no '{name}' to {hook}.{hint}", function)


def _items(module: Any, manager: pluggy.PluginManager, hook: str) -> list[tuple[Any, Callable[..., Any]]]:
    """Return what one plugin's implementations of a hook return, each object with the function that gave it."""
    found: list[tuple[Any, Callable[..., Any]]] = []
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        if implementation.plugin is not module:
            continue
        function = implementation.function
        answer = function()
        if not isinstance(answer, Iterable) or isinstance(answer, str | bytes | Mapping):
            if inspect.iscoroutine(answer):
                answer.close()
            raise MisfitError(f"{hook} returns {shown(answer)}, and a list is asked for", function)
        items = list(islice(answer, MOST + 1))
        if len(items) > MOST:
            raise MisfitError(f"{hook} offers more than {MOST} objects", function)
        found += [(item, function) for item in items]
    return found


def _checked_use_case(offered: Any, function: Callable[..., Any]) -> UseCase[Any]:
    use_case: UseCase[Any] = _instance(offered, UseCase, function)
    kind = type(use_case)
    name, summary = getattr(use_case, "name", None), getattr(use_case, "summary", None)
    _check_name(name, f"{kind.__name__}.name", kind)
    if type(summary) is not str or not summary.strip() or not summary.isprintable() or len(summary) > _LONGEST_SUMMARY:
        most = f"at most {_LONGEST_SUMMARY} characters"
        raise MisfitError(f"{kind.__name__}.summary must say in one line what is trained, in {most}", kind)
    if getattr(use_case, "engine", None) not in ENGINES:
        raise MisfitError(f"{kind.__name__}.engine must be one of {', '.join(ENGINES)}: subclass their use cases", kind)
    _subclass(getattr(use_case, "settings", None), Config, kind, f"{kind.__name__}.settings is")
    for attribute in ("defaults", "quick"):
        value = getattr(use_case, attribute, None)
        if not isinstance(value, Mapping):
            raise MisfitError(f"{kind.__name__}.{attribute} is {shown(value)}, and a mapping is asked for", kind)
    for method, handed in _CALLS.items():
        _check_method(kind, use_case, method, handed)
    return use_case


def _check_method(kind: type, owner: object, method: str, handed: tuple[str, ...]) -> None:
    function = getattr(owner, method, None)
    if not callable(function):
        raise MisfitError(f"{kind.__name__}.{method} is {shown(function)}, and a method is asked for", kind)
    try:
        inspect.signature(function).bind(*handed)
    except TypeError:
        asked = ", ".join(("self", *handed))
        raise MisfitError(f"{kind.__name__}.{method} must take ({asked})", getattr(kind, method)) from None


def _checked_strategy(offered: Any, function: Callable[..., Any]) -> Strategy:
    strategy: Strategy = _instance(offered, Strategy, function)
    kind = type(strategy)
    _check_name(getattr(strategy, "name", None), f"{kind.__name__}.name", kind)
    if getattr(strategy, "engine", None) not in ENGINES:
        raise MisfitError(f"{kind.__name__}.engine must be one of {', '.join(ENGINES)}", kind)
    _check_method(kind, strategy, "build", ("options",))
    return strategy


def _checked_tracker(offered: Any, function: Callable[..., Any]) -> type[Tracker]:
    tracker: type[Tracker] = _subclass(offered, Tracker, function, "itwinai_trackers offers")
    _check_name(getattr(tracker, "name", None), f"{tracker.__name__}.name", tracker)
    if inspect.isabstract(tracker):
        missing = ", ".join(sorted(tracker.__abstractmethods__))
        raise MisfitError(f"{tracker.__name__} does not implement {missing}", tracker)
    return tracker


def _checked_command(offered: Any, function: Callable[..., Any]) -> click.Command:
    command: click.Command = _instance(offered, click.Command, function)
    _check_name(command.name, "its command's name", function)
    return command


def _check_name(name: Any, what: str, culprit: object) -> None:
    if type(name) is not str or not _NAME.fullmatch(name):
        raise MisfitError(
            f"{what} is {shown(name)}: use lower-case letters, digits, '-' and '_', a letter first, at most 64",
            culprit,
        )


def _instance(offered: Any, kind: type, function: Callable[..., Any]) -> Any:
    if not isinstance(offered, kind):
        hint = ", not the class itself" if isinstance(offered, type) and issubclass(offered, kind) else ""
        raise MisfitError(f"it offers {shown(offered)} where a {kind.__name__} is asked for{hint}", function)
    return offered


def _subclass(offered: Any, kind: type, culprit: object, says: str) -> Any:
    if not (isinstance(offered, type) and issubclass(offered, kind)):
        raise MisfitError(f"{says} {shown(offered)} where a subclass of {kind.__name__} is asked for", culprit)
    return offered
