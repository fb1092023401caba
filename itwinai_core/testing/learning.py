"""Check that one batch can be learnt by heart: the loss falls, and the answers depend on the inputs."""

from __future__ import annotations

import math
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from itwinai_core.order import gather
from itwinai_core.sources import DataSplits
from itwinai_core.testing.contract import Fault, NotCheckedError
from itwinai_core.testing.judging import disturbed
from itwinai_core.testing.parts import Part, leaves, spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

    from itwinai_core.config import FitConfig
    from itwinai_core.testing.trial import Trial

_EPOCHS, _UPDATES = 8, 12
_LEAST = 1e-3
"""Part of the loss that must be gone where nothing is drawn at random; 96 updates at a rate of 1e-5 take more."""
_PLAIN = 0.05
"""Part of the loss whose fall is more than the noise of dropout."""
_ENOUGH = 0.5
"""Part of the loss at whose fall there is no need to go on."""
_SECONDS = 15.0
"""Time after which what was seen must do [s]."""


class _Enough(Exception):  # noqa: N818 - no error: it ends a fit that has shown what it should
    pass


def overfit_one_batch(trial: Trial) -> list[Fault]:
    """Train on the same few samples again and again: the loss must fall, and depend on what the model is given."""
    size = min(trial.run().fit.batch_size, len(trial.data.train))
    run = trial.run(epochs=_EPOCHS)
    run = run.model_copy(update={"fit": run.fit.model_copy(update={"batch_size": size, "shuffle": False})})
    batch = Part(trial.data.train, spread(len(trial.data.train), size), augmented=False)
    again = Part(batch, list(range(size)) * _UPDATES, augmented=False)
    losses: list[float] = []
    names: list[str] = []
    began = time.monotonic()

    def look(metrics: Mapping[str, float], epoch: int, updates: int) -> None:  # noqa: ARG001 - as engines call it
        names.append(_loss_name(metrics, run.fit))
        losses.append(metrics[names[0]])
        if len(losses) > 1 and (_fall(losses[0], losses[-1]) > _ENOUGH or time.monotonic() - began > _SECONDS):
            raise _Enough

    job = trial.job("one-batch", run=run, data=DataSplits(again, batch), on_epoch=look)
    before = trial.engine.evaluate(run, trial.engine.build(job.use_case, run, trial.data.train), batch)
    with suppress(_Enough):
        trial.engine.fit(job)
    model = trial.engine.load(trial.use_case, run, job.checkpoints / f"last{trial.engine.suffix}")
    after = trial.engine.evaluate(run, model, batch)
    same = f"test/{names[0].partition('/')[2]}"
    held = same if same in before or run.fit.mode != "min" else f"test/{run.fit.monitor.partition('/')[2]}"
    still = (before[held], after[held]) if held in before else None
    return [
        *_wrong_curve(names[0], losses, still),
        *_deaf(trial, batch, model, after),
        *disturbed(trial, model, batch, after),
    ]


def _loss_name(metrics: Mapping[str, float], options: FitConfig) -> str:
    """Return the name of what is taken for the training loss.

    Raises:
        NotCheckedError: nothing that the model reports of its training is one.
    """
    losses = [name for name in metrics if re.fullmatch(r"train/\w*loss(_epoch)?", name)]
    monitored = [f"train/{options.monitor.partition('/')[2]}"] if options.mode == "min" else []
    for name in ("train/loss", *losses, *monitored):
        if name in metrics:
            return name
    raise NotCheckedError("the model reports no train/loss to follow")


def _wrong_curve(name: str, losses: list[float], still: tuple[float, float] | None) -> Iterator[Fault]:
    """Find a loss that does not fall.

    Args:
        name: Of the loss.
        losses: In training, epoch by epoch, with the noise of dropout.
        still: What is watched, before and after, without that noise; None where it need not fall.
    """
    if not math.isfinite(losses[-1]):
        yield Fault(f"Learning one batch by heart, {name} becomes {losses[-1]}.", "Lower the learning rate.")
        return
    later = losses[len(losses) // 2 :]
    fall = _fall(losses[0], sum(later) / len(later))
    without_noise = _fall(*still) if still else fall
    if fall < _PLAIN and without_noise < _LEAST and abs(losses[0]) > 1e-12:
        yield Fault(
            f"Learning one batch by heart, {name} does not fall: {losses[0]:.6g} in the first {_UPDATES} updates, "
            f"{losses[-1]:.6g} in the last.",
            "See that the loss is the one to minimise, with its sign, that the optimiser holds the model's parameters, "
            "and that the learning rate is neither next to nothing nor too high.",
        )


def _fall(before: float, after: float) -> float:
    """Return which part of a loss, which may be negative, is gone."""
    size = max(abs(before), abs(after))
    return (before - after) / size if size > 0 else 0.0


def _deaf(trial: Trial, batch: Part, model: Any, plain: Mapping[str, float]) -> Iterator[Fault]:
    """Find a model that ignores a part of its samples, by handing it that part of other samples."""
    sample, run = batch[0], trial.run()
    if not isinstance(sample, tuple | dict) or len(sample) < 2:
        return
    keys = [key for key in (sample if isinstance(sample, dict) else range(len(sample))) if _varies(batch, key)]
    ignored = [key for key in keys if _same(plain, trial.engine.evaluate(run, model, _Turned(batch, key)))]
    shown = ", ".join(f"{name} {value:.6g}" for name, value in list(plain.items())[:2])
    if len(keys) > 1 and (ignored == keys or ignored[:1] == [0]):
        yield Fault(
            f"The model does not look at its inputs: with those of other samples its metrics are the same, {shown}.",
            "Follow an input through the model to the loss, and see where it is dropped; also answers and targets of "
            "different shape, (B, 1) and (B,), are compared all with all.",
        )
    elif isinstance(sample, tuple) and keys == [0, 1] and ignored == [1]:
        yield Fault(
            f"The loss does not look at the targets: with those of other samples the metrics are the same, {shown}.",
            "Compare the model's answers with the targets of the batch; where there is nothing to compare them with, "
            "let the source hand out inputs alone.",
        )


def _varies(batch: Part, key: Any) -> bool:
    import numpy as np

    seen = {b"".join(np.asarray(leaf).tobytes() for leaf in leaves(batch[index][key])) for index in range(len(batch))}
    return len(seen) > 1


def _same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return all(math.isclose(one[name], other[name], rel_tol=1e-9) for name in one)


class _Turned:
    """A batch in which one part of each sample is that of the next sample."""

    def __init__(self, batch: Part, key: Any) -> None:
        self._batch, self._key = batch, key

    def __len__(self) -> int:
        return len(self._batch)

    def __getitem__(self, index: int) -> Any:
        return self._turned(self._batch[index], self._batch[(index + 1) % len(self)])

    def __getitems__(self, indices: np.ndarray) -> Any:
        return self._turned(gather(self._batch, indices), gather(self._batch, (indices + 1) % len(self)))

    def _turned(self, own: Any, following: Any) -> Any:
        if isinstance(own, dict):
            return {**own, self._key: following[self._key]}
        return tuple(following[number] if number == self._key else value for number, value in enumerate(own))
