"""Reads the embedded best tracks: where tropical cyclones were, every six hours from 1980 to 2024."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.geodesy import signed_longitude

EPOCH = np.datetime64("1980-01-01T00", "h")

GALE = 34.0
"""Wind from which a storm is a tropical cyclone [kn]."""


WHOLE_DAY = 3
"""Fixes of a day from which a storm shows in the day's mean as what it was."""


class SharedStormError(ValueError):
    """Two parts of the data know the same storm."""


class StrangeYearError(ValueError):
    """Samples are of years that they may not be of."""


@dataclass(frozen=True)
class BestTracks:
    """Fixes of storms, ordered by storm and time.

    Attributes:
        names: IBTrACS identifiers of all storms, shape ``(S,)``.
        storm: Index of each fix into ``names``, shape ``(N,)``.
        time: When [h], shape ``(N,)``.
        latitude: Degrees north [°], shape ``(N,)``.
        longitude: Degrees east, in ``[0, 360)`` [°], shape ``(N,)``.
        wind: Highest wind, one-minute mean [kn], NaN where not reported, shape ``(N,)``.
        pressure: Lowest pressure at sea level [hPa], NaN where not reported, shape ``(N,)``.
        extratropical: True once the storm was called extratropical, shape ``(N,)``.
    """

    names: NDArray[np.str_]
    storm: NDArray[np.int64]
    time: NDArray[np.datetime64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    wind: NDArray[np.float64]
    pressure: NDArray[np.float64]
    extratropical: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.storm)

    @property
    def tropical_cyclone(self) -> NDArray[np.bool_]:
        """True for the fixes that a detector must find: tropical and of gale force, shape ``(N,)``."""
        return (self.wind >= GALE) & ~self.extratropical

    def where(self, chosen: NDArray[np.bool_]) -> "BestTracks":
        """Return some of the fixes.

        Args:
            chosen: True for each fix to keep, shape ``(N,)``.

        Returns:
            The chosen fixes, in the same order, with all names.
        """
        columns = {name: value[chosen] for name, value in vars(self).items() if name != "names"}
        return BestTracks(names=self.names, **columns)

    def at(self, time: np.datetime64) -> "BestTracks":
        """Return the fixes of one time, empty where there was none.

        Args:
            time: When [h].
        """
        return self.where(self.time == time)

    def daily(self) -> "BestTracks":
        """Return one fix for each storm and day: where a field of daily means shows it, and how strong.

        Of a storm that was alive for less than half a day, hardly anything is left in a mean: its wind is not known.
        """
        days = self.time.astype("datetime64[D]")
        starts = np.flatnonzero(np.append(True, (np.diff(self.storm) != 0) | (days[1:] != days[:-1]))[: len(self)])
        counts = np.diff(np.append(starts, len(self)))
        first = np.repeat(self.longitude[starts], counts)

        def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
            known = np.add.reduceat((~np.isnan(values)).astype(float), starts)
            total = np.add.reduceat(np.nan_to_num(values), starts)
            return np.asarray(np.divide(total, known, out=np.full(len(starts), np.nan), where=known > 0))

        return BestTracks(
            names=self.names,
            storm=self.storm[starts],
            time=days[starts].astype("datetime64[h]"),
            latitude=mean(self.latitude),
            longitude=(self.longitude[starts] + mean(signed_longitude(self.longitude - first))) % 360,
            wind=np.where(counts >= WHOLE_DAY, mean(self.wind), np.nan),
            pressure=mean(self.pressure),
            extratropical=np.logical_or.reduceat(self.extratropical, starts),
        )

    def born_in(self, years: Collection[int]) -> "BestTracks":
        """Return the storms whose first fix lies in some years, each storm whole.

        A storm that lives through New Year counts to the old year alone.

        Args:
            years: Calendar years.
        """
        first = np.zeros(len(self.names), dtype=int)
        # Fixes are in order of time, so writing them backwards leaves the first one of each storm.
        first[self.storm[::-1]] = self.time[::-1].astype("datetime64[Y]").astype(int) + 1970
        return self.where(np.isin(first[self.storm], list(years)))


def load() -> BestTracks:
    """Return all fixes of the pack.

    Source:
        Knapp et al., Bull. Amer. Meteor. Soc. 91, 363 (2010), doi:10.1175/2009BAMS2755.1; see ``resources/README.md``.
    """
    with files("itwinai_cyclones").joinpath("resources/best_tracks.npz").open("rb") as file, np.load(file) as pack:
        columns = {name: pack[name] for name in pack.files}
    running = {name: np.cumsum(columns[name], dtype=int) for name in ("storm", "step", "latitude", "longitude")}
    return BestTracks(
        names=columns["storms"].astype(str),
        storm=running["storm"],
        time=EPOCH + (running["step"] * 6).astype("timedelta64[h]"),
        latitude=running["latitude"] / 10,
        longitude=running["longitude"] / 10,
        wind=np.where(columns["wind"] < 0, np.nan, columns["wind"]),
        pressure=np.where(columns["pressure"] < 0, np.nan, columns["pressure"]),
        extratropical=columns["extratropical"],
    )


def usable_times(tracks: BestTracks, years: Collection[int]) -> NDArray[np.datetime64]:
    """Return the times of some years at which only storms born in those years were alive.

    A global field shows every storm of its time. A time at which a storm of another year is still alive would put that
    storm into two splits; such days around New Year are left out.

    Args:
        tracks: All fixes.
        years: Calendar years of one split.

    Returns:
        Times, each once and in order, at which at least one fix is a tropical cyclone, shape ``(T,)``.
    """
    own = tracks.born_in(years)
    times, alive = np.unique(tracks.time, return_counts=True)
    first, last = np.searchsorted(np.sort(own.time), times), np.searchsorted(np.sort(own.time), times, side="right")
    inside = np.isin(times.astype("datetime64[Y]").astype(int) + 1970, list(years))
    chosen = inside & (last - first == alive) & np.isin(times, own.time[own.tropical_cyclone])
    return np.asarray(times[chosen])


def refuse_strange_years(what: str, times: NDArray[np.datetime64], years: Collection[int]) -> None:
    """Refuse samples of other years than those that they may be of.

    Args:
        what: What is done with the samples, for the message.
        times: Of the samples, shape ``(N,)``.
        years: Calendar years that are allowed.

    Raises:
        StrangeYearError: some are of other years; the message names those.
    """
    strange = sorted({int(year) + 1970 for year in times.astype("datetime64[Y]").astype(int)} - set(years))
    if strange:
        raise StrangeYearError(
            f"{what} would know samples of {', '.join(map(str, strange))}, which are none of its years.\n"
            "Nothing that is judged on may be learnt from: keep the years of training, validation and test apart."
        )


def refuse_shared_storms(splits: Iterable[tuple[str, BestTracks]]) -> None:
    """Refuse splits that share a storm.

    Args:
        splits: Name and fixes of each split.

    Raises:
        SharedStormError: a storm has fixes in two splits.
    """
    for (one, mine), (other, theirs) in combinations(splits, 2):
        shared = np.intersect1d(mine.names[np.unique(mine.storm)], theirs.names[np.unique(theirs.storm)])
        if len(shared):
            known = ", ".join(shared[:5]) + (" and others" if len(shared) > 5 else "")
            raise SharedStormError(
                f"{one} and {other} both know {len(shared)} storm(s): {known}.\n"
                "Split by whole storms: a storm that lives through New Year belongs to the year of its first fix."
            )
