"""Checks that a finished run is of use in a later process: its checkpoint, its judgement, its predictions."""

from __future__ import annotations

import math
import re
import signal
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from itwinai_core.errors import UserError
from itwinai_core.evaluate import evaluate
from itwinai_core.predict import SAMPLE_PREFIX, predict
from itwinai_core.testing.checkpoints import pickled
from itwinai_core.testing.contract import Fault, NotCheckedError
from itwinai_core.testing.distance import differing
from itwinai_core.trained import TrainedRun
from itwinai_core.use_case import UseCase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from itwinai_core.testing.trial import Trial

_NAME = re.compile(r"[\w.@+-]+")

_SAMPLE_SECONDS = 10.0
"""Time after which a prediction that has met no error yet is left: real samples may be large [s]."""

_NONSENSE = "This file holds no data.\nIt holds words,\nof which no use case can make anything.\n"

_KEPT = (
    "Keep all that the trained model needs where a checkpoint saves it: in parameters and buffers of the module, or in "
    "weights of a Keras layer; what `adapt` finds belongs there, too."
)


def reload_without_pickle(trial: Trial) -> list[Fault]:
    """Load the run's checkpoint in this process, which did not train it, and let it judge the same samples."""
    trained = _trained(trial)
    faults = pickled(trained.checkpoint)
    try:
        shapes = [[weight.values.shape for weight in _weights(trial)] for _ in range(2)]
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is a finding
        change = "Let build_model work from the run alone: a new process calls it before any data are built."
        return [*faults, trial.fault(error, change)]
    if shapes[0] != shapes[1]:
        return [
            *faults,
            Fault(
                "build_model returns another structure each time that it is called.",
                "Let the structure depend on the settings alone.",
            ),
        ]
    try:
        driver, model = trained.load()
    except UserError as error:
        return faults or [trial.fault(error, _KEPT)]
    judged = trial.judged()  # under a name of the validation step `assess` may report what it takes otherwise
    before = {name: value for name, value in trained.folder.read_report()["metrics"].items() if name not in judged}
    other_seed = trained.run.model_copy(update={"seed": trained.run.seed + 1})
    validation, test = (
        driver.evaluate(trained.run, model, part) for part in (trial.data.validation, trial.data.held_out)
    )
    draws = differing(test, driver.evaluate(other_seed, model, trial.data.held_out))
    after = test | {name.replace("test/", "validation/", 1): value for name, value in validation.items()}
    if differing(before, after) and not draws:
        faults.append(_changed(before, after, "the model that is loaded from its checkpoint", _KEPT))
    return faults


def assess_and_predict(trial: Trial) -> list[Fault]:
    """Evaluate the run as `itwinai evaluate` does, and apply it to each sample as `itwinai predict` does."""
    found = [*_assess(trial), *_predict(trial)]
    return [*trial.assess_faults, *found]


def _assess(trial: Trial) -> Iterator[Fault]:
    trained = _trained(trial)
    before = trained.folder.read_report()["metrics"]
    after = evaluate(trained)
    for name, value in after.items():
        plain = name.removeprefix("test/")
        if not _NAME.fullmatch(plain):
            yield Fault(
                f"assess returns a value under the name '{plain}'.",
                "Use letters, digits, '_', '.', '@', '+' and '-'; the core puts test/ before it.",
            )
        if not math.isfinite(value):
            yield Fault(f"The value {name} of held-out data is {value}.", "Leave out what the data do not define.")
    trial_again = {name: value for name, value in before.items() if name.startswith("test/")}
    if not trial.assess_faults and differing(trial_again, after):
        yield _changed(
            trial_again, after, "`itwinai evaluate`", "Let `assess` depend on the run, model and data alone."
        )


def _predict(trial: Trial) -> Iterator[Fault]:
    use_case, trained = trial.use_case, _trained(trial)
    if type(use_case).predict is UseCase.predict:
        return
    samples = dict(use_case.samples())
    for name, path in samples.items():
        if not path.exists():
            yield Fault(f"The sample '{name}' is {path}, which is not there.", "See that the wheel holds the file.")
            continue
        try:
            with _at_most(_SAMPLE_SECONDS):
                prediction = predict(trained, [SAMPLE_PREFIX + name])
        except _LongEnough:
            continue
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is a finding
            yield trial.fault(error, f"See that predict takes the sample '{name}' that the plugin brings.")
            continue
        if isinstance(prediction.findings, str) or not all(isinstance(line, str) for line in prediction.findings or ()):
            yield Fault(
                f"predict returns {prediction.findings!r:.80} for the sample '{name}'.", "Return a list of lines."
            )
        elif not prediction.findings:
            yield Fault(f"predict has nothing to say of the sample '{name}'.", "Return at least one line.")
    yield from _nonsense(trial, trained, [path.suffix for path in samples.values() if path.is_file()])


def _nonsense(trial: Trial, trained: TrainedRun, endings: list[str]) -> Iterator[Fault]:
    """Hand over a file that holds no data: it may be taken or refused, but not end in a traceback."""
    path = trial.folder / f"nonsense{endings[0] if endings else '.txt'}"
    path.write_text(_NONSENSE, encoding="utf-8")
    try:
        predict(trained, [str(path)])
    except UserError:
        return
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is a finding
        fault = trial.fault(error, "Raise DataError with what is wrong with the file and what to do about it.")
        yield Fault(f"A file that holds no data ends in a traceback: {fault.problem}", fault.change)


class _LongEnough(BaseException):
    """Ends a prediction that has gone well for long enough; no plugin takes it for an error of its own."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Leave the block after some time."""

    def leave(*_: object) -> None:
        raise _LongEnough

    before = signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _trained(trial: Trial) -> TrainedRun:
    if trial.fitted is None:
        raise NotCheckedError("no fit is finished")
    trained = TrainedRun.find(str(trial.fitted), trial.fitted.parent, trial.subject.plugins)
    return replace(trained, use_case=cast("UseCase[Any]", trial.cut))


def _weights(trial: Trial) -> list[Any]:
    return trial.engine.weights(trial.use_case.build_model(trial.run()))


def _changed(before: Mapping[str, float], after: Mapping[str, float], where: str, change: str) -> Fault:
    names = differing(before, after)
    shown = ", ".join(f"{name} {before[name]:.6g} and then {after[name]:.6g}" for name in names[:3])
    return Fault(f"After the fit and with {where} in a new process metrics differ: {shown}.", change)
