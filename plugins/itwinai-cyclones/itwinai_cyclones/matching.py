"""Matches fixes of cyclones with those of a reference: time by time, and track by track."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from itwinai_cyclones.geodesy import great_circle_km

Indices = NDArray[np.int64]
Numbers = NDArray[np.float64]

QUIET = 60 * 24.0
"""A time without any fix in the whole record that is longer counts as not looked at, as between seasons [h]."""


@dataclass(frozen=True)
class Fixes:
    """Where cyclones were, and when.

    Attributes:
        names: Of the tracks, shape ``(S,)``.
        track: Index of each fix into ``names``, shape ``(N,)``.
        hours: When, from an origin that all share [h], shape ``(N,)``.
        latitude: Degrees north [°], shape ``(N,)``.
        longitude: Degrees east, in any turn [°], shape ``(N,)``.
    """

    names: NDArray[np.str_]
    track: Indices
    hours: Numbers
    latitude: Numbers
    longitude: Numbers

    def __len__(self) -> int:
        return len(self.track)

    def where(self, chosen: NDArray[np.bool_] | Indices) -> "Fixes":
        """Return some of the fixes, with the names of all tracks.

        Args:
            chosen: True for each fix to keep, shape ``(N,)``, or indices of them.
        """
        columns = (values[chosen] for name, values in vars(self).items() if name != "names")
        return Fixes(self.names, *columns)


@dataclass(frozen=True)
class Pairs:
    """Pairs of a fix of the reference and one that was found.

    Attributes:
        reference: Indices into the fixes of the reference, shape ``(P,)``.
        found: Indices into what was found, shape ``(P,)``.
        distance: Between them [km], shape ``(P,)``.
    """

    reference: Indices
    found: Indices
    distance: Numbers

    def where(self, chosen: NDArray[np.bool_]) -> "Pairs":
        """Return some of the pairs.

        Args:
            chosen: True for each pair to keep, shape ``(P,)``.
        """
        return Pairs(self.reference[chosen], self.found[chosen], self.distance[chosen])


@dataclass(frozen=True)
class TrackPairs:
    """Pairs of a track of the reference and one that was found.

    Attributes:
        reference: Indices of tracks of the reference, shape ``(P,)``.
        found: Indices of tracks that were found, shape ``(P,)``.
        common: At how many times they lie within the radius, shape ``(P,)``.
        distance: Mean over these times [km], shape ``(P,)``.
    """

    reference: Indices
    found: Indices
    common: Indices
    distance: Numbers


def looked_at(hours: Numbers, times: Numbers) -> NDArray[np.bool_]:
    """Return whether a record that holds fixes at some times would hold one at others as well.

    A record tells only of times with a cyclone. Its step is taken to be the most common one between its times, and what
    lies whole steps after one of them was looked at, to the last one; unless nothing at all was there for longer than
    ``QUIET``.

    Args:
        hours: The other times [h], shape ``(N,)``.
        times: Those of the record [h], shape ``(M,)``, at least one.

    Returns:
        True where it was looked at, shape ``(N,)``.
    """
    asked, known = _seconds(hours), np.unique(_seconds(times))
    steps, often = np.unique(np.diff(known), return_counts=True)
    # With ties, as among steps of 7 and 8 hours in turn, whole steps are rare anyway.
    step = steps[often.argmax()] if len(steps) else 1
    before = np.searchsorted(known, asked, side="right") - 1
    start, end = known[np.maximum(before, 0)], known[np.minimum(before + 1, len(known) - 1)]
    lively = end - start <= QUIET * 3600
    return np.asarray(
        (before >= 0) & (asked <= known[-1]) & ((asked == start) | ((asked - start) % step == 0) & lively)
    )


def quiet_times(times: Numbers) -> int:
    """Return how often a record holds nothing for longer than ``QUIET`` between its first fix and its last.

    Args:
        times: Of the fixes [h], shape ``(N,)``.
    """
    return int((np.diff(np.unique(times)) > QUIET).sum())


def near_pairs(reference: Fixes, found: Fixes, radius: float) -> Pairs:
    """Return all pairs of one time that lie within a radius.

    Args:
        reference: Where cyclones were.
        found: Where they were found.
        radius: Longest distance [km].
    """
    asked, known = _seconds(reference.hours), _seconds(found.hours)
    order = np.argsort(known, kind="stable")
    first, last = (np.searchsorted(known[order], asked, side=side) for side in ("left", "right"))
    count = last - first
    one = np.repeat(np.arange(len(reference)), count)
    other = order[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - first, count)]
    distance = great_circle_km(
        reference.latitude[one], reference.longitude[one], found.latitude[other], found.longitude[other]
    )
    return Pairs(one, other, distance).where(distance <= radius)


def one_to_one(pairs: Pairs) -> Pairs:
    """Return pairs that share no fix: as many as there can be, and of those the ones that are nearest together.

    Args:
        pairs: All pairs that lie near enough.
    """
    if not len(pairs.distance):
        return pairs
    first = int(pairs.reference.max()) + 1
    size = first + int(pairs.found.max()) + 1
    graph = coo_matrix((np.ones(len(pairs.distance)), (pairs.reference, first + pairs.found)), shape=(size, size))
    cluster = connected_components(graph, directed=False)[1][pairs.reference]
    order = np.argsort(cluster, kind="stable")
    clusters = np.split(order, np.flatnonzero(np.diff(cluster[order])) + 1)
    alone = [members for members in clusters if len(members) == 1]
    several = [_assigned(pairs, members) for members in clusters if len(members) > 1]
    chosen = np.zeros(len(pairs.distance), dtype=bool)
    chosen[np.concatenate([*alone, *several])] = True
    return pairs.where(chosen)


def match_tracks(reference: Fixes, found: Fixes, pairs: Pairs) -> TrackPairs:
    """Return which tracks lie near each other, and at how many times.

    Args:
        reference: Where cyclones were.
        found: Where they were found.
        pairs: The pairs of fixes of one time that lie near enough, not only the nearest.
    """
    ids = reference.track[pairs.reference] * len(found.names) + found.track[pairs.found]
    both, which, common = np.unique(ids, return_inverse=True, return_counts=True)
    distance = np.bincount(which, pairs.distance, len(both)) / common
    return TrackPairs(both // len(found.names), both % len(found.names), common, distance)


def _assigned(pairs: Pairs, members: Indices) -> Indices:
    """Return those of some pairs that are an optimal assignment."""
    rows, row = np.unique(pairs.reference[members], return_inverse=True)
    columns, column = np.unique(pairs.found[members], return_inverse=True)
    # A pair that is none costs more than all others together, so as many as possible are taken.
    cost = np.full((len(rows), len(columns)), 1.0 + 2.0 * pairs.distance[members].sum())
    cost[row, column] = pairs.distance[members]
    which = np.full(cost.shape, -1)
    which[row, column] = members
    taken = which[linear_sum_assignment(cost)]
    chosen: Indices = taken[taken >= 0].astype(np.int64)
    return chosen


def _seconds(hours: Numbers) -> Indices:
    """Return whole seconds, which compare exactly."""
    seconds: Indices = np.rint(np.asarray(hours, dtype=float) * 3600).astype(np.int64)
    return seconds
