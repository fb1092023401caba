"""New plugins pass their own tests as they were generated: every one of them, the contract included."""

import re
import sys
from pathlib import Path

import pytest
from environments import Environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ENGINES = {"swing-of-torch": "lightning", "swing-of-keras": "keras"}
MYPY = Path(sys.executable).with_name("mypy")


@pytest.fixture(scope="module")
def author(tmp_path_factory):
    """Return an environment in which an author writes plugins."""
    return Environment(tmp_path_factory.mktemp("author"), beside=True)


@pytest.fixture(scope="module")
def projects(author):
    """Return the folder of a new plugin of each engine, installed from there."""
    folders = {name: author.folder / f"itwinai-{name}" for name in ENGINES}
    for name, engine in ENGINES.items():
        author.run("itwinai", "new-plugin", name, "--engine", engine)
    author.install(*(word for folder in folders.values() for word in ("--editable", folder)))
    return folders


@pytest.mark.parametrize("name", ENGINES)
def test_a_new_plugin_passes_its_own_tests(author, projects, name):
    done = author.finish(["pytest", "--verbose"], cwd=projects[name])
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = dict(re.findall(r"^(tests/.+) ([A-Z]{5,}) ", done.stdout, re.MULTILINE))
    assert set(outcomes.values()) == {"PASSED"}, done.stdout
    contract = [test for test in outcomes if "test_the_plugin_keeps_the_contract" in test]
    assert len(contract) >= 10
    assert len(outcomes) - len(contract) >= 20


@pytest.mark.skipif(not MYPY.exists(), reason="mypy is not installed beside this Python")
def test_their_types_fit_by_their_own_settings(author, projects):
    settings = projects["swing-of-keras"] / "pyproject.toml"  # those of the other, and what to know of Keras
    packages = [folder / folder.name.replace("-", "_") for folder in projects.values()]
    python = author.folder / "venv" / "bin" / "python"
    done = author.finish([MYPY, "--config-file", settings, "--python-executable", python, *packages])
    assert done.returncode == 0, done.stdout + done.stderr


def test_new_plugins_are_listed_as_working_beside_ours(author, projects):
    assert projects
    listed = author.run("itwinai", "list-plugins")
    for name, engine in ENGINES.items():
        assert re.search(rf"^itwinai-{name} +0\.1\.0 +{name} +{engine} +\S+ +working", listed, re.MULTILINE)
    assert len(re.findall(r" working ", listed)) >= 4
