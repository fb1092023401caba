"""Vetoes: short segments about what witnesses explain loudly, and how well they catch glitches and spare the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import integrate, ndimage

from itwinai_virgo.segments import Segments, from_columns

SUM_SECONDS = 0.31
"""Time over which explained energy is summed [s]: about that of the glitches of most families."""

TILE = 3
"""Rows and columns over which the strain's and a witness's energies are summed where they are compared."""

FORESEEN = 0.3
"""Weight of what the network makes of the witnesses beside what they show."""

WITNESSED = 0.8
"""Weight of what a witness shows beyond the strain; what the strain shows beyond all witnesses may be a signal."""

VETO_SECONDS = 0.31
"""Length of a segment about a loudest column [s], rounded to an odd number of columns."""

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

    def above(self, threshold: float) -> Segments:
        """Return the segments whose loudness is above a threshold."""
        return from_columns(self.score > threshold, self.score, self.gps, self.width)

    @property
    def known(self) -> Segments:
        """The segments that were looked at."""
        return from_columns(np.ones(len(self.gps), dtype=bool), self.score, self.gps, self.width)


def explained_energy(strain: np.ndarray, estimate: np.ndarray) -> np.ndarray:
    """Return the energy that an estimate explains and the strain shows, shape that of the images.

    Their product, the strain's part limited: an estimate alone may be of what never reached the strain, and the strain
    alone may be a signal.

    Args:
        strain: Scaled energies ``ln(1 + E)``, shape ``(N, 1, F, T)``.
        estimate: Likewise, made without looking at the strain.
    """
    return np.asarray(np.expm1(estimate) * np.minimum(np.expm1(strain), STRAIN_LIMIT))


def columns(
    energies: tuple[np.ndarray, np.ndarray], strain: np.ndarray, witnesses: np.ndarray, gps: np.ndarray, window: float
) -> Columns:
    """Return the loudness of each column: minus the logarithm of the part of all columns that are as loud.

    Two things make a column loud, and the rarer counts: energy that the network explains, summed over ``SUM_SECONDS``,
    and the coincidence of loud tiles in the strain and on the other side, one witness and what the network foresees
    from all. A coincidence counts as the quieter side, and more where that is the strain. Energies are in units of the
    usual spread of their row, and a column is as loud as its loudest row. Only the loudest column of about a third of a
    second counts, with a short segment about it: loud glitches would take time that quieter ones need.

    Args:
        energies: Energy that the network explains, and that it foresees, each of shape ``(N, 1, F, T)``.
        strain: Scaled energies ``ln(1 + E)``, of the same shape.
        witnesses: Likewise, shape ``(N, C, F, T)``.
        gps: Start of each window, in order, GPS [s], shape ``(N,)``.
        window: Length of a window [s].
    """
    width = window / strain.shape[-1]
    start = (gps[:, None] + width * np.arange(strain.shape[-1])).ravel()
    explained, foreseen = (energy[:, 0] for energy in energies)
    own, expected = (_rarity(_loudest(energy, TILE, TILE)) for energy in (np.expm1(strain[:, 0]), foreseen))
    each = [_rarity(_loudest(np.expm1(witnesses[:, number]), TILE, TILE)) for number in range(witnesses.shape[1])]
    seen = (1.0 - FORESEEN) * np.max(each, axis=0) + FORESEEN * expected
    together = np.minimum(own, seen) + WITNESSED * np.maximum(seen - own, 0.0)
    alone = _rarity(_loudest(explained, 1, _odd(SUM_SECONDS / width)))
    together = _rarity(together)
    # Each has a loudest column of one rarity: without a tie's end, a limit for one segment would allow none.
    loudness = np.maximum(together, alone) + 1e-6 * np.minimum(together, alone)
    length = _odd(VETO_SECONDS / width)
    peak = (loudness >= ndimage.maximum_filter1d(loudness, 2 * length - 1, mode="nearest")) & (loudness > 0)
    return Columns(ndimage.maximum_filter1d(np.where(peak, loudness, 0.0), length, mode="constant"), start, width)


def _loudest(energy: np.ndarray, high: int, long: int) -> np.ndarray:
    """Return the energy of each column's loudest row, in units of the row's spread, averaged over its surroundings.

    Args:
        energy: Shape ``(N, F, T)``.
        high: Odd number of rows of the surroundings.
        long: Odd number of columns.

    Returns:
        Shape ``(N * T,)``.
    """
    rows = np.concatenate(list(energy), axis=1)
    summed = ndimage.uniform_filter(rows, (high, long), mode="nearest")
    middle, upper = np.quantile(summed, [0.5, 0.9], axis=1)[..., None]
    return np.asarray(((summed - middle) / np.maximum(upper - middle, FLOOR)).max(axis=0))


def _rarity(values: np.ndarray) -> np.ndarray:
    """Return minus the logarithm of the part of all values that are at least as high, shape ``(T,)``."""
    above = len(values) - np.searchsorted(np.sort(values), values, side="left")
    return np.asarray(-np.log(above / len(values)))


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
