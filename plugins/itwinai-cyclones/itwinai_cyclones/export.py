"""Centres of a user's files: a table as CSV, a map as PNG, lines for the terminal."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError, track
from itwinai_cyclones import compact_detections, detections
from itwinai_cyclones.compact import on_globe
from itwinai_cyclones.detections import Centre, Rules
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.geodesy import STEP
from itwinai_cyclones.maps import draw_centres
from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.series import NoValuesError
from itwinai_cyclones.settings import CyclonesSettings, DetectionSettings

COLUMNS = ("time", "latitude", "longitude", "agreement", "msl_hpa", "wind_ms")
"""Of the table: degrees north and east, share of patches that agree or score, pressure, highest wind nearby."""

MANY = 20
"""Files from which on a bar shows how many have been looked through."""


def predict(settings: CyclonesSettings, model: Any, inputs: Sequence[Path], folder: Path) -> list[str]:
    """Find the centres in files; write ``centres.csv`` and ``map.png``.

    Args:
        settings: Of the run.
        model: Trained network.
        inputs: netCDF files or Zarr stores.
        folder: Where the results go.

    Returns:
        Lines for the terminal.

    Raises:
        DataError: a file is not what the network can take.
    """
    try:
        fields = Fields(inputs, settings.data.variables, _watched)
        found, empty = _found(settings, model, fields)
        shown = _moment_to_show(found)
        background = fields.at(found[shown][0])[settings.data.variables.index("msl")]
    except FieldsError as error:
        raise DataError(str(error)) from error
    rows = [(fields.times[index], centre) for index, centres in found for centre in centres]
    time = fields.times[found[shown][0]]
    write_centres(folder / "centres.csv", rows)
    draw_centres(folder / "map.png", rows, background, time, settings.detection.maximum_latitude)
    lines = [*_summary(rows, [fields.times[index] for index, _ in found]), *fields.notices]
    if empty:
        lines.append(f"{len(empty)} time(s) hold no values and were passed over, the first {fields.times[empty[0]]}.")
    if len({time for time, _ in rows}) > 1:
        calendar = "" if fields.calendar in {"", "standard"} else f" --calendar {fields.calendar}"
        lines.append(f"`itwinai cyclones track{calendar}` links the centres of centres.csv to tracks.")
    return lines


def _watched(paths: Sequence[Path]) -> Iterable[Path]:
    """Return the paths, with a progress bar where there are many to look through."""
    return paths if len(paths) < MANY else track(paths, "Looking through files")


def _found(settings: CyclonesSettings, model: Any, fields: Fields) -> tuple[list[tuple[int, list[Centre]]], list[int]]:
    """Return the centres of each time, and which times hold no values; one time after another is in memory."""
    found, empty = [], []
    for index in track(range(len(fields.times)), "Looking for centres"):
        try:
            found.append((index, centres_of(settings, model, fields.at(index))))
        except NoValuesError:
            empty.append(index)
    return found, empty


def centres_of(settings: CyclonesSettings, model: Any, fields: NDArray[np.float32]) -> list[Centre]:
    """Return the centres of one time.

    Args:
        settings: Of the run.
        model: Trained network.
        fields: On the model's grid, shape ``(C, 721, 1440)``.
    """
    variables, rules = settings.data.variables, rules_of(settings.detection)
    if settings.model.name == "compact":
        answer = on_globe(model).predict_on_batch
        least = settings.detection.score, settings.detection.open_score
        return compact_detections.find_centres(fields, variables, answer, rules, least)
    return detections.find_centres(fields, variables, predictor(model), rules)


def predictor(model: Any) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Return a function from patches, shape ``(B, 40, 40, C)``, to positions, shape ``(B, 2)``.

    Args:
        model: Trained network.
    """
    return lambda patches: np.asarray(model.predict(patches, batch_size=256, verbose=0), dtype=np.float32)


def rules_of(settings: DetectionSettings) -> Rules:
    """Return the rules of detection that some settings ask for.

    Args:
        settings: The ``detection`` section.
    """
    return Rules(
        stride=round(settings.stride / STEP),
        maximum_latitude=settings.maximum_latitude,
        agreement=settings.agreement,
        merge_km=settings.merge_radius,
        snap_km=settings.snap_radius,
        contour=settings.contour,
        contour_degrees=settings.contour_radius,
        minimum_wind=settings.minimum_wind,
        inland_km=settings.inland,
    )


def write_centres(path: Path, rows: Sequence[tuple[str, Centre]]) -> None:
    """Write centres as CSV, a row a centre.

    Args:
        path: File to write.
        rows: Time, ISO 8601, and centre.
    """
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for time, centre in rows:
            wind = "" if np.isnan(centre.wind) else f"{centre.wind:.1f}"
            place = f"{centre.latitude:.2f}", f"{centre.longitude:.2f}"
            table.writerow((time, *place, f"{centre.agreement:.2f}", f"{centre.msl:.1f}", wind))


def place_in_words(latitude: float, longitude: float) -> str:
    """Return a place as a forecaster writes it, e.g. ``21.0°S 114.0°E``.

    Args:
        latitude: Degrees north [°].
        longitude: Degrees east, in any turn [°].
    """
    east = (longitude + 180) % 360 - 180
    return f"{abs(latitude):.1f}°{'N' if latitude >= 0 else 'S'} {abs(east):.1f}°{'E' if east >= 0 else 'W'}"


def _moment_to_show(found: Sequence[tuple[int, Sequence[Centre]]]) -> int:
    """Return which time has the deepest centre."""
    return int(np.argmin([min((centre.msl for centre in centres), default=np.inf) for _, centres in found]))


def _summary(rows: Sequence[tuple[str, Centre]], times: Sequence[str]) -> list[str]:
    """Return what to tell on the terminal."""
    span = f"{times[0]} to {times[-1]}" if len(times) > 1 else times[0] or "one time"
    if not rows:
        return [f"No centre in {len(times)} field(s), {span}."]
    time, deepest = min(rows, key=lambda row: row[1].msl)
    wind = "" if np.isnan(deepest.wind) else f", wind {deepest.wind:.0f} m/s"
    place = place_in_words(deepest.latitude, deepest.longitude)
    return [
        f"{len(rows)} centres in {len(times)} field(s), {span}.",
        f"Deepest: {deepest.msl:.0f} hPa at {place}{', ' if time else ''}{time}{wind}.",
    ]
