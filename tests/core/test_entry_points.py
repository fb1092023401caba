"""A package whose entry points Python cannot read keeps nobody from those of the others."""

import subprocess
import sys
from importlib.metadata import Distribution, entry_points

import pytest

from itwinai_core import entry_points as door


@pytest.fixture
def restored(monkeypatch):
    """Put Python's own way of reading entry points back after the test."""
    monkeypatch.setattr(Distribution, "entry_points", Distribution.entry_points)
    monkeypatch.setattr(Distribution, "entry_points", property(door._reads))


@pytest.fixture
def lay(tmp_path, monkeypatch):
    """Lay distributions with these entry points into a folder that is on the path."""
    monkeypatch.syspath_prepend(tmp_path)

    def lay(name, points):
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
        (info / "entry_points.txt").write_bytes(points)

    return lay


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("broken", [b"[itwinai]\nno equals sign\n", b"[itwinai]\nx = \xff\xfe\n"])
def test_the_entry_points_of_others_are_read(lay, broken):
    lay("broken", broken)
    lay("sound", b"[toys]\nx = y.z\n")
    with pytest.raises((TypeError, ValueError)):
        entry_points(group="toys")
    door.pass_over_unreadable()
    door.pass_over_unreadable()
    assert [point.value for point in entry_points(group="toys")] == ["y.z"]


def test_it_runs_in_a_fresh_interpreter_without_the_core():
    code = f"import runpy, sys\nrunpy.run_path({door.__file__!r})['pass_over_unreadable']()\nprint(*sys.modules)\n"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "importlib.metadata" in ended.stdout.split()
    assert not any(name.startswith(("itwinai_core", "pydantic")) for name in ended.stdout.split())
