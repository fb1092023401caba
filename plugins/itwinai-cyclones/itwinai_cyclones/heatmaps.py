"""From storms to the heatmaps that a network learns, and from heatmaps back to centres."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STRIDE = 4
"""Distance between cells of a heatmap [pixels]; cell 0 lies on pixel 0 of the field."""

MARGIN = 36
"""Pixels of the field that the compact network reads beyond the first and the last cell."""

SIGMA = 1.0
"""Scale of the bell that is drawn around a storm [cells]."""

REACH = 1.5
"""How far from a storm, along either axis, cells are taught the way to its centre [cells]."""

TARGETS = 5
"""Channels of a target: bell, way down, way to the right, whether the way counts, whether the bell counts."""


def targets(rows: Array, columns: Array, counted: NDArray[np.bool_], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return what the network shall answer where some storms are.

    The bell of a storm has its top, exactly 1, on the cell nearest to the centre. Cells close to it learn the way to
    the centre, in fractions of a cell. Around a storm that need not be found, weak or extratropical, neither a yes nor
    a no is taught.

    Args:
        rows: Of the storms, in pixels from cell 0, shape ``(S,)``; they may lie outside.
        columns: Of the storms, in pixels from cell 0, shape ``(S,)``.
        counted: Which of them must be found, shape ``(S,)``.
        shape: Rows and columns of the heatmap.

    Returns:
        Shape ``(*shape, 5)``; the channels are those of ``TARGETS``.

    Source:
        The bells and offsets of Zhou et al., Objects as Points (2019), arXiv:1904.07850.
    """
    result = np.zeros((*shape, TARGETS), dtype=np.float32)
    result[..., 4] = 1
    down = np.asarray(rows, dtype=float)[:, None, None] / STRIDE - np.arange(shape[0])[:, None]
    right = np.asarray(columns, dtype=float)[:, None, None] / STRIDE - np.arange(shape[1])
    down, right = np.broadcast_arrays(down, right)
    bells = np.exp(-(np.rint(down) ** 2 + np.rint(right) ** 2) / (2 * SIGMA**2))
    if counted.any():
        result[..., 0] = bells[counted].max(axis=0)
        nearest = np.hypot(down, right)[counted].argmin(axis=0)[None]
        ways = [np.take_along_axis(way[counted], nearest, axis=0)[0] for way in (down, right)]
        close = np.maximum(*np.abs(ways)) <= REACH
        result[..., 1], result[..., 2], result[..., 3] = *np.where(close, ways, 0), close
    if not counted.all():
        elsewhere = bells[~counted].max(axis=0) > np.maximum(result[..., 0], 0.01)
        result[..., 4] = ~elsewhere
    return result


def score(logit: NDArray[np.floating]) -> Array:
    """Return the score, from 0 to 1, that goes with an answer of the heatmap head.

    Args:
        logit: Of any shape.
    """
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(logit, dtype=float))))


def peaks(answers: NDArray[np.floating], least: float, *, around: bool) -> tuple[Array, Array, Array]:
    """Return where the heatmap has a local maximum, moved by the offset that the network gives there.

    A maximum is no lower than its eight neighbours; of equal neighbours the first in order of rows and columns counts.

    Args:
        answers: Logit of the heatmap, way down and way to the right [cells], shape ``(Y, X, 3)``.
        least: Lowest score of a maximum, from 0 to 1.
        around: Whether the last column is the neighbour of the first, as on a globe.

    Returns:
        Rows and columns [pixels from cell 0] and scores, shape ``(N,)`` each, the highest score first. On a globe the
        columns lie within ``[0, 4 X)``, and rows never beyond the first and the last cell.
    """
    logit = np.asarray(answers[..., 0], dtype=float)
    padded = np.pad(logit, ((0, 0), (1, 1)), mode="wrap") if around else _edged(logit, ((0, 0), (1, 1)))
    padded = _edged(padded, ((1, 1), (0, 0)))
    highest = score(logit) >= least
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            neighbour = padded[down : down + logit.shape[0], right : right + logit.shape[1]]
            if (down, right) < (1, 1):
                highest &= logit > neighbour
            elif (down, right) > (1, 1):
                highest &= logit >= neighbour
    row, column = np.nonzero(highest)
    order = np.argsort(-logit[row, column], kind="stable")
    row, column = row[order], column[order]
    way = np.clip(np.asarray(answers, dtype=float)[row, column, 1:3], -REACH, REACH)
    rows, columns = (row + way[:, 0]) * STRIDE, (column + way[:, 1]) * STRIDE
    if around:
        rows = np.clip(rows, 0, (logit.shape[0] - 1) * STRIDE)
        columns = columns % (logit.shape[1] * STRIDE)
    return rows, columns, score(logit[row, column])


def _edged(logit: Array, width: Sequence[tuple[int, int]]) -> Array:
    """Return a heatmap with neighbours outside of it that are lower than any within."""
    return np.pad(logit, width, constant_values=-np.inf)
