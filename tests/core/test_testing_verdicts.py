"""A verdict says whether a promise holds, what is wrong, and what to change."""

import json

import pytest

from itwinai_core.testing import Fault, Verdict, Verdicts

LEAK = Fault("It leaks at deck 3.", "Caulk it.\nThen pump.")


@pytest.fixture
def verdicts():
    return Verdicts(
        "itwinai-ship",
        "1.0",
        [
            Verdict("hull", "it floats", [LEAK], seconds=1.234),
            Verdict("mast", "it stands", reason="there is none"),
            Verdict("keel", "it is straight"),
        ],
        2.5,
    )


def test_the_state_follows_from_what_was_found(verdicts):
    assert [verdict.state for verdict in verdicts.verdicts] == ["failed", "skipped", "passed"]


def test_a_fault_weighs_more_than_a_reason_not_to_look():
    assert Verdict("hull", "it floats", [LEAK], reason="dark").state == "failed"


def test_a_failed_promise_raises_with_the_problem_and_the_change(verdicts):
    with pytest.raises(AssertionError) as raised:
        verdicts.of("hull").verify()
    assert str(raised.value) == "it floats: not so.\nIt leaks at deck 3.\n  Caulk it.\n  Then pump."


def test_a_kept_promise_raises_nothing(verdicts):
    verdicts.of("keel").verify()
    verdicts.of("mast").verify()


def test_a_check_that_was_not_made_has_no_verdict(verdicts):
    with pytest.raises(KeyError):
        verdicts.of("sail")


def test_one_failed_check_fails_the_plugin(verdicts):
    assert not verdicts.passed
    assert Verdicts("itwinai-ship", "1.0", verdicts.verdicts[1:], 0.0).passed


def test_verdicts_are_plain_enough_for_json(verdicts):
    plain = json.loads(json.dumps(verdicts.as_dict()))
    assert plain["plugin"] == "itwinai-ship"
    assert plain["passed"] is False
    assert plain["checks"][0] == {
        "check": "hull",
        "promise": "it floats",
        "state": "failed",
        "faults": [{"problem": LEAK.problem, "change": LEAK.change}],
        "reason": None,
        "seconds": 1.23,
    }
