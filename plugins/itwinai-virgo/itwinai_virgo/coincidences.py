"""Loud tiles that the strain and its witnesses share, told as how rare they are, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Iterator

TILES = ((3, 3), (3, 9))
"""Rows and columns over which energies are summed where strain and witnesses are compared: short glitches, and long."""

FORESEEN = 0.1
"""Weight of what the network makes of the witnesses beside what they show."""

WITNESSED = 0.8
"""Weight of what a witness shows beyond the strain; what the strain shows beyond all witnesses may be a signal."""

OVERSHADOWED = 0.6
"""Weight of what the strain shows beyond all witnesses, taken off: a signal that meets a witness's chance noise."""

SUM_SECONDS = 0.31
"""Time over which explained energy is summed [s]: about that of the glitches of most families."""

STRAIN_LIMIT = 4.0
"""Energy of the strain above which more of it does not make an explanation louder: a signal of any strength, which no
witness sees, is as quiet as this."""

FLOOR = 0.05
"""Least spread of a row that energies are measured in, of the row's own median energy in the strain."""


def shared(strain: np.ndarray, witnesses: np.ndarray, foreseen: np.ndarray) -> Iterator[np.ndarray]:
    """Yield how rare the coincidences of strain and witnesses are, for sums over each of ``TILES``.

    A coincidence counts as the quieter side, more where that is the strain, and less where the strain is the louder.
    The other side is one witness, and a little of what the network foresees from all.

    Args:
        strain: Energies over the median of their row, shape ``(N, F, T)``.
        witnesses: Likewise, shape ``(N, C, F, T)``.
        foreseen: Energies of the strain that the network foresees, shape ``(N, G, T)``.

    Yields:
        Rarity as ``rarity`` returns it, shape ``(N * T,)``.
    """
    for high, long in TILES:
        own, expected = (rarity(_loudest(energy, high, long)) for energy in (strain, foreseen))
        each = [rarity(_loudest(witnesses[:, number], high, long)) for number in range(witnesses.shape[1])]
        seen = (1.0 - FORESEEN) * np.max(each, axis=0) + FORESEEN * expected
        together = np.where(
            own > seen, seen - OVERSHADOWED * (own - seen), own + WITNESSED * np.maximum(seen - own, 0.0)
        )
        yield rarity(together)


def explained(strain: np.ndarray, foreseen: np.ndarray, width: float) -> np.ndarray:
    """Return how rare the energy is that the network foresees and the strain shows, shape ``(N * T,)``.

    It is their product, the strain's part limited: an estimate alone may be of what never reached the strain, and the
    strain alone may be a signal.

    Args:
        strain: Energies over the median of their row, shape ``(N, F, T)``.
        foreseen: Energies of the strain that the network foresees, of the same shape.
        width: Length of a column [s].
    """
    return rarity(_loudest(foreseen * np.minimum(strain, STRAIN_LIMIT), 1, odd(SUM_SECONDS / width)))


def rarity(values: np.ndarray) -> np.ndarray:
    """Return minus the logarithm of the part of all values that are at least as high, shape ``(T,)``."""
    above = len(values) - np.searchsorted(np.sort(values), values, side="left")
    return np.asarray(-np.log(above / len(values)))


def odd(columns: float) -> int:
    """Return the odd number next to some number of columns."""
    return 2 * max(round((columns - 1.0) / 2.0), 0) + 1


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
