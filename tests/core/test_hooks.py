"""A third party's plugin is called at every hook, with what the hook promises."""

import sys
from importlib.metadata import EntryPoint

import pytest

from itwinai_core.cli import door
from itwinai_core.fit import fit, plan
from itwinai_core.plugins import Plugins

GUEST = '''
import click
from itwinai_core import Strategy, Tracker, hookimpl
from toys import TorchLine

seen = []


class Guest(TorchLine):
    name = "guest"


class Single(Strategy):
    name, engine, summary = "single", "lightning", "One device, by another name"

    def build(self, options):
        seen.append(("built", options.name))
        return "auto"


class Memory(Tracker):
    name = "memory"

    def start(self, run, folder):
        seen.append(("start", folder.is_dir()))

    def log(self, metrics, *, epoch, step):
        seen.append(("log", epoch, step, sorted(metrics)))

    def finish(self, state):
        seen.append(("finish", state))


@click.command("greet")
def greet():
    """Say hello."""
    click.echo("hello from a guest")


@hookimpl
def itwinai_use_cases():
    return [Guest()]


@hookimpl
def itwinai_strategies():
    return [Single()]


@hookimpl
def itwinai_trackers():
    return [Memory]


@hookimpl
def itwinai_commands():
    return [greet]


@hookimpl
def itwinai_before_fit(run):
    seen.append(("before", run.use_case))


@hookimpl
def itwinai_after_fit(use_case, run, report):
    seen.append(("after", use_case.name, report.epochs))


@hookimpl
def itwinai_fit_failed(error):
    seen.append(("failed", str(error).splitlines()[0]))
'''


@pytest.fixture
def guest(toys, monkeypatch):
    monkeypatch.syspath_prepend(toys)
    (toys / "guest.py").write_text(GUEST)
    monkeypatch.delitem(sys.modules, "guest", raising=False)
    import guest

    return guest


@pytest.fixture
def with_guest(guest):
    return Plugins([EntryPoint("guest", "guest", "itwinai")])


@pytest.fixture
def fitted(with_guest, toys):
    def run(*overrides):
        return fit(plan("guest", ["fit.epochs=2", *overrides], with_guest), runs=toys / "runs")

    return run


def test_use_cases_of_a_guest_are_trained(fitted):
    _, report = fitted()
    assert report.use_case == "guest"


def test_strategies_of_a_guest_are_used(fitted, guest):
    fitted("strategy.name=single")
    assert ("built", "single") in guest.seen


def test_trackers_of_a_guest_follow_the_run(fitted, guest):
    fitted("fit.trackers=[memory]")
    names = ["train/loss", "validation/loss"]
    followed = [entry for entry in guest.seen if entry[0] in ("start", "log", "finish")]
    assert followed == [("start", True), ("log", 1, 3, names), ("log", 2, 6, names), ("finish", "finished")]


def test_commands_of_a_guest_are_verbs_of_the_program(itwinai, with_guest, monkeypatch):
    monkeypatch.setattr(door, "installed", lambda: with_guest)
    assert itwinai("greet").out == "hello from a guest\n"
    assert "greet" in itwinai("--help").out


def test_before_fit_and_after_fit_enclose_the_run(fitted, guest):
    fitted()
    assert guest.seen[0] == ("before", "guest")
    assert guest.seen[-1] == ("after", "guest", 2)


def test_fit_failed_is_told_what_went_wrong_and_after_fit_is_not_called(fitted, guest):
    with pytest.raises(Exception, match="The points are lost"):
        fitted("settings.fail=data", "fit.trackers=[memory]")
    assert guest.seen[-1] == ("failed", "The points are lost.")
    assert ("finish", "failed") in guest.seen
    assert not [entry for entry in guest.seen if entry[0] == "after"]


def test_an_observer_that_raises_is_named_and_does_not_end_the_fit(guest, with_guest, fitted, monkeypatch, capsys):
    monkeypatch.setattr(guest, "seen", None)
    _, report = fitted()
    assert report.epochs == 2
    assert "Plugin guest failed in itwinai_before_fit: AttributeError" in capsys.readouterr().err
