"""Centres of a user's files, by one network or an ensemble: tables, maps, lines for the terminal."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError, track
from itwinai_cyclones.detections import Centre
from itwinai_cyclones.ensembles import together
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.maps import draw_centres
from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.score_maps import ScoreFile
from itwinai_cyclones.series import NoValuesError

if TYPE_CHECKING:
    from itwinai_cyclones.detectors import Detector

COLUMNS = ("time", "latitude", "longitude", "score", "score_spread", "members", "msl_hpa", "wind_ms")
"""Of the table: degrees north and east, mean score and its deviation, networks that agree, pressure, highest wind."""

FORMATS = {"csv": "centres.csv", "parquet": "centres.parquet", "netcdf": "scores.nc"}
"""What can be written; the table in CSV always is."""

MANY = 20
"""Files from which on a bar shows how many have been looked through."""

Row = tuple[str, Centre]


@dataclass(frozen=True)
class Ensemble:
    """Networks that look at the same fields.

    Attributes:
        names: Of their runs.
        detectors: One for each.
        least: How many must agree on a centre.
    """

    names: tuple[str, ...]
    detectors: tuple["Detector", ...]
    least: int

    @property
    def variables(self) -> tuple[str, ...]:
        """What all of them together read, each once."""
        return tuple(dict.fromkeys(name for one in self.detectors for name in one.variables))

    @property
    def limit(self) -> float:
        """Latitude up to which all of them look [°]."""
        return min(one.rules.maximum_latitude for one in self.detectors)

    def look(self, fields: NDArray[np.float32], *, mapped: bool) -> tuple[list[Centre], NDArray[np.float32] | None]:
        """Return the centres of one time, and the mean score of all networks where it is mapped.

        Args:
            fields: The variables of all, in order, on the model's grid, shape ``(C, 721, 1440)``.
            mapped: Whether to map the scores.
        """
        found, maps = [], []
        for one in self.detectors:
            own = (
                fields if one.variables == self.variables else fields[[self.variables.index(v) for v in one.variables]]
            )
            centres, scores = one.look(own, mapped=mapped)
            found.append(centres)
            if scores is not None:
                cut = (len(scores) - 1) // 2 - int(self.limit)  # cells of 1° north and south of the equator
                maps.append(scores[cut : len(scores) - cut])
        centres = together(found, min(one.rules.merge_km for one in self.detectors), self.least)
        return centres, np.mean(maps, axis=0) if maps else None


@dataclass
class Findings:
    """What was found so far; of the fields only the pressure of one time is kept.

    Attributes:
        rows: Time, ISO 8601, and centre.
        times: All times that were looked at.
        empty: Times that hold no values.
        expected: How many there are.
        shown: Time of the deepest centre, or the first.
        background: Pressure of that time [hPa], shape ``(721, 1440)``.
        deepest: Its pressure [hPa].
        damage: Message about the time behind the last one, where that ended the search.
    """

    expected: int = 0
    rows: list[Row] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    shown: str = ""
    background: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    deepest: float = np.inf
    damage: str = ""

    @property
    def complete(self) -> bool:
        """Whether all times were looked at."""
        return len(self.times) + len(self.empty) == self.expected

    def add(self, time: str, centres: Sequence[Centre], msl: NDArray[np.float32]) -> None:
        """Take note of one time.

        Args:
            time: ISO 8601, or empty.
            centres: Its centres.
            msl: Its pressure [hPa], shape ``(721, 1440)``.
        """
        self.times.append(time)
        self.rows += [(time, centre) for centre in centres]
        lowest = min((centre.msl for centre in centres), default=np.inf)
        if not len(self.background) or lowest < self.deepest:
            self.shown, self.background, self.deepest = time, msl.copy(), lowest

    def summary(self) -> list[str]:
        """Return what to tell on the terminal."""
        span = f"{self.times[0]} to {self.times[-1]}" if len(self.times) > 1 else self.times[0] or "one time"
        if not self.rows:
            return [f"No centre in {len(self.times)} field(s), {span}."]
        time, deepest = min(self.rows, key=lambda row: row[1].msl)
        wind = "" if np.isnan(deepest.wind) else f", wind {deepest.wind:.0f} m/s"
        place = place_in_words(deepest.latitude, deepest.longitude)
        return [
            f"{len(self.rows)} centres in {len(self.times)} field(s), {span}.",
            f"Deepest: {deepest.msl:.0f} hPa at {place}{', ' if time else ''}{time}{wind}.",
        ]

    def hints(self, calendar: str) -> list[str]:
        """Return what else to tell: times that were passed over, and how to go on.

        Args:
            calendar: Of the times, by its name in the CF conventions, or empty.
        """
        lines = []
        if self.empty:
            lines.append(f"{len(self.empty)} time(s) hold no values and were passed over, the first {self.empty[0]}.")
        if len({time for time, _ in self.rows}) > 1:
            option = "" if calendar in {"", "standard"} else f" --calendar {calendar}"
            lines.append(f"`itwinai cyclones track{option}` links the centres of centres.csv to tracks.")
        return lines


def detect(
    ensemble: Ensemble, inputs: Sequence[Path], folder: Path, formats: Sequence[str] = ("csv",)
) -> tuple[Findings, list[str]]:
    """Find the centres in files, time by time; write ``centres.csv``, ``map.png`` and what else is asked for.

    An interruption, or damage in the middle of a record, ends the search; what was found up to then is written.

    Args:
        ensemble: The networks.
        inputs: netCDF files or Zarr stores.
        folder: Where the results go.
        formats: Keys of ``FORMATS``.

    Returns:
        What was found, and lines for the terminal.

    Raises:
        DataError: a file is not what the networks can take.
    """
    try:
        fields = Fields(inputs, ensemble.variables, _watched)
        findings = Findings(expected=len(fields.times))
        with ExitStack() as stack:
            maps = None
            if "netcdf" in formats:
                maps = stack.enter_context(
                    ScoreFile(folder / FORMATS["netcdf"], ensemble.limit, fields.calendar, ensemble.names)
                )
            _search(ensemble, fields, findings, maps)
    except FieldsError as error:
        raise DataError(str(error)) from error
    _write_csv(folder / FORMATS["csv"], findings.rows)
    if "parquet" in formats:
        _write_parquet(folder / FORMATS["parquet"], findings.rows)
    draw_centres(folder / "map.png", findings.rows, findings.background, findings.shown, ensemble.limit)
    return findings, [*findings.summary(), *fields.notices, *findings.hints(fields.calendar)]


def cells(time: str, centre: Centre) -> tuple[str | int, ...]:
    """Return a row of the table, as ``COLUMNS`` names it.

    Args:
        time: ISO 8601, or empty.
        centre: Of that time.
    """
    place = f"{centre.latitude:.2f}", f"{centre.longitude % 360:.2f}"
    spread, wind = (
        "" if np.isnan(value) else f"{value:.{digits}f}" for value, digits in ((centre.spread, 3), (centre.wind, 1))
    )
    return (time, *place, f"{centre.score:.3f}", spread, centre.members, f"{centre.msl:.1f}", wind)


def place_in_words(latitude: float, longitude: float) -> str:
    """Return a place as a forecaster writes it, e.g. ``21.0°S 114.0°E``.

    Args:
        latitude: Degrees north [°].
        longitude: Degrees east, in any turn [°].
    """
    east = (longitude + 180) % 360 - 180
    return f"{abs(latitude):.1f}°{'N' if latitude >= 0 else 'S'} {abs(east):.1f}°{'E' if east >= 0 else 'W'}"


def _watched(paths: Sequence[Path]) -> Iterable[Path]:
    """Return the paths, with a progress bar where there are many to look through."""
    return paths if len(paths) < MANY else track(paths, "Looking through files")


def _search(ensemble: Ensemble, fields: Fields, findings: Findings, maps: ScoreFile | None) -> None:
    """Look at one time after another, up to an interruption or damage; raise these where no time was looked at yet."""
    channel = ensemble.variables.index("msl")
    try:
        for index in track(range(len(fields.times)), "Looking for centres"):
            time = fields.times[index]
            try:
                values = fields.at(index)
            except NoValuesError:
                findings.empty.append(time)
                continue
            centres, scores = ensemble.look(values, mapped=maps is not None)
            if maps is not None and scores is not None:
                maps.add(time, scores)
            findings.add(time, centres, values[channel])
    except (KeyboardInterrupt, FieldsError) as error:
        if not findings.times:
            raise
        findings.damage = str(error)


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(cells(time, centre) for time, centre in rows)


def _write_parquet(path: Path, rows: Sequence[Row]) -> None:
    """Write the table with typed columns; times stay text, in their own calendar."""
    import pyarrow as pa  # noqa: PLC0415  an extra
    from pyarrow import parquet  # noqa: PLC0415  likewise

    texts = pa.array([time for time, _ in rows], pa.string())
    names = {"score_spread": "spread", "msl_hpa": "msl", "wind_ms": "wind"}
    numbers = {
        name: pa.array(
            [getattr(centre, names.get(name, name)) for _, centre in rows],
            pa.int32() if name == "members" else pa.float64(),
        )
        for name in COLUMNS[1:]
    }
    parquet.write_table(pa.table({"time": texts, **numbers}), path)
