"""Scales of images, taken batch by batch from a source that need not fit into memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

PIXELS = 2**24
"""Target pixels that are looked at; of a larger source, windows at equal distances are."""

BATCH = 64
"""Windows that are read at once."""

ROUNDING = 1e-6
"""Deviation over mean that images in float32 have where they are constant."""


class Pairs(Protocol):
    """A source of pairs of input images and target image."""

    def __len__(self) -> int: ...

    def __getitems__(self, indices: list[int]) -> tuple[Any, Any]: ...


@dataclass(frozen=True)
class Scaling:
    """Where values lie, and how far they spread.

    Attributes:
        mean: Of each input, shape ``(C,)``.
        deviation: Likewise; 1 of an input that does not vary.
        target_deviation: Of the target; 1 where it does not vary.
        target_median: Of the target.
    """

    mean: np.ndarray
    deviation: np.ndarray
    target_deviation: float
    target_median: float


def image_scaling(source: Pairs) -> Scaling:
    """Return the scales of a source of inputs ``(C, F, T)`` and targets ``(1, F, T)``.

    Of more than ``PIXELS`` target pixels as many are looked at, of windows at equal distances.
    """
    pixels = source.__getitems__([0])[1].size
    count = min(len(source), max(1, PIXELS // pixels))
    chosen = np.linspace(0, len(source) - 1, count).round().astype(int).tolist()
    sums: Any = 0.0
    squares: Any = 0.0
    targets = []
    for first in range(0, count, BATCH):
        inputs, target = source.__getitems__(chosen[first : first + BATCH])
        wide = inputs.astype(np.float64)
        sums = sums + wide.sum(axis=(0, 2, 3))
        squares = squares + np.square(wide).sum(axis=(0, 2, 3))
        targets.append(target.ravel())
    total = count * pixels
    mean = sums / total
    deviation = np.sqrt(np.maximum(squares / total - np.square(mean), 0.0))
    values = np.concatenate(targets)
    return Scaling(
        mean,
        np.where(deviation > ROUNDING * np.abs(mean), deviation, 1.0),
        float(values.std(dtype=np.float64)) or 1.0,
        float(np.median(values)),
    )
