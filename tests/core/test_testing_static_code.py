"""What a package imports, names and looks for beside itself is read off its source, and nothing of it is run."""

import ast

import pytest

from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.resources import resources


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a package of given modules."""

    def make(**modules):
        for name, text in {"__init__": "", **modules}.items():
            path = tmp_path.joinpath("tides", *name.split("__in__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Code.read(tmp_path / "tides")

    return make


def imported(code):
    """Return module, member, and whether it may fail, of each import."""
    return [(found.module, found.member, found.free) for found in code.imports()]


def test_modules_are_named_by_their_path(read):
    assert set(read(plugin="", science__in__waves="").modules) == {"tides", "tides.plugin", "tides.science.waves"}


def test_a_plugin_may_be_a_single_module(tmp_path):
    (tmp_path / "tides.py").write_text("import numpy\n")
    code = Code.read(tmp_path / "tides.py")
    assert [found.place for found in code.imports()] == ["tides.py:1"]
    assert list(code.modules) == ["tides"]


def test_nothing_is_run(read):
    code = read(plugin="import sys\nsys.exit(3)\n")
    assert imported(code) == [("sys", "", False)]


def test_what_does_not_parse_is_kept_with_its_line(read):
    assert "line 2" in read(plugin="x = 1\ndef f(:\n").broken["tides/plugin.py"]


@pytest.mark.parametrize(
    ("text", "module", "member"),
    [
        ("import scipy.signal as s", "scipy.signal", ""),
        ("from scipy import signal", "scipy", "signal"),
        ("from .data import points", "tides.data", "points"),
        ("from . import data", "tides", "data"),
        ("def f():\n    import scipy", "scipy", ""),
        ("import importlib\nscipy = importlib.import_module('scipy.signal')", "scipy.signal", ""),
        ("scipy = __import__('scipy')", "scipy", ""),
    ],
)
def test_every_way_to_import_is_seen(read, text, module, member):
    assert (module, member, False) in imported(read(plugin=text))


def test_a_relative_import_of_a_package_starts_at_the_package(read):
    assert imported(read(__init__="from .data import points", data="points = 1")) == [("tides.data", "points", False)]


def test_a_relative_import_goes_up(read):
    code = read(science__in____init__="", science__in__waves="from ..data import points")
    assert imported(code) == [("tides.data", "points", False)]


@pytest.mark.parametrize(
    "text",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import scipy",
        "import typing\nif typing.TYPE_CHECKING:\n    import scipy",
        "try:\n    import scipy\nexcept ImportError:\n    scipy = None",
        "try:\n    import scipy\nexcept (ValueError, ModuleNotFoundError):\n    scipy = None",
        "try:\n    import scipy\nexcept:\n    scipy = None",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import scipy",
    ],
)
def test_an_import_that_may_fail_is_free(read, text):
    assert ("scipy", "", True) in imported(read(plugin=text))


@pytest.mark.parametrize(
    "text",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    pass\nelse:\n    import scipy",
        "try:\n    pass\nexcept ImportError:\n    import scipy",
        "try:\n    import scipy\nexcept ValueError:\n    scipy = None",
        "try:\n    pass\nfinally:\n    import scipy",
    ],
)
def test_an_import_that_is_needed_is_not_free(read, text):
    assert ("scipy", "", False) in imported(read(plugin=text))


def test_names_of_a_module_are_all_that_others_can_import(read):
    text = (
        "import os.path\nfrom a import b as c\nX: int = 1\nY, (Z, *W) = 1, (2, 3)\nfor i in []: pass\n"
        "if X:\n    def f(): inner = 1\nelse:\n    class K:\n        member = 1\nwith open('x') as file: pass\n"
        "try: pass\nexcept OSError as error: pass\n"
    )
    names = read(plugin=text).modules["tides.plugin"].names
    assert names == {"os", "c", "X", "Y", "Z", "W", "i", "f", "K", "file", "error"}


@pytest.mark.parametrize("text", ["from a import *", "def __getattr__(name): return 1", "globals()['x'] = 1"])
def test_names_that_only_running_would_tell_are_unknown(read, text):
    assert read(plugin=text).modules["tides.plugin"].names is None


def test_strings_are_found_wherever_they_are(read):
    assert {"a.csv", "b"} <= read(plugin="x = ['a.csv']\ndef f(y='b'): pass").strings


def test_a_place_is_file_and_line(read):
    module = read(plugin="x = 1\ny = 2\n").modules["tides.plugin"]
    assert module.place(module.tree.body[1]) == "tides/plugin.py:2"
    assert module.place(ast.Pass()) == "tides/plugin.py:1"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("from importlib.resources import files\nx = files('tides').joinpath('data/a.csv')", "tides/data/a.csv"),
        ("x = files('tides') / 'data' / 'a.csv'", "tides/data/a.csv"),
        ("x = files('tides.data').joinpath('a.csv').read_text()", "tides/data/a.csv"),
        ("x = files(__package__) / 'a.csv'", "tides/a.csv"),
        ("x = files() / 'a.csv'", "tides/a.csv"),
        ("NAME = 'a.csv'\nx = files('tides').joinpath(NAME)", "tides/a.csv"),
        ("HERE = Path(__file__).parent\ndef f(): return HERE / 'a.csv'", "tides/a.csv"),
        ("x = Path(__file__).resolve().parent / 'a.csv'", "tides/a.csv"),
        ("x = Path(__file__).with_name('a.csv')", "tides/a.csv"),
        ("x = Path(str(files('tides').joinpath('a.csv')))", "tides/a.csv"),
        ("import pkgutil\nx = pkgutil.get_data('tides', 'a.csv')", "tides/a.csv"),
        ("with as_file(files('tides') / 'a.csv') as x: pass", "tides/a.csv"),
    ],
)
def test_a_file_beside_the_code_is_found_by_how_the_code_spells_it(read, text, path):
    assert path in dict(resources(read(plugin=text)))


@pytest.mark.parametrize(
    "text",
    [
        "def f(folder): return folder / 'a.csv'",
        "x = open('a.csv')",
        "x = files(package) / 'a.csv'",
        "x = files('tides') / name",
        "NAME = 'a.csv'\nNAME = 'b.csv'\nx = files('tides') / NAME",
        "def f(HERE): return HERE / 'a.csv'\nHERE = Path(__file__).parent",
        "A = B\nB = A\nx = A / 'a.csv'",
    ],
)
def test_what_is_not_spelt_out_is_no_file(read, text):
    assert not [path for path in dict(resources(read(plugin=text))) if path.endswith("a.csv")]
