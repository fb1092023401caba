"""Which names a new plugin may have."""

from __future__ import annotations

import keyword
import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from typing import TYPE_CHECKING

from itwinai_core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST_NAME, LONGEST_NAME = 2, 40
"""Characters of a name: one says nothing, and the lines that hold it stay readable."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def checked_name(typed: str, taken: Mapping[str, str]) -> str:
    """Return the name of a new plugin; ``itwinai-tides`` and ``tides`` are the same one.

    Args:
        typed: What the author typed.
        taken: Names of installed plugins and use cases, each with the distribution that it is from.

    Raises:
        UserError: the name cannot be one, or is taken.
    """
    name = typed.removeprefix("itwinai-")
    if not _NAME.fullmatch(name):
        near = re.sub(r"[^a-z0-9]+", "-", typed.lower()).strip("-").removeprefix("itwinai-")
        hint = f"\nTry '{near}'." if _NAME.fullmatch(near) and near != "itwinai" else ""
        raise UserError(
            f"'{typed}' cannot name a plugin: a name starts with a letter and is made of lower-case letters and "
            f"digits, with single '-' between them.{hint}"
        )
    if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
        raise UserError(
            f"'{name}' cannot name a plugin: its length is {len(name)}.\n"
            f"Choose a name of {SHORTEST_NAME} to {LONGEST_NAME} characters."
        )
    if keyword.iskeyword(name):
        raise UserError(f"'{name}' cannot name a plugin: it is a word of the Python language.\nChoose another name.")
    owner = _owner(name, taken)
    if owner:
        raise UserError(f"'{name}' is taken: {owner}.\nChoose another name.")
    return name


def _owner(name: str, taken: Mapping[str, str]) -> str:
    """Return who has this name already, or nothing."""
    if name.split("-", maxsplit=1)[0] == "itwinai":
        return "names that start with itwinai are the core's own"
    if name in taken:
        return f"{taken[name]} is installed here and offers it"
    try:
        return f"{distribution(f'itwinai-{name}').name} is installed here"
    except PackageNotFoundError:
        package = f"itwinai_{name.replace('-', '_')}"
        return f"there is a Python package {package} here" if find_spec(package) else ""
