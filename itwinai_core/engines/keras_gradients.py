"""Takes what a model's own training step makes of each batch, at the same weights, on any back end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from itwinai_core.engines.contract import Lesson

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHANCE = ("rate", "stddev", "dropout", "recurrent_dropout")


def lessons(model: keras.Model, batches: Iterable[Any]) -> list[Lesson]:
    """Return the loss of each batch, and its gradient by each trainable weight.

    An update of plain gradient descent with a rate of 1 takes exactly the gradient off the weights.

    Args:
        model: Compiled; its optimiser is replaced.
        batches: ``(inputs, targets)``, as the model is trained on.
    """
    for layer in layers(model):
        if getattr(layer, "synchronized", False):
            layer.trainable = False  # so it takes its averages, and does not ask the other replicas
        if hasattr(layer, "seed_generator"):
            for option in _CHANCE:
                if isinstance(getattr(layer, option, None), float):
                    setattr(layer, option, 0.0)
    model.optimizer = keras.optimizers.SGD(learning_rate=1.0)
    model.optimizer.build(model.trainable_variables)
    model.jit_compile, model.run_eagerly = False, True
    start = [variable.numpy() for variable in model.weights]
    found = []
    for batch in batches:
        inputs, targets, shares = keras.utils.unpack_x_y_sample_weight(batch)
        model.reset_metrics()
        told = model.train_on_batch(inputs, targets, sample_weight=shares, return_dict=True)
        trainable = {id(variable) for variable in model.trainable_weights}
        gradient = {
            f"{number}:{variable.path}": before - variable.numpy()
            for number, (variable, before) in enumerate(zip(model.weights, start, strict=True))
            if id(variable) in trainable
        }
        found.append(Lesson(gradient, float(told["loss"]) if "loss" in told else None))
        for variable, before in zip(model.weights, start, strict=True):
            variable.assign(before)
    return found


def layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers of a model, those inside of others included."""
    return [*model._flatten_layers(include_self=False)]  # noqa: SLF001 - Keras has no public way to all of them
