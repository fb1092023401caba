"""The order in which the core reads a source, and the batches that it gathers from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_core.sources import Source


def epoch_batches(count: int, batch_size: int, *, seed: int, epoch: int, shuffle: bool) -> list[np.ndarray]:
    """Return the batches of one epoch, as indices into a source of ``count`` samples.

    The order depends on nothing but the arguments, so every process, and a resumed run, finds the same one. Each
    sample is in exactly one batch; the last batch may be smaller.
    """
    order = np.random.default_rng([seed, epoch]).permutation(count) if shuffle else np.arange(count)
    return [order[start : start + batch_size] for start in range(0, count, batch_size)]


def epoch_seed(seed: int, epoch: int) -> int:
    """Return the seed of what a model draws at random in one epoch: a resumed run finds the same one."""
    return int(np.random.SeedSequence([seed, epoch]).generate_state(1)[0])


def gather(source: Source, indices: Sequence[int] | np.ndarray) -> Any:
    """Return the samples at ``indices`` as one batch, in that order: arrays with a leading axis ``B``."""
    together = getattr(source, "__getitems__", None)
    if together is not None:
        return together(np.asarray(indices))
    return stack([source[int(index)] for index in indices])


def gather_augmented(source: Source, indices: Sequence[int] | np.ndarray, *, seed: int, epoch: int) -> Any:
    """Return a training batch: augmented as a whole or sample by sample where the source can, and plain elsewhere.

    Each sample's generator depends on seed, epoch and index alone.
    """
    together = getattr(source, "augmented_items", None)
    if together is not None:
        return together(np.asarray(indices), seed, epoch)
    augmented = getattr(source, "augmented", None)
    if augmented is None:
        return gather(source, indices)
    return stack([augmented(int(index), np.random.default_rng([seed, epoch, int(index)])) for index in indices])


def stack(samples: Sequence[Any]) -> Any:
    """Stack samples into a batch, array by array; tuples stay tuples and dictionaries dictionaries, however deep."""
    first = samples[0]
    if isinstance(first, dict):
        return {key: stack([sample[key] for sample in samples]) for key in first}
    if isinstance(first, tuple | list):
        return tuple(stack(parts) for parts in zip(*samples, strict=True))
    return np.stack(samples)
