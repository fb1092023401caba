"""Check that one batch can be learnt by heart: the loss falls, and the answers depend on the inputs."""

from __future__ import annotations

import math
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from itwinai_core.sources import DataSplits
from itwinai_core.testing.contract import Fault, NotCheckedError
from itwinai_core.testing.parts import Part, leaves, spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from itwinai_core.config import FitConfig
    from itwinai_core.testing.trial import Trial

_EPOCHS, _UPDATES = 8, 12
_FALL = 1e-3
"""Part of the first epoch's loss that must be gone; 96 updates at a rate of 1e-5 take more."""
_ENOUGH = 0.5
"""Part of the first epoch's loss at which it is plain that the model learns."""
_SECONDS = 15.0
"""Time after which what was seen must do [s]."""


class _Enough(Exception):  # noqa: N818 - no error: it ends a fit that has shown what it should
    pass


def overfit_one_batch(trial: Trial) -> list[Fault]:
    """Train on the same few samples again and again: the loss must fall, and depend on what the model is given."""
    run = trial.run(epochs=_EPOCHS)
    train = trial.data.train
    size = min(run.fit.batch_size, len(train))
    chosen = spread(len(train), size)
    batch = Part(train, chosen, augmented=False)
    again = Part(batch, list(range(size)) * _UPDATES, augmented=False)
    run = run.model_copy(update={"fit": run.fit.model_copy(update={"batch_size": size, "shuffle": False})})
    epochs: list[Mapping[str, float]] = []
    began = time.monotonic()

    def look(metrics: Mapping[str, float], epoch: int, updates: int) -> None:  # noqa: ARG001 - as engines call it
        epochs.append(metrics)
        name = _loss_name(metrics, run.fit)
        clear = metrics[name] < _ENOUGH * epochs[0][name] if epochs[0][name] > 0 else False
        if len(epochs) > 1 and (clear or time.monotonic() - began > _SECONDS):
            raise _Enough

    job = trial.job("one-batch", run=run, data=DataSplits(again, batch), on_epoch=look)
    with suppress(_Enough):
        trial.engine.fit(job)
    return [*_wrong_curve(epochs, _loss_name(epochs[0], run.fit)), *_deaf(trial, batch, job.checkpoints)]


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


def _wrong_curve(epochs: list[Mapping[str, float]], name: str) -> Iterator[Fault]:
    losses = [metrics[name] for metrics in epochs]
    first, least = losses[0], min(losses[1:], default=math.inf)
    updates = (len(losses) - 1) * _UPDATES
    if not math.isfinite(losses[-1]):
        yield Fault(f"Learning one batch by heart, {name} becomes {losses[-1]}.", "Lower the learning rate.")
    elif first - least < _FALL * max(abs(first), abs(least)) and abs(first) > 1e-12:
        yield Fault(
            f"Learning one batch by heart, {name} does not fall: {first:.6g} at first, at best {least:.6g} in "
            f"{updates} more updates.",
            "See that the loss is the one to minimise, with its sign, that the optimiser holds the model's parameters, "
            "and that the learning rate is neither next to nothing nor too high.",
        )


def _deaf(trial: Trial, batch: Part, checkpoints: Path) -> Iterator[Fault]:
    """Find a model that ignores a part of its samples, by handing it that part of other samples."""
    sample = batch[0]
    if not isinstance(sample, tuple | dict) or len(sample) < 2:
        return
    run = trial.run()
    model = trial.engine.load(trial.use_case, run, checkpoints / f"last{trial.engine.suffix}")
    plain = trial.engine.evaluate(run, model, batch)
    keys = [key for key in (sample if isinstance(sample, dict) else range(len(sample))) if _varies(batch, key)]
    ignored = [key for key in keys if _same(plain, trial.engine.evaluate(run, model, _Turned(batch, key)))]
    shown = ", ".join(f"{name} {value:.6g}" for name, value in list(plain.items())[:2])
    if len(keys) > 1 and (ignored == keys or ignored[:1] == [0]):
        yield Fault(
            f"The model does not look at its inputs: with those of other samples its metrics are the same, {shown}.",
            "Follow an input through the model to the loss, and see where it is dropped.",
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
        sample, following = self._batch[index], self._batch[(index + 1) % len(self._batch)]
        if isinstance(sample, dict):
            return {**sample, self._key: following[self._key]}
        return tuple(following[k] if k == self._key else value for k, value in enumerate(sample))
