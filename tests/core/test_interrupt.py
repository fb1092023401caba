"""Ctrl-C during a fit, in a real process: the last checkpoint is kept and the folder says interrupted."""

import json
import signal
import subprocess
import sys
import threading
import time

import pytest

from itwinai_core.engines.interrupt import StopRequest
from itwinai_core.errors import FitInterruptedError


@pytest.mark.slow
def test_ctrl_c_leaves_the_last_checkpoint_and_says_interrupted(toys, itwinai, line):
    # More epochs than anybody waits for: only the signal ends this.
    overrides = ["fit.epochs=100000", "fit.patience=null"]
    command = [sys.executable, "-m", "itwinai_core", "fit", line, *overrides, "--name", "x"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    metrics = toys / "runs" / "x" / "metrics.csv"
    deadline = time.monotonic() + 120
    while not (metrics.is_file() and len(metrics.read_text().splitlines()) > 3):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopping after this batch" in err
    assert "Traceback" not in err
    (entry,) = json.loads(itwinai("runs", "--json").out)
    assert entry["state"] == "interrupted"
    assert entry["epochs"] >= 3
    assert entry["checkpoints"] == ["best", "last"]
    assert [path.stem for path in (toys / "runs" / "x" / "checkpoints").glob("last.*")] == ["last"]
    (toys / "one.txt").write_text("1")
    assert itwinai("predict", "x", "one.txt").code == 0
    assert (toys / "runs" / "x" / "curves.png").is_file()


@pytest.mark.slow
def test_a_killed_fit_is_shown_as_interrupted(toys, itwinai):
    command = [sys.executable, "-m", "itwinai_core", "fit", "torch-line", "fit.epochs=100000", "--name", "x"]
    process = subprocess.Popen([*command, "fit.patience=null"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (toys / "runs" / "x" / "metrics.csv").is_file():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.kill()
    process.wait()
    (entry,) = json.loads(itwinai("runs", "--json").out)
    assert entry["state"] == "interrupted"


def signalled_twice(seen):
    with StopRequest() as stop:
        seen.append(stop.made)
        signal.raise_signal(signal.SIGINT)
        seen.append(stop.made)
        signal.raise_signal(signal.SIGINT)


def test_the_first_signal_asks_and_the_second_stops_at_once():
    before, seen = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt):
        signalled_twice(seen)
    assert seen == [False, True]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_request_that_no_batch_saw_is_not_forgotten():
    with pytest.raises(FitInterruptedError), StopRequest():
        signal.raise_signal(signal.SIGINT)


def test_another_thread_leaves_the_handler_alone():
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def enter():
        with StopRequest():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_stop_between_batches_keeps_the_last_checkpoint(toys, plugins, line, monkeypatch):
    from itwinai_core.fit import fit, plan
    from itwinai_core.run_folder import RunFolder

    planned = plan(line, ["fit.epochs=50"], plugins)
    monkeypatch.setattr(StopRequest, "__enter__", lambda self: (setattr(self, "made", True), self)[1])
    with pytest.raises(FitInterruptedError):
        fit(planned, runs=toys / "runs", name="x")
    folder = RunFolder(toys / "runs" / "x")
    assert folder.state()["state"] == "interrupted"
    assert [path.stem for path in folder.checkpoints.glob("*.*")] == ["last"]
