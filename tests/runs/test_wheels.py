"""The three wheels do their work in an empty environment, each plugin without the other's framework."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
PROJECTS = [ROOT, ROOT / "plugins" / "itwinai-virgo", ROOT / "plugins" / "itwinai-cyclones"]
FRAMEWORKS = ["torch", "lightning", "tensorflow", "keras", "jax"]
LISTING_IMPORTS = (
    "import sys\n"
    "from itwinai_core.cli import main\n"
    "try: main(['list-plugins'])\n"
    "except SystemExit as stop: assert not stop.code\n"
    f"assert not [name for name in {FRAMEWORKS} if name in sys.modules]\n"
)


class Environment:
    """A virtual environment that starts empty and sees nothing of the repository."""

    def __init__(self, folder, wheels):
        self.folder = folder
        self.wheels = wheels
        # What pip finds through the environment of the test run stays; where Python looks for modules does not.
        self.variables = {
            name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
        }
        self.variables["PIP_CONSTRAINT"] = str(ROOT / "constraints.txt")
        self.run(sys.executable, "-m", "venv", folder / "venv")

    def run(self, program, *arguments):
        """Run a program away from the repository; return what it prints."""
        own = self.folder / "venv" / "bin" / program
        command = [own if own.exists() else program, *arguments]
        done = subprocess.run(command, check=False, cwd=self.folder, env=self.variables, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self, *packages):
        """Install packages: this repository's from its wheels, all others as a user would."""
        self.run("python", "-m", "pip", "install", "--quiet", "--find-links", self.wheels, *packages)

    def use_cases(self):
        """Return what each working plugin offers; a plugin that is set aside is a failure."""
        plugins = json.loads(self.run("itwinai", "list-plugins", "--json"))
        assert [plugin for plugin in plugins if plugin["problem"]] == []
        return {plugin["distribution"]: [case["name"] for case in plugin["use_cases"]] for plugin in plugins}

    def importable(self, *modules):
        """Return those of the modules that can be imported."""
        code = (
            "import json; from importlib.util import find_spec;"
            f"print(json.dumps([name for name in {modules} if find_spec(name)]))"
        )
        return json.loads(self.run("python", "-c", code))


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """Return a folder with the three wheels."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder]
    for project in PROJECTS:
        subprocess.run([*build, project], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory, wheels):
    """Return one environment for all tests of this file: they build on one another, in order."""
    return Environment(tmp_path_factory.mktemp("empty"), wheels)


def test_three_wheels_are_built(wheels):
    names = sorted(path.name.split("-")[0] for path in wheels.glob("*.whl"))
    assert names == ["itwinai_core", "itwinai_cyclones", "itwinai_virgo"]


def test_the_core_alone_lists_no_use_case_and_needs_no_framework(environment):
    environment.install("itwinai-core")
    assert environment.use_cases() == {}
    assert environment.importable(*FRAMEWORKS) == []


def test_virgo_alone_works_without_tensorflow(environment):
    # Alone and first: what depends on torch then keeps the build that constraints.txt found.
    environment.install("torch")
    environment.install("itwinai-virgo")
    assert environment.use_cases() == {"itwinai-virgo": ["virgo"]}
    assert environment.importable(*FRAMEWORKS) == ["torch", "lightning"]


def test_both_plugins_live_side_by_side(environment):
    environment.install("itwinai-cyclones")
    assert environment.use_cases() == {"itwinai-cyclones": ["cyclones"], "itwinai-virgo": ["virgo"]}


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
    assert environment.use_cases() == {"itwinai-cyclones": ["cyclones"]}
    assert json.loads(environment.run("itwinai", "describe", "cyclones", "--json"))["engine"] == "keras"


def test_the_source_archive_of_the_core_holds_what_the_core_needs(tmp_path):
    build = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", tmp_path, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {"itwinai_core/py.typed", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"} <= set(names)
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {"itwinai_core", "tests"}
    assert {name.split("/")[1] for name in names if name.startswith("tests/")} == {"core"}
