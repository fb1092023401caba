"""How good images are in the terms of a detector: spectral density and coherence by band, overlap, and loud tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy import signal
from torchmetrics.functional.classification import binary_jaccard_index
from torchmetrics.functional.regression import cosine_similarity

if TYPE_CHECKING:
    from collections.abc import Sequence

BANDS = ((16.0, 45.0), (45.0, 60.0), (60.0, 100.0), (100.0, 300.0))
"""Frequencies [Hz] between which measures are averaged: scattered light, mains, quiet middle, laser."""

LOUD_ENERGY = 20.0
"""Energy, over its row's median, above which a pixel counts as loud: noise of a window hardly reaches it."""

LOUD = float(np.log1p(LOUD_ENERGY))
"""The same as ``ln(1 + E)``."""

COHERENCE_SECONDS = 1.0
"""Length of the parts of a series whose coherence is averaged [s]."""


def bands(frequencies: np.ndarray) -> dict[str, np.ndarray]:
    """Return the bands that an image reaches by name, such as ``45_60``, and which of its rows are inside.

    Args:
        frequencies: Of each row [Hz], shape ``(F,)``.
    """
    inside = {f"{low:.0f}_{high:.0f}": (frequencies >= low) & (frequencies < high) for low, high in BANDS}
    return {name: rows for name, rows in inside.items() if rows.any()}


def asd_ratio(after: np.ndarray, before: np.ndarray, rows: np.ndarray) -> float:
    """Return the ratio of amplitude spectral densities in some rows: the square root of that of mean energies.

    Args:
        after: Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``, in units of the same median as ``before``.
        before: Likewise.
        rows: Whether a row counts, shape ``(F,)``.
    """
    left, right = (np.expm1(images[:, :, rows].astype(np.float64)).mean() for images in (after, before))
    return float(np.sqrt(left / right))


def correlation(estimate: np.ndarray, truth: np.ndarray, rows: np.ndarray) -> float:
    """Return Pearson's correlation of pixels in some rows, each row about its own mean; 0 where one does not vary."""
    first, second = (
        images[:, 0, rows].astype(np.float64) - images[:, 0, rows].mean(axis=(0, 2), keepdims=True, dtype=np.float64)
        for images in (estimate, truth)
    )
    length = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / length) if length > 0 else 0.0


def overlap(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean over images of ``<a, b> / sqrt(<a, a> <b, b>)``, with the sum over pixels as product.

    Args:
        estimate: Scaled energies, shape ``(N, 1, F, T)``.
        truth: Likewise.
    """
    first, second = (torch.from_numpy(images).flatten(1) for images in (estimate, truth))
    return float(cosine_similarity(first, second, reduction="mean"))


def loud_iou(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Return the area that is loud in both over that which is loud in either, 0 where nothing is.

    Args:
        estimate: Scaled energies ``ln(1 + E)``, any shape; loud is where ``E`` is above ``LOUD_ENERGY``.
        truth: Likewise.
    """
    first, second = (
        torch.from_numpy((images > np.log1p(LOUD_ENERGY)).astype(np.int64)) for images in (estimate, truth)
    )
    return float(binary_jaccard_index(first, second)) if bool(first.any()) or bool(second.any()) else 0.0


def coherence(strain: np.ndarray, witnesses: Sequence[np.ndarray], sample_rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the coherence of a strain with whichever witness has most of it, frequency by frequency.

    Args:
        strain: Series, shape ``(N,)``.
        witnesses: Series of the same rate and time.
        sample_rate: Rate [Hz].

    Returns:
        Frequencies [Hz] and magnitude-squared coherence, 0 to 1, both of shape ``(K,)``. That of ``M`` parts without
        anything in common is about ``1 / M``.
    """
    part = min(round(COHERENCE_SECONDS * sample_rate), len(strain))
    found = [signal.coherence(strain, witness, sample_rate, nperseg=part) for witness in witnesses]
    return found[0][0], np.nan_to_num(np.max([each for _, each in found], axis=0))
