"""Vetoes: short segments about what witnesses explain loudly, and how well they catch glitches and spare the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import integrate, ndimage

from itwinai_virgo.segments import Segments, from_columns

SUM_SECONDS = 0.56
"""Time over which explained energy is summed [s]: about that of the glitches of most families."""

VETO_SECONDS = 0.5
"""Length of a segment about a loudest column [s], rounded up to an odd number of columns."""

STRAIN_LIMIT = 4.0
"""Energy of the strain above which more of it does not make an explanation louder: a signal of any strength, which no
witness sees, is as quiet as this."""

FLOOR = 0.05
"""Least spread of a row that energies are measured in, of the row's own median energy in the strain."""


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

    def above(self, threshold: float | np.ndarray) -> Segments:
        """Return the segments whose loudness is above a threshold, one for all columns or for each its own."""
        return from_columns(self.score > threshold, self.score, self.gps, self.width)

    @property
    def known(self) -> Segments:
        """The segments that were looked at."""
        return from_columns(np.ones(len(self.gps), dtype=bool), self.score, self.gps, self.width)


def evidence(strain: np.ndarray, estimate: np.ndarray) -> np.ndarray:
    """Return the energy that an estimate explains and the strain shows, shape that of the images.

    Their product, the strain's part limited: an estimate alone may be of what never reached the strain, and the strain
    alone may be a signal.

    Args:
        strain: Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``.
        estimate: Likewise, made without looking at the strain.
    """
    return np.asarray(np.expm1(estimate) * np.minimum(np.expm1(strain), STRAIN_LIMIT))


def columns(explained: np.ndarray, gps: np.ndarray, window: float) -> Columns:
    """Return the loudness of each column: the loudest row's summed energy, in units of that row's usual spread.

    Only the loudest column of half a second or so counts, with a short segment about it: loud glitches would take
    time that quieter ones need.

    Args:
        explained: Energy that witnesses explain, shape ``(N, 1, F, T)``.
        gps: Start of each window, in order, GPS [s], shape ``(N,)``.
        window: Length of a window [s].
    """
    rows = np.concatenate(list(explained[:, 0]), axis=1)
    width = window / explained.shape[-1]
    start = (gps[:, None] + width * np.arange(explained.shape[-1])).ravel()
    summed = ndimage.uniform_filter1d(rows, _odd(SUM_SECONDS / width), axis=1, mode="nearest")
    middle, high = np.quantile(summed, [0.5, 0.9], axis=1)[..., None]
    loudness = ((summed - middle) / np.maximum(high - middle, FLOOR)).max(axis=0)
    length = _odd(VETO_SECONDS / width)
    peak = (loudness >= ndimage.maximum_filter1d(loudness, 2 * length - 1, mode="nearest")) & (loudness > 0)
    return Columns(ndimage.maximum_filter1d(np.where(peak, loudness, 0.0), length, mode="constant"), start, width)


def _odd(columns: float) -> int:
    """Return the odd number next to some number of columns."""
    return 2 * max(round((columns - 1.0) / 2.0), 0) + 1


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


def operating_threshold(found: Curve, dead_time: float) -> float:
    """Return the threshold of the smallest dead time that has the best efficiency within a limit of dead time."""
    allowed = found.dead_time <= dead_time
    return float(found.threshold[np.argmax(np.where(allowed, found.efficiency, -1.0))])


def limit_threshold(score: np.ndarray, dead_time: float) -> float:
    """Return the lowest threshold whose dead time is within a limit; it needs no truth."""
    levels = np.unique(score)
    dead = 1.0 - np.searchsorted(np.sort(score), levels, side="right") / len(score)
    return float(levels[np.argmax(dead <= dead_time)])


def crossed_thresholds(found: Columns, glitches: np.ndarray, dead_time: float) -> np.ndarray:
    """Return a threshold for each column, chosen on the glitches of the other half of the time.

    So no half is judged by a threshold that its own glitches chose. Where the other half's threshold would take more
    dead time than is allowed, the limit of the half itself holds, for which no truth is needed; likewise where the
    other half has no glitch.

    Args:
        found: Scores.
        glitches: Times of the glitches to catch, GPS [s], shape ``(G,)``.
        dead_time: Part of the time that may be vetoed.

    Returns:
        Shape ``(T,)``.
    """
    half = len(found.score) // 2
    out = np.empty(len(found.score))
    for own, other in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        if not len(found.score[own]):
            continue
        out[own] = limit_threshold(found.score[own], dead_time)
        part = Columns(found.score[other], found.gps[other], found.width)
        caught = part.at(glitches)
        caught = caught[~np.isnan(caught)]
        if len(caught):
            chosen = operating_threshold(curve(part.score, caught), dead_time)
            out[own] = np.maximum(out[own], chosen)
    return out
