"""Links centres of successive times to tracks: as many links as all centres together allow, and the shortest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from itwinai_cyclones.geodesy import EARTH_RADIUS, great_circle_km

ALONE = 10.0
"""What it costs a centre to have no successor: more than any link, so that none is left out to make others shorter."""

BATCH = 4096
"""Pairs of centres that are assigned together, if their clusters are no larger."""


@dataclass(frozen=True)
class LinkRules:
    """Which centres may follow one another, and which tracks count.

    Attributes:
        speed: Highest speed of a cyclone [km/h].
        farthest: Longest way between two successive centres, however long it took [km].
        slack: Distance that two centres of one cyclone may be apart even if no time passed: the error of their places
            [km].
        gap: Longest time between two successive centres of a track [h].
        duration: Shortest time from the first to the last centre of a track that is kept [h].
        fixes: Fewest centres of a track that is kept.
    """

    speed: float = 80.0
    farthest: float = 900.0
    slack: float = 40.0
    gap: float = 24.0
    duration: float = 48.0
    fixes: int = 4

    def reach(self, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far a cyclone may get [km].

        Args:
            hours: Time that passes [h].
        """
        return np.minimum(self.slack + self.speed * hours, self.farthest)


def link(
    hours: NDArray[np.float64], latitude: NDArray[np.float64], longitude: NDArray[np.float64], rules: LinkRules
) -> NDArray[np.int64]:
    """Return which track each centre belongs to.

    Every centre has at most one predecessor and one successor. Centres of neighbouring times are linked first; then the
    ends of what was linked to the starts of what comes later, over gaps. Each time, of all the ways to do it the one
    with the most links is chosen, and among those the one whose links are shortest. Gaps come second, so that a storm
    is not parted in two that take turns, only to make room for a false alarm beside it.

    Args:
        hours: When, from any origin [h], shape ``(N,)``, in any order and at any intervals.
        latitude: Degrees north [°], shape ``(N,)``.
        longitude: Degrees east, in any turn [°], shape ``(N,)``.
        rules: Which centres may follow one another, and which tracks count.

    Returns:
        Numbers of tracks, from 0 in the order of their first centres, and -1 for centres of no track, shape ``(N,)``.

    Source:
        Assignment in two stages, as in Huang, Wu and Nevatia, Robust object tracking by hierarchical association of
        detection responses, ECCV (2008).
    """
    count = len(hours)
    before, after, cost = _candidates(hours, latitude, longitude, rules)
    moment = np.unique(hours, return_inverse=True)[1]
    at_once = moment[after] - moment[before] == 1
    links = _assigned(before, after, cost, np.flatnonzero(at_once))
    ended, begun = np.full(count, fill_value=True), np.full(count, fill_value=True)
    ended[before[links]] = False
    begun[after[links]] = False
    links = np.concatenate(
        [links, _assigned(before, after, cost, np.flatnonzero(~at_once & ended[before] & begun[after]))]
    )
    graph = coo_matrix((cost[links], (before[links], after[links])), shape=(count, count))
    track = connected_components(graph, directed=False)[1]
    return _kept(hours, np.asarray(track, dtype=np.int64), rules)


def _assigned(
    before: NDArray[np.int64], after: NDArray[np.int64], cost: NDArray[np.float64], pairs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return those of some pairs, by number, that become links: each centre in one as the earlier and as the later."""
    if not len(pairs):
        return pairs
    count = int(after[pairs].max(initial=before[pairs].max())) + 1
    graph = coo_matrix((cost[pairs], (before[pairs], after[pairs])), shape=(count, count))
    cluster = connected_components(graph, directed=False)[1]
    batches = _batches(cluster[before[pairs]])
    return np.concatenate([_chosen(before, after, cost, pairs[batch]) for batch in batches])


def _batches(cluster: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return pairs, by number, in batches that share no centre: some clusters of centres that may be linked in each.

    An assignment of twice the size takes more than twice as long.
    """
    order = np.argsort(cluster, kind="stable")
    ends = np.flatnonzero(np.diff(cluster[order], append=-1)) + 1
    # The last cluster that fits into each batch closes it.
    closing = ends[np.flatnonzero(np.diff(ends // BATCH, append=-1))]
    return [batch for batch in np.split(order, closing) if len(batch)]


def _chosen(
    before: NDArray[np.int64], after: NDArray[np.int64], cost: NDArray[np.float64], pairs: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the cheapest of the largest sets of links that some pairs, by number, allow."""
    centres, row = np.unique(before[pairs], return_inverse=True)
    successors, column = np.unique(after[pairs], return_inverse=True)
    alone = np.arange(len(centres))
    # A row for each centre; its column is its successor, or one of its own that means that it has none.
    rows, columns = np.concatenate([row, alone]), np.concatenate([column, len(successors) + alone])
    costs = csr_matrix((np.concatenate([cost[pairs], np.full(len(centres), ALONE)]), (rows, columns)))
    taken = np.full(len(centres), -1)
    chosen, matched = min_weight_full_bipartite_matching(costs)
    taken[chosen] = matched
    return np.asarray(pairs[taken[row] == column])


def _candidates(
    hours: NDArray[np.float64], latitude: NDArray[np.float64], longitude: NDArray[np.float64], rules: LinkRules
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs of centres that may follow one another, the earlier one first, and what each link costs."""
    north, east = np.radians(latitude), np.radians(longitude)
    places = EARTH_RADIUS * np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    # Time is a fourth axis, as long as the way that a cyclone may go: so neighbours are found without trying all pairs.
    reach = float(rules.reach(np.asarray(rules.gap)))
    events = np.concatenate([places, hours[None] * (reach / rules.gap)]).T
    pairs = cKDTree(events).query_pairs(np.sqrt(2) * reach * (1 + 1e-9), output_type="ndarray")
    early = hours[pairs[:, 0]] <= hours[pairs[:, 1]]
    before, after = np.where(early, pairs[:, 0], pairs[:, 1]), np.where(early, pairs[:, 1], pairs[:, 0])
    passed = hours[after] - hours[before]
    distance = great_circle_km(latitude[before], longitude[before], latitude[after], longitude[after])
    allowed = rules.reach(passed)
    may = (passed > 0) & (passed <= rules.gap) & (distance <= allowed)
    # Of two ways over a gap, the one that takes less time is the likelier.
    cost = 1e-3 + distance[may] / allowed[may] + passed[may] / rules.gap
    return before[may], after[may], cost


def _kept(hours: NDArray[np.float64], track: NDArray[np.int64], rules: LinkRules) -> NDArray[np.int64]:
    """Return the numbers of tracks that are long enough, in the order of their first centres, and -1 elsewhere."""
    if not len(track):
        return track
    count = int(track.max()) + 1
    first, last = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(first, track, hours)
    np.maximum.at(last, track, hours)
    long_enough = (last - first >= rules.duration) & (np.bincount(track, minlength=count) >= rules.fixes)
    kept = np.flatnonzero(long_enough)
    number = np.full(count, -1)
    number[kept[np.argsort(first[kept], kind="stable")]] = np.arange(len(kept))
    return np.asarray(number[track])
