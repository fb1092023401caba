"""The recipe of the earlier use case: a main channel that is a weighted sum of three others, each a sum of sines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_virgo.qtransform import QTransform
from itwinai_virgo.whitening import Whitening

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE_RATE, SECONDS = 500.0, 16.0
"""Rate [Hz] and length [s] of a row."""

AUXILIARY = 3
"""Channels that the main one is a sum of."""

BAND = (10.0, 150.0)
"""Lowest and highest frequency of the Q-transform [Hz]."""

FREQUENCY_STEP, TIME_STEP = 0.5, 0.016
"""Height [Hz] and width [s] of a pixel."""

Q = 8.0 * 2.0**0.5
"""Quality factor of all images: the second of the four that GWpy tries between 4 and 64."""

SIDE = 64
"""Pixels of a side of an image."""

SPECTRUM_SECONDS, FILTER_SECONDS = 5.0, 2.0
"""Length of the parts that a row's density is the median of, and of the whitening filter, as GWpy chooses [s]."""


def rows(number: int, seed: int) -> Iterator[np.ndarray]:
    """Yield rows of one set, the main channel first, each of shape ``(4, 8000)``.

    An auxiliary channel is 20 to 24 sines of 0.5 to 5 Hz with amplitudes of 0.5 to 2, and white noise of deviation 0.6.
    The main channel is their sum with weights of 0.5 to 1.5, the same in all rows, and an offset of deviation 0.1. So
    the sines lie below the band of the images, which show the noise.

    Args:
        number: How many rows.
        seed: Seed of the set.

    Source:
        https://github.com/interTwin-eu/itwinai, use-cases/virgo, src/dataset.py.
    """
    generator = np.random.default_rng(seed)
    samples = round(SAMPLE_RATE * SECONDS)
    time = np.linspace(0.0, SECONDS, samples)  # as there, so that the last sample is at the end of the row
    weights = generator.uniform(0.5, 1.5, size=AUXILIARY)
    for _ in range(number):
        auxiliary = np.empty((AUXILIARY, samples))
        for channel in range(AUXILIARY):
            sines = generator.integers(20, 25)
            amplitudes, frequencies = generator.uniform(0.5, 2.0, size=sines), generator.uniform(0.5, 5.0, size=sines)
            phases = generator.uniform(0.0, 2.0 * np.pi, size=sines)
            waves = amplitudes @ np.sin(2.0 * np.pi * frequencies[:, None] * time + phases[:, None])
            auxiliary[channel] = waves + generator.normal(0.0, 0.6, size=samples)
        yield np.concatenate([(weights @ auxiliary + generator.normal(0.0, 0.1))[None], auxiliary])


def images(number: int, seed: int) -> np.ndarray:
    """Return the images of a set of rows: 64 pixels of 16 ms by 64 of 0.5 Hz about the main channel's loudest.

    Other than in the earlier use case, all channels have one quality factor, so that a pixel means the same in each of
    them, and the ends of a row, where the whitening filter settles, are cropped.

    Args:
        number: How many rows.
        seed: Seed of the set.

    Returns:
        Energies over the median of their frequency, shape ``(number, 4, 64, 64)``: rows, channels with the main one
        first, times, frequencies.
    """
    samples = round((SECONDS - FILTER_SECONDS) * SAMPLE_RATE)
    duration = samples / SAMPLE_RATE
    axes = np.arange(*BAND, FREQUENCY_STEP), np.arange(round(duration / TIME_STEP)) * TIME_STEP
    transform = QTransform(samples, SAMPLE_RATE, BAND, (Q, Q), axes)
    out = np.empty((number, 1 + AUXILIARY, SIDE, SIDE), dtype=np.float32)
    whitening = Whitening(SAMPLE_RATE, FILTER_SECONDS, SPECTRUM_SECONDS)
    for row, values in enumerate(rows(number, seed)):
        energy = transform(whitening(torch.from_numpy(values))).energy.numpy()
        out[row] = _about_peak(energy.swapaxes(1, 2))
    return out


def _about_peak(event: np.ndarray) -> np.ndarray:
    """Return the part of images ``(4, T, F)`` about the loudest pixel of the first, moved inwards at the edges."""
    peak = np.unravel_index(event[0].argmax(), event.shape[1:])
    starts = [
        min(max(int(place) - SIDE // 2, 0), length - SIDE) for place, length in zip(peak, event.shape[1:], strict=True)
    ]
    return event[:, starts[0] : starts[0] + SIDE, starts[1] : starts[1] + SIDE]
