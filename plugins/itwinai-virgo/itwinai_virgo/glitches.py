"""Families of glitches: what the strain sees, and what a witness sees of the same disturbance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Waveforms = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Family:
    """A kind of glitch.

    Attributes:
        name: Name that Gravity Spy or Virgo's own classification gives it.
        witness: Number of the witness channel that sees its cause; None where no cause is known.
        waveforms: Takes times about the centre [s], shape ``(N,)``, and a generator; returns waveforms of any
            amplitude in the strain and in the witness, each of shape ``(N,)``.
    """

    name: str
    witness: int | None
    waveforms: Callable[[np.ndarray, np.random.Generator], Waveforms]


def sine_gaussian(time: np.ndarray, frequency: float, q: float) -> np.ndarray:
    """Return a burst of one frequency under a Gaussian.

    Args:
        time: Times about the centre [s], shape ``(N,)``.
        frequency: Centre frequency [Hz].
        q: Quality factor; the Gaussian's width is ``q / (2 pi frequency)`` [s], over sqrt(2) in energy.

    Returns:
        Waveform of unit amplitude, shape ``(N,)``.
    """
    width = q / (2.0 * np.pi * frequency)
    return np.asarray(np.exp(-0.5 * (time / width) ** 2) * np.cos(2.0 * np.pi * frequency * time))


def blip(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a blip, a few milliseconds about 200 Hz; no channel is known to see its cause."""
    waveform = sine_gaussian(time, generator.uniform(120.0, 300.0), generator.uniform(4.0, 8.0))
    return waveform, np.zeros_like(waveform)


def tomte(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a tomte, the blip's slower kin about 40 Hz; the witness sees it twice as short."""
    frequency, q = generator.uniform(32.0, 60.0), generator.uniform(4.0, 8.0)
    return sine_gaussian(time, frequency, q), sine_gaussian(time, 2.0 * frequency, q)


def scattered_light(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return arches of stray light that a swinging bench sends back.

    The phase is ``4 pi x(t) / wavelength``; light that goes to and fro twice has twice the phase, so that the strain
    shows a second arch at twice the frequency, which the photodiode on the bench does not see.

    Source:
        Accadia et al., Class. Quantum Grav. 27, 194011 (2010).
    """
    swing = generator.uniform(0.25, 0.5)
    highest = generator.uniform(25.0, 70.0)
    phase = highest / swing * np.sin(2.0 * np.pi * swing * time)
    arch = np.cos(np.pi * swing * np.clip(time, -0.5 / swing, 0.5 / swing)) ** 2
    return arch * (np.sin(phase) + generator.uniform(0.3, 0.9) * np.sin(2.0 * phase)), arch * np.sin(phase)


def whistle(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a whistle: a control oscillator's beat that sweeps down to a lowest frequency and up again."""
    lowest, span = generator.uniform(90.0, 160.0), generator.uniform(60.0, 180.0)
    length = generator.uniform(0.15, 0.5)
    phase = 2.0 * np.pi * (lowest * time + span * time**3 / (3.0 * length**2))
    envelope = np.exp(-0.5 * (time / (0.6 * length)) ** 2)
    return envelope * np.sin(phase), envelope * np.sin(phase + generator.uniform(0.0, 2.0 * np.pi))


def low_frequency_burst(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a rumble of 15 to 45 Hz, as of thunder; the witness sees the disturbance before the building damps it."""
    envelope = np.exp(-0.5 * (time / generator.uniform(0.1, 0.5)) ** 2)
    tones = generator.uniform(15.0, 45.0, size=12)
    phases = generator.uniform(0.0, 2.0 * np.pi, size=12)
    waves = np.sin(2.0 * np.pi * tones[:, None] * time + phases[:, None])
    return envelope * ((15.0 / tones) @ waves), envelope * waves.sum(axis=0)


def power_line(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a burst of mains current at 50 Hz; iron saturates, so that the strain has harmonics besides."""
    rise = generator.uniform(0.1, 0.7)
    envelope = np.exp(-0.5 * (time / rise) ** 2)
    phase = 2.0 * np.pi * 50.0 * time + generator.uniform(0.0, 2.0 * np.pi)
    harmonics = np.sin(2.0 * phase) * generator.uniform(0.1, 0.5) + np.sin(3.0 * phase) * generator.uniform(0.2, 0.8)
    return envelope * (np.sin(phase) + envelope * harmonics), envelope * np.sin(phase)


FAMILIES = (
    Family("scattered_light", 0, scattered_light),
    Family("power_line", 1, power_line),
    Family("low_frequency_burst", 1, low_frequency_burst),
    Family("whistle", 2, whistle),
    Family("tomte", 2, tomte),
    Family("blip", None, blip),
)
"""All families; Scattered light's bench is witness 0, the building's magnetometer 1, the laser's injection 2."""


def scaled_to_snr(waveform: np.ndarray, asd: np.ndarray, sample_rate: float, snr: float) -> np.ndarray:
    """Return a waveform scaled to a signal-to-noise ratio.

    Args:
        waveform: Waveform of any amplitude, shape ``(N,)``.
        asd: One-sided amplitude spectral density [unit/sqrt(Hz)] at its ``N/2 + 1`` frequencies.
        sample_rate: Rate [Hz].
        snr: Ratio wanted, that of a matched filter.

    Returns:
        Waveform [unit], shape ``(N,)``.
    """
    spectrum = np.fft.rfft(waveform) / sample_rate
    power = 4.0 * np.sum(np.abs(spectrum[1:] / asd[1:]) ** 2) * sample_rate / len(waveform)
    return np.asarray(waveform * (snr / np.sqrt(power)))
