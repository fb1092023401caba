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
    """Find a model that ignores its inputs, by handing it the inputs of each sample with the targets of another."""
    import numpy as np

    run = trial.run()
    sample = batch[0]
    parts = list(sample.values()) if isinstance(sample, dict) else list(sample) if isinstance(sample, tuple) else []
    counts = [len(leaves(part)) for part in parts]
    model = trial.engine.load(trial.use_case, run, checkpoints / f"last{trial.engine.suffix}")
    gathered = [leaves(batch[index]) for index in range(len(batch))]
    varied = [len({np.asarray(row[k]).tobytes() for row in gathered}) > 1 for k in range(len(gathered[0]))]
    if sum(varied) < 2 or not parts or not any(varied[: counts[0]]) or not any(varied[counts[0] :]):
        return
    plain = trial.engine.evaluate(run, model, batch)
    turned = [0] if isinstance(sample, tuple) else list(range(len(parts)))
    others = [trial.engine.evaluate(run, model, _Turned(batch, part)) for part in turned]
    if all(math.isclose(other[name], plain[name], rel_tol=1e-9) for other in others for name in plain):
        yield Fault(
            "The model does not look at its inputs: with the inputs of other samples its metrics are the same, "
            f"{', '.join(f'{name} {value:.6g}' for name, value in list(plain.items())[:2])}.",
            "Follow an input through the model to the loss, and see where it is dropped.",
        )


class _Turned:
    """A batch in which one part of each sample is that of the next sample."""

    def __init__(self, batch: Part, part: int) -> None:
        self._batch, self._part = batch, part

    def __len__(self) -> int:
        return len(self._batch)

    def __getitem__(self, index: int) -> Any:
        sample, following = self._batch[index], self._batch[(index + 1) % len(self._batch)]
        if isinstance(sample, dict):
            key = list(sample)[self._part]
            return {**sample, key: following[key]}
        return tuple(following[k] if k == self._part else value for k, value in enumerate(sample))
