"""The tutorial of virgo runs from top to bottom, and prints what it shows."""

import os
import re
import sys
from pathlib import Path

import notebook
import pytest
import tutorial

PAGE = Path(__file__).parents[2] / "docs" / "virgo-tutorial.md"
CELLS = notebook.cells(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Run the page; return what each cell printed, and the folder it ran in."""
    folder = tmp_path_factory.mktemp("tutorial")
    variables = {name: value for name, value in os.environ.items() if not name.startswith("ITWINAI_")}
    variables |= {"COLUMNS": "100", "PATH": os.pathsep.join([str(Path(sys.executable).parent), variables["PATH"]])}
    return notebook.run(CELLS, folder, variables), folder


def test_the_page_has_python_and_commands():
    assert sum(cell.kind == "python" for cell in CELLS) > 8
    assert sum(cell.kind == "console" for cell in CELLS) > 4
    assert all(cell.shown for cell in CELLS if cell.kind == "console" or "print(" in cell.code)


def test_a_cell_that_fails_is_named(tmp_path):
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run(notebook.cells("```python\n1 / 0\n```\n"), tmp_path, dict(os.environ))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CELLS)))
def test_a_cell_prints_what_the_page_shows(printed, number):
    cell, said = CELLS[number], re.sub(r"\nexit code 2$", "", printed[0][number])
    assert tutorial.agrees(cell.shown, said), said


@pytest.mark.slow
def test_a_mistake_ends_with_the_exit_code_of_a_mistake(printed):
    assert printed[0][-1].endswith("exit code 2")


@pytest.mark.slow
def test_the_page_leaves_what_it_speaks_of(printed):
    folder = printed[1]
    for path in ("scans/qscans.csv", "runs/first/artefacts/cases.png", "runs/first/artefacts/segments.csv"):
        assert (folder / path).is_file()
    assert (folder / "found" / "estimate.h5").is_file()
