"""What `itwinai check-plugin` prints, in a table and as JSON, and how it ends."""

import json
import re

import pytest

from itwinai_core.cli import verbs
from itwinai_core.testing import Fault, Verdict, Verdicts
from itwinai_core.testing.checks import CHECKS
from itwinai_core.testing.runner import LIMIT

LEAK = Fault("toys: It leaks at deck 3.", "Caulk it.\nThen pump.")


@pytest.fixture
def check(itwinai, monkeypatch):
    """Return a function that runs the verb, with verdicts that are given."""

    def run(*arguments, verdicts=()):
        asked = {}

        def told(subject, **options):
            asked.update(options, plugin=subject.name)
            return iter(verdicts)

        monkeypatch.setattr("itwinai_core.testing.runner.verdicts_of", told)
        return itwinai("check-plugin", *arguments), asked

    return run


GOOD = Verdict("wheel", "what is installed is whole", seconds=1.23)
BAD = Verdict("resume", "a fit goes on", [LEAK, Fault("It is late.", "Hurry.")], seconds=12.0)
LEFT = Verdict("two-replicas", "halves teach the same", reason="it draws at random")


def test_where_all_is_well_the_exit_code_is_0(check):
    done, _ = check("toys", verdicts=[GOOD])
    assert done.code == 0
    assert re.search(r"^wheel +what is installed is whole +passed +1\.2 *$", done.out, re.MULTILINE)
    assert re.search(r"^toys 1\.2\.3: 1 passed in \d+ s\.$", done.out, re.MULTILINE)


def test_a_failed_check_is_told_with_each_problem_and_change_and_the_exit_code_is_1(check):
    done, _ = check("toys", verdicts=[GOOD, BAD])
    assert done.code == 1
    told = done.out[done.out.index("resume failed:") :].splitlines()
    assert told[:6] == [
        "resume failed:",
        "  toys: It leaks at deck 3.",
        "    Caulk it.",
        "    Then pump.",
        "  It is late.",
        "    Hurry.",
    ]
    assert told[6].startswith("toys 1.2.3: 1 passed, 1 failed in")


def test_a_check_that_was_not_made_is_told_with_its_reason(check):
    done, _ = check("toys", verdicts=[LEFT])
    assert done.code == 0
    assert "two-replicas was skipped: it draws at random." in done.out
    assert re.search(r"^two-replicas .* skipped *$", done.out, re.MULTILINE)


def test_json_holds_the_same_and_nothing_else_is_printed(check):
    done, _ = check("toys", "--json", verdicts=[BAD, GOOD])
    plain = json.loads(done.out)
    assert done.code == 1
    assert [one["check"] for one in plain["checks"]] == ["wheel", "resume"]
    assert plain["checks"][1]["faults"][0] == {"problem": LEAK.problem, "change": LEAK.change}
    assert plain["passed"] is False
    assert plain["version"] == "1.2.3"


def test_brackets_in_what_is_told_are_no_markup(check):
    done, _ = check("toys", verdicts=[Verdict("wheel", "whole", [Fault("[red]x[/red] [bold]", "Use [extras].")])])
    assert "  [red]x[/red] [bold]\n    Use [extras]." in done.out


def test_the_command_gives_a_check_as_long_as_others_who_call_it():
    (limit,) = (option.default for option in verbs.commands["check-plugin"].params if option.name == "limit")
    assert limit == LIMIT


def test_options_reach_the_checks(check):
    _, asked = check("toys", "--only", "resume", "--only", "wheel", "--use-case", "torch-line", "--limit", "7")
    assert asked == {"plugin": "toys", "only": ["wheel", "resume"], "use_cases": ("torch-line",), "limit": 7.0}


def test_without_options_all_checks_are_made(check):
    _, asked = check("toys")
    assert asked["only"] == [check.name for check in CHECKS]
    assert asked["use_cases"] == ()


def test_the_list_of_checks_is_a_table_and_json(itwinai):
    table = itwinai("check-plugin", "--list")
    plain = json.loads(itwinai("check-plugin", "--list", "--json").out)
    assert plain == [{"check": check.name, "promise": check.promise} for check in CHECKS]
    assert all(check.name in table.out and check.promise in table.out for check in CHECKS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["toy"], "No installed plugin is called 'toy'. Did you mean 'toys'?"),
        (["toys", "--only", "whel"], "There is no check 'whel'. Did you mean 'wheel'?"),
        ([], "Name a plugin"),
        (["toys", "--limit", "0.5"], "0.5 is not in the range"),
    ],
    ids=str,
)
def test_a_mistake_on_the_command_line_is_one_message(itwinai, arguments, said):
    done = itwinai("check-plugin", *arguments)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([GOOD], "1 passed"),
        ([GOOD, GOOD, LEFT], "2 passed, 1 skipped"),
        ([BAD, LEFT, GOOD], "1 passed, 1 failed, 1 skipped"),
    ],
    ids=["good", "left", "bad"],
)
def test_the_last_line_counts(capsys, states, said):
    from itwinai_core.show import checks

    checks.verdicts(Verdicts("ship", "1.0", states, 61.4), as_json=False)
    assert capsys.readouterr().out.splitlines()[-1] == f"ship 1.0: {said} in 61 s."
