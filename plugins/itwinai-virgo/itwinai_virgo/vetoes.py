"""Vetoes: short segments about what witnesses explain loudly, and how well they catch glitches and spare the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import integrate, ndimage

from itwinai_virgo.coincidences import odd
from itwinai_virgo.segments import Segments, from_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

VETO_SECONDS = 0.31
"""Length of a segment about a loud column [s], rounded to an odd number of columns."""

NEAR_SECONDS = 0.5
"""Time to either side of a loudest column in which what is half as loud draws its segment to the middle [s]."""


@dataclass(frozen=True)
class Columns:
    """Loudness of what witnesses explain, column by column.

    Attributes:
        score: Loudness of the loudest column whose segment holds this one, 0 where there is none, shape ``(T,)``.
        gps: Start of each column, GPS [s], shape ``(T,)``.
        width: Length of a column [s].
    """

    score: np.ndarray
    gps: np.ndarray
    width: float

    def at(self, times: np.ndarray) -> np.ndarray:
        """Return the score at each time, GPS [s]; not-a-number where there is no column."""
        found = np.searchsorted(self.gps, times, side="right") - 1
        inside = (found >= 0) & (times < self.gps[found] + self.width)
        return np.where(inside, self.score[np.maximum(found, 0)], np.nan)

    def above(self, threshold: float) -> Segments:
        """Return the segments whose loudness is above a threshold."""
        return from_columns(self.score > threshold, self.score, self.gps, self.width)

    @property
    def known(self) -> Segments:
        """The segments that were looked at."""
        return from_columns(np.ones(len(self.gps), dtype=bool), self.score, self.gps, self.width)


def columns(evidence: Sequence[np.ndarray], gps: np.ndarray, window: float) -> Columns:
    """Return the loudness of each column, from several kinds of evidence that witnesses explain what it shows.

    The rarest kind counts, and so does the mean of all. Only the loudest column of about a third of a second counts,
    with a short segment: loud glitches would take time that quieter ones need. The segment lies about the middle of
    what is nearly as loud, since a long glitch is seldom loudest where its middle is.

    Args:
        evidence: Rarity of what each column shows, 0 where there is nothing, each of shape ``(N * T,)``.
        gps: Start of each window, in order, GPS [s], shape ``(N,)``.
        window: Length of a window [s].
    """
    kinds = np.stack(evidence)
    loudness = kinds.max(axis=0) + kinds.mean(axis=0)
    times = kinds.shape[1] // len(gps)
    width = window / times
    length, reach = odd(VETO_SECONDS / width), round(NEAR_SECONDS / width)
    peaks = (loudness >= ndimage.maximum_filter1d(loudness, 2 * length - 1, mode="nearest")) & (loudness > 0)
    score = np.zeros_like(loudness)
    for peak in np.flatnonzero(peaks).tolist():
        first = max(peak - reach, 0)
        near = np.maximum(loudness[first : peak + reach + 1] - 0.5 * loudness[peak], 0.0)
        middle = first + round(float(near @ np.arange(len(near)) / near.sum()))
        about = score[max(middle - length // 2, 0) : middle + length // 2 + 1]
        np.maximum(about, loudness[peak], out=about)
    return Columns(score, (gps[:, None] + width * np.arange(times)).ravel(), width)


@dataclass(frozen=True)
class Curve:
    """Efficiency against dead time over all thresholds, from the highest down.

    Attributes:
        threshold: From above all scores to 0, shape ``(K,)``.
        dead_time: Part of the time that is vetoed, shape ``(K,)``, not falling.
        efficiency: Part of the glitches that is caught, shape ``(K,)``, not falling.
    """

    threshold: np.ndarray
    dead_time: np.ndarray
    efficiency: np.ndarray

    @property
    def area(self) -> float:
        """Area under the curve, 1 where all glitches are louder than anything else; the rest is a straight line."""
        return float(integrate.trapezoid(np.append(self.efficiency, 1.0), np.append(self.dead_time, 1.0)))


def curve(score: np.ndarray, caught: np.ndarray) -> Curve:
    """Return efficiency against dead time.

    Args:
        score: Of all columns, shape ``(T,)``.
        caught: Scores at the glitches, shape ``(G,)``, one at least.
    """
    threshold = np.concatenate([[np.inf], np.unique(score)[::-1]])
    dead, hit = (
        1.0 - np.searchsorted(np.sort(values), threshold, side="right") / len(values) for values in (score, caught)
    )
    return Curve(threshold, dead, hit)


def limit_threshold(score: np.ndarray, dead_time: float) -> float:
    """Return the lowest threshold whose dead time is within a limit.

    No truth chooses it, so that what is scored by it is not what chose it.

    Args:
        score: Of all columns, shape ``(T,)``.
        dead_time: Part of the time that may be vetoed.
    """
    levels = np.unique(score)
    dead = 1.0 - np.searchsorted(np.sort(score), levels, side="right") / len(score)
    return float(levels[np.argmax(dead <= dead_time)])
