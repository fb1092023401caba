"""A store is written once and whole, goes on where it was interrupted, and cannot be written to."""

import re
import signal
import subprocess
import sys

import numpy as np
import pytest

from itwinai_core import DataError
from itwinai_cyclones.patch_store import stored

RECORD = np.dtype([("time", "M8[h]"), ("category", "U8"), ("label", "f4", (2,))])
ITEMS = range(7)


def made(item):
    """Return as many samples as the item's number and one more, each of which tells the item."""
    records = np.zeros(item + 1, RECORD)
    records["time"], records["category"] = np.datetime64("2001-01-01T00", "h") + item, f"kind {item}"
    records["label"] = item / 3
    return np.full((item + 1, 4, 4, 2), item, dtype=np.float32), records


def keep(folder, make=made, items=ITEMS, **recipe):
    return stored(folder, "patches-train", recipe, items, make, "Cutting")


class Interrupted:
    """Makes samples until it is interrupted, and counts."""

    def __init__(self, at=None):
        self.at, self.asked = at, []

    def __call__(self, item):
        self.asked.append(item)
        if item == self.at:
            raise KeyboardInterrupt
        return made(item)


def check(cut):
    """See that samples and records are those of all items, in order."""
    values, records = cut
    expected = [made(item) for item in ITEMS]
    np.testing.assert_array_equal(values, np.concatenate([part[0] for part in expected]))
    np.testing.assert_array_equal(records, np.concatenate([part[1] for part in expected]))


def test_what_was_made_is_kept_with_its_records(tmp_path):
    check(keep(tmp_path))
    (place,) = tmp_path.iterdir()
    assert re.fullmatch(r"patches-train-[0-9a-f]{16}", place.name)
    assert {path.name for path in place.iterdir()} == {"values.npy", "records.npy", "recipe.json"}


def test_numpy_alone_can_read_a_store(tmp_path):
    values, records = keep(tmp_path)
    (place,) = tmp_path.iterdir()
    np.testing.assert_array_equal(np.load(place / "values.npy"), values)
    np.testing.assert_array_equal(np.load(place / "records.npy"), records)


def test_nothing_is_made_twice(tmp_path):
    keep(tmp_path)
    check(keep(tmp_path, make=Interrupted(at=0)))


def test_another_recipe_is_another_store(tmp_path):
    keep(tmp_path, seed=1)
    again = Interrupted()
    keep(tmp_path, make=again, seed=2)
    assert len(again.asked) == len(ITEMS)
    assert len(list(tmp_path.iterdir())) == 2
    recipes = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*/recipe.json"))
    assert '"seed": 1' in recipes
    assert '"seed": 2' in recipes


def test_samples_cannot_be_written_to_and_copies_are_plain_arrays(tmp_path):
    values, _ = keep(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 5
    chosen = values[[3, 1]]
    assert type(chosen) is np.ndarray
    chosen[:] = 5
    check(keep(tmp_path))


@pytest.mark.parametrize("at", [0, 1, 4, 6])
def test_an_interruption_loses_nothing_that_is_complete(tmp_path, at):
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path, make=Interrupted(at))
    assert [path.name[0] for path in tmp_path.iterdir()] == ["."], "half a store is hidden"
    again = Interrupted()
    check(keep(tmp_path, make=again))
    assert again.asked == list(ITEMS)[at:]
    assert [path.name[0] for path in tmp_path.iterdir()] == ["p"]


def test_a_store_interrupted_again_and_again_becomes_whole(tmp_path):
    for at in (2, 3, 3, 6):
        with pytest.raises(KeyboardInterrupt):
            keep(tmp_path, make=Interrupted(at))
    check(keep(tmp_path))


def append(path, more):
    path.write_bytes(path.read_bytes() + more)


def torn(path, count):
    path.write_bytes(path.read_bytes()[:-count])


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        (lambda folder: torn(folder / "journal.txt", 3), 3),
        (lambda folder: torn(folder / "values.npy", 10), 0),
        (lambda folder: (folder / "records.npy").unlink(), 0),
        (lambda folder: (folder / "journal.txt").unlink(), 0),
        (lambda folder: append(folder / "values.npy", b"half a sample"), 4),
    ],
    ids=["journal", "values", "no records", "no journal", "values more"],
)
def test_what_a_crash_leaves_is_believed_as_far_as_it_is_whole(tmp_path, damage, kept):
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path, make=Interrupted(4))
    damage(next(tmp_path.iterdir()))
    again = Interrupted()
    check(keep(tmp_path, make=again))
    assert again.asked == list(ITEMS)[kept:]


def test_samples_that_never_reached_the_disk_are_made_again(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path, make=Interrupted(4))
    values = next(tmp_path.iterdir()) / "values.npy"
    content = bytearray(values.read_bytes())
    content[-made(3)[0].nbytes :] = bytes(made(3)[0].nbytes)  # zeros, as after a power cut
    values.write_bytes(content)
    again = Interrupted()
    check(keep(tmp_path, make=again))
    assert again.asked == [3, 4, 5, 6]


@pytest.mark.parametrize("name", ["values.npy", "records.npy"])
@pytest.mark.parametrize("cut", [50, None])
def test_a_whole_store_that_was_damaged_is_refused_with_what_to_do(tmp_path, name, cut):
    keep(tmp_path)
    (place,) = tmp_path.iterdir()
    if cut:
        torn(place / name, cut)
    else:
        (place / name).unlink()
    with pytest.raises(DataError, match=f"samples in {place} are broken: .*\\nDelete that folder"):
        keep(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        DataError, match=r"cannot be kept in .*file/store: Not a directory.\nName a folder.*data\.store"
    ):
        keep(tmp_path / "file" / "store")


def test_a_full_disk_is_one_message_and_what_fits_is_kept(tmp_path, monkeypatch):
    class Full(Interrupted):
        def __call__(self, item):
            if item == 3:
                raise OSError(28, "No space left on device")
            return super().__call__(item)

    with pytest.raises(DataError, match=r"cannot be kept in .*: No space left on device"):
        keep(tmp_path, make=Full())
    again = Interrupted()
    check(keep(tmp_path, make=again))
    assert again.asked == [3, 4, 5, 6]


WORK = """
import sys, time
sys.path.insert(0, {tests!r})
from test_patch_store import keep, made
from pathlib import Path

def slow(item):
    print(item, flush=True)
    time.sleep(0.05)
    return made(item)

values, _ = keep(Path(sys.argv[1]), make=slow)
print("whole", len(values), flush=True)
"""


@pytest.fixture
def work(request, tmp_path):
    """Return a function that starts a process that makes the store, slowly."""
    code = WORK.format(tests=str(request.path.parent))

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    return start


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_process_that_is_stopped_leaves_what_is_complete(work, tmp_path, how):
    with work() as process:
        while process.stdout.readline().strip() != "4":
            assert process.poll() is None
        process.send_signal(how)
    again = Interrupted()
    check(keep(tmp_path, make=again))
    assert again.asked[0] in {3, 4}  # what was being written when it was stopped may be made again


def test_processes_that_want_the_same_make_it_once(work, tmp_path):
    processes = [work() for _ in range(3)]
    said = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert all(words[-2:] == ["whole", "28"] for words in said)
    made_by = [word for words in said for word in words if word.isdigit() and word != "28"]
    assert sorted(made_by) == [str(item) for item in ITEMS]
    assert [path.name[0] for path in tmp_path.iterdir()] == ["p"]
    check(keep(tmp_path))
