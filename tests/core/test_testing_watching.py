"""What a plugin writes and whom it calls is seen, with the line that does it; what frameworks do is their affair."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from itwinai_core.testing.watching import Watch, shown_file

TRY = """
import importlib, json, os, sys
from itwinai_core.testing.watching import Watch

sys.path.insert(0, "site")
said = []
watch = Watch(
    lambda file: file.startswith(os.path.abspath("site/tides")),
    [os.path.abspath("run")],
    [os.path.abspath("cache")],
    lambda check, fault: said.append(f"{check}: {fault.problem}"),
)
watch.start()
found = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(f"tides.{name}")
    except OSError as error:
        said.append(f"raised {type(error).__name__}")
    found[name] = list(said)
    said.clear()
sys.stdout.write("\\n" + json.dumps(found))
"""
# Each is the second line of a module of the plugin, and the words that are said of it.
CHANGES = {
    "open('a.txt', 'w')": "opens for writing ./a.txt",
    "open('b.txt', 'ab')": "opens for writing ./b.txt",
    "from pathlib import Path; Path('c').mkdir()": "makes the folder ./c",
    "import os; os.open('d', os.O_CREAT | os.O_WRONLY)": "opens for writing ./d",
    "import os; os.rename('kept/one', 'run/one')": "renames or replaces ./kept/one",
    "import os; os.remove('kept/two')": "removes ./kept/two",
    "import os; os.symlink('kept', 'e')": "makes the link ./e",
    "import os; os.link('kept/three', 'l')": "makes the link ./l",
    "import os; os.mkdir('m'); os.rmdir('m')": "makes the folder ./m",
    "import shutil; shutil.copy('kept/three', 'f')": "opens for writing ./f",
    "import shutil; shutil.rmtree('old')": "removes ./old",
    "import sqlite3; sqlite3.connect('g.db')": "opens the database ./g.db",
    "import os; os.chmod('kept/three', 0o600)": "changes the mode of ./kept/three",
    "import os; os.truncate('kept/three', 0)": "cuts ./kept/three",
    "import numpy; numpy.save('h.npy', numpy.ones(2))": "opens for writing ./h.npy",
    "import numpy; numpy.save('cache/h.npy', numpy.ones(2))": "opens for writing ./cache/h.npy",
    "import logging; logging.basicConfig(filename='i.log')": "opens for writing ./i.log",
    "import library; library.keep('k')": "opens for writing ./k",
}
CALLS = {
    "from urllib.request import urlopen; urlopen('http://data.example.org/x')": "data.example.org",
    "import socket; socket.create_connection(('192.0.2.7', 80), timeout=1)": "192.0.2.7",
    "import socket; socket.gethostbyname('host.example.org')": "host.example.org",
    "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('192.0.2.8', 9))": "192.0.2.8",
    "import subprocess; subprocess.run(['curl', '-s', 'x'])": "with curl",
    "import os; os.system('cd run && /usr/bin/wget x')": "with wget",
    "import subprocess; subprocess.run(['git', 'clone', 'x'])": "with git clone",
    "import subprocess; subprocess.run(['/usr/bin/env', 'curl', 'x'])": "with curl",
    "import os; os.system('timeout 9 wget x')": "with wget",
    "import os; os.system('python3 -c \"open(\\'https://me@data.example.net/x\\')\"')": "data.example.net",
    "import subprocess; subprocess.run('rsync x | tar x', shell=True)": "with rsync",
}
HARMLESS = [
    "open('run/a.txt', 'w')",
    "open('kept/three')",
    "open('/dev/null', 'w')",
    "import os; os.listdir('.')",
    "import sqlite3; sqlite3.connect(':memory:')",
    "import library; library.keep('cache/a')",
    "import settled",  # a library that writes where it is imported
    "import tides.inner",  # compiled into __pycache__
    "import socket; socket.socket(socket.AF_UNIX)",
    "import socket; socket.getaddrinfo('localhost', 80)",
    "import socket; socket.getaddrinfo(socket.gethostname(), None)",
    "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()).close()",
    "import subprocess; subprocess.run(['true'])",
    "import os; os.system('true curl')",
    "import subprocess; subprocess.run(['true', 'http://localhost:8080/x', 'http://127.0.0.1/x'])",
]
SWALLOWED = """
from urllib.request import urlopen
for _ in range(3):
    try:
        urlopen("http://data.example.com/x")
    except OSError:
        open("z.txt", "w")
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Run each piece of code as a module of the plugin ``tides``, and return what the watch says of it."""
    folder = tmp_path_factory.mktemp("watched")
    for name in ("run", "cache", "kept", "old", "site/tides"):
        (folder / name).mkdir(parents=True)
    for name in ("one", "two", "three"):
        (folder / "kept" / name).write_text("")
    (folder / "site" / "library.py").write_text("def keep(path):\n    open(path, 'w')\n")
    (folder / "site" / "settled.py").write_text("open('settled.txt', 'w')\n")
    (folder / "site" / "tides" / "__init__.py").write_text("")
    (folder / "site" / "tides" / "inner.py").write_text("")
    pieces = [SWALLOWED, *(f"\n{code}\n" for code in (*CHANGES, *CALLS, *HARMLESS))]
    for number, text in enumerate(pieces):
        (folder / "site" / "tides" / f"piece{number}.py").write_text(text)
    names = [f"piece{number}" for number in range(len(pieces))]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TRY, *names],
        cwd=folder,
        env=os.environ | {"HOME": str(folder)},
        capture_output=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {text.strip(): (f"tides/{name}.py:2", found[name]) for text, name in zip(pieces, names, strict=True)}


@pytest.mark.parametrize("code", CHANGES)
def test_what_changes_files_outside_of_the_run_is_said_with_its_line(said, code):
    place, words = said[code]
    assert words[0] == f"run-folder-only: {place} {CHANGES[code]}."


@pytest.mark.parametrize("code", CALLS)
def test_a_call_over_the_network_is_said_and_does_not_go_out(said, code):
    place, (called, raised) = said[code]
    assert called == f"no-network: {place} calls {CALLS[code]} over the network."
    assert raised in {"raised OSError", "raised gaierror", "raised URLError"}


@pytest.mark.parametrize("code", HARMLESS)
def test_what_harms_nobody_is_not_said(said, code):
    assert said[code][1] == []


def test_what_is_done_over_and_over_and_swallowed_is_said_once(said):
    _, words = said[SWALLOWED.strip()]
    assert words == [
        "no-network: tides/piece0.py:5 calls data.example.com over the network.",
        "run-folder-only: tides/piece0.py:7 opens for writing ./z.txt.",
    ]


@pytest.fixture
def heard(tmp_path):
    """Return a watch that is not started, to which this file is the plugin's, and what it said."""
    told = []
    return Watch(lambda file: file == __file__, [], [tmp_path], lambda check, _: told.append(check)), told


def test_while_something_is_fetched_the_network_may_be_used(heard):
    watch, told = heard
    with watch.fetching():
        watch._hear("socket.getaddrinfo", ("data.example.org", 80, 0, 0, 0))
    assert told == []
    with pytest.raises(socket.gaierror):
        watch._hear("socket.getaddrinfo", ("data.example.org", 80, 0, 0, 0))
    assert told == ["no-network"]


def test_what_is_fetched_may_be_kept_in_the_cache(heard, tmp_path):
    watch, told = heard
    with watch.fetching():
        watch._hear("open", (str(tmp_path / "data"), "w", 0))
    assert told == []
    watch._hear("open", (str(tmp_path / "data"), "w", 0))
    assert told == ["run-folder-only"]


def test_open_files_memory_and_sockets_of_this_machine_are_no_place(heard):
    watch, told = heard
    with socket.socket(socket.AF_UNIX) as connection:
        watch._hear("socket.connect", (connection, "at hand"))
    watch._hear("open", (3, "w", 0))
    watch._hear("open", ("", "w", 0))
    watch._hear("compile", (None, "x"))
    assert told == []


def test_a_file_is_shown_from_its_package_on(tmp_path):
    (tmp_path / "tides" / "inner").mkdir(parents=True)
    for folder in (tmp_path / "tides", tmp_path / "tides" / "inner"):
        (folder / "__init__.py").write_text("")
    assert shown_file(str(tmp_path / "tides" / "inner" / "data.py")) == "tides/inner/data.py"
    assert shown_file(str(tmp_path / "alone.py")) == "alone.py"
    assert Path(shown_file(__file__)).name == "test_testing_watching.py"
