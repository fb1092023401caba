"""Check that a fit that goes on from a checkpoint ends where one without a break ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.run_folder import METRICS_FILE
from itwinai_core.testing.contract import Fault, NotCheckedError
from itwinai_core.testing.distance import apart, differing
from itwinai_core.trackers.csv_file import read_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from itwinai_core.testing.trial import Trial

_SAME = 1e-4
"""Distance of weights, over the way that training took them, below which they are the same."""

_KEPT = (
    "Keep what changes during training where a checkpoint saves it: counters, schedules and averages in buffers "
    "(Lightning) or weights (Keras) and not in plain attributes; or take the epoch from the framework."
)


def resume(trial: Trial) -> list[Fault]:
    """Go on from the first epoch's checkpoint of the finished run, whose second epoch must come out the same.

    Raises:
        NotCheckedError: no fit is finished.
    """
    if trial.fitted is None:
        raise NotCheckedError("no fit is finished")
    seen: dict[int, Mapping[str, float]] = {}
    job = trial.job("resumed", on_epoch=lambda metrics, epoch, _: seen.update({epoch: metrics}), resume=trial.half)
    trial.engine.fit(job)
    if list(seen) != [2]:
        return [
            Fault(
                f"A fit of two epochs that is resumed after the first makes the epochs {list(seen)}.",
                "Leave the count of epochs to the framework: do not stop it from the model.",
            )
        ]
    last = f"last{trial.engine.suffix}"
    files = trial.half, trial.fitted / "checkpoints" / last, job.checkpoints / last
    missed = apart(*(trial.engine.weights(trial.engine.load(trial.use_case, job.run, file)) for file in files))
    if missed.share > _SAME:
        return [
            Fault(
                f"A fit that is resumed after an epoch ends elsewhere than one without a break: {missed.share:.0%} of "
                f"the way between them, most of all in {missed.name}.",
                _KEPT,
            )
        ]
    before = read_metrics(trial.fitted / METRICS_FILE)[-1]
    changed = differing(before, seen[2])
    return [
        Fault(
            f"A fit that is resumed after an epoch ends with the same weights and other metrics: {name} "
            f"{before[name]:.6g} and {seen[2][name]:.6g}.",
            _KEPT,
        )
        for name in changed[:1]
    ]
