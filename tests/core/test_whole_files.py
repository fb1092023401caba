"""Files are there whole or not at all."""

from pathlib import Path

import pytest

from itwinai_core.whole_files import write_atomically, write_new


def test_a_failed_write_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_atomically(path, "old")

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [left.name for left in tmp_path.iterdir()] == ["report.json"]


def test_written_files_are_readable_by_others(tmp_path):
    write_atomically(tmp_path / "x", "text")
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_new_file_is_written_whole(tmp_path):
    write_new(tmp_path / "run.yaml", "seed: 1\n")
    assert (tmp_path / "run.yaml").read_text() == "seed: 1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run.yaml"]


def test_a_file_that_is_there_stays_as_it_is(tmp_path):
    (tmp_path / "run.yaml").write_text("mine")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "run.yaml", "seed: 1\n")
    assert (tmp_path / "run.yaml").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["run.yaml"]
