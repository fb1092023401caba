"""A third party's plugin, written from the docs alone: built, installed, listed, trained, applied."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "itwinai-slope"
version = "2.0.0"
dependencies = ["itwinai-core[lightning]"]

[project.entry-points.itwinai]
slope = "itwinai_slope.plugin"
"""

PLUGIN = '''
"""A complete plugin: recovers the slope of a line."""

from itwinai_core import Config, DataError, DataSplits, LightningUseCase, hookimpl


class SlopeSettings(Config):
    """The ``settings`` section of a run."""

    slope: float = 2.0
    """Slope to recover, dimensionless."""


class Slope(LightningUseCase[SlopeSettings]):
    """A line through the origin, by gradient descent."""

    name = "slope"
    summary = "Recovers the slope of a line"
    settings = SlopeSettings

    def build_data(self, run):
        from itwinai_slope.line import Points

        slope = run.settings.slope
        return DataSplits(train=Points(slope, 256), validation=Points(slope, 64))

    def build_model(self, run):
        from itwinai_slope.line import Line

        return Line()

    def predict(self, run, model, inputs, folder):
        try:
            x = float(inputs[0].read_text())
        except ValueError:
            raise DataError(f"{inputs[0]} holds no number. Write one into it.") from None
        y = float(model.slope.detach()) * x
        (folder / "y.txt").write_text(str(y))
        return [f"y is {y:.2f}"]


@hookimpl
def itwinai_use_cases():
    """Offer the one use case of this plugin."""
    return [Slope()]
'''

LINE = Path(__file__).with_name("line.py")


@pytest.fixture(scope="module")
def itwinai(tmp_path_factory):
    """Build and install the plugin, and return the program as its user runs it."""
    project = tmp_path_factory.mktemp("itwinai-slope")
    package = project / "itwinai_slope"
    package.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(PLUGIN)
    shutil.copy(LINE, package)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", project / "dist", project]
    subprocess.run(build, check=True, capture_output=True)
    site = project / "site"
    (wheel,) = (project / "dist").glob("*.whl")
    shutil.unpack_archive(wheel, site, "zip")
    folder = tmp_path_factory.mktemp("user")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "itwinai_core", *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            check=False,
        )

    run.folder = folder
    run.site = site
    return run


def test_the_wheel_declares_its_entry_point(itwinai):
    (found,) = (item for item in distributions(path=[str(itwinai.site)]) if item.name == "itwinai-slope")
    assert [(point.group, point.value) for point in found.entry_points] == [("itwinai", "itwinai_slope.plugin")]


def test_it_is_listed_beside_ours(itwinai):
    listed = {entry["distribution"]: entry for entry in json.loads(itwinai("list-plugins", "--json").stdout)}
    assert listed["itwinai-slope"]["version"] == "2.0.0"
    assert listed["itwinai-slope"]["use_cases"][0]["name"] == "slope"
    assert {entry["status"] for entry in listed.values()} == {"working"}


def test_it_is_trained_evaluated_and_applied(itwinai):
    fitted = itwinai("fit", "slope", "settings.slope=-3", "--name", "x")
    assert fitted.returncode == 0, fitted.stderr
    assert itwinai("evaluate", "x").returncode == 0
    (itwinai.folder / "two.txt").write_text("2")
    applied = itwinai("predict", "x", "two.txt")
    assert applied.returncode == 0, applied.stderr
    assert "y is -6.00" in applied.stdout


def test_its_users_mistakes_are_messages_like_ours(itwinai):
    misspelt = itwinai("fit", "slope", "settings.slop=1")
    assert misspelt.returncode == 2
    assert "settings.slop: no such key. Did you mean 'slope'?" in misspelt.stderr
    (itwinai.folder / "words.txt").write_text("two")
    wrong = itwinai("predict", "x", "words.txt")
    assert wrong.returncode == 2
    assert wrong.stderr.strip().endswith("words.txt holds no number. Write one into it.")
