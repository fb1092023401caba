"""Whether loading a plugin is cheap, and does nothing but define things."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Check, Fault, Subject
from itwinai_core.testing.static.processes import Seen, probe

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CPU = 0.3
"""What loading may cost over a bare core [CPU s]."""

MOST_WAIT = 1.0
"""How long loading may wait for something [s]."""

_LIMIT = 60.0  # [s]
_TRIES = 3
_CHANGES = {
    "files": ("touches files: {what}", "Write where a method is told to, and nothing while the plugin is loaded."),
    "processes": ("starts a process: {what}", "Start it inside the method that needs it."),
    "threads": ("starts {what}", "Start it inside the method that needs it."),
    "network": ("opens the network: {what}", "Fetch data in prepare(), and nothing while the plugin is loaded."),
    "output": ("prints '{what}'", "Remove it; what users should read, print from the method that found it."),
}
_LASTING = {
    "working directory": ("changes the working directory to {what}", "Leave it, and name files by their whole path."),
    "signal handlers": (
        "changes the signal handlers",
        "Leave signals to the core, which saves a checkpoint on Ctrl-C.",
    ),
    "warnings filters": (
        "changes the warnings filters of the whole program",
        "Filter inside the function that warns, in a block of warnings.catch_warnings().",
    ),
    "logging": (
        "changes the logging of the whole program",
        "Log with logging.getLogger(__name__), and leave levels and handlers to the program.",
    ),
    "functions that run at exit": ("registers what runs at exit", "Clean up at the end of the method that needs it."),
    "random numbers": (
        "sets the state of Python's random numbers",
        "Make a generator of your own from run.seed, inside the method that draws.",
    ),
    "module path": (
        "changes the path that modules are looked for on (sys.path)",
        "Put the modules into the package, and import them by their whole name.",
    ),
    "locale": (
        "changes the locale of the whole program",
        "Leave it: every file's numbers would be read and written in another way.",
    ),
    "way to start processes": (
        "changes how the whole program starts processes",
        "Ask for a context of your own inside the method that needs it: multiprocessing.get_context(…).",
    ),
    "hooks of Python": ("replaces hooks or limits of Python itself", "Leave sys and threading as they are."),
}
_SPELT = {
    "module path": r"sys\.path",
    "hooks of Python": r"excepthook|displayhook|setrecursionlimit",
    "locale": r"setlocale",
    "logging": r"\blogg(ing|er)\b",
    "way to start processes": r"set_start_method",
}
"""How the code spells what leaves no trace but its effect."""


def find(subject: Subject) -> list[Fault]:
    """Return what loading a plugin does that it should not."""
    seen = _loaded(subject)
    if seen.answer is None:
        return [
            Fault(f"Loading {subject.point.value} {seen.ended}.{_last(seen)}", "Let the module define, and no more.")
        ]
    if seen.answer["framework"]:
        framework = seen.answer["framework"]
        return [
            Fault(
                f"{framework['place']} imports {framework['name']} while the plugin is loaded.",
                f"Import {framework['name']} inside the method that needs it, and its type under TYPE_CHECKING.",
            )
        ]
    for _ in range(_TRIES - 1):
        if not _slowness(seen)[0]:
            break
        # Another program may have been in the way, or a cold disk.
        seen = min((seen, _loaded(subject)), key=_slowness)
    answer = seen.answer or {}
    return [
        *_error(answer, subject),
        *_done(answer),
        *_lasting(answer, subject),
        *_patched(answer),
        *_slow(answer),
        *_at_exit(seen, answer),
    ]


def _loaded(subject: Subject) -> Seen:
    return probe("light_probe", {"name": subject.name}, seconds=_LIMIT)


def _slowness(seen: Seen) -> tuple[bool, float]:
    """Return whether loading took too long, and how long it took [s]."""
    answer = seen.answer or {"cpu": 0.0, "wall": math.inf}
    return answer["cpu"] > MOST_CPU or answer["wall"] - answer["cpu"] > MOST_WAIT, answer["wall"]


def _error(answer: dict[str, Any], subject: Subject) -> Iterator[Fault]:
    if answer["error"]:
        yield Fault(
            f"Loading {subject.point.value} raises {answer['error']}", "Mend the module: it must load wherever it is."
        )


def _done(answer: dict[str, Any]) -> Iterator[Fault]:
    seen = set()
    for event in answer["events"]:
        kind, place = event["kind"], event["place"]
        if kind in _CHANGES and (kind, place) not in seen:
            seen.add((kind, place))
            problem, change = _CHANGES[kind]
            yield Fault(f"{place} {problem.format(what=event['what'][:100])} while the plugin is loaded.", change)


def _lasting(answer: dict[str, Any], subject: Subject) -> Iterator[Fault]:
    done = {event["kind"]: event for event in answer["events"]}
    for kind in answer["changed"]:
        if kind == "environment":
            yield from _variables(answer)
        elif kind in _LASTING and (kind in done or kind in _SPELT):
            event = done.get(kind) or {"what": "", "place": _mentioned(_SPELT[kind], subject)}
            problem, change = _LASTING[kind]
            yield Fault(f"{event['place']} {problem.format(what=event['what'])} while the plugin is loaded.", change)


def _patched(answer: dict[str, Any]) -> Iterator[Fault]:
    for name, place in answer.get("patches", {}).items():
        yield Fault(
            f"{place} replaces {name} for the whole program while the plugin is loaded.",
            "Leave what belongs to others as it is: subclass it, or wrap it where it is called.",
        )


def _mentioned(pattern: str, subject: Subject) -> str:
    """Return the first line of the plugin's code that mentions something."""
    for path in [subject.folder] if subject.folder.is_file() else sorted(subject.folder.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if re.search(pattern, line):
                return f"{path.relative_to(subject.folder.parent)}:{number}"
    return subject.point.value


def _variables(answer: dict[str, Any]) -> Iterator[Fault]:
    places = {event["what"]: event["place"] for event in answer["events"] if event["kind"] == "environment"}
    for name in sorted(set(places) & set(answer["variables"])):
        yield Fault(
            f"{places[name]} changes the environment variable {name} while the plugin is loaded.",
            f"Leave {name} to the user, and to those who start the program.",
        )


def _slow(answer: dict[str, Any]) -> Iterator[Fault]:
    costs = sorted(answer["imports"].items(), key=lambda item: -item[1]["cpu"])
    if answer["cpu"] > MOST_CPU:
        dear = [
            f"{cost['place']} imports {top}, {cost['cpu']:.1f} CPU seconds" for top, cost in costs if cost["cpu"] > 0.05
        ]
        own = answer["cpu"] - sum(cost["cpu"] for _, cost in costs)
        if own > MOST_CPU / 2:
            dear.append(f"the plugin's own code computes for {own:.1f} CPU seconds")
        yield Fault(
            f"Loading costs {answer['cpu']:.2f} CPU seconds, on every command of every user, "
            f"and {MOST_CPU} may be: {'; '.join(dear)}.",
            "Import and compute inside the methods that need it.",
        )
    if answer["wall"] - answer["cpu"] > MOST_WAIT:
        yield Fault(
            f"Loading takes {answer['wall']:.1f} seconds, most of them waiting.",
            "Wait, if anywhere, inside the method that needs what is waited for.",
        )


def _at_exit(seen: Seen, answer: dict[str, Any]) -> Iterator[Fault]:
    if seen.output.strip() and not any(event["kind"] == "output" for event in answer["events"]):
        yield Fault(
            f"Loading the plugin makes the program print '{seen.output.strip().splitlines()[0][:100]}'.",
            "Remove what prints, at the start as at exit.",
        )


def _last(seen: Seen) -> str:
    lines = seen.output.strip().splitlines()
    return f" It says: {lines[-1][:200]}" if lines else ""


CHECK = Check("light-import", "loading is cheap, and does nothing but define things", find)
