"""An examination needs no more processes than its checks, and says of each check what all of them say together."""

from dataclasses import dataclass, field

import pytest

from itwinai_core.errors import ConfigError, PluginError
from itwinai_core.testing import check_plugin, examination
from itwinai_core.testing.checks import CHECKS, ROLES
from itwinai_core.testing.contract import Fault, Subject
from itwinai_core.testing.runner import chosen, gathered, verdicts_of
from itwinai_core.testing.verdicts import Verdict

ALL = [check.name for check in CHECKS]
TRAINED = {check.name for role in ("first", "second", "apply") for check in ROLES[role]} | {
    "no-network",
    "run-folder-only",
}
LEAK = Fault("It leaks.", "Caulk it.")


@dataclass
class Script:
    """What the processes of an examination tell."""

    offered: tuple[str, ...] = ("sea",)
    broken: Fault | None = None
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    seen: dict[str, list[Fault]] = field(default_factory=dict)
    deadly: str = ""
    untrained: bool = False
    differing: tuple[Fault, ...] = ()


class Acted:
    """A process that tells what stands in a script."""

    script = Script()
    started: list = []  # noqa: RUF012 - emptied by the fixture

    def __init__(self, subject, role, checks, place, *, use_case="", only=()):
        self.role, self.checks, self.use_case, self.place = role, list(checks), use_case, place
        self.only = list(only)
        self.work = self.home = place / "nothing"
        self.fitted, self.over = None, False

    def start(self):
        Acted.looked_at = self.only if self.role == "look" else Acted.looked_at
        self.started.append((self.role, self.use_case, self.checks, self.fitted))

    def kill(self):
        self.over = True

    def entries(self, limit):
        if not self.over:
            yield from self._loading() if self.role == "look" else ()
            yield from self._checking()
            self.over = True

    def _loading(self):
        broken = self.script.broken
        yield {"kind": "broken", "fault": broken} if broken else {"kind": "offers", "use_cases": [*self.script.offered]}

    def _checking(self):
        script = self.script
        for name in self.checks:
            yield {"kind": "begun", "check": name}
            if name == script.deadly:
                yield {"kind": "dead", "check": name, "fault": LEAK}
                return
            for fault in script.seen.get(name, []):
                yield {"kind": "seen", "check": name, "fault": fault}
            found = {"faults": script.faults.get(name, []), "reason": script.reasons.get(name, ""), "seconds": 1.5}
            yield {"kind": "ended", "check": name, **found}
            if name == "one-batch-fit" and not script.untrained:
                yield {"kind": "fitted", "folder": f"run of {self.use_case}"}


@pytest.fixture
def examine(toys, tmp_path, monkeypatch):
    """Return a function that examines the toys with processes that follow a script."""
    monkeypatch.setattr(examination, "Job", Acted)
    monkeypatch.setattr(examination, "_PAUSE", 0.0)
    monkeypatch.setattr("itwinai_core.testing.repeating.compare", lambda *_: [*Acted.script.differing])

    def run(*wanted, use_cases=(), **script):
        Acted.script = Script(**script)
        Acted.started.clear()
        made = examination.Examination(Subject("toys"), wanted or ALL, use_cases, 60.0, tmp_path / "place")
        verdicts = list(made.verdicts())
        assert len({verdict.check for verdict in verdicts}) == len(verdicts)
        return {verdict.check: verdict for verdict in verdicts}

    return run


def test_where_nothing_is_wrong_every_check_passes(examine):
    found = examine()
    assert set(found) == set(ALL)
    assert {verdict.state for verdict in found.values()} == {"passed"}


def test_checks_that_need_no_training_start_no_process_that_trains(examine):
    examine("wheel", "hooks")
    assert Acted.started == [("look", "", ["wheel", "hooks"], None)]


@pytest.mark.parametrize(
    ("wanted", "roles"),
    [
        ("one-batch-fit", {"first": ["one-batch-fit"]}),
        ("resume", {"first": ["one-batch-fit", "resume"]}),
        ("overfit-one-batch", {"second": ["overfit-one-batch"]}),
        ("determinism", {"first": ["one-batch-fit"], "second": ["determinism"]}),
        ("reload-without-pickle", {"first": ["one-batch-fit"], "apply": ["reload-without-pickle"]}),
        ("no-network", {"first": ["one-batch-fit"], "apply": ["assess-and-predict"]}),
    ],
)
def test_a_single_check_starts_what_it_needs_and_no_more(examine, wanted, roles):
    found = examine(wanted)
    assert {role: checks for role, _, checks, _ in Acted.started if role != "look"} == roles
    assert list(found) == [wanted]


def test_the_process_that_applies_a_run_is_given_its_folder(examine):
    examine("assess-and-predict")
    role, _, _, fitted = Acted.started[-1]
    assert (role, str(fitted)) == ("apply", "run of sea")


def test_each_of_several_use_cases_is_trained_and_named(examine):
    found = examine(offered=("sea", "lake"), faults={"resume": [LEAK]})
    assert {use_case for _, use_case, _, _ in Acted.started} == {"", "sea", "lake"}
    assert [fault.problem for fault in found["resume"].faults] == ["sea: It leaks.", "lake: It leaks."]
    assert found["resume"].seconds == 3.0


def test_one_use_case_of_several_is_trained_where_it_is_asked_for(examine):
    found = examine(offered=("sea", "lake"), use_cases=["lake"], faults={"resume": [LEAK]})
    assert {use_case for role, use_case, _, _ in Acted.started if role != "look"} == {"lake"}
    assert Acted.looked_at == ["lake"]
    assert [fault.problem for fault in found["resume"].faults] == ["It leaks."]


def test_a_use_case_that_is_not_offered_is_refused(examine):
    with pytest.raises(PluginError, match=r"offers no use case 'se'\. Did you mean 'sea'\?"):
        examine(use_cases=["se"])


@pytest.mark.parametrize("name", sorted(TRAINED - {"no-network", "run-folder-only", "determinism"}))
def test_a_fault_of_a_check_fails_it_and_no_other(examine, name):
    found = examine(faults={name: [LEAK, LEAK]})
    assert {check for check, verdict in found.items() if verdict.faults} == {name}
    assert found[name].faults == [LEAK]


def test_what_was_seen_beside_another_check_is_told_by_its_own(examine):
    found = examine(seen={"one-batch-fit": [LEAK]})
    assert found["one-batch-fit"].faults == [LEAK]


def test_many_faults_are_cut_to_those_to_mend_first(examine):
    faults = [Fault(f"Leak {number}.", "Caulk it.") for number in range(9)]
    found = examine(faults={"hooks": faults})["hooks"].faults
    assert found[:5] == faults[:5]
    assert found[5] == Fault("And 4 more like these.", "Mend these first.")


def test_two_runs_that_differ_are_no_determinism(examine):
    assert examine(differing=(LEAK,))["determinism"].faults == [LEAK]


def test_what_keeps_a_fit_from_ending_is_told_once(examine):
    found = examine(untrained=True, faults={"one-batch-fit": [LEAK], "determinism": [LEAK]})
    assert found["one-batch-fit"].faults == [LEAK]
    for name in ("determinism", "reload-without-pickle", "assess-and-predict", "no-network"):
        assert found[name].reason == "the quick run does not train: see one-batch-fit"


def test_a_fit_that_fails_is_told_also_where_it_was_not_asked_for(examine):
    found = examine("reload-without-pickle", untrained=True, faults={"one-batch-fit": [LEAK]})
    assert set(found) == {"one-batch-fit", "reload-without-pickle"}


def test_a_reason_stands_where_a_check_was_not_made_in_any_use_case(examine):
    found = examine(offered=("sea", "lake"), reasons={"two-replicas": "it draws"})
    assert found["two-replicas"].state == "skipped"
    assert found["two-replicas"].reason == "it draws"


def test_a_process_that_dies_fails_the_check_that_it_was_at(examine):
    found = examine(deadly="resume")
    assert found["resume"].faults == [LEAK]
    assert found["two-replicas"].reason == "its process ended before: see resume"
    assert found["determinism"].state == "passed"


def test_a_process_that_dies_before_its_first_check_fails_that(examine, monkeypatch):
    def die(self):
        yield {"kind": "dead", "check": "", "fault": LEAK}

    monkeypatch.setattr(Acted, "_loading", die)
    monkeypatch.setattr(Acted, "_checking", lambda self: ())
    found = examine("wheel", "hooks", "resume")
    assert found["wheel"].faults == [LEAK]
    assert found["hooks"].reason == "its process ended before: see wheel"
    assert found["resume"].reason == "the plugin does not load"


def test_a_plugin_that_does_not_load_is_not_trained(examine):
    found = examine(broken=LEAK)
    assert [role for role, *_ in Acted.started] == ["look"]
    assert {found[name].reason for name in TRAINED} == {"the plugin does not load"}


def test_a_plugin_that_does_not_load_fails_where_nothing_else_says_so(examine):
    found = examine("resume", "determinism", broken=LEAK)
    assert found["resume"].faults == [LEAK]
    assert found["determinism"].reason == "the plugin does not load: see resume"


def test_a_plugin_without_use_cases_has_nothing_to_train(examine):
    found = examine(offered=())
    assert {found[name].reason for name in TRAINED} == {"the plugin offers no use case"}


def test_what_changes_in_the_package_is_found_also_where_compiled_code_changes_it(examine, monkeypatch):
    monkeypatch.setattr(examination.Traces, "changes", lambda self: iter([LEAK]))
    assert examine()["run-folder-only"].faults == [LEAK]


def test_what_still_runs_is_ended(toys, tmp_path, monkeypatch):
    monkeypatch.setattr(examination, "Job", Acted)
    made = examination.Examination(Subject("toys"), ["wheel"], (), 60.0, tmp_path)
    verdicts = made.verdicts()
    next(verdicts, None)
    for job in made._jobs:
        job.over = False
    made.end()
    assert all(job.over for job in made._jobs)


def test_checks_are_chosen_by_name_and_kept_in_order():
    assert chosen(["resume", "wheel"]) == ["wheel", "resume"]
    assert chosen([]) == ALL
    with pytest.raises(ConfigError, match=r"There is no check 'resum'\. Did you mean 'resume'\?"):
        chosen(["resum"])


def test_verdicts_are_gathered_in_the_order_of_the_checks(toys):
    verdicts = [Verdict(name, "") for name in ("determinism", "wheel", "resume")]
    found = gathered(Subject("toys"), verdicts, 3.0)
    assert [verdict.check for verdict in found.verdicts] == ["wheel", "resume", "determinism"]
    assert (found.plugin, found.version, found.seconds) == ("toys", "1.2.3", 3.0)


def test_a_script_gets_all_verdicts_at_once(examine, monkeypatch):
    Acted.script = Script(faults={"resume": [LEAK]})
    found = check_plugin("toys", only=["wheel", "resume"])
    assert [verdict.state for verdict in found.verdicts] == ["passed", "failed"]
    assert not found.passed


def test_the_place_of_an_examination_is_taken_away(examine, monkeypatch):
    places = []
    monkeypatch.setattr(Acted, "start", lambda self: places.append(self.place.parent))
    list(verdicts_of(Subject("toys"), only=["wheel"]))
    assert places != []
    assert not any(place.exists() for place in places)
