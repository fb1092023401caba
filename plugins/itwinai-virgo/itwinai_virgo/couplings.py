"""Couplings: the ways in which a disturbance that a witness sees becomes noise of the strain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo.noise import white_spectrum

if TYPE_CHECKING:
    from collections.abc import Sequence

    Bands = Sequence[tuple[float, float]]

WAVELENGTH = 1.064e-6
"""Wavelength of the laser [m]."""

MAINS = 50.0
"""Frequency of the mains in Europe [Hz]."""


def linear(
    own: np.ndarray, witnesses: Sequence[np.ndarray], grid: np.ndarray, bands: Sequence[Bands], coherence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of white strain noise that are its own and that are the witnesses', band by band.

    Their sum is white and of unit density again.

    Args:
        own: Spectrum of the strain's own white noise, shape ``(F,)``.
        witnesses: Spectra of each witness's white noise, of the same shape.
        grid: Frequencies of the spectra [Hz], shape ``(F,)``.
        bands: Lowest and highest frequency [Hz] of each band in which a witness couples; no two overlap.
        coherence: Part of the strain's power that is the witness's, in that witness's bands.

    Returns:
        Spectra of the own part and of the coupled part, each of shape ``(F,)``.
    """
    own, coupled = own.copy(), np.zeros_like(own)
    for spectrum, ranges in zip(witnesses, bands, strict=True):
        for low, high in ranges:
            inside = slice(*np.searchsorted(grid, (low, high)))
            own[inside] *= np.sqrt(1.0 - coherence)
            coupled[inside] = np.sqrt(coherence) * spectrum[inside]
    return own, coupled


def bilinear(carrier: np.ndarray, modulation: np.ndarray, strength: float) -> np.ndarray:
    """Return noise that is the product of two disturbances, neither of which couples alone.

    A slow motion times the mains gives sidebands at the mains' frequency plus and minus that of the motion.

    Args:
        carrier: One disturbance, shape ``(N,)``.
        modulation: The other, shape ``(N,)``.
        strength: Noise [unit] where both are 1.
    """
    return np.asarray(strength * carrier * modulation)


def stray_light(motion: np.ndarray, phase: float, strength: float) -> np.ndarray:
    """Return noise of light that a moving surface scatters back into the beam.

    Light that goes to the surface and back gathers the phase ``4 pi x / wavelength``, so that motion of many
    wavelengths makes fringes of a frequency far above the motion's: ``2 v / wavelength`` at the velocity ``v``.

    Args:
        motion: Motion of the surface along the beam [m], shape ``(N,)``.
        phase: Phase of the fringe at rest [rad].
        strength: Highest noise [unit].

    Source:
        Accadia et al., Class. Quantum Grav. 27, 194011 (2010).
    """
    return np.asarray(strength * np.sin(4.0 * np.pi / WAVELENGTH * motion + phase))


def mains(samples: int, sample_rate: float, phase: float) -> np.ndarray:
    """Return the mains' voltage over its highest, shape ``(samples,)``, of a phase at the start [rad]."""
    return np.asarray(np.sin(2.0 * np.pi * MAINS / sample_rate * np.arange(samples) + phase))


def slow_motion(
    samples: int, sample_rate: float, band: tuple[float, float], slope: float, generator: np.random.Generator
) -> np.ndarray:
    """Return Gaussian motion of unit deviation, and of a density that is a power of frequency inside a band.

    Args:
        samples: Even length ``N``.
        sample_rate: Rate [Hz].
        band: Lowest and highest frequency [Hz], further apart than the inverse of the motion's duration.
        slope: Exponent of the amplitude spectral density; -2 is that of the ground's microseism above its peak.
        generator: Source of randomness.

    Returns:
        Motion, shape ``(N,)``; its deviation is 1 in the mean over seeds.
    """
    step = sample_rate / samples
    first, last = int(np.ceil(band[0] / step)), int(band[1] / step)
    shape = (np.arange(first, last + 1) * step) ** slope
    spectrum = np.zeros(samples // 2 + 1, dtype=np.complex128)
    drawn = white_spectrum(2 * len(shape), generator)[1:]
    spectrum[first : last + 1] = drawn * shape / np.sqrt(4.0 * np.sum(shape**2))
    return np.asarray(np.fft.irfft(spectrum, samples, norm="forward"))
