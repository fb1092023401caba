"""Whether a plugin's hooks are called at all, and return what their specifications ask for."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any

import click

from itwinai_core import hookspecs
from itwinai_core.config.near import near_match
from itwinai_core.plugins import Plugins
from itwinai_core.testing.contract import Check, Fault, LoadError, Subject
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.use_cases import use_case_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from itwinai_core.testing.static.code import Module

SPECIFIED = {
    name: list(inspect.signature(hook).parameters) for name, hook in vars(hookspecs).items() if "itwinai_" in name
}
"""Every hook that the core calls, and what it hands over."""

REGISTERING = [name for name in SPECIFIED if not SPECIFIED[name]]
"""Hooks that are called while plugins are loaded, and return what a plugin offers."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def find(subject: Subject) -> list[Fault]:
    """Return what is wrong with a plugin's hooks and with what they return."""
    code = Code.read(subject.folder)
    written = [*_written(code, subject)]
    try:
        use_cases, plugins = subject.use_cases, subject.plugins
    except LoadError as error:
        # The registry names the first thing that does not fit; what is read off the code says more.
        return written or [Fault(error.fault.problem, _change(error.fault.problem))]
    return [
        *written,
        *_among_others(subject),
        *_again(subject),
        *(fault for use_case in use_cases for fault in use_case_faults(use_case, code, subject)),
        *_handed_over(subject),
        *_commands(plugins.commands.values()),
    ]


def _change(problem: str) -> str:
    """Return what to change about a plugin that the registry sets aside."""
    named = re.search(r"<class '[\w.]*?(\w+)'>", problem)
    if "not the class itself" in problem and named:
        return f"Return instances and not classes: {named[1]}()."
    changes = {
        "a list is asked for": "Return a list, also of one.",
        "where a subclass of": "Return classes and not instances.",
        "must take (": "Write the method with these arguments.",
        "abstract": "Write every method that the class must have: the error names those that are missing.",
        "already": "Choose a name of your own.",
    }
    otherwise = "Change the line that it names; `itwinai list-plugins` says whether the plugin works then."
    return next((change for words, change in changes.items() if words in problem), otherwise)


def _written(code: Code, subject: Subject) -> Iterator[Fault]:
    """Find what is wrong with the functions that are hooks, or look like hooks."""
    for module in code.modules.values():
        for node in module.tree.body:
            if not isinstance(node, _Function):
                continue
            marked = _is_marked(node)
            if marked or node.name.startswith("itwinai_"):
                yield from _written_hook(node, module, code, subject, marked=marked)


def _written_hook(node: _Function, module: Module, code: Code, subject: Subject, *, marked: bool) -> Iterator[Fault]:
    place = module.place(node)
    if node.name not in SPECIFIED:
        if marked or near_match(node.name, SPECIFIED):
            yield Fault(
                f"{place} calls a hook {node.name}, and the core calls none of this name."
                f"{near_match(node.name, SPECIFIED)}",
                f"Name it after one of the hooks: {', '.join(SPECIFIED)}.",
            )
        return
    if not marked:
        yield Fault(f"{place}: {node.name} lacks @hookimpl, so nothing calls it.", "Put @hookimpl above it.")
    yield from _arguments(node, place)
    if isinstance(node, ast.AsyncFunctionDef):
        yield Fault(f"{place}: {node.name} is async, and the core does not wait for it.", "Make it a plain function.")
    elif node.name not in REGISTERING and any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node)):
        yield Fault(f"{place}: {node.name} is a generator, whose body never runs.", "Make it a plain function.")
    entry = code.modules.get(subject.point.module)
    if entry and entry.names is not None and node.name not in entry.names:
        yield Fault(
            f"{place}: {node.name} is not in {subject.point.module}, which the entry point names, so nothing calls it.",
            f"Define it in {entry.shown}, or import it there.",
        )


def _arguments(node: _Function, place: str) -> Iterator[Fault]:
    handed = SPECIFIED[node.name]
    asked = node.args
    for argument in [*asked.posonlyargs, *asked.args, *asked.kwonlyargs]:
        if argument.arg not in handed:
            yield Fault(
                f"{place}: {node.name} asks for '{argument.arg}', and the core hands over "
                f"{', '.join(handed) or 'nothing'}.{near_match(argument.arg, handed)}",
                f"Name its arguments as the specification does: {node.name}({', '.join(handed)}).",
            )
    if asked.defaults or any(asked.kw_defaults):
        yield Fault(
            f"{place}: {node.name} gives an argument a default, and such an argument is never handed over.",
            "Take the default away.",
        )
    for star in (asked.vararg, asked.kwarg):
        if star:
            yield Fault(
                f"{place}: {node.name} takes *{star.arg}, which stays empty.", "Name the arguments that it uses."
            )


def _is_marked(node: _Function) -> bool:
    return any("hookimpl" in ast.unparse(decorator) for decorator in node.decorator_list)


def _among_others(subject: Subject) -> Iterator[Fault]:
    """Find names that the core or another installed plugin has already."""
    # By name: this room is below the doors, and does not call them.
    verbs: Collection[str] = importlib.import_module("itwinai_core.cli").verbs.commands
    for plugin in Plugins(verbs=verbs).installed:
        if plugin.name == subject.name and plugin.diagnosis:
            place = f" ({plugin.diagnosis.place})" if plugin.diagnosis.place else ""
            yield Fault(
                f"Beside the core and the other plugins here it is set aside: {plugin.diagnosis.reason}{place}.",
                "Choose a name of your own.",
            )


def _again(subject: Subject) -> Iterator[Fault]:
    """Find hooks that return something else when they are called a second time."""
    offered = {use_case.name for use_case in subject.use_cases}
    module = subject.point.load()
    for hook in REGISTERING:
        function = getattr(module, hook, None)
        if function is None:
            continue
        first, second = _names(function()), _names(function())
        if first != second or (hook == "itwinai_use_cases" and set(first) != offered):
            yield Fault(
                f"{hook} returns {', '.join(sorted(offered)) or 'nothing'} at the first call, and at a second one "
                f"{', '.join(second) or 'nothing'}.",
                f"Make the list anew each time: {hook} is called by every command.",
            )


def _handed_over(subject: Subject) -> Iterator[Fault]:
    """Find trackers that cannot be made or called as the core does it."""
    module = subject.point.load()
    hook = getattr(module, "itwinai_trackers", None)
    for tracker in hook() if hook else ():
        for method, arguments, named in (
            ("__init__", ("self",), {}),
            ("start", ("self", "run", "folder"), {}),
            ("log", ("self", "metrics"), {"epoch": 1, "step": 1}),
            ("finish", ("self", "state"), {}),
        ):
            try:
                inspect.signature(getattr(tracker, method)).bind(*arguments, **named)
            except TypeError as error:
                asked = ", ".join([*arguments, *(("*", *named) if named else ())])
                yield Fault(
                    f"{tracker.__name__}.{method} cannot be called as the core calls it: {error}.",
                    f"Write def {method}({asked}).",
                )


def _names(offered: Any) -> list[str]:
    return [str(getattr(item, "name", item)) for item in offered]


def _commands(commands: Collection[click.Command]) -> Iterator[Fault]:
    for command in commands:
        for path, inner in _with_subcommands(command, str(command.name)):
            if not (inner.help or inner.short_help or inner.hidden):
                yield Fault(
                    f"`itwinai {path}` has no help.", "Say in a docstring under its function what the command does."
                )


def _with_subcommands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _with_subcommands(inner, f"{path} {name}")


CHECK = Check("hooks", "every hook is called, and returns what is asked for", find)
