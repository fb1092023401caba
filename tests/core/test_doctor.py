"""The doctor names what is here, what works, and what to do about the rest."""

import json

import pytest

from itwinai_core import frameworks
from itwinai_core.doctor import Examination, examine
from itwinai_core.frameworks import Framework, examine_frameworks
from itwinai_core.show import plugins as show

HERE = [
    Framework("torch", "2.13", 1.5, ["cpu", "NVIDIA H100"]),
    Framework("lightning", "2.6", 2.0),
    Framework("tensorflow", "2.21", 5.0, problem="ImportError: libcudnn is gone"),
    Framework("jax", "0.10", 1.0, ["cpu:0 cpu"]),
    Framework("keras", "3.15", 1.0, ["on jax"]),
]


@pytest.fixture
def examined(plugins, monkeypatch):
    """Return a function that examines the toys beside these frameworks."""

    def examined(found=HERE):
        monkeypatch.setattr("itwinai_core.doctor.examine_frameworks", lambda: found)
        return examine(plugins)

    return examined


def test_engines_run_on_what_loads(examined):
    assert examined().engines == {
        "lightning": "runs on torch",
        "keras": "runs on jax; with KERAS_BACKEND also on torch",
    }


@pytest.mark.parametrize(
    ("here", "engine", "says"),
    [
        ([], "lightning", "does not run: torch and lightning missing"),
        ([HERE[0]], "lightning", "does not run: lightning missing"),
        ([], "keras", "does not run: it needs one of tensorflow, jax, torch"),
        ([HERE[3]], "keras", "does not run: keras is missing, or its back end is"),
        ([HERE[3], HERE[4]], "keras", "runs on jax"),
    ],
)
def test_engines_say_what_they_lack(examined, here, engine, says):
    assert examined(here).engines[engine] == says


def test_a_use_case_whose_framework_does_not_load_is_remarked_on(examined):
    remarks = examined([HERE[3], HERE[4]]).remarks
    assert [line for line in remarks if "torch-line" in line] == [
        "toys: its use case 'torch-line' needs lightning, which does not load here: itwinai install toys"
    ]
    assert examined().remarks == []


def test_a_plugin_whose_settings_cannot_be_is_remarked_on(examined, monkeypatch):
    from toys import TorchLine

    monkeypatch.setattr(TorchLine, "defaults", {"fit": {"epochs": -1}})
    assert any("epochs" in line for line in examined().remarks)


def test_what_a_plugin_printed_is_told(examined, plugins):
    plugins.installed[0].noise = "hello\n  there\n"
    assert examined().remarks == ["toys prints while it is loaded: hello there"]


def test_the_environment_keeps_secrets(examined, monkeypatch):
    monkeypatch.setenv("WANDB_API_KEY", "hunter2")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    environment = examined().environment
    assert environment["variables"]["WANDB_API_KEY"] == "set"
    assert environment["variables"]["KERAS_BACKEND"] == "jax"
    assert environment["processors"] >= 1
    assert environment["memory_gib"] > 0
    assert "hunter2" not in json.dumps(environment)


def test_it_is_shown_as_a_table_and_as_json(examined, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    found = examined()
    show.examination(found, as_json=False)
    shown = capsys.readouterr().out
    assert "ImportError: libcudnn is gone" in shown
    assert "NVIDIA H100" in shown
    assert "The keras engine runs on jax" in shown
    assert shown.rstrip().endswith("1 of 1 plugins work, 0 are set aside.")
    show.examination(found, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"environment", "frameworks", "engines", "plugins", "remarks"}
    assert told["frameworks"][0]["devices"] == ["cpu", "NVIDIA H100"]


def test_set_aside_plugins_are_counted(plugins):
    from itwinai_core.plugins import Diagnosis

    plugins.installed[0].diagnosis = Diagnosis("it is broken", "mend it")
    found = Examination({}, [], {}, plugins.installed)
    assert found.set_aside == plugins.installed


def test_a_framework_that_is_not_installed_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr(frameworks, "_DEVICES", {"no_such_framework": "found = []\n"})
    (missing,) = examine_frameworks()
    assert (missing.version, missing.problem, missing.works) == ("", "", False)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("raise ImportError('a library is gone')\n", "ImportError: a library is gone"),
        ("import os\nos.abort()\n", "Python ended with -6"),
        ("import os\nos._exit(4)\n", "Python ended with 4"),
    ],
)
def test_a_framework_that_breaks_is_told_and_suffered_by_nobody(monkeypatch, code, problem):
    monkeypatch.setattr(frameworks, "_DEVICES", {"click": code})
    (broken,) = examine_frameworks()
    assert broken.version
    assert broken.problem == problem
    assert not broken.works


def test_a_framework_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(frameworks, "_DEVICES", {"click": "import time\ntime.sleep(60)\n"})
    monkeypatch.setattr(frameworks, "_LIMIT", 0.5)
    (slow,) = examine_frameworks()
    assert slow.problem == "it has not finished loading after 0.5 s"


def test_noise_of_a_framework_does_not_hide_its_devices(monkeypatch):
    monkeypatch.setattr(frameworks, "_DEVICES", {"click": "print('built with luck')\nfound = ['cpu']\n"})
    (noisy,) = examine_frameworks()
    assert noisy.devices == ["cpu"]
    assert noisy.works


@pytest.mark.slow
def test_the_frameworks_of_this_environment_load():
    found = {framework.name: framework for framework in examine_frameworks()}
    assert found["torch"].works
    assert found["torch"].devices[0] == "cpu"
    assert found["keras"].devices == ["on tensorflow"]
    assert any(device.startswith("CPU") for device in found["tensorflow"].devices)
