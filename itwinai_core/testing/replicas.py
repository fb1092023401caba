"""Check that a batch on one device teaches the same as its two halves on two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.testing.contract import Fault, NotCheckedError
from itwinai_core.testing.distance import distance
from itwinai_core.testing.parts import spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from itwinai_core.testing.trial import Trial

_SAME = 1e-2
"""Distance of two gradients, over the length of one, below which only rounding lies between them."""

_EXACT = 1e-3
"""The same where layers normalise a batch by itself: over many pixels, halves of a batch are much alike."""

_INSTEAD = {
    "lightning": "torch.nn.GroupNorm or torch.nn.LayerNorm",
    "keras": "keras.layers.GroupNormalization or keras.layers.LayerNormalization",
}

_MEAN = "Let the loss of a batch be the mean of the losses of its samples: no sample's share may depend on the others."


def two_replicas(trial: Trial) -> list[Fault]:
    """Compare the gradient of the loss over a batch with the mean of those over its halves.

    Raises:
        NotCheckedError: the training step draws at random, or there are too few samples.
    """
    count = min(trial.run().fit.batch_size, len(trial.data.train)) // 2 * 2
    if count < 2:
        raise NotCheckedError("one sample cannot be shared by two replicas")
    batch = spread(len(trial.data.train), count)
    halves = [batch[: count // 2], batch[count // 2 :]]
    lessons = trial.engine.lessons(trial.job("lessons"), [batch, *halves, batch])
    whole, one, other, again = (lesson.gradient for lesson in lessons)
    if distance(whole, again, whole).share > _SAME:
        return _unsteady(trial)
    shared = {name: (one[name] + other[name]) / 2 for name in whole if name in one and name in other}
    missed = distance({name: whole[name] for name in shared}, shared, whole)
    if missed.share > (_EXACT if _batch_norms(trial) else _SAME):
        return [_fault(trial, missed.share, missed.name, whole, shared)]
    return [*_other_loss(*(lesson.loss for lesson in lessons[:3]))]


def _other_loss(whole: float | None, one: float | None, other: float | None) -> Iterator[Fault]:
    """Find a loss that is not the mean of those of the halves, where that leaves no trace in the gradient."""
    if whole is None or one is None or other is None:
        return
    size = max(abs(whole), abs(one), abs(other))
    if abs(whole - (one + other) / 2) > _SAME * size:
        yield Fault(
            f"The loss of a batch is {whole:.6g}, and not the mean of those of its halves, {one:.6g} and {other:.6g}.",
            _MEAN,
        )


def _fault(trial: Trial, share: float, name: str, whole: dict[str, np.ndarray], shared: dict[str, np.ndarray]) -> Fault:
    norms = _batch_norms(trial)
    told = f"Two replicas with half a batch each would not learn what one learns from it: {share:.0%} of the gradient "
    where = f"differs, most of all of {name.partition(':')[2] or name}."
    if norms:
        return Fault(
            f"{told}{where} {', '.join(norms[:3])} normalise a sample by the others of its batch.",
            f"Use {_INSTEAD[trial.use_case.engine]}.",
        )
    doubled = {key: values / 2 for key, values in whole.items()}
    if distance(doubled, shared, doubled).share <= _SAME:
        return Fault(
            f"{told}{where} The loss is a sum over the batch.", "Take the mean over the samples, so that a rate fits."
        )
    return Fault(
        f"{told}{where}",
        _MEAN,
    )


def _unsteady(trial: Trial) -> list[Fault]:
    """Judge by its layers a model whose gradients are never the same twice.

    Raises:
        NotCheckedError: its layers say nothing against it.
    """
    norms = _batch_norms(trial)
    if norms:
        return [
            Fault(
                f"{', '.join(norms[:3])} normalise a sample by the others of its batch, so two replicas with half a "
                "batch each would not learn what one learns from it.",
                f"Use {_INSTEAD[trial.use_case.engine]}.",
            )
        ]
    raise NotCheckedError("the training step draws at random elsewhere than in layers of dropout or noise")


def _batch_norms(trial: Trial) -> list[str]:
    return trial.engine.batch_norms(trial.use_case.build_model(trial.run()))
