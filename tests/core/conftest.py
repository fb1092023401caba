"""What the tests of the core share: two toy plugins, installed for one test, and the program in this process."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.3\n"


@dataclass
class Finished:
    """What a command left."""

    code: int
    out: str
    err: str


def install(folder: Path, name: str, module: str) -> None:
    """Make a distribution that is found when ``folder`` is on the path, with one entry point to ``module``."""
    info = folder / f"{name.replace('-', '_')}-1.2.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA.format(name=name))
    (info / "entry_points.txt").write_text(f"[itwinai]\n{name} = {module}\n")


@pytest.fixture
def installed_module(toys):
    """Return a function that installs a distribution beside the toys."""
    return lambda name, module: install(toys.parent / "site", name, module)


@pytest.fixture
def toys(tmp_path, monkeypatch):
    """Install the toy plugins for this test, and work in an empty folder."""
    from itwinai_core import cli

    site = tmp_path / "site"
    site.mkdir()
    install(site, "toys", "toys")
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(HERE)]))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.delenv("ITWINAI_RUNS", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    loaded = cli.installed
    loaded.cache_clear()
    yield work
    loaded.cache_clear()


@pytest.fixture
def itwinai(toys, capsys):
    """Run the program in this process."""
    from itwinai_core.cli import main

    def run(*arguments: str) -> Finished:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        return Finished(ended.value.code, out, err)

    return run


@pytest.fixture
def plugins(toys):
    """Return the toy plugins, loaded without those that happen to be installed."""
    from itwinai_core.plugins import Plugins

    return Plugins([EntryPoint("toys", "toys", "itwinai")])


@pytest.fixture(params=["torch-line", "keras-line"])
def line(request):
    """Name the toy of each engine in turn."""
    return request.param


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a function that installs a small plugin for this test, changed as asked, as the checks see it."""
    import small_plugins

    site = tmp_path / "site"
    site.mkdir(exist_ok=True)
    monkeypatch.syspath_prepend(site)

    def make(files=None, **changes):
        small_plugins.forget()
        small_plugins.install(site, files, **changes)
        return small_plugins.subject()

    yield make
    small_plugins.forget()


@pytest.fixture
def trial_of(toys, tmp_path, monkeypatch):
    """Return a function that makes a trial of a toy, spoilt or not, in this process."""
    from itwinai_core.plugins import Plugins
    from itwinai_core.testing.contract import Subject
    from itwinai_core.testing.trial import Trial
    from itwinai_core.testing.watching import Watch

    subject = Subject("toys")
    made = []

    def make(use_case, **more):
        folder = tmp_path / f"trial-{len(made)}"
        folder.mkdir()
        made.append(folder)
        monkeypatch.setattr(Plugins, "use_case", lambda self, name: use_case)
        return Trial(subject, use_case, folder, Watch(subject.owns, [], [], lambda *_: None), **more)

    return make
