"""Maps of how sure a network is: a cell of 1° each, by time, as CF netCDF."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cftime
import netCDF4
import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.compact_detections import rows
from itwinai_cyclones.detections import Votes
from itwinai_cyclones.geodesy import COLUMNS, STEP, great_circle_km, to_degrees
from itwinai_cyclones.heatmaps import STRIDE, score
from itwinai_cyclones.patches import SIZE

Array = NDArray[np.float32]

ORIGIN = "1850-01-01 00:00:00"
"""Times of a file are counted from here, in their own calendar."""


def axes(limit: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the latitudes, from north to south, and the longitudes of the cells up to some latitude [°].

    Args:
        limit: Farthest from the equator [°].
    """
    most = np.floor(limit / (STRIDE * STEP)) * STRIDE * STEP
    return np.arange(most, -most - STRIDE * STEP / 2, -STRIDE * STEP), np.arange(0, 360, STRIDE * STEP)


def of_heatmap(answers: Array, limit: float) -> Array:
    """Return the scores of a heatmap on the cells of ``axes``, shape ``(Y, 360)``, each from 0 to 1.

    Args:
        answers: As ``compact_detections.heatmap`` returns them.
        limit: Farthest from the equator that centres may lie [°].
    """
    latitude, _ = axes(limit)
    first, _ = rows(limit)
    skipped = round((90 - first * STEP - latitude[0]) / (STRIDE * STEP))
    return score(answers[skipped : skipped + len(latitude), :, 0]).astype(np.float32)


def of_votes(votes: Votes, limit: float, within_km: float) -> Array:
    """Return which share of the patches around each cell of ``axes`` points near it, shape ``(Y, 360)``.

    Args:
        votes: What the patches answer.
        limit: Farthest from the equator that centres may lie [°].
        within_km: What is near [km].
    """
    latitude, longitude = axes(limit)
    north, east = to_degrees(votes.rows, votes.columns)
    near = [great_circle_km(one, longitude[:, None], north, east) <= within_km for one in latitude]
    down = (90 - latitude[:, None]) / STEP - np.unique(votes.origins[:, 0])
    across = (longitude[:, None] / STEP - np.unique(votes.origins[:, 1]) + 0.5) % COLUMNS - 0.5
    seen = [((steps >= -0.5) & (steps < SIZE - 0.5)).sum(axis=1) for steps in (down, across)]
    share = np.minimum(1, np.sum(near, axis=2) / np.maximum(1, np.outer(*seen)))
    return np.asarray(share, dtype=np.float32)


class ScoreFile:
    """A netCDF file that grows by a map a time; nothing else of it is in memory.

    Args:
        path: File to write.
        limit: Farthest from the equator that centres may lie [°].
        calendar: Of the times, by its name in the CF conventions; empty where they are not known.
        names: Of the runs whose scores are averaged.
    """

    def __init__(self, path: Path, limit: float, calendar: str, names: Sequence[str]) -> None:
        self._calendar = calendar
        self._file = netCDF4.Dataset(path, "w")
        self._file.setncatts({"Conventions": "CF-1.11", "title": "Scores of cyclones", "source": ", ".join(names)})
        self._file.createDimension("time", None)
        stated = {"standard_name": "time", "units": f"minutes since {ORIGIN}", "calendar": calendar}
        number = {"long_name": "number of the time in its files", "units": "1"}
        self._add("time", ("time",), "i8", stated if calendar else number)
        for name, values, units in zip(("latitude", "longitude"), axes(limit), ("north", "east"), strict=True):
            self._file.createDimension(name, len(values))
            self._add(name, (name,), "f8", {"standard_name": name, "units": f"degrees_{units}"})[:] = values
        about = {"long_name": "score of a cyclone's centre by the networks alone, mean of all", "units": "1"}
        self._add("score", ("time", "latitude", "longitude"), "f4", about)

    def add(self, time: str, scores: Array) -> None:
        """Append the map of one time.

        Args:
            time: ISO 8601, or empty.
            scores: On the cells of ``axes``.
        """
        number = len(self._file.dimensions["time"])
        moment = number
        if self._calendar and time:
            parts = [int(part) for part in time.replace("T", "-").replace(":", "-").split("-")]
            when = cftime.datetime(*parts, calendar=self._calendar)
            moment = round(cftime.date2num(when, f"minutes since {ORIGIN}", calendar=self._calendar))
        self._file["time"][number] = moment
        self._file["score"][number] = scores

    def _add(self, name: str, dimensions: tuple[str, ...], kind: str, about: dict[str, str]) -> Any:
        # A map that an interruption keeps from being written is a gap.
        packed: Any = {"compression": "zlib", "complevel": 1, "fill_value": np.nan} if len(dimensions) > 1 else {}
        variable = self._file.createVariable(name, kind, dimensions, **{"fill_value": False, **packed})
        variable.setncatts(about)
        return variable

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
