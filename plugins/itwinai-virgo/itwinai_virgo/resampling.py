"""Series at another rate, exact in length and time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy import signal

LARGEST_RATIO = 1 << 16
"""Largest denominator of the ratio of two rates."""

HALF_TAPS = 32
"""Samples on each side that a shift by part of a sample looks at."""


def resampled(values: np.ndarray, sample_rate: float, wanted: float) -> np.ndarray:
    """Return a series at another rate; its first sample keeps its time.

    Ends are filtered as if a line through the first and the last sample went on beyond them, so that a constant, such
    as a temperature, leaves no step there.

    Args:
        values: Series, shape ``(N,)``.
        sample_rate: Its rate [Hz].
        wanted: Rate to bring it to [Hz]; above its own, the new frequencies stay empty.

    Returns:
        Series that covers no more than the time of the old one, shape ``(floor(N * wanted / sample_rate),)``.
    """
    ratio = Fraction(wanted / sample_rate).limit_denominator(LARGEST_RATIO)
    if ratio == 1 or len(values) < 2:
        return values
    count = len(values) * ratio.numerator // ratio.denominator
    step = (values[-1] - values[0]) / (len(values) - 1)
    level = values - (values[0] + step * np.arange(len(values)))
    # Strain is a million times louder below 10 Hz than in the band; a Kaiser window of 10 keeps it from folding in.
    found = signal.resample_poly(level, ratio.numerator, ratio.denominator, window=("kaiser", 10.0))[:count]
    return np.asarray(found + values[0] + step * float(1 / ratio) * np.arange(count))


def shifted(values: np.ndarray, fraction: float) -> np.ndarray:
    """Return what a series would read part of a sample later, by windowed-sinc interpolation.

    Args:
        values: Series, shape ``(N,)``.
        fraction: Part of a sample, between -1 and 1.

    Returns:
        Series of the same length; the end samples are held where it looks beyond them.
    """
    offsets = np.arange(-HALF_TAPS, HALF_TAPS + 1)
    # A Kaiser window of 8 keeps nine tenths of the band flat to 1e-4.
    window = np.i0(8.0 * np.sqrt(np.maximum(1.0 - ((offsets - fraction) / (HALF_TAPS + 1)) ** 2, 0.0))) / np.i0(8.0)
    taps = np.sinc(offsets - fraction) * window
    padded = np.pad(values, HALF_TAPS, mode="edge")
    return np.asarray(signal.oaconvolve(padded, taps[::-1] / taps.sum(), mode="valid"))
