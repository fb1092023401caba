"""Hostile plugins, built and installed as real distributions, all at once: the program works, and names each."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from hostile import HEALTHY, HOSTILE

LINE = Path(__file__).with_name("line.py")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "itwinai-{name}"
version = "1.0"
dependencies = {requires}
{metadata}

[project.entry-points.itwinai]
{points}

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""


def build(folder, name, modules, requires, points, metadata=""):
    """Build the wheel of one plugin, and return it."""
    package = f"itwinai_{name.replace('-', '_')}"
    project = folder / name
    for module, code in {"__init__.py": "", **modules}.items():
        path = project / package / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    told = PROJECT.format(
        name=name,
        package=package,
        requires=json.dumps(list(requires)),
        metadata=metadata,
        points="\n".join(_toml(points.splitlines())),
    )
    if "empty-wheel" in name:
        told = told.replace(f'packages = ["{package}"]', "bypass-selection = true")
        shutil.rmtree(project / package)
    (project / "pyproject.toml").write_text(told)
    return next(WheelBuilder(str(project)).build(directory=str(folder / "wheels"), versions=["standard"]))


def _toml(points):
    for point in points:
        name, _, module = point.partition(" = ")
        yield f'"{name}" = "{module}"'


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Install every hostile plugin, and one that is healthy, side by side."""
    folder = tmp_path_factory.mktemp("hostile")
    modules = {"plugin.py": HEALTHY, "line.py": LINE.read_text(encoding="utf-8")}
    wheels = [build(folder, "tides", modules, ["itwinai-core"], "tides = itwinai_tides.plugin")]
    for name, hostile in HOSTILE.items():
        package = f"itwinai_{name.replace('-', '_')}"
        modules = {"plugin.py": hostile.code(name), **hostile.modules}
        points = hostile.points.format(name=name, package=package)
        # No back end builds an entry point that names no module: it is broken where it lies.
        stated = points if hostile.reason != "names no module" else f"{name} = {package}.plugin"
        wheels.append(build(folder, name, modules, hostile.requires, stated, hostile.metadata))
    installed = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile", "--target"]
    subprocess.run([*pip, installed, "--ignore-requires-python", *wheels], check=True, capture_output=True)
    for name, hostile in HOSTILE.items():
        package = f"itwinai_{name.replace('-', '_')}"
        info = installed / f"{package}-1.0.dist-info"
        if hostile.reason == "names no module":
            (info / "entry_points.txt").write_text(f"[itwinai]\n{hostile.points.format(name=name)}\n")
        for spoilt, text in hostile.spoilt.items():
            (installed / spoilt.format(package=package)).write_bytes(text.format(name=name).encode("latin-1"))
        for removed in hostile.removed:
            path = installed / removed.format(package=package)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return installed


@pytest.fixture(scope="module")
def itwinai(site, tmp_path_factory):
    """Return the program as its user runs it, with all of them installed."""
    folder = tmp_path_factory.mktemp("user")
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")]))

    def run(*arguments, **variables):
        return subprocess.run(
            [sys.executable, "-m", "itwinai_core", *arguments],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": path, "ITWINAI_LOAD_SECONDS": "2", "COLUMNS": "120"} | variables,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run


@pytest.fixture(scope="module")
def listed(itwinai):
    """Return what `list-plugins --json` says of each plugin, by the name of its distribution."""
    return {entry["distribution"]: entry for entry in json.loads(itwinai("list-plugins", "--json").stdout)}


def test_they_are_distributions_that_pip_installed(site):
    names = {found._path for found in distributions(path=[str(site)]) if found.read_text("INSTALLER") == "pip\n"}
    assert len(names) >= 50
    assert len(HOSTILE) >= 50


@pytest.mark.parametrize("name", [name for name, hostile in HOSTILE.items() if hostile.reason])
def test_each_is_named_with_its_reason_its_place_and_what_mends_it(listed, site, name):
    hostile, found = HOSTILE[name], listed[f"itwinai-{name}"]
    assert found["status"] == "set aside"
    assert found["version"] == "1.0"
    assert found["use_cases"] == []
    told = found["diagnosis"]
    assert hostile.reason in told["reason"]
    assert hostile.mend.format(name=name) in told["mend"]
    assert Path(told["file"]).is_relative_to(site)
    assert Path(told["file"]).name == hostile.file
    assert f"itwinai_{name.replace('-', '_')}" in told["file"]
    if hostile.line:
        blamed = Path(told["file"]).read_text().splitlines()[told["line"] - 1]
        assert hostile.file == "METADATA" or told["line"] == hostile.line, blamed


@pytest.mark.parametrize("name", [name for name, hostile in HOSTILE.items() if not hostile.reason])
def test_what_does_no_harm_works(listed, name):
    assert listed[f"itwinai-{name}"]["status"] == "working"
    assert listed[f"itwinai-{name}"]["diagnosis"] is None


def test_the_healthy_plugin_works_among_them(listed):
    assert listed["itwinai-tides"]["status"] == "working"
    assert [use_case["name"] for use_case in listed["itwinai-tides"]["use_cases"]] == ["tides"]


def test_the_table_names_each_in_at_most_three_lines(itwinai):
    shown = itwinai("list-plugins")
    assert shown.returncode == 0
    assert shown.stderr == ""
    paragraphs = [text for text in shown.stdout.split("\n\n") if " is set aside: " in text]
    assert len(paragraphs) == sum(bool(hostile.reason) for hostile in HOSTILE.values())
    for paragraph in paragraphs:
        lines = paragraph.strip().splitlines()
        assert len(lines) <= 3
        assert lines[-1].startswith("  to mend it: ")


def test_nothing_that_they_print_is_heard(itwinai):
    for arguments in (["list-plugins", "--json"], ["describe", "tides", "--json"], ["--version"], ["runs", "--json"]):
        said = itwinai(*arguments)
        assert said.returncode == 0
        assert "NOISE" not in said.stdout + said.stderr


def test_a_healthy_plugin_is_trained_judged_and_explained_among_them(itwinai):
    fitted = itwinai("fit", "tides", "fit.epochs=3", "--name", "first")
    assert fitted.returncode == 0, fitted.stderr
    assert "validation/loss" in fitted.stdout
    assert "NOISE" not in fitted.stdout + fitted.stderr
    assert itwinai("evaluate", "first").returncode == 0


def test_the_doctor_examines_each_alone(itwinai, listed):
    told = itwinai("doctor", "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert {entry["distribution"] for entry in found["plugins"]} == set(listed)
    for entry in found["plugins"]:
        before = listed[entry["distribution"]]
        assert entry["status"] == before["status"]
        assert (entry["diagnosis"] or {}).get("reason") == (before["diagnosis"] or {}).get("reason")
    assert any("itwinai-noise 1.0 prints while it is loaded: NOISE" in remark for remark in found["remarks"])
    assert found["engines"]["lightning"] == "runs on torch"


def test_a_plugin_that_is_switched_off_is_not_touched(itwinai):
    alone = json.loads(itwinai("list-plugins", "--json", ITWINAI_PLUGINS="tides,itwinai-tidez").stdout)
    states = {entry["distribution"]: entry["status"] for entry in alone}
    assert states["itwinai-tides"] == "working"
    assert states["itwinai-endless"] == "off"
    shown = itwinai("list-plugins", ITWINAI_PLUGINS="tides,itwinai-tidez").stdout
    assert "ITWINAI_PLUGINS names 'itwinai-tidez', and no installed plugin is called so. Did you mean" in shown


def test_the_docs_show_them_all(listed, hold_page):
    rows = ["| a plugin that … | what is said of it | where |", "| --- | --- | --- |"]
    for name, hostile in HOSTILE.items():
        told = listed[f"itwinai-{name}"]["diagnosis"]
        # What Python itself says differs from one version to the next.
        own = "Error: " not in hostile.reason
        said = (told["reason"] if own else f"{hostile.reason.strip()} …") if told else "it works"
        place = f"`{Path(told['file']).name}`" + (f", line {told['line']}" if told["line"] else "") if told else "-"
        rows.append(f"| {hostile.does} | {said.replace('|', '·')} | {place} |")
    print("\n".join(rows))  # noqa: T201 - the table is for whoever runs the tests
    hold_page("hostile-plugins.md", "\n".join(rows))
