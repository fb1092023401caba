"""Nothing heavy is imported before a verb needs it, whatever plugins are installed."""

import json
import subprocess
import sys

import pytest

from itwinai_core.cli import verbs

HEAVY = ["torch", "lightning", "tensorflow", "keras", "jax", "matplotlib", "numpy", "scipy", "xarray", "h5py", "wandb"]
LOADED = f"import json, sys; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
LIGHT_COMMANDS = [
    ["--version"],
    ["--help"],
    ["list-plugins"],
    ["describe", "virgo"],
    ["describe", "cyclones"],
    ["describe", "virgo", "--schema"],
    ["describe", "cyclones", "--schema"],
    ["init", "virgo"],
    ["new-plugin", "tides", "--engine", "lightning"],
    ["explain", "virgo", "fit.epochs=3"],
    ["explain", "cyclones", "fit.epochs=3"],
    ["runs"],
]


def loaded_after(code, folder):
    """Return what heavy modules a fresh interpreter holds after running code."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"{code}\n{LOADED}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def command(arguments):
    """Return code that runs a command line in this process and goes on after it."""
    return (
        "from itwinai_core.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit as stop: assert not stop.code, stop.code\n"
    )


def test_importing_the_command_line_imports_nothing_heavy(tmp_path):
    assert loaded_after("import itwinai_core.cli", tmp_path) == []


def test_importing_the_front_door_imports_nothing_heavy(tmp_path):
    assert loaded_after("import itwinai_core", tmp_path) == []


@pytest.mark.parametrize("plugin", ["virgo", "cyclones"])
def test_loading_a_plugin_imports_nothing_heavy(tmp_path, plugin):
    found = f"entry_points(group='itwinai', name='{plugin}')['{plugin}']"
    assert loaded_after(f"from importlib.metadata import entry_points\n{found}.load()", tmp_path) == []


@pytest.mark.parametrize("arguments", LIGHT_COMMANDS, ids=" ".join)
def test_a_light_command_imports_nothing_heavy(tmp_path, arguments):
    assert loaded_after(command(arguments), tmp_path) == []


def test_a_mistake_in_a_run_file_imports_nothing_heavy(tmp_path):
    (tmp_path / "run.yaml").write_text("use_case: virgo\nsettings:\n  model:\n    nme: unet\n")
    mistaken = command(["fit", "run.yaml"]).replace("assert not stop.code", "assert stop.code == 2")
    assert loaded_after(mistaken, tmp_path) == []


@pytest.mark.parametrize("verb", sorted(verbs.commands))
def test_the_help_of_a_verb_imports_nothing_heavy(tmp_path, verb):
    assert loaded_after(command([verb, "--help"]), tmp_path) == []


def test_what_is_heavy_is_seen(tmp_path):
    assert loaded_after("import numpy", tmp_path) == ["numpy"]
