"""Fills the templates of a plugin with what its author chose."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from itwinai_core.api import API_VERSION
from itwinai_core.new_plugin.choices import ENGINES, LICENSES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from itwinai_core.new_plugin.choices import Choices

_SUFFIX = ".jinja"
_MODELS = {
    "lightning": ("LightningUseCase", "LightningModule", "Estimator"),
    "keras": ("KerasUseCase", "keras.Model", "estimator"),
}


def render(choices: Choices) -> dict[str, bytes]:
    """Return the files of a plugin by their path in its folder.

    A file below ``project`` or below the name of the engine becomes a file of the plugin; the folder ``package`` takes
    the name of the plugin's Python package. What ends in ``.jinja`` is filled in, all else is taken as it is.
    """
    from jinja2 import Environment, StrictUndefined

    # Nothing that is written here is HTML; each kind of text has a filter that escapes what it must.
    jinja = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    jinja.filters.update(toml=_toml, python=_python, markdown=_markdown)
    words = _words(choices)
    templates = files(__package__).joinpath("templates")
    found = {"LICENSE.jinja": templates.joinpath("licenses", f"{choices.license}{_SUFFIX}")}
    for folder in ("project", choices.engine):
        found.update(_files(templates.joinpath(folder)))
    rendered = {}
    for path, template in sorted(found.items()):
        content = template.read_bytes()
        if path.endswith(_SUFFIX):
            content = jinja.from_string(content.decode()).render(words).encode()
        place = path.removesuffix(_SUFFIX)
        if place.startswith("package/"):
            place = f"{choices.package}/{place.removeprefix('package/')}"
        rendered[place] = content
    return rendered


def _words(choices: Choices) -> dict[str, Any]:
    """Return what the templates may name."""
    base, model_type, model_name = _MODELS[choices.engine]
    return {
        "name": choices.name,
        "distribution": choices.distribution,
        "package": choices.package,
        "class_name": choices.class_name,
        "engine": choices.engine,
        "extra": ENGINES[choices.engine],
        "base": base,
        "model_type": model_type,
        "model_name": model_name,
        "license": LICENSES[choices.license],
        "author": choices.owner,
        "email": choices.email,
        "summary": choices.summary.strip(),
        "core_range": _range(version("itwinai-core")),
        "api_range": _range(API_VERSION),
        "year": datetime.now().astimezone().year,
    }


def _files(folder: Traversable, path: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield every file below a folder of the package's data, with its path from there."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{path}{entry.name}/")
        else:
            yield f"{path}{entry.name}", entry


def _range(number: str) -> str:
    """Return the versions that a plugin of this version can count on: all of its minor version."""
    major, minor = number.split(".")[:2]
    return f">={major}.{minor},<{major}.{int(minor) + 1}"


def _toml(text: str) -> str:
    """Return text as a string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _python(text: str) -> str:
    """Return text as a Python string, in the quotes that a formatter would choose."""
    escaped = text.replace("\\", "\\\\")
    if '"' in text and text.count('"') > text.count("'"):
        return "'" + escaped.replace("'", "\\'") + "'"
    return '"' + escaped.replace('"', '\\"') + '"'


def _markdown(text: str) -> str:
    """Return text with what Markdown would take for a mark of its own escaped."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>#|" else character for character in text)
