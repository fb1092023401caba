"""Paths that the code spells out are found where they lead nowhere but on its author's machine."""

import pytest

from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.resources import paths_of_one_machine

PLACES = {"home": "home", "users": "Users", "root": "root"}
"""Named apart: no file of this repository holds a place of one machine."""


@pytest.fixture
def told(tmp_path):
    """Return a function that says what is found in a module of some text."""

    def find(text):
        (tmp_path / "small").mkdir()
        (tmp_path / "small" / "data.py").write_text(text)
        return [fault.problem for fault in paths_of_one_machine(Code.read(tmp_path / "small"))]

    return find


@pytest.mark.parametrize(
    "path",
    [
        "/{home}/ada/tides.csv",
        "/{users}/ada/data",
        "/{root}/weights.pt",
        "/scratch/p123/run",
        "C:\\{users}\\ada\\x.csv",
    ],
)
def test_a_path_of_one_machine_is_named_with_its_line(told, path):
    path = path.format(**PLACES)
    assert told(f"import numpy\n\nPLACE = {path!r}\n") == [
        f"small/data.py:3 names {path}, which other machines do not have."
    ]


@pytest.mark.parametrize(
    "text",
    [
        'PLACE = "/usr/share/zoneinfo"',
        'PLACE = "/{home}"',
        'GROUP = "/{root}"',
        'PLACE = "/tmp"',
        '"""Looks at /{home}/ada, or so it says."""',
        'def read():\n    "/{home}/ada/tides.csv"\n    return "homes/ada"',
        'HELP = "Reads /{home}/ada/tides.csv or another file"',
        'ROUTE = "/data/levels"',
    ],
)
def test_other_words_are_no_such_paths(told, text):
    assert told(text.format(**PLACES)) == []
