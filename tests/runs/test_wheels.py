"""The three wheels do their work in an empty environment, each plugin without the other's framework."""

import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from environments import ROOT, Environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PROJECTS = [ROOT, ROOT / "plugins" / "itwinai-virgo", ROOT / "plugins" / "itwinai-cyclones"]
NEW_PLUGINS = {"lightning-swing": "lightning", "keras-swing": "keras"}
FRAMEWORKS = ["torch", "lightning", "tensorflow", "keras", "jax"]
LISTING_IMPORTS = (
    "import sys\n"
    "from itwinai_core.cli import main\n"
    "try: main(['list-plugins'])\n"
    "except SystemExit as stop: assert not stop.code\n"
    f"assert not [name for name in {FRAMEWORKS} if name in sys.modules]\n"
)


def use_cases(environment):
    """Return what each plugin offers; one that does not work is a failure."""
    plugins = json.loads(environment.run("itwinai", "list-plugins", "--json"))
    assert [plugin for plugin in plugins if plugin["status"] != "working"] == []
    return {plugin["distribution"]: [case["name"] for case in plugin["use_cases"]] for plugin in plugins}


def importable(environment, *modules):
    """Return those of the modules that can be imported."""
    code = (
        "import json; from importlib.util import find_spec;"
        f"print(json.dumps([name for name in {modules} if find_spec(name)]))"
    )
    return json.loads(environment.run("python", "-c", code))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Return a folder with the three wheels, and those of two plugins that the core has just written."""
    folder = tmp_path_factory.mktemp("wheels")
    new = tmp_path_factory.mktemp("new")
    for name, engine in NEW_PLUGINS.items():
        write = [sys.executable, "-m", "itwinai_core", "new-plugin", name, "--engine", engine, "--output", new]
        subprocess.run(write, check=True, capture_output=True)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder]
    for project in [*PROJECTS, *new.iterdir()]:
        subprocess.run([*build, project], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory, wheels):
    """Return one environment for all tests of this file: they build on one another, in order."""
    return Environment(tmp_path_factory.mktemp("empty"), wheels=wheels)


def make_the_first_hour(environment, name):
    """Install a plugin that was just written, train it, apply it, and check it, as its author does first of all."""
    environment.install(f"itwinai-{name}")
    assert name in use_cases(environment)[f"itwinai-{name}"]
    environment.run("itwinai", "fit", name, "--name", name)
    (length,) = re.findall(r"^swing.csv: (\S+) m ", environment.run("itwinai", "predict", name, "sample:swing"))
    assert float(length) == pytest.approx(1.0, abs=0.15)
    checks = json.loads(environment.run("itwinai", "check-plugin", name, "--json"))["checks"]
    assert {check["state"] for check in checks} == {"passed"}
    environment.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", f"itwinai-{name}")


def test_each_project_gives_one_wheel(wheels):
    names = sorted(path.name.split("-")[0] for path in wheels.glob("*.whl"))
    new = [f"itwinai_{name.replace('-', '_')}" for name in NEW_PLUGINS]
    assert names == sorted(["itwinai_core", "itwinai_cyclones", "itwinai_virgo", *new])


def test_the_core_alone_lists_no_use_case_and_needs_no_framework(environment):
    environment.install("itwinai-core")
    assert use_cases(environment) == {}
    assert importable(environment, *FRAMEWORKS) == []


def test_virgo_alone_works_without_tensorflow(environment):
    # Alone and first: what depends on torch then keeps the build that constraints.txt found.
    environment.install("torch")
    environment.install("itwinai-virgo")
    assert use_cases(environment) == {"itwinai-virgo": ["virgo"]}
    assert importable(environment, *FRAMEWORKS) == ["torch", "lightning"]


def test_a_new_plugin_for_lightning_works_without_tensorflow(environment):
    make_the_first_hour(environment, "lightning-swing")
    assert importable(environment, *FRAMEWORKS) == ["torch", "lightning"]


def test_both_plugins_live_side_by_side(environment):
    environment.install("itwinai-cyclones")
    assert use_cases(environment) == {"itwinai-cyclones": ["cyclones"], "itwinai-virgo": ["virgo"]}


def test_listing_installed_plugins_imports_no_framework(environment):
    environment.run("python", "-c", LISTING_IMPORTS)


def test_the_sample_of_virgo_came_with_its_wheel(environment):
    samples = json.loads(environment.run("itwinai", "describe", "virgo", "--json"))["samples"]
    assert samples
    for path in samples.values():
        assert Path(path).is_relative_to(environment.folder)
        assert Path(path).exists()


def test_cyclones_goes_on_working_without_virgo(environment):
    environment.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "itwinai-virgo", "torch", "lightning")
    assert use_cases(environment) == {"itwinai-cyclones": ["cyclones"]}
    assert json.loads(environment.run("itwinai", "describe", "cyclones", "--json"))["engine"] == "keras"


def test_a_new_plugin_for_keras_works_without_torch(environment):
    make_the_first_hour(environment, "keras-swing")
    assert importable(environment, *FRAMEWORKS) == ["tensorflow", "keras"]


def test_the_source_archive_of_the_core_holds_what_the_core_needs(tmp_path):
    build = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", tmp_path, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"itwinai_core/py.typed", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= set(names)
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {"itwinai_core", "tests"}
    assert {name.split("/")[1] for name in names if name.startswith("tests/")} == {"core"}
