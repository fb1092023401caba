"""Mirror images of patches: how a storm of the other hemisphere looks, or one that goes the other way round."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones.patches import NO_CYCLONE

ACROSS = {"v10": 0, "u10": 1}
"""Components of the wind by the axis along which they blow: the one across a mirror changes its sign."""


def mirrored(
    values: NDArray[np.float32],
    chosen: NDArray[np.intp],
    labels: NDArray[np.float32],
    ways: NDArray[np.bool_],
    variables: Sequence[str],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mirror images of some patches, their labels with them, in new arrays.

    A mirrored cyclone turns the other way round, as those of the other hemisphere do. Pressure, speeds and temperatures
    are what they were, and so is vorticity that is counted positive around a cyclone on either hemisphere; of the wind,
    the component across the mirror changes its sign.

    Args:
        values: All patches, shape ``(N, Y, X, C)``; they are not changed.
        chosen: Which of them, shape ``(B,)``.
        labels: Of those, row and column of the centre, or ``NO_CYCLONE`` twice, shape ``(B, 2)``.
        ways: Whether to swap north and south, and east and west, shape ``(B, 2)``.
        variables: What the channels are.
    """
    images = np.empty((len(chosen), *values.shape[1:]), dtype=np.float32)
    # A point with all its channels is moved as one piece, which is twice as quick.
    whole = f"V{values.itemsize * values.shape[-1]}"
    pieces, turned = (np.ascontiguousarray(array).view(whole)[..., 0] for array in (values, images))
    for image, index, (north, east) in zip(turned, chosen.tolist(), ways.tolist(), strict=True):
        image[:] = pieces[index, :: -1 if north else 1, :: -1 if east else 1]
    for channel, name in enumerate(variables):
        if name in ACROSS:
            images[ways[:, ACROSS[name]], :, :, channel] *= -1
    there = (labels != NO_CYCLONE).any(axis=1, keepdims=True)
    farthest = np.array(values.shape[1:3], dtype=np.float32) - 1
    return images, np.where(there & ways, farthest - labels, labels)


@lru_cache(maxsize=4)  # asked for batch by batch
def ways_of(count: int, seed: int, epoch: int) -> NDArray[np.bool_]:
    """Return which way each of a number of samples is mirrored in an epoch, shape ``(count, 2)``.

    A sample's way depends on seed, epoch and its index alone.

    Args:
        count: Of samples.
        seed: Of the run.
        epoch: Counted from 0.
    """
    drawn = np.random.default_rng([seed, epoch, 0]).integers(0, 4, count, dtype=np.uint8)
    return np.stack([drawn & 1, drawn >> 1], axis=1).astype(bool)
