"""Kinds of options that the verbs of `itwinai cyclones` share."""

import math
from typing import Any

import click


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
