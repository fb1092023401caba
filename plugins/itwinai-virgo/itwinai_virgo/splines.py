"""Interpolating cubic splines as matrices, so that a batch is interpolated by one product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.interpolate import make_interp_spline

if TYPE_CHECKING:
    from torch import Tensor

REACH = 24
"""Knots that a value depends on; a knot's weight falls by 0.27 a knot, so those left out weigh below 1e-6."""

BLOCK = 64
"""Positions that are evaluated by one product of matrices."""

SPARSE = 16
"""Knots a position from which on it is quicker to fetch those that count than to multiply all of them."""


def basis(knots: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Return the matrix that takes values at knots to the spline's values at positions.

    Args:
        knots: Rising positions of the data, shape ``(K,)``; fewer than 4 are joined by a polynomial of lower degree.
        positions: Where to evaluate, shape ``(P,)``; beyond the ends the outer cubic goes on.

    Returns:
        Weights, shape ``(P, K)``; the spline has no knot at the second and last but one data point.
    """
    if len(knots) == 1:
        return np.ones((len(positions), 1))
    return np.asarray(make_interp_spline(knots, np.eye(len(knots)), k=min(3, len(knots) - 1))(positions))


def local_basis(count: int, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the spline over many equally spaced knots as few weights per position.

    A window of knots has the same weights wherever it lies, so that one small spline serves all of them; windows at
    the ends see the true ends.

    Args:
        count: Number of knots, at 0, 1, 2, ...
        positions: Where to evaluate, in knots, shape ``(P,)``.

    Returns:
        The knots that each position depends on, shape ``(P, k)``, and their weights, shape ``(P, k)``, with ``k`` the
        smaller of ``count`` and ``REACH``.
    """
    width = min(count, REACH)
    start = np.clip(np.floor(positions).astype(np.int64) - width // 2 + 1, 0, count - width)
    weights = basis(np.arange(width, dtype=float), positions - start)
    return start[:, None] + np.arange(width), weights


def banded(knots: np.ndarray, weights: np.ndarray) -> list[tuple[slice, torch.Tensor]]:
    """Return a spline as products of small matrices, one for every few neighbouring positions.

    Args:
        knots: The knots that each position depends on, shape ``(P, k)``, neighbours, and rising with the position.
        weights: Their weights, shape ``(P, k)``.

    Returns:
        For each block of positions the knots that it depends on, and the matrix ``(K, p)``, in single precision, that
        takes the values there to those at the positions.
    """
    blocks = []
    for first in range(0, len(knots), BLOCK):
        near = knots[first : first + BLOCK]
        reach = slice(int(near[0, 0]), int(near[-1, -1]) + 1)
        matrix = np.zeros((reach.stop - reach.start, len(near)))
        np.put_along_axis(matrix, (near - reach.start).T, weights[first : first + BLOCK].T, axis=0)
        blocks.append((reach, torch.as_tensor(matrix, dtype=torch.float32)))
    return blocks


class Resampling:
    """The spline through values at 0, 1, 2, ... at fixed positions, along the last axis of a batch."""

    def __init__(self, count: int, positions: np.ndarray) -> None:
        """Build the tables.

        Args:
            count: Number of knots.
            positions: Where to evaluate, in knots, shape ``(P,)``, rising.
        """
        whole = np.round(positions)
        steps = np.diff(whole).astype(int)
        # Knots keep their values: where every position is one of them, picking is exact.
        self._picked = None
        if np.abs(positions - whole).max() < 1e-9 * count and whole[-1] < count and len(set(steps)) == 1 and steps[0]:
            self._picked = slice(int(whole[0]), int(whole[-1]) + 1, int(steps[0]))
            return
        knots, weights = local_basis(count, positions)
        self._blocks, self._fetched = [], None
        if (positions[-1] - positions[0]) / len(positions) < SPARSE:
            self._blocks = banded(knots, weights)
        else:
            self._fetched = torch.as_tensor(knots), torch.as_tensor(weights, dtype=torch.float32)

    def __call__(self, values: Tensor) -> Tensor:
        """Return the values ``(..., P)`` at the positions from those at the knots, ``(..., count)``."""
        if self._picked is not None:
            return values[..., self._picked]
        if self._fetched is not None:
            knots, weights = (table.to(values.device) for table in self._fetched)
            return torch.einsum("...pk,pk->...p", values[..., knots], weights)
        return torch.cat([values[..., knots] @ weights.to(values.device) for knots, weights in self._blocks], dim=-1)
