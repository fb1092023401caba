"""The three distributions say the same version and ask for no framework but their own."""

import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import Parser

import pytest

PROJECTS = {
    "itwinai_core": ".",
    "itwinai_virgo": "plugins/itwinai-virgo",
    "itwinai_cyclones": "plugins/itwinai-cyclones",
}
OTHER_FRAMEWORKS = {"itwinai_virgo": {"tensorflow", "keras", "jax"}, "itwinai_cyclones": {"torch", "lightning", "jax"}}
ALL_FRAMEWORKS = {"torch", "lightning", "tensorflow", "keras", "jax"}


@pytest.fixture(scope="session", params=PROJECTS)
def wheel(request, root, tmp_path_factory):
    """Return one of the three wheels, opened, with the name of its package."""
    folder = tmp_path_factory.mktemp(request.param)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=root / PROJECTS[request.param],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield request.param, archive


@pytest.fixture
def metadata(wheel):
    """Return what the wheel says of itself."""
    package, archive = wheel
    (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return package, Parser().parsestr(archive.read(name).decode())


def required(message):
    """Return the names of what is installed along, extras left out; and the extras of the core that are asked for."""
    lines = [line for line in message.get_all("Requires-Dist") if "extra ==" not in line]
    core_extras = {extra for line in lines for extra in re.findall(r"^itwinai-core\[([\w,-]+)\]", line)}
    return {re.match(r"[\w.-]+", line).group().lower() for line in lines}, core_extras


def test_versions_are_the_same_everywhere(root):
    versions = {
        tomllib.loads((root / folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        for folder in PROJECTS.values()
    }
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert versions == {re.search(r"^## \[?(\d+\.\d+\.\d+)", changes, re.MULTILINE).group(1)}


def test_a_plugin_asks_for_this_core_and_no_later_minor_version(metadata):
    package, message = metadata
    major, minor, _ = message["Version"].split(".")
    asked = [line for line in message.get_all("Requires-Dist") if line.startswith("itwinai-core")]
    bounds = f"<{major}.{int(minor) + 1},>={major}.{minor}"
    assert all(bounds in line or "extra ==" in line for line in asked)
    assert bool(asked) == (package != "itwinai_core" or any("extra ==" in line for line in asked))


def test_a_plugin_asks_for_no_framework_but_its_own(metadata):
    package, message = metadata
    names, extras = required(message)
    assert names & OTHER_FRAMEWORKS.get(package, ALL_FRAMEWORKS) == set()
    assert (
        extras == {"itwinai_core": set(), "itwinai_virgo": {"lightning"}, "itwinai_cyclones": {"tensorflow"}}[package]
    )


def test_metadata_are_complete(metadata):
    _, message = metadata
    assert message["License-Expression"] == "Apache-2.0"
    assert message["License-File"] == "LICENSE"
    assert message["Requires-Python"] == ">=3.11"
    assert len(message["Summary"]) > 20
    assert message["Description-Content-Type"] == "text/markdown"
    assert len(message.get_payload()) > 200
    assert "Typing :: Typed" in message.get_all("Classifier")
    assert any(url.startswith("Homepage, https://") for url in message.get_all("Project-URL"))


def test_wheel_holds_its_package_and_nothing_beside_it(wheel):
    package, archive = wheel
    names = archive.namelist()
    assert f"{package}/py.typed" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {package}
    assert not [name for name in names if "__pycache__" in name]


def test_wheel_carries_the_licence(wheel, root):
    _, archive = wheel
    (name,) = [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]
    assert archive.read(name) == (root / "LICENSE").read_bytes()
