"""Taking away what witnesses explain, as far as the very stretch that is cleaned shows that they do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

BLOCKS = 4
"""Blocks of time in a window; each is long against a tile, so that blocks count as independent."""

CHANCE = 1e-3
"""Chance that a row is trusted whose estimate has nothing to do with the strain."""


@dataclass(frozen=True)
class Cleaned:
    """Images with and without what is explained.

    Attributes:
        images: Scaled energies ``ln(1 + E)`` that are left, shape ``(N, 1, F, T)``.
        explained: Energy ``E`` that was taken away, of the same shape.
        trust: Part of the estimate's energy that is taken away in each row, 0 to 1, shape ``(F,)``.
    """

    images: np.ndarray
    explained: np.ndarray
    trust: np.ndarray


def clean(strain: np.ndarray, estimate: np.ndarray) -> Cleaned:
    """Return images of the strain without the energy that an estimate from its witnesses explains.

    The energy above the estimate's own median is explained, times the trust in its row. An estimate that has nothing
    to do with the strain is trusted nowhere, so that nothing is taken away. What is taken away was estimated without
    the strain, so a signal that no witness sees stays.

    Args:
        strain: Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``.
        estimate: Likewise, made without looking at the strain.
    """
    energy, expected = np.expm1(strain.astype(np.float64)), np.expm1(estimate.astype(np.float64))
    excess = expected - np.median(expected, axis=(0, 1, 3), keepdims=True)
    gain = trust(strain, estimate)
    explained = np.minimum(gain[:, None] * np.maximum(excess, 0.0), energy)
    return Cleaned(np.log1p(energy - explained).astype(strain.dtype), explained, gain)


def gated(strain: np.ndarray, output: np.ndarray) -> Cleaned:
    """Return what a network took away that was shown the strain too and answers the cleaned image itself.

    Args:
        strain: Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``.
        output: Likewise, nowhere above the strain.
    """
    energy, left = (np.expm1(images.astype(np.float64)) for images in (strain, output))
    explained = np.maximum(energy - left, 0.0)
    whole = energy.sum(axis=(0, 1, 3))
    return Cleaned(output, explained, explained.sum(axis=(0, 1, 3)) / np.where(whole > 0, whole, 1.0))


def trust(strain: np.ndarray, estimate: np.ndarray) -> np.ndarray:
    """Return how far the strain follows its estimate in each row: the slope of a least-squares line, within 0 and 1.

    The slope is taken between scaled energies, which one loud glitch does not rule. Its standard error comes from the
    scatter between blocks of time, so that neighbouring pixels, which are alike, do not count as many. Where the slope
    is not positive beyond chance, a one-sided Student test at ``CHANCE``, the trust is 0.

    Args:
        strain: Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``.
        estimate: Likewise, made without looking at the strain.

    Returns:
        Shape ``(F,)``.
    """
    first, second = (
        images[:, 0].astype(np.float64) - images.mean(axis=(0, 1, 3), dtype=np.float64)[:, None]
        for images in (strain, estimate)
    )
    shared, own = _blocks(first * second), _blocks(second**2)
    spread = own.sum(axis=0)
    known = spread > 1e-9 * max(float(spread.max()), 1e-300)
    slope = np.divide(shared.sum(axis=0), spread, out=np.zeros_like(spread), where=known)
    scatter = np.sqrt(((shared - slope * own) ** 2).sum(axis=0) * len(shared) / max(len(shared) - 1, 1))
    error = np.divide(scatter, spread, out=np.full_like(spread, np.inf), where=known)
    limit = stats.t.ppf(1.0 - CHANCE, max(len(shared) - 1, 1))
    return np.where(slope > limit * error, np.clip(slope, 0.0, 1.0), 0.0)


def _blocks(values: np.ndarray) -> np.ndarray:
    """Return sums over blocks of time, shape ``(N * BLOCKS, F)``, of values of shape ``(N, F, T)``."""
    count, rows, times = values.shape
    width = times // BLOCKS
    cut = values[:, :, : width * BLOCKS].reshape(count, rows, BLOCKS, width).sum(axis=3)
    return np.asarray(cut.swapaxes(1, 2).reshape(-1, rows))
