"""A finished run is judged and applied as its user does it."""

import re

import pytest
from toys import TorchLine
from trials import problems

from itwinai_core import DataError
from itwinai_core.testing.applying import assess_and_predict, reload_without_pickle
from itwinai_core.testing.fitting import one_batch_fit


@pytest.fixture
def applied(trial_of, tmp_path):
    """Return a function that fits the toy, and judges and applies it as another use case does."""
    (tmp_path / "two.txt").write_text("2")
    fitted = trial_of(TorchLine())
    one_batch_fit(fitted)

    def run(**changes):
        own = {"samples": lambda self: {"two": tmp_path / "two.txt"}, "predict": careful} | changes
        trial = trial_of(type("Changed", (TorchLine,), own)(), fitted=fitted.fitted)
        return problems(assess_and_predict(trial))

    return run


def careful(self, run, model, inputs, folder):
    try:
        return TorchLine.predict(self, run, model, inputs, folder)
    except ValueError as error:
        raise DataError(f"{inputs[0]} holds no number.") from error


def on_train(self, run, model, data, folder):
    return {"slope_error": float(data.train[0][1].item())}


def bug(self, *_):
    return 1 / 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "^$", id="good"),
        pytest.param({"samples": lambda self: {}}, "^$", id="without samples"),
        ({"assess": lambda self, *_: {"slope_error": float("inf")}}, "test/slope_error of held-out data is inf"),
        ({"assess": lambda self, *_: {"test/a": 1.0}}, "a value under the name 'test/a'"),
        ({"assess": on_train}, "assess looks at the train part, and not at what is held out"),
        ({"assess": lambda self, run, model, data, folder: {"n": len(data.train)}}, "^(?!.*held out)"),
        ({"assess": lambda self, *_: None}, "assess returns None, and names with their numbers"),
        ({"assess": lambda self, *_: {"slope_error": 77.0}}, "`itwinai evaluate` in a new process metrics differ"),
        ({"assess": bug}, "ZeroDivisionError"),
        ({"predict": TorchLine.predict}, "A file that holds no data ends in a traceback: ValueError"),
        ({"predict": lambda self, *_: "all in one"}, "predict returns 'all in one' for the sample 'two'"),
        ({"predict": lambda self, *_: []}, "nothing to say of the sample 'two'"),
        ({"predict": lambda self, *_: [3]}, r"predict returns \[3\]"),
        ({"predict": bug}, "ZeroDivisionError.* -> See that predict takes the sample 'two'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_judgement_and_prediction_are_looked_at(applied, changes, said):
    assert re.search(said, applied(**changes))


def test_a_metric_that_assess_names_like_the_validation_step_is_not_compared(trial_of):
    def half(self, run, model, data, folder):
        return {"loss": 0.5}

    fitted = trial_of(type("Half", (TorchLine,), {"assess": half})())
    one_batch_fit(fitted)
    assert fitted.judged() == ["test/loss"]
    again = trial_of(TorchLine(), fitted=fitted.fitted)
    assert problems(reload_without_pickle(again)) == ""


def test_a_sample_that_is_not_there_is_a_fault(applied, tmp_path):
    assert "The sample 'lost' is" in applied(samples=lambda self: {"lost": tmp_path / "lost.txt"})


def test_a_prediction_that_goes_well_for_long_is_left(applied, monkeypatch):
    import time

    monkeypatch.setattr("itwinai_core.testing.applying._SAMPLE_SECONDS", 0.3)
    began = time.monotonic()

    def slow(self, run, model, inputs, folder):
        if inputs[0].name == "two.txt":
            time.sleep(30)
        return careful(self, run, model, inputs, folder)

    assert applied(predict=slow) == ""
    assert time.monotonic() - began < 20
