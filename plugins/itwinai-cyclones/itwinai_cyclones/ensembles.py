"""Centres of several networks at one time become centres of the ensemble: which are the same, where, how sure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.detections import Centre
from itwinai_cyclones.geodesy import great_circle_km


def together(members: Sequence[Sequence[Centre]], within_km: float, least: int) -> list[Centre]:
    """Return the centres that enough members found, highest score first.

    Centres are the same where all of them lie within a distance of one another, each of another member. The nearest
    groups are joined first, so that neither the order of members nor the meridian that longitudes are counted from
    matters. A group is where the mean of its places lies, weighted by scores; score, pressure and wind are means too,
    the wind of those members that read one.

    Args:
        members: Centres of each network.
        within_km: Longest distance of two centres that are the same [km].
        least: How many members must agree.

    Source:
        Clustering with complete linkage, in which no group takes two centres of one member.
    """
    centres = [centre for member in members for centre in member]
    owner = np.repeat(np.arange(len(members)), [len(member) for member in members])
    groups = _grouped(centres, owner, within_km)
    found = [_mean([centres[index] for index in group]) for group in groups if len(group) >= least]
    return sorted(found, key=lambda centre: (-centre.score, centre.latitude, centre.longitude))


def _grouped(centres: Sequence[Centre], owner: NDArray[np.int64], within_km: float) -> list[list[int]]:
    """Return the indices of the centres of each group."""
    latitude = np.array([centre.latitude for centre in centres])
    longitude = np.array([centre.longitude for centre in centres])
    apart = great_circle_km(latitude[:, None], longitude[:, None], latitude, longitude)
    apart[owner[:, None] == owner] = np.inf  # a member's own centres are not the same, whatever their distance
    groups = {index: [index] for index in range(len(centres))}
    while len(groups) > 1:
        one, other = np.unravel_index(int(apart.argmin()), apart.shape)
        if apart[one, other] > within_km:
            break
        groups[int(one)] += groups.pop(int(other))
        # The distance of groups is that of their farthest members, or none where one member has centres in both.
        apart[one] = apart[:, one] = np.maximum(apart[one], apart[other])
        apart[other] = apart[:, other] = np.inf
        apart[one, one] = np.inf
    return list(groups.values())


def _mean(group: Sequence[Centre]) -> Centre:
    """Return the mean of some centres, each of another member."""
    if len(group) == 1:
        return group[0]
    scores = np.array([centre.score for centre in group])
    north, east = (np.radians([getattr(centre, name) for centre in group]) for name in ("latitude", "longitude"))
    points = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    winds = [centre.wind for centre in group if not np.isnan(centre.wind)]
    x, y, z = points @ np.maximum(scores, 1e-6)  # a mean of vectors knows neither poles nor meridians
    return Centre(
        latitude=float(np.degrees(np.arctan2(z, np.hypot(x, y)))),
        longitude=float(np.degrees(np.arctan2(y, x)) % 360),
        score=float(scores.mean()),
        msl=float(np.mean([centre.msl for centre in group])),
        wind=float(np.mean(winds)) if winds else float("nan"),
        spread=float(scores.std(ddof=1)),
        members=len(group),
    )
