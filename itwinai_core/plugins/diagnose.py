"""Turns whatever a plugin threw into one diagnosis: what happened, in which file and line, and what mends it."""

from __future__ import annotations

import errno
import inspect
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from itwinai_core.plugins.offers import MisfitError
from itwinai_core.plugins.record import Diagnosis, Plugin
from itwinai_core.plugins.requirements import declared_api, module_file, outside_api
from itwinai_core.printable import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 240  # what fits two or three lines of a terminal
_LONGEST_NAME = 100
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')
_CORE = str(Path(__file__).parents[1])


def of_error(error: BaseException, plugin: Plugin) -> Diagnosis:
    """Return the diagnosis of what was raised while a plugin was loaded."""
    try:
        return _of_error(error, plugin)
    except Exception:  # noqa: BLE001 - a plugin's own error, which may refuse to be looked at
        return Diagnosis("it raises an error that nobody can look at", plugin.renewal(), *module_start(plugin))


def _of_error(error: BaseException, plugin: Plugin) -> Diagnosis:
    declared = declared_api(plugin)
    if declared is not None and (misfit := outside_api(declared, plugin)):
        # A plugin for another core fails in many ways; this is the one cause.
        return misfit
    if isinstance(error, MisfitError):
        return Diagnosis(one_line(str(error)), plugin.renewal(), *place_of(error.culprit, plugin))
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _of_missing_module(error, plugin)
    return Diagnosis(_reason(error), plugin.renewal(), *_place_of_error(error, plugin))


def of_stale_metadata(plugin: Plugin) -> Diagnosis | None:
    """Return why the package that a plugin's metadata name is not there, or None where it is."""
    if module_file(plugin) is not None or _is_importable(plugin.package):
        return None
    distribution = plugin.point.dist
    folder = Path(str(getattr(distribution, "_path", "")))
    files = [str(file) for file in (distribution.files or [])] if distribution else []
    held = [file for file in files if file.partition("/")[0].removesuffix(".py") == plugin.package]
    if held or not files:
        removal = plugin.removal() if files else f"rm -r '{folder}'"
        return Diagnosis(
            f"its metadata are left of a package whose module '{plugin.package}' is gone",
            f"{removal}, or pip install --force-reinstall {plugin.distribution}",
            str(folder),
        )
    return Diagnosis(
        f"its wheel holds no module '{plugin.package}', which its entry point names",
        plugin.renewal(),
        str(folder / "entry_points.txt"),
    )


def of_unreadable_metadata(error: Exception, plugin: Plugin) -> Diagnosis:
    """Return the diagnosis of metadata that cannot be read."""
    folder = str(getattr(plugin.point.dist, "_path", ""))
    mend = f"pip install --force-reinstall {plugin.distribution}, or be rid of it: rm -r '{folder}'"
    return Diagnosis(f"its metadata cannot be read: {_reason(error)}", mend, folder)


def of_dump(text: str, plugin: Plugin) -> tuple[str, int]:
    """Return file and line that a dump of the interpreter's stack, innermost first, blames."""
    frames = [(match["file"], int(match["line"])) for match in _FRAME.finditer(text)]
    return blamed(frames, plugin)


def place_of(culprit: object, plugin: Plugin) -> tuple[str, int]:
    """Return file and line of a function or a class; of the plugin's module where that is unknown."""
    try:
        unwrapped = inspect.unwrap(culprit) if callable(culprit) else culprit
        if inspect.isfunction(unwrapped):
            return unwrapped.__code__.co_filename, unwrapped.__code__.co_firstlineno
        if isinstance(unwrapped, type):
            _, line = inspect.findsource(unwrapped)
            return str(inspect.getsourcefile(unwrapped)), line + 1
    except Exception:  # noqa: BLE001 - a plugin's own objects, which may refuse anything
        return module_start(plugin)
    return module_start(plugin)


def one_line(text: str) -> str:
    """Return text on one line, cut where it is too long for one."""
    return on_one_line(text, _LONGEST)


def _of_missing_module(error: ModuleNotFoundError, plugin: Plugin) -> Diagnosis:
    missing = str(error.name)
    place = _place_of_error(error, plugin)
    top = missing.partition(".")[0]
    if not top.isidentifier() or not top.isascii() or len(top) > _LONGEST_NAME:
        return Diagnosis(_reason(error), plugin.renewal(), *place)  # a name that no module has
    if top == plugin.package:
        return Diagnosis(f"its module '{missing}' is not in the package", plugin.renewal(), *place)
    if top in sys.stdlib_module_names or _is_importable(top):
        return Diagnosis(_reason(error), plugin.renewal(), *place)
    return Diagnosis(
        f"it needs the module '{missing}', which is not installed", f"pip install {top.replace('_', '-')}", *place
    )


def _reason(error: BaseException) -> str:
    kind = type(error).__name__
    try:
        said = str(error)
    except Exception:  # noqa: BLE001 - a plugin's own error, whose text is its code
        said = ""
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return "it prints or writes more than 64 MiB while it is loaded"
    if isinstance(error, SyntaxError):
        said = error.msg or said
    return one_line(f"{kind}: {said}" if said.strip() else f"it raises {kind}")


def _place_of_error(error: BaseException, plugin: Plugin) -> tuple[str, int]:
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return error.filename, error.lineno
    frames = [(frame.filename, frame.lineno or 0) for frame in reversed(traceback.extract_tb(error.__traceback__))]
    return blamed(frames, plugin)


def blamed(frames: Iterable[tuple[str, int]], plugin: Plugin) -> tuple[str, int]:
    """Return the innermost frame inside the plugin's package, or outside of the core and of Python's import system."""
    known = [frame for frame in frames if not frame[0].startswith(("<", _CORE))]
    own = [frame for frame in known if is_of(frame[0], plugin)]
    outside = [frame for frame in known if "importlib" not in frame[0]]
    return next(iter(own or outside), module_start(plugin))


def line_with(word: str, plugin: Plugin) -> tuple[str, int]:
    """Return the first line of a plugin's module that holds a word; its start where none does."""
    source = module_file(plugin)
    try:
        lines = source.read_text(encoding="utf-8", errors="replace").splitlines() if source else []
    except Exception:  # noqa: BLE001 - a plugin may have seen to it that no file can be read
        lines = []
    found = next((number for number, line in enumerate(lines, 1) if word in line), 0)
    return (str(source), found) if found else module_start(plugin)


def is_of(file: str, plugin: Plugin) -> bool:
    """Return whether a file belongs to a plugin's package, or is its one module."""
    path = Path(file)
    return plugin.package in path.parts or path.stem == plugin.package


def module_start(plugin: Plugin) -> tuple[str, int]:
    """Return the first line of a plugin's module, or nothing where it has no file."""
    source = module_file(plugin)
    return (str(source), 1) if source else ("", 0)


def _is_importable(package: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(package) is not None
    except (ImportError, ValueError, AttributeError):
        return False
