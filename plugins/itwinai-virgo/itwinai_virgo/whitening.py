"""Whitening of strain by a filter of finite length, whose settle-in is cropped."""

from __future__ import annotations

import numpy as np
from scipy import signal


def median_asd(values: np.ndarray, sample_rate: float, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the amplitude spectral density of a stretch, as the median over its parts.

    The median, not the mean: one loud glitch would lift the mean and dim every quieter one of the stretch.

    Args:
        values: Series, shape ``(N,)``.
        sample_rate: Rate [Hz].
        seconds: Length of a part [s]; parts overlap by half and are Hann-windowed.

    Returns:
        Frequencies [Hz] and densities [unit/sqrt(Hz)], both of shape ``(F,)``.

    Raises:
        ValueError: The stretch is shorter than one part.
    """
    part = round(seconds * sample_rate)
    if len(values) < part:
        raise ValueError(f"{len(values) / sample_rate:g} s are too short for a spectrum of {seconds:g} s parts")
    frequencies, power = signal.welch(values, sample_rate, "hann", nperseg=part, average="median", detrend="constant")
    return frequencies, np.sqrt(power)


def whitening_filter(frequencies: np.ndarray, asd: np.ndarray, sample_rate: float, seconds: float) -> np.ndarray:
    """Return the taps of a zero-phase filter that divides by a spectral density.

    The inverse density's impulse response is cut to a finite length under a Hann window, so that garbage reaches half
    the filter's length and no further.

    Args:
        frequencies: Frequencies of the density [Hz], shape ``(F,)``, rising from 0.
        asd: Amplitude spectral density [unit/sqrt(Hz)], shape ``(F,)``.
        sample_rate: Rate of the series to be filtered [Hz].
        seconds: Length of the filter [s].

    Returns:
        Taps [1/unit], odd in number and symmetric; white output has unit variance.

    Raises:
        ValueError: The density is zero or not finite somewhere.
    """
    if not np.isfinite(asd).all() or (asd[1:-1] <= 0).any():
        raise ValueError("the spectrum is zero or not finite at some frequency, so that nothing can be divided by it")
    half = round(seconds * sample_rate / 2)
    # At least as fine as the density, so that its lines are kept until the response is cut.
    length = max(2 * half, 2 * (len(frequencies) - 1))
    grid = np.fft.rfftfreq(length, 1.0 / sample_rate)
    inverse = 1.0 / np.interp(grid, frequencies[1:-1], asd[1:-1])
    inverse[0] = 0.0
    response = np.fft.irfft(inverse, length)
    taps = np.roll(response, half)[: 2 * half + 1] if length > 2 * half else np.append(np.roll(response, half), 0.0)
    return np.asarray(taps * np.hanning(2 * half + 1) * np.sqrt(2.0 / sample_rate))


def whiten(values: np.ndarray, sample_rate: float, filter_seconds: float, part_seconds: float) -> np.ndarray:
    """Return a stretch divided by its own spectral density, without the filter's settle-in.

    Args:
        values: Series, shape ``(N,)``.
        sample_rate: Rate [Hz].
        filter_seconds: Length of the filter [s]; half of it is cropped at each end.
        part_seconds: Length of the parts that the density is the median of [s].

    Returns:
        White series of unit variance, shape ``(N - filter_seconds * sample_rate,)``.

    Raises:
        ValueError: The stretch is too short, or its density is zero somewhere.
    """
    values = values - values.mean()
    taps = whitening_filter(*median_asd(values, sample_rate, part_seconds), sample_rate, filter_seconds)
    return np.asarray(signal.oaconvolve(values, taps, mode="valid"))
