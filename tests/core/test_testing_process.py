"""In its own process a plugin is looked at check by check; what fails is told, and what follows it is left out."""

import os
from types import SimpleNamespace

import pytest
from toys import TorchLine

from itwinai_core.errors import PluginError
from itwinai_core.testing import process
from itwinai_core.testing.checks import ASSESS_AND_PREDICT, ONE_BATCH_FIT, RELOAD, RESUME
from itwinai_core.testing.contract import Check, Fault, LoadError, NotCheckedError
from itwinai_core.testing.journal import Journal, Reader

LEAK = Fault("It leaks.", "Caulk it.")


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal")


@pytest.fixture
def entries(tmp_path):
    """Return a function that reads what was told since it was last called."""
    return Reader(tmp_path / "journal").entries


def ended(entries):
    """Return what each check found, or why it was not made."""
    return {entry["check"]: entry["faults"] or entry["reason"] for entry in entries if entry["kind"] == "ended"}


def check(name, find):
    return Check(name, "it floats", find)


def raising(error):
    def find(_):
        raise error

    return find


@pytest.fixture
def look(toys, tmp_path, entries, monkeypatch):
    """Return a function that looks at an installed plugin with some checks, and returns what is told."""

    def run(plugin, *checks):
        monkeypatch.setitem(process.ROLES, "look", checks)
        process.main([plugin, "look", str(tmp_path), "--checks", *(one.name for one in checks)])
        return entries()

    return run


def test_what_a_plugin_offers_is_told_first_and_that_all_is_said_last(look):
    told = look("toys", check("hull", lambda subject: []))
    assert [entry["kind"] for entry in told] == ["offers", "begun", "ended", "done"]
    assert told[0]["use_cases"] == ["torch-line", "keras-line"]


def test_each_check_sees_the_plugin(look):
    told = look("toys", check("hull", lambda subject: [Fault(subject.name, subject.package)]))
    assert ended(told) == {"hull": [Fault("toys", "toys")]}


def test_only_checks_that_are_asked_for_are_made(toys, tmp_path, entries, monkeypatch):
    monkeypatch.setitem(process.ROLES, "look", (check("hull", raising(ValueError())), check("mast", lambda _: [LEAK])))
    process.main(["toys", "look", str(tmp_path), "--checks", "mast"])
    assert ended(entries()) == {"mast": [LEAK]}


def test_a_check_that_does_not_apply_says_why(look):
    assert ended(look("toys", check("hull", raising(NotCheckedError("no water"))))) == {"hull": "no water"}


def test_that_a_plugin_does_not_load_is_told_once(look):
    sunk = raising(LoadError(LEAK))
    told = look("toys", check("hull", sunk), check("mast", sunk), check("keel", raising(LoadError(Fault("Lost.", "")))))
    assert ended(told) == {
        "hull": [LEAK],
        "mast": "the plugin does not load: see hull",
        "keel": [Fault("Lost.", "")],
    }


def test_what_one_check_found_itself_is_not_told_again(look):
    told = look("toys", check("hull", lambda _: [LEAK]), check("mast", raising(LoadError(LEAK))))
    assert ended(told)["mast"] == "the plugin does not load: see hull"


def test_a_broken_plugin_is_told_instead_of_what_it_offers(look, installed_module):
    installed_module("sunk", "nowhere.to.be.found")
    told = look("sunk")
    assert [entry["kind"] for entry in told] == ["broken", "done"]
    assert "set aside" in told[0]["fault"].problem


@pytest.fixture
def attempt(trial_of, journal, entries, monkeypatch):
    """Return a function that makes some checks of a trial in the role of a process, and returns what is told."""
    monkeypatch.setattr(process, "_pass_on", lambda trial, journal: journal.fitted(trial.folder))

    def run(role, *checks):
        process._try(trial_of(TorchLine()), role, checks, journal)
        return entries()

    return run


def swapped(original, find):
    """Return one of the checks with another way to find out."""
    return Check(original.name, original.promise, find)


def test_after_a_fit_that_fails_nothing_else_is_tried(attempt):
    told = attempt("first", check("one-batch-fit", raising(ValueError("no luck"))), check("resume", lambda _: [LEAK]))
    found = ended(told)
    assert "ValueError: no luck" in found["one-batch-fit"][0].problem
    assert found["resume"] == "the quick run does not train: see one-batch-fit"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), MemoryError("full"), RuntimeError()], ids=repr)
def test_whatever_is_raised_is_a_finding(attempt, error):
    (fault,) = ended(attempt("apply", check("hull", raising(error))))["hull"]
    assert fault.problem.startswith(type(error).__name__)


def test_in_the_process_that_applies_a_run_the_checks_do_not_hang_together(attempt):
    told = attempt("apply", swapped(RELOAD, raising(ValueError("x"))), swapped(ASSESS_AND_PREDICT, lambda _: [LEAK]))
    assert ended(told)[ASSESS_AND_PREDICT.name] == [LEAK]


def test_faults_of_a_fit_that_ended_do_not_keep_the_others_from_being_made(attempt):
    told = attempt("first", swapped(ONE_BATCH_FIT, lambda _: [LEAK]), swapped(RESUME, lambda _: []))
    assert ended(told) == {"one-batch-fit": [LEAK], "resume": ""}


def test_a_working_directory_that_was_changed_is_told_and_put_back(attempt, tmp_path):
    here = os.getcwd()  # noqa: PTH109 - the very thing that is compared
    told = attempt("apply", check("hull", lambda _: os.chdir(tmp_path) or []))
    (moved,) = [entry for entry in told if entry["kind"] == "seen"]
    assert moved["check"] == "run-folder-only"
    assert "changes the working directory" in moved["fault"].problem
    assert os.getcwd() == here  # noqa: PTH109


def test_the_run_of_a_fit_is_passed_on_with_what_others_compare(trial_of, journal, entries):
    trial = trial_of(TorchLine())
    trial.fitted = trial.folder / "torch-line"
    faults = ONE_BATCH_FIT.find(trial)
    assert faults == []
    process._pass_on(trial, journal)
    assert entries() == [{"kind": "fitted", "folder": str(trial.folder / "torch-line")}]
    assert {path.name for path in trial.folder.glob("*.npz")} == {"samples.npz", "weights.npz"}


def test_data_that_cannot_be_built_twice_are_told(trial_of, journal, entries):
    class Once(TorchLine):
        built = 0

        def build_data(self, run):
            Once.built += 1
            if Once.built > 1:
                raise ValueError("used up")
            return super().build_data(run)

    process._pass_on(trial_of(Once()), journal)
    (told,) = entries()
    assert told["check"] == "determinism"
    assert "ValueError: used up" in told["fault"].problem
    assert "each time" in told["fault"].change


def test_an_engine_that_is_not_installed_is_told_once(toys, tmp_path, journal, entries, monkeypatch):
    monkeypatch.setattr("itwinai_core.testing.watching.Watch.start", lambda self: None)
    monkeypatch.setattr("itwinai_core.testing.trial.engine", raising(PluginError("The engine needs the package 'x'.")))
    given = SimpleNamespace(role="first", folder=tmp_path, use_case="torch-line", fitted=None)
    assert process._trial(process.Subject("toys"), given, [ONE_BATCH_FIT, RESUME], journal) is None
    found = ended(entries())
    assert found["one-batch-fit"][0].problem.startswith("The engine needs the package 'x'.")
    assert found["resume"] == "the engine does not start: see one-batch-fit"
