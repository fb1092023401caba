"""Kinds of options that the verbs of `itwinai cyclones` share."""

import math
from collections.abc import Collection, Sequence
from importlib.util import find_spec
from typing import Any

import click

from itwinai_core import ConfigError


class Finite(click.FloatRange):
    """A number within a range; infinity, and what is no number, lie in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number that was typed.

        Args:
            value: As it was typed.
            param: The option.
            ctx: Of the command.

        Raises:
            click.BadParameter: it is not within the range.
        """
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        return number


POSITIVE = Finite(min=0.0, min_open=True)
NOT_NEGATIVE = Finite(min=0.0)


def listed(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names of some lists, each once.

    Args:
        texts: Names with commas between them.
    """
    return tuple(dict.fromkeys(name.strip() for text in texts for name in text.split(",") if name.strip()))


def chosen_formats(texts: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the formats of some lists, each once.

    Args:
        texts: Names of formats, with commas between them.
        known: All that there are.

    Raises:
        ConfigError: there is no such format, none is named, or its package is not installed.
    """
    chosen = listed(texts)
    if not chosen or not set(chosen) <= set(known):
        raise ConfigError(f"--format is '{','.join(texts)}'; there is {', '.join(known)}.\nChoose some of them.")
    if "parquet" in chosen and find_spec("pyarrow") is None:
        raise ConfigError(
            "--format parquet needs the package pyarrow, which is not installed here.\n"
            "Run: pip install 'itwinai-cyclones[parquet]', or leave parquet out."
        )
    return chosen
