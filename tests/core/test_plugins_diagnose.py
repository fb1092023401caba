"""Whatever a plugin throws becomes one line that says what, with the file and line to look at."""

import importlib
import sys
from importlib.metadata import EntryPoint

import pytest

from itwinai_core.plugins import diagnose
from itwinai_core.plugins.record import Plugin

LONG = "x" * 1000


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Return a function that writes a plugin's package and returns its record."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(code="", **modules):
        package = tmp_path / "tides"
        package.mkdir()
        for name, text in {"__init__": "", "plugin": code, **modules}.items():
            (package / f"{name}.py").write_text(text)
        return Plugin(EntryPoint("tides", "tides.plugin", "itwinai"), "itwinai-tides", "1.0")

    yield write
    for name in [name for name in sys.modules if name.partition(".")[0] == "tides"]:
        del sys.modules[name]


def found(plugin):
    """Return the diagnosis of loading a plugin, with the name of the file."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - whatever it is
        importlib.import_module("tides.plugin")
    told = diagnose.of_error(caught.value, plugin)
    return told.reason, told.file.rpartition("/")[2], told.line


@pytest.mark.parametrize(
    ("code", "reason", "line"),
    [
        ("\n\nraise RuntimeError('no licence')\n", "RuntimeError: no licence", 3),
        ("raise RuntimeError\n", "it raises RuntimeError", 1),
        (
            "class Veiled(Exception):\n    __traceback__ = property(lambda self: 1 / 0)\n\n\nraise Veiled\n",
            "it raises an error that nobody can look at",
            1,
        ),
        ("raise ModuleNotFoundError('gone', name='x; rm -r y')\n", "ModuleNotFoundError: gone", 1),
        ("raise ModuleNotFoundError('gone', name='x' * 1000)\n", "ModuleNotFoundError: gone", 1),
        ("raise RuntimeError('two\\n  lines')\n", "RuntimeError: two lines", 1),
        ("raise RuntimeError('\\x1b[2Jgone\\udcff')\n", "RuntimeError: \\x1b[2Jgone\\udcff", 1),
        ("import errno\nraise OSError(errno.EFBIG, 'x')\n", "it prints or writes more than 64 MiB while", 2),
        ("import sys\nsys.exit('bye')\n", "SystemExit: bye", 2),
        ("def f():\n    return 1 / 0\n\n\nf()\n", "ZeroDivisionError: division by zero", 2),
        ("import json\njson.loads('{')\n", "JSONDecodeError: Expecting property name", 2),
        ("x = 1\nx = (\n", "SyntaxError: '(' was never closed", 2),
        ("if True:\nx = 1\n", "IndentationError: expected an indented block", 2),
        (
            "import no_such_module_at_all.deep\n",
            "it needs the module 'no_such_module_at_all', which is not installed",
            1,
        ),
        ("import tides.absent\n", "its module 'tides.absent' is not in the package", 1),
        ("import json.absent\n", "ModuleNotFoundError: No module named 'json.absent'", 1),
        ("from itwinai_core import Absent\n", "ImportError: cannot import name 'Absent'", 1),
        ("raise ExceptionGroup('several', [ValueError(1)])\n", "ExceptionGroup: several (1 sub-exception)", 1),
    ],
)
def test_an_error_is_told_with_its_place(plugin, code, reason, line):
    told, file, at = found(plugin(code))
    assert told.startswith(reason)
    assert (file, at) == ("plugin.py", line)


def test_the_innermost_line_of_the_plugin_is_blamed_not_that_of_a_library(plugin):
    told, file, line = found(plugin("import tides.other\n", other="import json\n\njson.loads('')\n"))
    assert told.startswith("JSONDecodeError")
    assert (file, line) == ("other.py", 3)


def test_a_range_that_does_not_hold_is_the_cause_of_whatever_else_fails(plugin):
    told, _, line = found(plugin("from itwinai_core import Absent\n\nITWINAI_API = '>=7'\n"))
    assert told == "it was written for API >=7 of the core, and this core serves API 0.1"
    assert line == 3


def test_a_text_that_never_ends_is_cut(plugin):
    told, _, _ = found(plugin(f"raise RuntimeError({LONG!r})\n"))
    assert len(told) == 240
    assert told.endswith("...")


def test_functions_and_classes_have_a_place(plugin):
    record = plugin("\n\ndef function():\n    pass\n\n\nclass Kind:\n    pass\n")
    module = importlib.import_module("tides.plugin")
    assert diagnose.place_of(module.function, record) == (module.__file__, 3)
    assert diagnose.place_of(module.Kind, record) == (module.__file__, 7)


@pytest.mark.parametrize("culprit", [None, 7, len, int, object(), type("Made", (), {})])
def test_what_has_no_place_is_looked_for_in_the_module(plugin, culprit):
    record = plugin("x = 1\n")
    file, line = diagnose.place_of(culprit, record)
    assert (file.rpartition("/")[2], line) == ("plugin.py", 1)


def test_a_word_is_found_in_the_module(plugin):
    record = plugin("import os\n\nos.chdir('/')\n")
    assert diagnose.line_with("chdir", record)[1] == 3
    assert diagnose.line_with("nowhere", record)[1] == 1


def test_a_dump_of_the_stack_blames_the_innermost_frame_of_the_plugin(plugin, tmp_path):
    record = plugin()
    own = tmp_path / "tides" / "plugin.py"
    dump = (
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n"
        f'  File "/usr/lib/ctypes/__init__.py", line 9 in string_at\n  File "{own}", line 4 in f\n'
        f'  File "{own}", line 7 in <module>\n  File "<frozen importlib._bootstrap>", line 2 in x\n'
    )
    assert diagnose.of_dump(dump, record) == (str(own), 4)
    assert diagnose.of_dump("", record) == (str(own), 1)


def test_a_plugin_without_a_file_has_no_place():
    lost = Plugin(EntryPoint("lost", "no_such_package_at_all.plugin", "itwinai"), "lost")
    assert diagnose.module_start(lost) == ("", 0)
    assert diagnose.line_with("x", lost) == ("", 0)


@pytest.mark.parametrize(
    ("file", "own"),
    [
        ("/site/tides/plugin.py", True),
        ("/site/tides/deep/er.py", True),
        ("/site/tides.py", True),
        ("/site/tides_other/plugin.py", False),
        ("<string>", False),
    ],
)
def test_files_of_the_plugin_are_told_from_others(plugin, file, own):
    assert diagnose.is_of(file, plugin()) == own
