"""Loading a plugin is cheap, and does nothing but define things."""

import pytest
from small_plugins import PLUGIN, told

from itwinai_core.testing.static import light_import
from itwinai_core.testing.static.light_import import find
from itwinai_core.testing.static.processes import Seen


def saying(text):
    """Return the files of a plugin whose module does something more when it is loaded."""
    return {"small/plugin.py": f"{PLUGIN}\n\n{text}\n"}


def test_a_good_plugin_has_no_fault(small):
    assert find(small()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print('hello')", "prints 'hello'"),
        ("import logging\nlogging.warning('careful')", "prints 'WARNING:root:careful'"),
        ("import os\nos.write(1, b'raw')", "makes the program print 'raw'"),
        ("import atexit\natexit.register(print, 'bye')", "registers what runs at exit"),
        ("import threading\nthreading.Thread(target=len, args=('',)).start()", "starts a thread"),
        ("import subprocess\nsubprocess.run(['true'])", "starts a process: true"),
        ("import os\nos.system('true')", "starts a process"),
        ("open('small.log', 'w').close()", "touches files: write small.log"),
        ("import pathlib\npathlib.Path('cache').mkdir()", "touches files: mkdir cache"),
        ("import sqlite3\nsqlite3.connect('small.db').close()", "touches files: connect small.db"),
        ("import os\nos.chdir('/')", "changes the working directory to /"),
        ("import os\nos.environ['SMALL'] = '1'", "changes the environment variable SMALL"),
        ("import os\nos.environ.setdefault('SMALL', '1')", "changes the environment variable SMALL"),
        ("import os\nos.environ.update(SMALL='1')", "changes the environment variable SMALL"),
        ("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)", "changes the signal handlers"),
        ("import warnings\nwarnings.simplefilter('ignore')", "changes the warnings filters"),
        ("import logging\nlogging.getLogger().setLevel(10)", "changes the logging"),
        ("import logging\nlogging.getLogger('lightning.pytorch').setLevel(40)", "changes the logging"),
        ("import logging\nlogging.disable(logging.INFO)", "changes the logging"),
        ("import random\nrandom.seed(1)", "sets the state of Python's random numbers"),
        ("import sys\nsys.path.append('/nowhere')", "changes the path that modules are looked for on"),
        ("import locale\nlocale.setlocale(locale.LC_NUMERIC, 'C.UTF-8')", "plugin.py:37 changes the locale"),
        (
            "import multiprocessing\nmultiprocessing.set_start_method('spawn', force=True)",
            "changes how the whole program starts processes",
        ),
        ("import json\njson.JSONEncoder.default = lambda self, x: str(x)", "replaces json.encoder.JSONEncoder.default"),
        ("import shutil\n\n\ndef copy(*_):\n    pass\n\n\nshutil.copy = copy", "replaces shutil.copy for the whole"),
        ("import sys\nsys.setrecursionlimit(5000)", "replaces hooks or limits of Python itself"),
        ("import socket\nsocket.socket().connect_ex(('127.0.0.1', 9))", "opens the network"),
        ("import time\ntime.sleep(1.5)", "most of them waiting"),
        ("x = [sum(range(number)) for number in range(12000)]", "the plugin's own code computes for"),
        ("raise ValueError('no licence')", "raises ValueError: no licence"),
        ("import sys\nsys.exit(3)", "raises SystemExit: 3"),
        ("import os\nos._exit(3)", "ends the program with exit code 3"),
        ("import os\nos.abort()", "crashes Python: Aborted"),
    ],
)
def test_what_loading_must_not_do_is_named(small, text, words):
    assert words in told(find(small(saying(text))))


@pytest.mark.parametrize(
    "text",
    [
        "import logging\nlog = logging.getLogger(__name__)\nlog.setLevel(10)\nlog.addHandler(logging.NullHandler())",
        "import os\nFOLDER = os.environ.get('SMALL_FOLDER', 'x')",
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')",
        "from importlib.metadata import version\nCORE = version('itwinai-core')",
        "from importlib.resources import files\nTEXT = files('small').joinpath('__init__.py').read_text()",
        "import random\nDRAWN = random.Random(1).random()",
        "import json\n\n\nclass Own(json.JSONEncoder):\n    def default(self, x):\n        return str(x)",
        "import multiprocessing\nCONTEXT = multiprocessing.get_context('spawn')",
        "import numpy",
    ],
)
def test_what_loading_may_do_is_no_fault(small, text):
    assert find(small(saying(text))) == []


def test_a_variable_that_is_set_already_is_seen_too(small, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    said = told(find(small(saying("import os\nos.environ['CUDA_VISIBLE_DEVICES'] = ''"))))
    assert "changes the environment variable CUDA_VISIBLE_DEVICES" in said


def test_the_line_that_did_it_is_named(small):
    line = f"{PLUGIN}\n\n".count("\n") + 1
    assert f"small/plugin.py:{line} prints 'hello'" in told(find(small(saying("print('hello')"))))


def test_what_a_hook_does_counts_as_loading(small):
    inside = PLUGIN.replace('    """Offer it."""\n', '    """Offer it."""\n    print("offered")\n')
    assert "prints 'offered'" in told(find(small({"small/plugin.py": inside})))


def test_a_framework_is_named_with_the_way_to_it(small):
    modules = {"small/data.py": "import torch\n\npoints = torch\n"} | saying("from small.data import points")
    said = told(find(small(modules)))
    assert "small/data.py:1 imports torch while the plugin is loaded" in said
    assert "small/plugin.py:" in said.partition(" → ")[0]
    assert "Import torch inside the method that needs it" in said


def test_an_import_that_is_dear_is_named_with_its_cost(small, tmp_path):
    dear = {"dear.py": "x = [sum(range(number)) for number in range(12000)]\n"} | saying("import dear")
    said = told(find(small(dear)))
    assert "imports dear, " in said
    assert "CPU seconds" in said


def test_a_plugin_that_is_slow_once_is_tried_again(small, monkeypatch):
    quick = {"cpu": 0.01, "wall": 0.01, "error": "", "events": [], "imports": {}, "changed": [], "variables": []}
    answers = [quick | {"cpu": 3.0, "wall": 3.0, "framework": None}, quick | {"framework": None}]
    monkeypatch.setattr(light_import, "_loaded", lambda subject: Seen(answers.pop(0), "", ""))
    assert find(small()) == []
    assert answers == []


def test_a_plugin_that_never_ends_loading_is_named(small, monkeypatch):
    monkeypatch.setattr(light_import, "_LIMIT", 2.0)
    assert "has not ended after 2 s" in told(find(small(saying("import time\ntime.sleep(60)"))))
