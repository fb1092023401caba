"""What the checks put around a plugin: another clock and order, a kept checkpoint, and a look at what is left."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from itwinai_core.fit import fit, plan
from itwinai_core.plugins import Plugins
from itwinai_core.testing.contract import Fault
from itwinai_core.testing.half_way import HalfKept
from itwinai_core.testing.traces import Traces, left_behind

LOOK = """
import glob, json, os, sys, time, datetime, pathlib
if len(sys.argv) > 1:
    from itwinai_core.testing.disturbing import disturb
    disturb()
with os.scandir(".") as entries:
    first = next(entries).name
    scanned = [first, *(entry.name for entry in entries)]
seen = {
    "seconds": time.time(),
    "nanoseconds": time.time_ns() / 1e9,
    "listed": os.listdir(),
    "scanned": scanned,
    "globbed": glob.glob("*"),
    "walked": next(os.walk("."))[2],
    "iterated": [path.name for path in pathlib.Path(".").iterdir()],
    "today": datetime.date.today().isoformat(),
    "elapsed": -time.monotonic() + time.monotonic(),
}
sys.stdout.write(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Return what a process sees of its surroundings, as they are and disturbed."""
    import json

    folder = tmp_path_factory.mktemp("many")
    for number in range(6):
        (folder / f"{number}.txt").write_text("")

    def look(*arguments):
        done = subprocess.run(
            [sys.executable, "-c", LOOK, *arguments],
            cwd=folder,
            env=os.environ | {"TZ": "Etc/GMT+12"},
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)

    return look(), look("disturbed")


@pytest.mark.parametrize("way", ["listed", "scanned", "globbed", "walked", "iterated"])
def test_a_folder_is_listed_backwards_and_whole(seen, way):
    plain, disturbed = seen
    assert disturbed[way] == plain[way][::-1]


@pytest.mark.parametrize("clock", ["seconds", "nanoseconds"])
def test_the_clock_is_a_day_later(seen, clock):
    plain, disturbed = seen
    assert disturbed[clock] - plain[clock] > 86400


def test_it_is_another_day_by_the_calendar(seen):
    assert seen[0]["today"] != seen[1]["today"]


def test_time_goes_on_at_its_pace(seen):
    assert 0 <= seen[1]["elapsed"] < 1


@pytest.fixture
def kept(toys):
    return HalfKept(Plugins([EntryPoint("toys", "toys", "itwinai")]), toys / "half.ckpt")


def test_the_checkpoint_of_the_first_epoch_is_kept(kept, toys):
    import torch

    folder, _ = fit(plan("torch-line", ["fit.epochs=3"], kept), runs=toys, name="kept")
    epochs = [
        torch.load(path, weights_only=True)["epoch"] for path in (toys / "half.ckpt", folder.checkpoints / "last.ckpt")
    ]
    assert epochs == [0, 2]


def test_a_fit_of_one_epoch_has_no_half(kept, toys):
    fit(plan("torch-line", ["fit.epochs=1"], kept), runs=toys, name="kept")
    assert not (toys / "half.ckpt").exists()


def test_all_else_comes_from_the_registry(kept):
    assert kept.use_case("torch-line").name == "torch-line"
    assert kept.tracker("wandb").name == "wandb"
    assert kept.tracker("csv").name == "csv"


@pytest.fixture
def package(tmp_path):
    """Return a folder with a few files, as a package has them."""
    folder = tmp_path / "tides"
    (folder / "sample").mkdir(parents=True)
    for name in ("__init__.py", "sample/week.csv", "sample/month.csv"):
        (folder / name).write_text("a\n")
    return folder


def test_a_package_that_stays_as_it_is_shows_no_traces(package):
    traces = Traces(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.cpython-311.pyc").write_text("")
    assert list(traces.changes()) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda folder: (folder / "cache.npy").write_text(""), "tides/cache.npy"),
        (lambda folder: (folder / "sample" / "week.csv").write_text("more\n"), "tides/sample/week.csv"),
        (lambda folder: (folder / "sample" / "week.csv").unlink(), "tides/sample/week.csv"),
    ],
    ids=["added", "changed", "removed"],
)
def test_what_changes_in_a_package_is_named(package, change, name):
    traces = Traces(package)
    change(package)
    (fault,) = traces.changes()
    assert fault.problem == f"{name} in the installed package changes while the plugin works."


def test_a_plugin_of_one_module_has_no_folder_to_watch(package):
    assert list(Traces(package / "__init__.py").changes()) == []


def test_code_that_its_author_works_on_meanwhile_is_no_trace(package):
    traces = Traces(package, edited=True)
    (package / "model.py").write_text("NEW = 1\n")
    assert list(traces.changes()) == []
    (package / "left.npy").write_text("")
    (fault,) = traces.changes()
    assert "left.npy" in fault.problem


def test_what_a_process_leaves_is_named_and_what_frameworks_hide_is_not(tmp_path):
    assert list(left_behind(tmp_path / "nothing", "home")) == []
    for name in (".cache", "logs"):
        (tmp_path / name).mkdir()
    (tmp_path / "notes.txt").write_text("")
    found = [fault.problem for fault in left_behind(tmp_path, "the user's home")]
    assert found == ["The folder logs is left in the user's home.", "The file notes.txt is left in the user's home."]
    assert all(isinstance(fault, Fault) for fault in left_behind(tmp_path, ""))
