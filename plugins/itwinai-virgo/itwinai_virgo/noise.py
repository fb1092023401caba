"""Gaussian noise of a measured spectral density."""

from __future__ import annotations

from importlib.resources import files

import h5py
import numpy as np


def virgo_curve() -> tuple[np.ndarray, np.ndarray]:
    """Return the measured amplitude spectral density of Virgo in the run O3b.

    Returns:
        Frequencies [Hz] and densities [strain/sqrt(Hz)], both of shape ``(F,)``, lines included.

    Source:
        LIGO document P2000251; see ``sample/README.md``.
    """
    with files("itwinai_virgo").joinpath("sample/V1_O3_asd.hdf5").open("rb") as stream, h5py.File(stream) as file:
        curve = file["O3b_1265246178"]
        density = curve[()].astype(np.float64)
        return curve.attrs["f0"] + curve.attrs["df"] * np.arange(len(density)), density


def density_at(grid: np.ndarray, frequencies: np.ndarray, asd: np.ndarray) -> np.ndarray:
    """Return a spectral density at other frequencies.

    Args:
        grid: Frequencies wanted [Hz], shape ``(G,)``.
        frequencies: Frequencies of the density [Hz], shape ``(F,)``, rising.
        asd: Amplitude spectral density, shape ``(F,)``; zeros, as below a curve's first frequency, are passed over.

    Returns:
        Densities, interpolated in both logarithms, constant beyond the ends, shape ``(G,)``.
    """
    known = (frequencies > 0) & (asd > 0)
    lowest = frequencies[known][0]
    return np.asarray(
        np.exp(np.interp(np.log(np.maximum(grid, lowest)), np.log(frequencies[known]), np.log(asd[known])))
    )


def white_spectrum(samples: int, generator: np.random.Generator) -> np.ndarray:
    """Return the spectrum of white Gaussian noise of unit density per square root of a hertz.

    Args:
        samples: Even length ``N`` of the series that it is to become.
        generator: Source of randomness.

    Returns:
        Complex spectrum, shape ``(N/2 + 1,)``; ``coloured`` turns it into a series.
    """
    spectrum = generator.standard_normal(2 * (samples // 2 + 1)).view(np.complex128)
    spectrum[0] = 0.0
    spectrum[-1] = spectrum[-1].real * np.sqrt(2.0)
    return spectrum


def coloured(spectrum: np.ndarray, asd: np.ndarray, sample_rate: float) -> np.ndarray:
    """Return the series of a white spectrum times a spectral density.

    Args:
        spectrum: What ``white_spectrum`` returned, shape ``(N/2 + 1,)``.
        asd: One-sided amplitude spectral density at its frequencies [unit/sqrt(Hz)], same shape.
        sample_rate: Rate of the series [Hz].

    Returns:
        Series [unit], shape ``(N,)``.
    """
    samples = 2 * (len(spectrum) - 1)
    # A series of variance sample_rate / 2 has unit one-sided density; its spectrum's parts have variance N / 2.
    return np.fft.irfft(spectrum * asd * np.sqrt(sample_rate * samples / 4.0), samples)
