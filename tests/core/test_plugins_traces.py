"""What loading a plugin changes about the process is seen, and what it leaves alone is not."""

import builtins
import gc
import importlib.abc
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from itwinai_core.plugins.traces import BuiltinsGuard, Surroundings


def changes(before):
    """Return a clause for each thing that has changed since."""
    return [clause for clause, _ in before.changes()]


class Raises(importlib.abc.MetaPathFinder):
    """A finder of modules that fails."""

    def find_spec(self, *_):
        raise RuntimeError


@contextmanager
def put(owner, name, value):
    before = getattr(owner, name)
    setattr(owner, name, value)
    yield
    setattr(owner, name, before)


@contextmanager
def signals(number):
    before = signal.signal(number, lambda *_: None)
    yield
    signal.signal(number, before)


@contextmanager
def finders(*, first, kept):
    before = sys.meta_path[:]
    sys.meta_path[:] = [*first, *(before if kept else [])]
    yield
    sys.meta_path[:] = before


@contextmanager
def umask():
    before = os.umask(0o777)
    yield
    os.umask(before)


@contextmanager
def timer():
    signal.setitimer(signal.ITIMER_REAL, 1000)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def no_variable():
    value = os.environ.pop("PATH")
    yield
    os.environ["PATH"] = value


@contextmanager
def no_collector():
    gc.disable()
    yield
    gc.enable()


@contextmanager
def thread():
    ended = threading.Event()
    started = threading.Thread(target=ended.wait, daemon=True)
    started.start()
    yield
    ended.set()
    started.join()


@contextmanager
def process():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as started:
        yield
        started.kill()


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (put(json, "dumps", None), "replaces json.dumps"),
        (put(os, "fork", None), "replaces os.fork"),
        (put(pathlib.Path, "exists", None), "replaces pathlib.Path.exists"),
        (signals(signal.SIGTERM), "takes over the signal SIGTERM"),
        (signals(signal.SIGPIPE), "takes over the signal SIGPIPE"),
        (finders(first=[], kept=False), "takes out what modules are found by"),
        (finders(first=[Raises()], kept=True), "breaks the search for modules: RuntimeError"),
        (umask(), "changes the permissions that new files get"),
        # The time limit of a test is such a timer.
        pytest.param(timer(), "sets a timer that interrupts the program", marks=pytest.mark.timeout(0)),
        (no_variable(), "takes PATH out of the environment"),
        (no_collector(), "switches the garbage collector"),
        (thread(), "starts a thread, which goes on"),
        (process(), "starts a process, which goes on"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_is_seen_and_gone_when_it_is_undone(change, clause):
    before = Surroundings.now()
    with change:
        found = changes(before)
    assert found == [clause]
    assert changes(before) == []


def test_an_audit_that_lets_nothing_be_opened_or_imported_is_seen():
    """In an interpreter of its own: what audits a program does so until it ends."""
    code = (
        "import sys\n"
        "from itwinai_core.plugins.traces import Surroundings\n"
        "before = Surroundings.now()\n"
        "def hook(event, arguments):\n"
        "    if event in ('open', 'import'):\n"
        "        raise PermissionError\n"
        "sys.addaudithook(hook)\n"
        "print(*(clause for clause, _ in before.changes()), sep='\\n')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines() == [
        "breaks the search for modules: PermissionError",
        "keeps files from being opened: PermissionError",
    ]


def test_builtins_are_put_back_whatever_became_of_them():
    length, printed = len, print
    guard = BuiltinsGuard()
    with guard:
        del builtins.len
        builtins.print = None
        builtins.news = 3
    del builtins.news
    assert sorted(guard.replaced) == ["len", "print"]
    assert (len, print) == (length, printed)


def test_what_ended_or_was_only_added_is_no_change(monkeypatch, tmp_path):
    before = Surroundings.now()
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)
    threading.Thread(target=int).start()
    monkeypatch.setenv("ITWINAI_TEST", "1")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(json, "news", 3, raising=False)
    assert changes(before) == []


def test_looking_costs_little():
    """Fifty plugins are looked after within a tenth of a second."""
    before = Surroundings.now()
    began = os.times().user
    for _ in range(50):
        assert changes(before) == []
    assert os.times().user - began < 0.3
