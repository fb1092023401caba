"""`itwinai install` and `itwinai uninstall` are pip in this very environment, in sight of the user."""

import json
import subprocess
import sys

import pytest

from itwinai_core import packages
from itwinai_core.errors import PluginError


@pytest.fixture
def calls(monkeypatch):
    """Record what would be run; it ends as told."""
    calls = []

    def run(command, *, check):
        assert not check
        calls.append(command)
        return subprocess.CompletedProcess(command, 1 if "absent" in command else 0)

    monkeypatch.setattr(packages.subprocess, "run", run)
    return calls


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_pip_of_this_python_is_called_with_what_was_typed(itwinai, calls, verb):
    done = itwinai(verb, "itwinai-tides", "--quiet", "-c", "constraints.txt")
    assert done.code == 0
    assert calls == [[sys.executable, "-m", "pip", verb, "itwinai-tides", "--quiet", "-c", "constraints.txt"]]


def test_after_an_installation_the_plugins_are_listed(itwinai, calls):
    assert "torch-line" in itwinai("install", "itwinai-tides").out


def test_a_failure_of_pip_is_one_message_and_exit_code_2(itwinai, calls):
    done = itwinai("install", "absent")
    assert done.code == 2
    assert done.err == "Error: pip install absent failed: what it says stands above.\n"


def test_an_environment_without_pip_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PluginError, match="-m ensurepip"):
        packages.pip("install", ["x"])


def test_nothing_to_install_is_a_mistake(itwinai, calls):
    assert itwinai("install").code == 2
    assert calls == []


@pytest.mark.slow
def test_a_plugin_is_installed_listed_and_removed(tmp_path):
    """In an environment of its own, which sees the packages of this one."""
    from hatchling.builders.wheel import WheelBuilder

    project = tmp_path / "project"
    (project / "tides").mkdir(parents=True)
    (project / "tides" / "__init__.py").write_text("")
    (project / "tides" / "plugin.py").write_text(
        "from itwinai_core import hookimpl\n\n\n@hookimpl\ndef itwinai_use_cases():\n    return []\n"
    )
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\n'
        'name = "tides"\nversion = "1.0"\n\n[project.entry-points.itwinai]\ntides = "tides.plugin"\n'
    )
    wheel = next(WheelBuilder(str(project)).build(directory=str(tmp_path), versions=["standard"]))
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (site,) = (tmp_path / "venv" / "lib").glob("python3*/site-packages")
    (site / "outer.pth").write_text("\n".join(path for path in sys.path if path.startswith("/")))

    def itwinai(*arguments):
        return subprocess.run(
            [python, "-m", "itwinai_core", *arguments], capture_output=True, text=True, check=True, cwd=tmp_path
        ).stdout

    def listed():
        return {entry["distribution"] for entry in json.loads(itwinai("list-plugins", "--json"))}

    assert "tides" not in listed()
    shown = itwinai("install", "--no-index", str(wheel))
    assert "Successfully installed tides-1.0" in shown
    assert "tides" in listed()
    assert "Successfully uninstalled tides-1.0" in itwinai("uninstall", "--yes", "tides")
    assert "tides" not in listed()
