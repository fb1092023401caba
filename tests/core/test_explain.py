"""Every value of a run says what set it and what that hides; variables stand between file and command line."""

import json

import pytest
import yaml

from itwinai_core.config import RunConfig
from itwinai_core.config.write import describe_fields
from itwinai_core.fit import plan

FILE = """\
use_case: torch-line
fit:
  epochs: 7
  trackers: [csv]
settings:
  slope: 3
  model: {kind: constant}
"""


@pytest.fixture
def explained(itwinai, toys, monkeypatch):
    """Return a function that explains a run file under overrides and variables, each value by its key."""
    (toys / "run.yaml").write_text(FILE)

    def explain(*overrides, target="run.yaml", **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        finished = itwinai("explain", target, *overrides, "--json")
        assert finished.code == 0, finished.err
        return {entry["key"]: entry for entry in json.loads(finished.out)}

    return explain


def kinds(entry):
    return [origin["kind"] for origin in (entry["origin"], *entry["hidden"])]


def test_each_value_names_what_set_it(explained):
    values = explained("settings.slope=4", ITWINAI__SEED="9")
    assert values["seed"]["value"] == 9
    assert values["seed"]["origin"]["name"] == "ITWINAI__SEED=9"
    assert kinds(values["seed"]) == ["environment"]
    assert kinds(values["use_case"]) == ["file"]
    assert kinds(values["fit.epochs"]) == ["file", "use case"]
    assert kinds(values["fit.batch_size"]) == ["use case"]
    assert kinds(values["fit.mode"]) == ["core"]
    assert kinds(values["settings.model.learning_rate"]) == ["use case"]
    assert kinds(values["settings.slope"]) == ["command line", "file"]


def test_a_value_of_a_file_has_its_line_and_column(explained):
    values = explained()
    assert values["fit.epochs"]["origin"] == {"kind": "file", "name": "run.yaml", "line": 3, "column": 11}
    assert values["settings.model.kind"]["origin"] == {"kind": "file", "name": "run.yaml", "line": 7, "column": 17}
    assert values["fit.trackers"]["origin"]["column"] == 13


def test_the_strongest_counts_and_hides_all_others_in_their_order(explained):
    values = explained("fit.epochs=11", ITWINAI__FIT__EPOCHS="9")
    assert values["fit.epochs"]["value"] == 11
    assert kinds(values["fit.epochs"]) == ["command line", "environment", "file", "use case"]
    assert explained(ITWINAI__FIT__EPOCHS="9")["fit.epochs"]["value"] == 9


def test_all_values_of_the_run_are_explained(explained, plugins, toys):
    run = plan("run.yaml", ["fit.patience=3"], plugins).run
    values = {key: entry["value"] for key, entry in explained("fit.patience=3").items()}
    assert values == {key: value for key, _, value, _ in describe_fields(run)}


def test_a_use_case_by_name_is_explained_too(explained):
    values = explained(target="torch-line")
    assert values["use_case"]["origin"] == {"kind": "command line", "name": "torch-line", "line": None, "column": None}
    assert values["fit.epochs"]["value"] == 3
    assert kinds(values["fit.epochs"]) == ["use case"]


def test_a_merged_section_names_the_line_where_it_is_written(explained, toys):
    (toys / "run.yaml").write_text(
        "use_case: torch-line\nfit: &fit\n  epochs: 5\nsettings:\n  data: {<<: {count: 9}}\n"
    )
    values = explained()
    assert values["settings.data.count"]["value"] == 9
    assert values["settings.data.count"]["origin"]["line"] == 5


def test_the_table_says_over_what(itwinai, toys):
    (toys / "run.yaml").write_text(FILE)
    out = itwinai("explain", "run.yaml", "fit.epochs=11").out
    (line,) = [line for line in out.splitlines() if line.startswith("fit.epochs")]
    assert "command line: fit.epochs=11, over run.yaml, line 3, column 11, over default of torch-line" in line
    assert "default of the core" in out


def test_a_run_that_does_not_fit_is_not_explained(itwinai):
    finished = itwinai("explain", "torch-line", "fit.epoch=3")
    assert finished.code == 2
    assert "Did you mean 'epochs'?" in finished.err
    assert finished.out == ""


def test_a_fit_says_what_the_environment_sets_and_trains_with_it(itwinai, toys, monkeypatch):
    monkeypatch.setenv("ITWINAI__FIT__EPOCHS", "1")
    monkeypatch.setenv("ITWINAI__SEED", "5")
    finished = itwinai("fit", "torch-line", "seed=6", "--name", "x")
    assert finished.code == 0
    said = [line for line in finished.err.splitlines() if "environment" in line]
    assert said == ["Set by the environment: ITWINAI__FIT__EPOCHS=1"]
    written = yaml.safe_load((toys / "runs" / "x" / "run.yaml").read_text())
    assert (written["fit"]["epochs"], written["seed"]) == (1, 6)


def test_a_fit_without_such_variables_says_nothing_of_the_environment(itwinai):
    assert "environment" not in itwinai("fit", "torch-line", "fit.epochs=1").err


@pytest.mark.parametrize("verb", ["describe", "init"])
def test_defaults_are_shown_whatever_the_environment(itwinai, monkeypatch, verb):
    before = itwinai(verb, "torch-line").out
    monkeypatch.setenv("ITWINAI__FIT__EPOCHS", "77")
    monkeypatch.setenv("ITWINAI__FIT__EPOCH", "77")
    assert itwinai(verb, "torch-line").out == before


def test_a_trained_run_is_applied_as_it_was_trained_whatever_the_environment(itwinai, toys, monkeypatch):
    (toys / "three.txt").write_text("3")
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "x")
    monkeypatch.setenv("ITWINAI__SETTINGS__FAIL", "predict")
    monkeypatch.setenv("ITWINAI__SETTINGS__NOTHING", "1")
    assert itwinai("evaluate", "x").code == 0
    assert itwinai("predict", "x", "three.txt").code == 0


def test_code_that_plans_a_run_is_free_of_the_environment(plugins, monkeypatch):
    monkeypatch.setenv("ITWINAI__FIT__EPOCHS", "77")
    assert plan("torch-line", [], plugins).run.fit.epochs == 3
    assert plan("torch-line", [], plugins, {"ITWINAI__FIT__EPOCHS": "77"}).run.fit.epochs == 77


def test_a_use_case_can_come_from_the_environment(plugins, toys):
    (toys / "run.yaml").write_text("seed: 3\n")
    planned = plan("run.yaml", [], plugins, {"ITWINAI__USE_CASE": "keras-line"})
    assert isinstance(planned.run, RunConfig)
    assert planned.use_case.name == "keras-line"


def test_an_empty_section_of_a_file_keeps_the_use_cases_defaults(plugins, toys):
    (toys / "run.yaml").write_text("use_case: torch-line\nfit:\n#  epochs: 9\n")
    assert plan("run.yaml", [], plugins).run.fit.epochs == 3


def test_a_run_can_be_replayed_from_its_folder_with_places_in_its_file(explained, itwinai, toys):
    itwinai("fit", "torch-line", "fit.epochs=1", "--name", "x")
    origin = explained(target="runs/x")["fit.epochs"]["origin"]
    line = (toys / "runs" / "x" / "run.yaml").read_text().splitlines()[origin["line"] - 1]
    assert line[origin["column"] - 1 :] == "1"
    assert origin["name"] == "runs/x/run.yaml"
