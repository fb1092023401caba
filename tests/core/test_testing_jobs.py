"""A process has places of its own, is followed by its journal, and is ended where it hangs."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from itwinai_core.testing import jobs
from itwinai_core.testing.contract import Subject
from itwinai_core.testing.jobs import Job


@pytest.fixture
def job(toys, tmp_path, monkeypatch):
    """Return a function that starts some code in place of what the process would do."""
    made = []

    def start(code, role="look"):
        script = tmp_path / f"script{len(made)}.py"
        script.write_text(
            "import faulthandler, os, sys, time, pathlib\n"
            "faulthandler.enable()\n"
            "from itwinai_core.testing.journal import Journal\n"
            f"journal = Journal(pathlib.Path({str(tmp_path / f'job{len(made)}' / 'journal')!r}))\n" + code
        )
        python = tmp_path / f"python{len(made)}"
        python.write_text(f"#!/bin/sh\nexec {sys.executable} -W ignore {script}\n")
        python.chmod(0o755)
        monkeypatch.setattr(jobs.sys, "executable", str(python))
        made.append(Job(Subject("toys"), role, ["hull"], tmp_path / f"job{len(made)}"))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.kill()


def told(job, limit=20.0):
    """Return all that a process tells until it is over."""
    until, entries = time.monotonic() + 30, []
    while not job.over and time.monotonic() < until:
        entries += job.entries(limit)
        time.sleep(0.02)
    assert job.over
    return entries


def test_what_a_process_tells_arrives_in_order(job):
    entries = told(job("journal.begun('hull'); journal.ended('hull', [], '', 1.0); journal.done()"))
    assert [entry["kind"] for entry in entries] == ["begun", "ended", "done"]


def test_a_process_that_ends_half_way_is_dead_at_its_check(job):
    *_, last = told(job("journal.begun('hull'); os._exit(7)"))
    assert (last["kind"], last["check"]) == ("dead", "hull")
    assert last["fault"].problem == "The process ends half-way, with exit code 7."


def test_a_process_that_fails_says_what_it_said_last(job):
    (last,) = told(job("raise ValueError('out of luck')"))
    assert last["check"] == ""
    assert last["fault"].problem.endswith("exit code 1. The last that it says: ValueError: out of luck")


def test_a_process_that_fails_at_its_end_is_dead_though_all_is_said(job):
    *_, last = told(job("journal.begun('hull'); journal.done(); os._exit(3)"))
    assert last["fault"].problem == "The process ends after all is done, with exit code 3."


def test_a_crash_is_named_by_its_signal(job):
    *_, last = told(job("journal.begun('hull'); os.kill(os.getpid(), 11)"))
    assert f"by a crash, {signal.strsignal(11)}" in last["fault"].problem


def test_a_check_that_hangs_is_ended_with_all_that_it_started(job, tmp_path):
    code = f"""
import subprocess
child = subprocess.Popen(["sleep", "600"])
pathlib.Path({str(tmp_path / "child")!r}).write_text(str(child.pid))
journal.begun("hull")
time.sleep(600)
"""
    *_, last = told(job(code), limit=1.5)
    assert last["fault"].problem.startswith("It is not done after 1.5 s")
    assert "`quick`" in last["fault"].change
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 5
    while _runs(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_process_that_has_said_all_must_end_soon(job, monkeypatch):
    monkeypatch.setattr(jobs, "END_LIMIT", 1.0)
    *_, last = told(job("journal.begun('hull'); journal.done(); time.sleep(600)"))
    assert "does not end when all is done" in last["fault"].problem


def test_the_plugins_line_is_read_from_the_dump_of_a_crash(job, toys):
    lines = [
        "Fatal Python error: Aborted",
        '  File "/lib/torch.py", line 9 in f',
        f'  File "{Subject("toys").folder}", line 42',
    ]
    code = f"""
journal.begun("hull")
sys.stderr.write("\\n".join({lines!r}))
sys.stderr.flush()
os._exit(4)
"""
    *_, last = told(job(code))
    assert last["fault"].problem.endswith("with exit code 4 (toys.py:42).")


def test_a_process_has_its_own_home_working_directory_and_place_for_temporary_files(job):
    code = """
import json, tempfile
where = {"home": str(pathlib.Path.home()), "work": os.getcwd(), "temporary": tempfile.gettempdir()}
pathlib.Path("seen").write_text(json.dumps(where))
journal.done()
"""
    import json

    started = job(code)
    told(started)
    seen = json.loads((started.work / "seen").read_text())
    assert seen == {"home": str(started.home), "work": str(started.work), "temporary": str(started.place / "tmp")}


@pytest.mark.parametrize(("role", "seed"), [("first", "0"), ("second", "1"), ("apply", "random")])
def test_the_order_of_sets_differs_between_the_processes_that_are_compared(job, role, seed):
    started = job("pathlib.Path('seed').write_text(os.environ['PYTHONHASHSEED']); journal.done()", role)
    told(started)
    assert (started.work / "seed").read_text() == seed


def test_what_the_user_set_for_runs_and_proxies_does_not_reach_a_process(job, monkeypatch):
    for name in (
        "ITWINAI_RUNS",
        "ITWINAI__FIT__EPOCHS",
        "ITWINAI_PLUGINS_OFF",
        "https_proxy",
        "WANDB_MODE",
        "KERAS_HOME",
    ):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    started = job("pathlib.Path('names').write_text(' '.join(os.environ)); journal.done()")
    told(started)
    names = (started.work / "names").read_text().split()
    assert not [
        name for name in names if name.startswith(("ITWINAI_", "WANDB_")) or name in {"https_proxy", "KERAS_HOME"}
    ]
    assert "KERAS_BACKEND" in names


def test_a_relative_place_for_modules_is_still_found_from_elsewhere(job, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["beside", os.environ["PYTHONPATH"]]))
    expected = str(Path.cwd() / "beside")
    started = job("pathlib.Path('path').write_text(os.environ['PYTHONPATH']); journal.done()")
    told(started)
    assert (started.work / "path").read_text().split(os.pathsep)[0] == expected


def test_a_process_that_was_not_started_tells_nothing(toys, tmp_path):
    waiting = Job(Subject("toys"), "look", [], tmp_path / "waiting")
    assert list(waiting.entries(1.0)) == []
    waiting.kill()
