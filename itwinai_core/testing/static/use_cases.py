"""Whether a use case says what it is, and its methods are those that the core calls."""

from __future__ import annotations

import ast
import difflib
import inspect
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from itwinai_core.config import Config
from itwinai_core.config.content import merged
from itwinai_core.config.validate import validate
from itwinai_core.errors import ConfigError, PluginError
from itwinai_core.testing.contract import Fault
from itwinai_core.use_case import KerasUseCase, LightningUseCase, UseCase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from itwinai_core.testing.contract import Subject
    from itwinai_core.testing.static.code import Code

_OURS = (UseCase, LightningUseCase, KerasUseCase)
METHODS = {
    name: function for name, function in vars(UseCase).items() if inspect.isfunction(function) and name[0] != "_"
}
"""What the core calls, by name."""

_ATTRIBUTES = {name for name in UseCase.__annotations__ if name[0] != "_"}
_OTHER_WORDS = {
    "prepare_data": "prepare", "setup": "prepare", "download": "prepare", "evaluate": "assess", "judge": "assess",
    "test": "assess", "infer": "predict", "inference": "predict", "apply": "predict", "fit_scaling": "adapt",
    "example_inputs": "samples", "examples": "samples", "sample": "samples", "description": "summary",
    "default_config": "defaults", "config": "settings",
}  # fmt: skip
"""What others call the methods of the contract."""


def use_case_faults(use_case: UseCase[Any], code: Code, subject: Subject) -> Iterator[Fault]:
    """Find what is wrong with a use case before anything of it is called."""
    kind = type(use_case)
    yield from _summary(use_case)
    yield from _bases(kind)
    yield from _run_values(use_case, subject)
    yield from _samples(use_case)
    for owner in kind.__mro__:
        if owner.__module__.partition(".")[0] not in {"itwinai_core", "abc", "typing", "builtins"}:
            yield from _methods(owner, subject)
            yield from _never_called(owner, kind, code, subject)


def _summary(use_case: UseCase[Any]) -> Iterator[Fault]:
    summary, kind = use_case.summary, type(use_case).__name__
    if summary.rstrip().endswith(".") and not summary.rstrip().endswith("..."):
        yield Fault(f"{kind}.summary ends in a full stop: '{summary}'.", "Take the full stop away.")
    if summary != " ".join(summary.split()):
        yield Fault(f"{kind}.summary is more than one line, or has spaces to spare: {summary!r}.", "Make it one line.")
    words = summary.lower().replace("-", " ").replace("_", " ").split()
    if len(words) < 2 or set(words) <= set(use_case.name.replace("-", " ").replace("_", " ").split()):
        yield Fault(f"{kind}.summary is '{summary}'.", "Say in one line what is trained, and for what.")
    if len(summary) > 120:
        yield Fault(f"{kind}.summary has {len(summary)} letters.", "Say it in 100: it is one row of a table.")


def _bases(kind: type[UseCase[Any]]) -> Iterator[Fault]:
    if kind.settings is Config:
        yield Fault(f"{kind.__name__}.settings is Config itself.", "Subclass Config, and give it the fields.")
    for base in getattr(kind, "__orig_bases__", ()):
        for stated in get_args(base):
            if isinstance(stated, type) and issubclass(stated, BaseModel) and stated is not kind.settings:
                yield Fault(
                    f"{kind.__name__} says {stated.__name__} in its base, and settings = {kind.settings.__name__}.",
                    "Name one class of settings in both places.",
                )


def _run_values(use_case: UseCase[Any], subject: Subject) -> Iterator[Fault]:
    """Find values of ``defaults`` and ``quick`` that no run takes."""
    kind, name = type(use_case).__name__, use_case.name
    content: dict[str, Any] = {"use_case": name}
    for attribute in ("defaults", "quick"):
        values = getattr(use_case, attribute, {})
        try:
            content = merged(content, values)
            run = validate(content, use_case.settings)
            subject.plugins.strategy(run.strategy.name, use_case.engine)
            for tracker in run.fit.trackers:
                subject.plugins.tracker(tracker)
        except PluginError as error:
            yield Fault(f"{kind}.{attribute} does not fit a run: {error}", f"Name one that every user of {name} has.")
            return
        except ConfigError as error:
            # What is wrong with the settings alone, the check of settings says.
            lines = [line.strip() for line in str(error).splitlines()]
            wrong = [line for line in lines if "settings" in values or "settings." not in line]
            if wrong[1:]:
                yield Fault(
                    f"{kind}.{attribute} does not fit a run: {' '.join(wrong[1:])}",
                    f"Give {attribute} keys and values that `itwinai describe {name}` shows.",
                )
            return
        except (TypeError, AttributeError, ValueError) as error:
            yield Fault(
                f"{kind}.{attribute} is {values!r:.80}: {error}.", 'Make it a mapping, e.g. {"fit": {"epochs": 20}}.'
            )
            return


def _samples(use_case: UseCase[Any]) -> Iterator[Fault]:
    kind = type(use_case).__name__
    try:
        offered = dict(use_case.samples())
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises
        yield Fault(
            f"{kind}.samples() raises {type(error).__name__}: {error}.",
            "Return names and paths, and nothing where there are none.",
        )
        return
    if offered and type(use_case).predict is UseCase.predict:
        yield Fault(
            f"{kind}.samples() offers '{next(iter(offered))}' to predict, and {kind} has no predict.",
            "Write predict(self, run, model, inputs, folder), or offer no samples.",
        )
    for name, path in offered.items():
        if not hasattr(path, "exists"):
            yield Fault(f"{kind}.samples() gives '{name}' as {path!r:.60}.", "Give it as a pathlib.Path.")
        elif not path.exists():
            yield Fault(
                f"{kind}.samples() offers '{name}' at {path}, where there is nothing.",
                "Let the wheel take the file, or leave the sample out where it is not at hand.",
            )


def _methods(owner: type, subject: Subject) -> Iterator[Fault]:
    for name, specified in METHODS.items():
        written = owner.__dict__.get(name)
        if written is None:
            continue
        place = f"{_place(written, subject)}{owner.__name__}.{name}"
        if inspect.iscoroutinefunction(written):
            yield Fault(f"{place} is async, and the core does not wait for it.", "Make it a plain method.")
        elif not inspect.isfunction(written):
            yield Fault(
                f"{place} is {type(written).__name__}, and a plain method is asked for.", f"Write def {name}(self, …)."
            )
        elif not _is_called_alike(written, specified):
            asked = ", ".join(inspect.signature(specified).parameters)
            found = ", ".join(inspect.signature(written).parameters)
            yield Fault(
                f"{place} takes ({found}), and the core calls it with ({asked}).", f"Write def {name}({asked})."
            )


def _is_called_alike(written: Any, specified: Any) -> bool:
    """Return whether a method takes what the core hands over, under the same names and in the same order."""
    asked = list(inspect.signature(specified).parameters)
    found = inspect.signature(written).parameters
    taken = [name.lstrip("_") for name, one in found.items() if one.default is one.empty]
    stars = {parameter.kind for parameter in found.values()} & {inspect.Parameter.VAR_POSITIONAL}
    keyword_only = any(one.kind is one.KEYWORD_ONLY and one.default is one.empty for one in found.values())
    return bool(stars) or (taken == asked and not keyword_only)


def _never_called(owner: type, kind: type, code: Code, subject: Subject) -> Iterator[Fault]:
    """Find attributes that look like the contract's and are not: nothing would ever ask for them."""
    used = {node.attr for _, node in code.nodes() if isinstance(node, ast.Attribute)}
    known = {*METHODS, *_ATTRIBUTES}
    for name, value in vars(owner).items():
        if name.startswith("_") or name in known or name in used or name in code.strings:
            continue
        meant = _OTHER_WORDS.get(name) or next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.75)), "")
        if meant and not _is_written(meant, kind):
            yield Fault(
                f"{_place(value, subject)}{owner.__name__}.{name} is asked for by nobody. Did you mean '{meant}'?",
                f"Call it {meant}, as the contract does, or remove it.",
            )


def _is_written(name: str, kind: type) -> bool:
    return any(name in vars(owner) for owner in kind.__mro__ if owner not in _OURS)


def _place(value: Any, subject: Subject) -> str:
    code = getattr(value, "__code__", None)
    if code is None or not subject.owns(code.co_filename):
        return ""
    path: Path = subject.folder.parent
    return f"{code.co_filename.removeprefix(f'{path}/')}:{code.co_firstlineno}: "
