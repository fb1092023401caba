"""What a user types, and what is printed: results on standard output, the rest on standard error, exit code 2."""

import json
import subprocess
import sys

import numpy as np
import pytest

from itwinai_core.plugins import Plugins
from itwinai_core.show import plugins as show

VERBS = ["list-plugins", "describe", "init", "explain", "fit", "evaluate", "predict", "runs"]


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_each_verb_shows_an_example(itwinai, verb):
    result = itwinai(verb, "--help")
    assert result.code == 0
    assert "Example:" in result.out
    assert f"itwinai {verb}" in result.out.split("Example:")[1]


def test_help_lists_every_verb(itwinai):
    listed = itwinai("--help").out
    assert all(f"\n  {verb} " in listed for verb in VERBS)


def test_installed_plugins_are_listed(itwinai):
    result = itwinai("list-plugins")
    assert result.code == 0
    assert "torch-line" in result.out
    assert "1.2.3" in result.out


def test_json_of_plugins_holds_their_use_cases(itwinai):
    entry = next(entry for entry in json.loads(itwinai("list-plugins", "--json").out) if entry["name"] == "toys")
    assert entry["status"] == "working"
    assert entry["use_cases"][0] == {
        "name": "torch-line",
        "engine": "lightning",
        "summary": "Recovers the slope of a line",
    }


def test_a_broken_plugin_is_listed_with_reason_and_mend(installed_module, itwinai):
    installed_module("broken", "nowhere_at_all")
    result = itwinai("list-plugins")
    assert result.code == 0
    assert "broken 1.2.3 is set aside: its metadata are left of a package whose module 'nowhere_at_all'" in result.out
    assert "pip install --force-reinstall broken" in result.out


def test_without_plugins_it_says_what_to_install(capsys):
    show.plugins(Plugins([]).installed, as_json=False)
    assert "itwinai install itwinai-virgo" in capsys.readouterr().out


def test_a_use_case_is_described(itwinai):
    out = itwinai("describe", "torch-line").out
    assert "Engine lightning, from toys 1.2.3" in out
    assert "settings.model.kind" in out
    assert "line | constant" in out
    assert "sample:self" in out


def test_json_of_a_use_case_holds_every_key(itwinai):
    described = json.loads(itwinai("describe", "keras-line", "--json").out)
    settings = {entry["key"]: entry for entry in described["settings"]}
    assert settings["fit.batch_size"]["default"] == 16
    assert described["engine"] == "keras"


def test_an_initial_run_file_can_be_fitted(itwinai, toys, line):
    (toys / "run.yaml").write_text(itwinai("init", line).out)
    result = itwinai("fit", "run.yaml", "fit.epochs=1", "--name", "x")
    assert result.code == 0
    assert "1 epochs in" in result.out
    assert "curves.png" in result.out


def test_a_fit_shows_its_progress_on_standard_error(itwinai, line):
    result = itwinai("fit", line, "fit.epochs=2")
    assert "Epoch 1/2" in result.err
    assert "validation/loss" in result.err
    assert "Epoch" not in result.out
    assert "test/slope_error" in result.out


def test_a_prediction_says_what_was_found_and_where_it_is(itwinai, toys, line):
    (toys / "three.txt").write_text("3")
    itwinai("fit", line, "fit.epochs=8", "--name", "x")
    result = itwinai("predict", "x", "three.txt")
    assert result.code == 0
    assert "slope 2.0" in result.out or "slope 1.9" in result.out
    answer = toys / "runs" / "x" / "predictions" / "three" / "answer.txt"
    assert float(answer.read_text()) == pytest.approx(6, abs=0.5)
    assert "answer.txt" in result.out
    itwinai("predict", "x", "three.txt")
    assert (toys / "runs" / "x" / "predictions" / "three-2").is_dir()
    itwinai("predict", "x", "three.txt", "--output", "elsewhere")
    assert (toys / "elsewhere" / "answer.txt").is_file()


def test_an_evaluation_is_printed(itwinai, line):
    itwinai("fit", line, "fit.epochs=1", "--name", "x")
    result = itwinai("evaluate", "x")
    assert result.code == 0
    assert "test/slope_error" in result.out
    assert "evaluation.json" in result.out


def test_runs_are_listed_with_their_state(itwinai):
    assert "There are no runs in runs yet" in itwinai("runs").out
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "good")
    itwinai("fit", "torch-line", "settings.fail=data", "--name", "bad")
    out = itwinai("runs").out
    assert "finished" in out
    assert "bad failed: DataError: The points are lost." in out
    entries = {entry["run"]: entry for entry in json.loads(itwinai("runs", "--json").out)}
    assert entries["good"]["epochs"] == 1
    assert entries["bad"]["state"] == "failed"


def test_the_folder_of_runs_can_be_set_by_variable(itwinai, toys, monkeypatch):
    monkeypatch.setenv("ITWINAI_RUNS", str(toys / "far" / "away"))
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "x")
    assert (toys / "far" / "away" / "x" / "report.json").is_file()


MISTAKES = {
    "unknown use case": (["fit", "torchline"], "Did you mean 'torch-line'?"),
    "unknown use case to describe": (["describe", "torchline"], "Did you mean 'torch-line'?"),
    "unknown key": (["fit", "torch-line", "fit.epoch=3"], "fit.epoch: no such key. Did you mean 'epochs'?"),
    "wrong type": (["fit", "torch-line", "fit.epochs=many"], "fit.epochs: found 'many', expected int > 0."),
    "no override": (["fit", "torch-line", "epochs"], "'epochs' is not an override."),
    "missing run file": (["fit", "absent.yaml"], "There is no run file 'absent.yaml'."),
    "unknown strategy": (["fit", "torch-line", "strategy.name=dpp"], "no lightning strategy is called 'dpp'"),
    "bad name": (["fit", "torch-line", "--name", "../x"], "cannot name a run"),
    "data that fail": (["fit", "torch-line", "settings.fail=data"], "The points are lost.\nLook for them."),
    "unknown run": (["evaluate", "ghost"], "There is no run 'ghost'"),
    "unknown run to apply": (["predict", "ghost", "x"], "There is no run 'ghost'"),
    "unknown verb": (["fitt"], "No such command 'fitt'"),
    "no input": (["predict", "x"], "Missing argument"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_message_and_exit_code_2(itwinai, mistake):
    arguments, said = MISTAKES[mistake]
    result = itwinai(*arguments)
    assert result.code == 2
    assert said in result.err
    assert result.out == ""
    assert "Traceback" not in result.err
    assert len(result.err.strip().splitlines()) <= 5


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (["absent.txt"], "There is no file 'absent.txt'"),
        (["thre.txt"], "There is no file 'thre.txt'. Did you mean 'three.txt'?"),
        (["nowhere/three.txt"], "There is no file 'nowhere/three.txt'"),
        (["sample:sel"], "has no sample 'sel'. Did you mean 'self'?"),
        (["three.txt", "--output", "taken"], "taken is there already"),
    ],
)
def test_a_prediction_that_cannot_be_leaves_nothing(itwinai, toys, inputs, said):
    (toys / "three.txt").write_text("3")
    (toys / "taken").mkdir()
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "x")
    result = itwinai("predict", "x", *inputs)
    assert result.code == 2
    assert said in result.err
    assert not (toys / "runs" / "x" / "predictions").exists()
    assert list((toys / "taken").iterdir()) == []


def test_a_prediction_that_fails_midway_leaves_no_half_result(itwinai, toys):
    (toys / "three.txt").write_text("3")
    itwinai("fit", "torch-line", "fit.epochs=1", "settings.fail=predict", "--name", "x")
    result = itwinai("predict", "x", "three.txt")
    assert result.code == 2
    assert "three.txt holds no number" in result.err
    assert list((toys / "runs" / "x" / "predictions").iterdir()) == []


def test_a_setting_can_be_changed_for_one_prediction(itwinai, toys):
    (toys / "three.txt").write_text("3")
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "x")
    before = (toys / "runs" / "x" / "run.yaml").read_text()
    result = itwinai("predict", "x", "three.txt", "--set", "settings.fail=predict")
    assert "three.txt holds no number" in result.err
    result = itwinai("predict", "x", "three.txt", "--set", "settings.fial=predict")
    assert result.code == 2
    assert "settings.fial: no such key. Did you mean 'fail'?" in result.err
    assert (toys / "runs" / "x" / "run.yaml").read_text() == before
    assert itwinai("predict", "x", "three.txt").code == 0


def test_a_use_case_without_predict_says_so(itwinai, toys, monkeypatch):
    from toys import TorchLine

    from itwinai_core import LightningUseCase

    (toys / "three.txt").write_text("3")
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "x")
    monkeypatch.setattr(TorchLine, "predict", LightningUseCase.predict)
    result = itwinai("predict", "x", "three.txt")
    assert result.code == 2
    assert "cannot be applied to files" in result.err


def test_too_little_memory_is_a_message(itwinai, monkeypatch):
    from toys import TorchLine

    monkeypatch.setattr(TorchLine, "build_data", lambda self, run: np.empty(2**46))
    result = itwinai("fit", "torch-line")
    assert result.code == 2
    assert "There is not enough memory: Unable to allocate" in result.err
    assert "Traceback" not in result.err


def test_a_bug_in_a_plugin_keeps_its_traceback(toys):
    from itwinai_core.cli import main

    with pytest.raises(ZeroDivisionError):
        main(["fit", "torch-line", "settings.fail=bug", "--name", "x"])
    state = json.loads((toys / "runs" / "x" / "state.json").read_text())
    assert state["reason"] == "ZeroDivisionError: division by zero"


def test_the_module_is_the_same_program():
    for command in ([sys.executable, "-m", "itwinai_core"],):
        shown = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert shown.stdout.startswith("itwinai, version ")


def test_a_reader_that_has_seen_enough_causes_no_traceback(toys):
    script = f"{sys.executable} -m itwinai_core describe torch-line | head -n 1"
    shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)  # noqa: S607
    assert shown.stdout.startswith("torch-line")
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("words", "told"), [("", "Interrupted.\n"), ("2 of [4] done.", "Interrupted. 2 of [4] done.\n")]
)
def test_an_interruption_says_what_it_has_to_say(monkeypatch, capsys, words, told):
    from itwinai_core.cli import main

    def stopped(*_, **__):
        raise KeyboardInterrupt(words)

    monkeypatch.setattr("itwinai_core.cli.door.verbs.main", stopped)
    with pytest.raises(SystemExit, match="130"):
        main([])
    assert capsys.readouterr().err == told
