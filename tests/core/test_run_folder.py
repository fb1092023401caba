"""A run folder is made once, written whole, and says in what state its run is."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from itwinai_core.errors import RunError
from itwinai_core.run_folder import RUN_FILE, RunFolder, write_json


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder.create(tmp_path / "runs", "first")
    folder.run_file.write_text("use_case: toy\n")
    return folder


def test_a_run_is_found_by_name_and_by_path(folder, tmp_path):
    assert RunFolder.find("first", tmp_path / "runs") == folder
    assert RunFolder.find(str(folder.path), Path("nowhere")) == folder


def test_a_run_that_is_not_there_is_told_with_those_that_are(folder, tmp_path):
    with pytest.raises(RunError, match=r"no run 'second'.*\nRuns in .*: first"):
        RunFolder.find("second", tmp_path / "runs")
    with pytest.raises(RunError, match="There are no runs"):
        RunFolder.find("second", tmp_path / "empty")


def test_a_taken_name_is_refused_and_the_old_run_stays(folder, tmp_path):
    with pytest.raises(RunError, match="--name"):
        RunFolder.create(tmp_path / "runs", "first")
    assert folder.run_file.read_text() == "use_case: toy\n"


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "with space", "-dash"])
def test_a_name_that_is_no_folder_name_is_refused(tmp_path, name):
    with pytest.raises(RunError, match="cannot name a run"):
        RunFolder.create(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(RunError, match=r"cannot be made: Not a directory|already"):
        RunFolder.create(tmp_path / "runs", "first")


def test_the_state_keeps_its_start_and_its_details(folder):
    folder.write_state("running", use_case="toy")
    started = folder.state()["started"]
    folder.write_state("finished", epochs=3)
    state = folder.state()
    assert (state["state"], state["use_case"], state["epochs"], state["started"]) == ("finished", "toy", 3, started)


def test_a_running_process_is_running(folder):
    folder.write_state("running")
    assert folder.state()["state"] == "running"


def test_a_run_whose_process_is_gone_is_interrupted(folder):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folder.write_state("running")
    content = json.loads((folder.path / "state.json").read_text()) | {"pid": gone.pid}
    write_json(folder.path / "state.json", content)
    assert folder.state()["state"] == "interrupted"


@pytest.mark.parametrize("pid", [None, 0, -1, "x"])
def test_a_running_state_without_a_process_is_interrupted(folder, pid):
    folder.write_state("running")
    write_json(folder.path / "state.json", json.loads((folder.path / "state.json").read_text()) | {"pid": pid})
    assert folder.state()["state"] == "interrupted"


def test_a_process_of_somebody_else_counts_as_running(folder, monkeypatch):
    def refuse(pid, signal):
        raise PermissionError

    folder.write_state("running")
    monkeypatch.setattr(os, "kill", refuse)
    assert folder.state()["state"] == "running"


def test_a_run_on_another_host_is_taken_at_its_word(folder, monkeypatch):
    folder.write_state("running")
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    monkeypatch.setattr(os, "kill", lambda pid, signal: pytest.fail("asked this host"))
    assert folder.state()["state"] == "running"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", None])
def test_a_broken_or_missing_state_is_unknown(folder, content):
    if content is not None:
        (folder.path / "state.json").write_text(content)
        (folder.path / "report.json").write_text(content)
    assert folder.state() == {"state": "unknown"}
    assert folder.read_report() == {}


def test_runs_are_listed_oldest_first_and_other_folders_are_not(tmp_path):
    for number, name in enumerate(["b", "a"]):
        made = RunFolder.create(tmp_path, name)
        (made.path / RUN_FILE).write_text("")
        write_json(made.path / "state.json", {"state": "finished", "started": f"2026-01-0{number + 1}"})
    (tmp_path / "other").mkdir()
    assert [found.path.name for found in RunFolder.all_in(tmp_path)] == ["b", "a"]
    assert RunFolder.all_in(tmp_path / "absent") == []


def test_a_new_folder_never_takes_an_old_ones_place(folder):
    (folder.path / "predictions" / "x").mkdir(parents=True)
    (folder.path / "predictions" / "x-2").mkdir()
    assert folder.new_folder("predictions/x").name == "x-3"
