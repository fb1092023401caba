"""How good positions are: recall, false alarms and distances, of patches and of whole fields."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from itwinai_cyclones.geodesy import great_circle_km, to_degrees

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PatchScores:
    """Scores over patches.

    Attributes:
        recall: Cyclones that were seen, over cyclones, from 0 to 1.
        false_positive_rate: Patches without a cyclone that were said to have one, over patches without, from 0 to 1.
        precision: Cyclones that were seen, over patches said to have one, from 0 to 1; NaN where none was.
        distances: From the true to the found centre of each cyclone seen [km], shape ``(H,)``.
    """

    recall: float
    false_positive_rate: float
    precision: float
    distances: Array


def score_patches(
    labels: NDArray[np.floating], answers: NDArray[np.floating], seen: NDArray[np.bool_], origins: NDArray[np.intp]
) -> PatchScores:
    """Return how well positions within patches were found.

    Args:
        labels: True rows and columns, -1 twice where there is none, shape ``(N, 2)``.
        answers: Found rows and columns, shape ``(N, 2)``.
        seen: Which patches are said to hold a cyclone, shape ``(N,)``.
        origins: First rows and columns of the patches on the model's grid, shape ``(N, 2)``.
    """
    there = (labels > -0.5).all(axis=1)
    hits = there & seen
    truth = to_degrees(*(origins[hits] + labels[hits]).T)
    found = to_degrees(*(origins[hits] + answers[hits]).T)
    return PatchScores(
        recall=_share(hits.sum(), there.sum()),
        false_positive_rate=_share((seen & ~there).sum(), (~there).sum()),
        precision=_share(hits.sum(), seen.sum()),
        distances=great_circle_km(*truth, *found),
    )


@dataclass(frozen=True)
class FieldScores:
    """Counts over whole fields; they add up over times.

    Attributes:
        hits: Cyclones with a centre within the radius.
        misses: Cyclones without.
        false_alarms: Centres with no storm of any strength within the radius.
        distances: Of the hits [km].
    """

    hits: int = 0
    misses: int = 0
    false_alarms: int = 0
    distances: tuple[float, ...] = ()

    def __add__(self, other: "FieldScores") -> "FieldScores":
        return FieldScores(
            self.hits + other.hits,
            self.misses + other.misses,
            self.false_alarms + other.false_alarms,
            self.distances + other.distances,
        )

    @property
    def detected(self) -> float:
        """Hits over cyclones, from 0 to 1; NaN where there was none."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def false_alarm_ratio(self) -> float:
        """False alarms over centres that count, from 0 to 1; 0 where there was none."""
        counted = self.hits + self.false_alarms
        return self.false_alarms / counted if counted else 0.0


def score_field(storms: Array, cyclone: NDArray[np.bool_], centres: Array, radius: float) -> FieldScores:
    """Return how many cyclones of one time were found, each with a centre of its own.

    Cyclones take their centres first. A centre left over that lies near a weaker storm counts neither way.

    Args:
        storms: Latitude and longitude of all storms [°], shape ``(S, 2)``.
        cyclone: Which of them must be found, shape ``(S,)``.
        centres: Latitude and longitude of what was found [°], shape ``(D, 2)``.
        radius: Farthest that a centre may lie from its cyclone [km].
    """
    distance = great_circle_km(storms[:, None, 0], storms[:, None, 1], centres[None, :, 0], centres[None, :, 1])
    wanted = distance[cyclone]
    # Far pairs cost more than all near ones together, so as many cyclones as possible find a centre.
    chosen = linear_sum_assignment(np.where(wanted <= radius, wanted, 1e6))
    near = wanted[chosen] <= radius
    used = chosen[1][near]
    left = np.setdiff1d(np.arange(len(centres)), used)
    alone = ~(distance[:, left] <= radius).any(axis=0)
    return FieldScores(
        hits=int(near.sum()),
        misses=int(cyclone.sum() - near.sum()),
        false_alarms=int(alone.sum()),
        distances=tuple(wanted[chosen][near].tolist()),
    )


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else float("nan")
