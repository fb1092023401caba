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

    No waveform has power above the Nyquist frequency of its times: where a family's frequencies do not fit below it,
    they are drawn lower.

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
    """Return a blip, a few milliseconds of 100 to 260 Hz; no channel is known to see its cause."""
    frequency = _below(0.26, time, 100.0, 260.0, generator)
    return sine_gaussian(time, frequency, generator.uniform(3.5, 5.5)), np.zeros_like(time)


def tomte(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a tomte, the blip's slower kin of 32 to 56 Hz; the witness sees it twice as short."""
    frequency, q = _below(0.134, time, 32.0, 56.0, generator), generator.uniform(3.5, 6.0)
    return sine_gaussian(time, frequency, q), sine_gaussian(time, 2.0 * frequency, q)


def scattered_light(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return arches of stray light that a swinging bench sends back.

    The phase is ``4 pi x(t) / wavelength``; light that goes to and fro twice has twice the phase, so that the strain
    shows a second arch at twice the frequency, which the photodiode on the bench does not see.

    Source:
        Accadia et al., Class. Quantum Grav. 27, 194011 (2010).
    """
    swing = generator.uniform(0.14, 0.22)
    highest = generator.uniform(17.0, 34.0)
    phase = highest / swing * np.sin(2.0 * np.pi * swing * time)
    arch = np.cos(2.0 * np.pi * swing * np.clip(time, -0.25 / swing, 0.25 / swing)) ** 2
    return arch * (np.sin(phase) + generator.uniform(0.05, 0.15) * np.sin(2.0 * phase)), arch * np.sin(phase)


def whistle(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a whistle: a control oscillator's beat that sweeps down to a lowest frequency and up again.

    The lowest is 400 to 800 Hz and the ends are below 1200 Hz, where the rate is 3530 Hz or more; at a lower rate all
    frequencies are lower in proportion. At 1024 Hz they are 116 to 232 Hz and below 348 Hz, inside the images' band.
    """
    scale = min(1.0, _rate(time) * 0.34 / 1200.0)
    lowest, span = scale * generator.uniform(400.0, 800.0), scale * generator.uniform(200.0, 400.0)
    length = generator.uniform(0.02, 0.07)
    sweep = span * np.sign(time) * (np.abs(time) + length * np.expm1(-np.abs(time) / length))
    phase = 2.0 * np.pi * (lowest * time + sweep)
    envelope = np.exp(-0.5 * (time / length) ** 2)
    return envelope * np.sin(phase), envelope * np.sin(phase + generator.uniform(0.0, 2.0 * np.pi))


def low_frequency_burst(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a rumble of 11 to 12 Hz with a tail up to 35 Hz, as of thunder.

    The ground's motion and the strain's noise fall alike with frequency, as its fourth power, so that the tail stands
    above the noise although it is weak. The witness sees the disturbance before the building damps it.
    """
    envelope = np.exp(-0.5 * (time / generator.uniform(0.16, 0.24)) ** 2)
    tones = np.append(generator.uniform(10.9, 12.2, size=2), generator.uniform(16.0, 35.0, size=10))
    phases = np.append(np.full(2, generator.uniform(0.0, 6.2)), generator.uniform(0.0, 2.0 * np.pi, size=10))
    waves = np.sin(2.0 * np.pi * tones[:, None] * time + phases[:, None])
    weights = np.append(np.ones(2), np.full(10, 0.55))
    return envelope * ((weights * (12.0 / tones) ** 4) @ waves), envelope * waves.sum(axis=0)


def power_line(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a burst of mains current at 50 Hz; iron saturates, so that the strain has harmonics besides."""
    rise = generator.uniform(0.2, 0.4)
    envelope = np.exp(-0.5 * (time / rise) ** 2)
    phase = 2.0 * np.pi * 50.0 * time + generator.uniform(0.0, 2.0 * np.pi)
    second, third = generator.uniform(0.1, 0.3), generator.uniform(0.2, 0.8)
    harmonics = second * np.sin(2.0 * phase)
    if _rate(time) > 320.0:
        harmonics += third * np.sin(3.0 * phase)
    return envelope * (np.sin(phase) + envelope * harmonics), envelope * np.sin(phase)


def scratchy(time: np.ndarray, generator: np.random.Generator) -> Waveforms:
    """Return a scratch: a second or two about 80 to 115 Hz that wavers a few times a second."""
    frequency = _below(0.4, time, 80.0, 115.0, generator)
    waver, depth = generator.uniform(2.0, 5.0), generator.uniform(2.0, 8.0)
    phase = 2.0 * np.pi * frequency * time + depth / waver * np.sin(2.0 * np.pi * waver * time)
    envelope = np.exp(-0.5 * (time / generator.uniform(0.25, 0.4)) ** 2)
    # The photodiode's own response rises with frequency, which tilts what it sees.
    tilt = 1.0 + depth / frequency * np.cos(2.0 * np.pi * waver * time)
    return envelope * np.sin(phase), envelope * tilt * np.cos(phase)


FAMILIES = (
    Family("scattered_light", 0, scattered_light),
    Family("power_line", 1, power_line),
    Family("low_frequency_burst", 1, low_frequency_burst),
    Family("whistle", 2, whistle),
    Family("tomte", 2, tomte),
    Family("scratchy", 0, scratchy),
    Family("blip", None, blip),
)
"""All families; scattered light's bench is witness 0, the building's magnetometer 1, the laser's injection 2."""


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


def _rate(time: np.ndarray) -> float:
    """Return the rate of evenly spaced times [Hz]."""
    return float((len(time) - 1) / (time[-1] - time[0]))


def _below(part: float, time: np.ndarray, low: float, high: float, generator: np.random.Generator) -> float:
    """Return a frequency between two [Hz], both lower where the higher is above a part of the rate."""
    top = min(high, part * _rate(time))
    bottom = min(low, 0.7 * top)
    return float(generator.uniform(bottom, top))
