"""Signals put into strain to see whether they survive: chirps that no witness sees, and the energy that is left."""

from __future__ import annotations

import numpy as np

from itwinai_virgo import chirps
from itwinai_virgo.glitches import scaled_to_snr

EVERY_SECONDS = 12.0
"""Time from merger to merger [s]."""

RATIO = (8.0, 40.0)
"""Lowest and highest ratio of signal to noise of what is put in, more of them weak."""

TRACK = 2.0
"""Energy of the signal alone, over the strain's median in its row, that makes a pixel part of its track."""

LOST = 0.5
"""Part of its energy below which a signal counts as lost."""


def injections(
    values: np.ndarray, sample_rate: float, density: tuple[np.ndarray, np.ndarray], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return a series of chirps to be added to strain.

    Masses are 5 to 40 times the sun's, so that a chirp is over before the next begins.

    Args:
        values: Strain, shape ``(N,)``.
        sample_rate: Rate [Hz].
        density: Frequencies [Hz] and the strain's amplitude spectral density [1/sqrt(Hz)] there.
        seed: Seed of masses, phases and ratios.

    Returns:
        Signals, shape ``(N,)``, and the times of their mergers after the first sample [s], shape ``(K,)``.
    """
    generator = np.random.default_rng(seed)
    out = np.zeros(len(values))
    samples = 2 * round(EVERY_SECONDS * sample_rate / 2)
    asd = np.interp(np.fft.rfftfreq(samples, 1.0 / sample_rate), *density)
    usable = np.where(asd > 0, asd, np.inf)
    mergers = []
    for first in range(0, len(values) - samples + 1, samples):
        lighter, heavier = np.sort(generator.uniform(5.0, 40.0, size=2)).tolist()
        merger = EVERY_SECONDS * generator.uniform(0.6, 0.9)
        waveform = chirps.inspiral(samples, sample_rate, merger, (heavier, lighter), generator.uniform(0.0, 2 * np.pi))
        ratio = RATIO[0] / generator.uniform(RATIO[0] / RATIO[1], 1.0)
        out[first : first + samples] += scaled_to_snr(waveform, usable, sample_rate, ratio)
        mergers.append(first / sample_rate + merger)
    return out, np.array(mergers)


def energy_kept(alone: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
    """Return the part of a signal's energy along its track that is left after cleaning.

    What the signal adds to the images is compared, with and without it and all else alike, so that noise on the track
    does not count.

    Args:
        alone: Scaled energies ``ln(1 + E)`` of the signal alone; its track is where ``E`` is above ``TRACK``.
        before: Images with and without the signal, shape ``(2, ...)``, before cleaning.
        after: Likewise after it.

    Returns:
        About 1 where nothing is lost; not-a-number where the signal has no track.
    """
    track = np.expm1(alone) > TRACK
    gains = [
        float((np.expm1(images[0].astype(np.float64)) - np.expm1(images[1].astype(np.float64)))[track].sum())
        for images in (before, after)
    ]
    return gains[1] / gains[0] if track.any() and gains[0] > 0 else float("nan")
