"""The plugin under test is found by either of its names, and looked at before it is loaded."""

import json
import subprocess
import sys
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from itwinai_core.errors import PluginError
from itwinai_core.testing.building import build_wheel
from itwinai_core.testing.contract import LoadError, NotCheckedError, Subject


@pytest.fixture
def tides(installed_module, toys, monkeypatch):
    """Install a plugin that is a package, and return its folder."""
    package = toys.parent / "site" / "tides"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('loaded')\n")
    (package / "inner" / "__init__.py").write_text("")
    installed_module("itwinai-tides", "tides.inner")
    return package


def test_a_plugin_is_found_by_its_entry_point_or_by_its_distribution():
    by_point, by_distribution = Subject("virgo"), Subject("Itwinai_Virgo")
    assert by_point.point == by_distribution.point
    assert by_distribution.name == "virgo"
    assert by_point.distribution.name == "itwinai-virgo"


def test_an_unknown_plugin_is_refused_with_what_is_near():
    with pytest.raises(PluginError, match=r"No installed plugin is called 'vigro'\. Did you mean 'virgo'\?"):
        Subject("vigro")


def test_a_plugin_under_a_misspelt_group_is_told_where_it_stands(small):
    with pytest.raises(PluginError, match=r"under the group of entry points 'itwinai\.plugins', which nobody reads"):
        small(entry_points="[itwinai.plugins]\nsmall = small.plugin\n")


def test_where_no_plugin_is_installed_that_is_said(monkeypatch):
    monkeypatch.setattr("itwinai_core.testing.contract.entry_points", lambda **_: ())
    with pytest.raises(PluginError, match="No plugin is installed here"):
        Subject("virgo")


def test_a_package_is_found_without_being_loaded(tides):
    subject = Subject("itwinai-tides")
    assert subject.package == "tides"
    assert subject.folder == tides
    assert "tides" not in sys.modules


def test_what_lies_in_the_package_is_the_plugins_own(tides):
    subject = Subject("itwinai-tides")
    assert subject.owns(tides / "inner" / "model.py")
    assert subject.owns(str(tides / "data.py"))
    assert not subject.owns(tides.parent / "tides_of_another" / "data.py")


def test_a_plugin_of_a_single_module_owns_that_file_alone(toys):
    subject = Subject("toys")
    assert subject.folder.name == "toys.py"
    assert subject.owns(subject.folder)
    assert not subject.owns(subject.folder.with_name("torch_line.py"))


def test_a_package_that_is_not_there_is_a_fault(installed_module):
    installed_module("itwinai-gone", "gone.plugin")
    with pytest.raises(LoadError) as raised:
        _ = Subject("itwinai-gone").folder
    assert "no 'gone' is installed" in raised.value.fault.problem


def test_what_the_registry_says_of_a_broken_plugin_is_a_fault(tides):
    with pytest.raises(LoadError) as raised:
        _ = Subject("itwinai-tides").use_cases
    assert "set aside" in raised.value.fault.problem
    assert f"{tides / '__init__.py'}, line 1" in raised.value.fault.problem
    assert raised.value.fault.change.startswith(f"Mend {tides / '__init__.py'}, line 1, and install the plugin anew")
    assert "--upgrade" not in raised.value.fault.change


def test_the_use_cases_of_a_working_plugin_are_loaded(toys):
    subject = Subject("toys", only=["keras-line"])
    assert [use_case.name for use_case in subject.use_cases] == ["torch-line", "keras-line"]
    assert [use_case.name for use_case in subject.sampled] == ["keras-line"]
    assert len(Subject("toys").sampled) == 2


def test_an_entry_point_of_no_package_has_no_distribution(monkeypatch):
    monkeypatch.setattr(
        "itwinai_core.testing.contract.entry_points", lambda **_: [EntryPoint("loose", "loose", "itwinai")]
    )
    with pytest.raises(PluginError, match="belongs to no installed package"):
        _ = Subject("loose").distribution


def test_the_source_of_an_editable_install_is_known(root_of_virgo):
    assert Subject("virgo").project == root_of_virgo


@pytest.fixture
def root_of_virgo():
    """Return the project of virgo where it is installed editable; elsewhere there is nothing to see."""
    from importlib.metadata import distribution
    from urllib.parse import urlparse

    origin = json.loads(distribution("itwinai-virgo").read_text("direct_url.json") or "{}")
    if not origin.get("dir_info", {}).get("editable"):
        pytest.skip("virgo is not installed editable here")
    from pathlib import Path

    return Path(urlparse(origin["url"]).path)


def test_a_plugin_that_was_not_installed_from_its_source_has_no_project_and_no_wheel_to_build(toys):
    assert Subject("toys").project is None
    assert Subject("toys").wheel is None


PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "{backend}"

[project]
name = "itwinai-ponds"
version = "3.0"
requires-python = ">=3.11"
"""


@pytest.fixture
def project(tmp_path):
    """Return a function that writes a small project with a build back end."""

    def write(backend):
        (tmp_path / "pyproject.toml").write_text(PROJECT.format(backend=backend))
        (tmp_path / "itwinai_ponds").mkdir()
        (tmp_path / "itwinai_ponds" / "__init__.py").write_text("")
        return tmp_path

    return write


def test_a_wheel_is_built_with_the_back_end_that_the_project_names(project):
    folder = project("hatchling.build")
    wheel = build_wheel(folder)
    assert wheel.name == "itwinai_ponds-3.0-py3-none-any.whl"
    assert folder not in wheel.parents
    with zipfile.ZipFile(wheel) as archive:
        assert "itwinai_ponds/__init__.py" in archive.namelist()


def test_a_back_end_beside_the_project_is_found(project):
    folder = project("own")
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(text.replace("[project]", 'backend-path = ["tools"]\n[project]'))
    (folder / "tools").mkdir()
    (folder / "tools" / "own.py").write_text(
        "def build_wheel(folder, *_):\n    open(f'{folder}/a-1-py3-none-any.whl', 'w').close()\n    return 'a'\n"
    )
    assert build_wheel(folder).name == "a-1-py3-none-any.whl"


def test_a_build_leaves_nothing_in_the_source(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        '[project]\nname = "tides"\nversion = "1"\n'
    )
    (tmp_path / "tides.py").write_text("")
    assert build_wheel(tmp_path).suffix == ".whl"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pyproject.toml", "tides.py"]


def test_a_wheel_is_gone_when_the_process_that_built_it_has_ended(project):
    code = "import pathlib, sys; from itwinai_core.testing.building import build_wheel; "
    code += "print(build_wheel(pathlib.Path(sys.argv[1])))"
    folder = project("hatchling.build")
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    wheel = Path(done.stdout.strip())
    assert wheel.suffix == ".whl"
    assert not wheel.parent.exists()


def test_a_back_end_that_is_not_installed_is_no_fault(project):
    with pytest.raises(NotCheckedError, match=r"back end nobody\.build is not installed"):
        build_wheel(project("nobody.build"))


def test_a_wheel_that_cannot_be_built_is_a_fault(project):
    folder = project("hatchling.build")
    (folder / "pyproject.toml").write_text(PROJECT.format(backend="hatchling.build").replace('"3.0"', '"three"'))
    with pytest.raises(LoadError) as raised:
        build_wheel(folder)
    assert "cannot be built" in raised.value.fault.problem
    assert "python -m build" in raised.value.fault.change


def test_a_build_that_does_not_end_is_a_fault(project, monkeypatch):
    def wait(*_, **options):
        raise subprocess.TimeoutExpired("python", options["timeout"])

    monkeypatch.setattr(subprocess, "run", wait)
    with pytest.raises(LoadError) as raised:
        build_wheel(project("hatchling.build"))
    assert "not built within 60 s" in raised.value.fault.problem


def test_a_project_file_that_does_not_parse_is_a_fault(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project\n")
    with pytest.raises(LoadError) as raised:
        build_wheel(tmp_path)
    assert "does not parse" in raised.value.fault.problem
