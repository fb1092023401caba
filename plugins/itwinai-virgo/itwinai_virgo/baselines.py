"""Predictors without a network, which a network has to beat to be worth its training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

RIDGE = 1.0
"""Weight of the penalty on slopes, in units of the variance of one image's pixel; it tames pixels seen a few times."""


def constant_median(target: np.ndarray) -> float:
    """Return the one number that is closest to all pixels in mean absolute distance, their median."""
    return float(np.median(target))


def pixel_median(target: np.ndarray) -> np.ndarray:
    """Return the image closest to all images in mean absolute distance.

    Args:
        target: Shape ``(N, 1, F, T)``.

    Returns:
        Shape ``(1, F, T)``.
    """
    return np.asarray(np.median(target, axis=0))


@dataclass(frozen=True)
class LinearPerPixel:
    """For each pixel, a weighted sum of the witnesses' energies at that pixel.

    Attributes:
        weights: Shape ``(C, F, T)``.
        offset: Shape ``(F, T)``.
    """

    weights: np.ndarray
    offset: np.ndarray

    def __call__(self, witnesses: np.ndarray) -> np.ndarray:
        """Return images ``(N, 1, F, T)`` from witness images ``(N, C, F, T)``."""
        return np.asarray(np.einsum("ncft,cft->nft", witnesses, self.weights) + self.offset)[:, None]


def fit_linear(witnesses: np.ndarray, target: np.ndarray) -> LinearPerPixel:
    """Return the least-squares fit of each pixel of the strain to the same pixel of the witnesses.

    Args:
        witnesses: Training images, shape ``(N, C, F, T)``.
        target: Training images of the strain, shape ``(N, 1, F, T)``.

    Returns:
        The fit, its slopes held back by a ridge of ``RIDGE`` images.
    """
    centre, level = witnesses.mean(axis=0), target.mean(axis=0)[0]
    moved, rise = witnesses - centre, target[:, 0] - level
    gram = np.einsum("ncft,ndft->ftcd", moved, moved, optimize=True)
    gram += RIDGE * witnesses.var() * np.eye(witnesses.shape[1])
    slope = np.einsum("ncft,nft->ftc", moved, rise, optimize=True)
    weights = np.linalg.solve(gram, slope[..., None])[..., 0].transpose(2, 0, 1)
    return LinearPerPixel(weights, level - (weights * centre).sum(axis=0))
