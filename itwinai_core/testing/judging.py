"""Whether judging a model depends on the samples alone, one by one, and leaves the model as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from itwinai_core.testing.contract import Fault
from itwinai_core.testing.distance import differing
from itwinai_core.testing.parts import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from itwinai_core.testing.trial import Trial

_AVERAGES = ("running_mean", "running_var", "moving_mean", "moving_variance")
"""How the weights end that layers of batch normalisation keep without being trained."""


def disturbed(trial: Trial, model: Any, batch: Part, plain: Mapping[str, float]) -> Iterator[Fault]:
    """Find what judging changes, and what it depends on beside the samples.

    Args:
        trial: The use case.
        model: Ready for inference.
        batch: Samples of one batch.
        plain: Metrics of the model over the batch.
    """
    run = trial.run()
    before = trial.engine.weights(model)
    if restless := trial.engine.restless(run, model, batch):
        yield Fault(
            f"The validation step runs {', '.join(restless[:3])} as in training.",
            "Leave the mode to the framework: call no train() where the model is judged.",
        )
        return
    changed = [
        one.name
        for one, other in zip(before, trial.engine.weights(model), strict=True)
        if (one.trainable or one.name.endswith(_AVERAGES)) and not np.array_equal(one.values, other.values)
    ]
    if changed:
        yield Fault(
            f"Judging the model changes its weights: {', '.join(changed[:3])}.",
            "Let the validation step compute and log, and leave updates to the training step.",
        )
    elif mixed := _of_the_order(trial, model, batch, plain):
        yield Fault(
            f"The metric {mixed[0]} depends on the order of the samples within a batch.",
            "Compare the answer to each sample with the target of that very sample: shuffle and sort neither alone.",
        )


def _of_the_order(trial: Trial, model: Any, batch: Part, plain: Mapping[str, float]) -> list[str]:
    """Return the metrics that change with the order of the samples, though nothing is drawn for each of them."""
    run = trial.run()
    order = np.random.default_rng(len(batch)).permutation(len(batch))
    found = differing(plain, trial.engine.evaluate(run, model, Part(batch, order.tolist())))
    if not found:
        return []
    other_seed = run.model_copy(update={"seed": run.seed + 1})
    copies = Part(batch, [0] * len(batch))
    drawn = differing(*(trial.engine.evaluate(seeded, model, copies) for seeded in (run, other_seed)))
    return [name for name in found if name not in drawn]
