"""Files and folders are there whole or not at all."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from itwinai_core.errors import RunError
from itwinai_core.whole_files import whole_folder, write_atomically, write_new


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


def test_a_folder_appears_when_all_of_it_is_written(tmp_path):
    place = tmp_path / "around" / "results"
    with whole_folder(place) as folder:
        (folder / "table.csv").write_text("1")
        assert not place.exists()
    assert (place / "table.csv").read_text() == "1"
    assert place.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in place.parent.iterdir()] == ["results"]


def fill(place, failure):
    """Begin to fill a folder, and fail."""
    with whole_folder(place) as folder:
        (folder / "table.csv").write_text("1")
        raise failure


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_of_a_folder_that_is_not_finished_nothing_is_left(tmp_path, failure):
    with pytest.raises(failure):
        fill(tmp_path / "results", failure)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_refused_before_any_work(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(RunError, match="is there already"), whole_folder(tmp_path):
        pytest.fail("the work begins")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    place = tmp_path / "file" / "results"
    place.parent.touch()
    with pytest.raises(RunError, match=r"results cannot be made: "), whole_folder(place):
        pytest.fail("the work begins")


@pytest.mark.parametrize(("error", "free"), [(OSError(28, "No space left"), 2**40), (RuntimeError("HDF error"), 100)])
def test_a_full_disk_is_one_message_and_leaves_nothing(tmp_path, monkeypatch, error, free):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(RunError, match=r"There is no room for .*: the disk is full"), whole_folder(tmp_path / "out"):
        raise error
    assert list(tmp_path.iterdir()) == []


def test_other_trouble_is_not_taken_for_a_full_disk(tmp_path):
    with pytest.raises(RuntimeError, match="broken"), whole_folder(tmp_path / "out"):
        raise RuntimeError("broken")
    with pytest.raises(PermissionError), whole_folder(tmp_path / "out"):
        raise PermissionError(13, "not yours")
    assert list(tmp_path.iterdir()) == []
