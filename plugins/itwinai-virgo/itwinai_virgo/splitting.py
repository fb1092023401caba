"""Data in order of time, split into parts that share nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_virgo.channels import Span


def blocks(stretches: Sequence[Span], validation: float, test: float, guard: float) -> list[Span]:
    """Return start and stop of the training, validation and test part, a guard between each two.

    Shares and guard are counted in time with data, so that a gap takes nothing from a part.

    Args:
        stretches: Times with data, in order, GPS [s].
        validation: Share of the validation part, which follows the training part.
        test: Share of the test part, the last.
        guard: Time left out between two parts [s].

    Returns:
        GPS times [s]; a part that there is no time for stops before it starts.
    """
    lengths = np.array([stop - start for start, stop in stretches])
    ends = np.cumsum(lengths)
    total = float(ends[-1])

    def at(elapsed: float, *, end: bool) -> float:
        """Return the GPS time after so much time with data; at a gap the time before it for an end, else after it."""
        number = min(int(np.searchsorted(ends, elapsed, side="left" if end else "right")), len(ends) - 1)
        return float(stretches[number][1] - (ends[number] - elapsed))

    tested = total - test * total
    validated = tested - guard - validation * total
    edges = [(0.0, validated - guard), (validated, tested - guard), (tested, total)]
    return [(at(start, end=False), at(stop, end=True)) for start, stop in edges]


def row_blocks(rows: int, validation: float, test: float, guard: int) -> tuple[range, range, range]:
    """Return the rows of the training, validation and test part, in this order, with rows left out between each two.

    Args:
        rows: Number of all rows.
        validation: Share of the validation part.
        test: Share of the test part.
        guard: Rows left out between two parts.
    """
    tested = rows - round(test * rows)
    validated = tested - guard - round(validation * rows)
    return range(max(validated - guard, 0)), range(max(validated, 0), max(tested - guard, 0)), range(tested, rows)
