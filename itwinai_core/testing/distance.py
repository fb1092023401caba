"""How far apart the arrays of two models are, over a length that makes the number mean something."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from itwinai_core.engines.contract import Weight


class Distance(NamedTuple):
    """Distance of two sets of arrays in the Euclidean norm, over that of what they are compared with."""

    share: float
    """Infinite where there is nothing to compare with."""

    name: str
    """The array in which most of it lies."""


def distance(
    one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], lengths: Mapping[str, np.ndarray]
) -> Distance:
    """Return how far two sets of arrays are apart.

    Args:
        one: Arrays by name.
        other: Arrays of the same names and shapes.
        lengths: What they are compared with, together.
    """
    misses = {name: _norm(values - other[name]) for name, values in one.items()}
    miss, length = math.hypot(*misses.values()), math.hypot(*map(_norm, lengths.values()))
    if miss == 0:
        return Distance(0.0, "")
    share = miss / length if length > 0 else math.inf
    return Distance(share if math.isfinite(share) else math.inf, max(misses, key=misses.__getitem__))


def apart(start: Sequence[Weight], one: Sequence[Weight], other: Sequence[Weight]) -> Distance:
    """Return how far two models are apart, over the way that one of them went.

    What is trained is taken together; each array that is not, alone: its numbers may be of any size.

    Args:
        start: Weights from which both came.
        one: Weights of one model.
        other: Weights of the other, in the same order.
    """
    found = [Distance(0.0, "")]
    trained = [weight.name for weight in start if weight.trainable]
    for names in (trained, *([weight.name] for weight in start if not weight.trainable)):
        ways = [
            {name: weight.values.astype("float64") for name, weight in _named(start, weights).items() if name in names}
            for weights in (start, one, other)
        ]
        steps = {name: ways[1][name] - ways[0][name] for name in ways[1]}
        found.append(distance(ways[1], ways[2], steps))
    return max(found)


def differing(before: Mapping[str, float | None], after: Mapping[str, float]) -> list[str]:
    """Return the names of the metrics that both have and that are not the same but for rounding."""
    return [
        name
        for name in sorted(before.keys() & after.keys())
        if (value := before[name]) is not None
        and not math.isclose(value, after[name], rel_tol=1e-4, abs_tol=1e-7)
        and not (math.isnan(value) and math.isnan(after[name]))
    ]


def _named(start: Sequence[Weight], weights: Sequence[Weight]) -> dict[str, Weight]:
    """Return weights by the names that they have in another model: Keras counts its layers on."""
    return {first.name: weight for first, weight in zip(start, weights, strict=True)}


def _norm(values: np.ndarray) -> float:
    return math.sqrt(float((values.astype("float64") ** 2).sum()))
