"""The embedded default data: strain and witnesses of Virgo's measured noise, glitches coupled, truth kept."""

from __future__ import annotations

import numpy as np

from itwinai_virgo.glitches import FAMILIES, Family, scaled_to_snr
from itwinai_virgo.noise import coloured, density_at, virgo_curve, white_spectrum
from itwinai_virgo.strain import Channel, Recording
from itwinai_virgo.truth import Glitch, Truth

STRAIN = "V1:Hrec_hoft_16384Hz"
"""Strain of Virgo, as its frames name it."""

WITNESSES = ("V1:SPRB_B4_PD1_56MHz_Q", "V1:ENV_CEB_MAG_W", "V1:INJ_IMC_REFL_I_POST")
"""A photodiode on a suspended bench, a magnetometer of the central building, the laser's reflection."""

UNITS = ("V", "T", "V")

LEVELS = (1e-6, 1e-11, 1e-7)
"""Density of each witness's noise far above its corner [unit/sqrt(Hz)]."""

COUPLED_BANDS = (((16.0, 45.0),), ((45.0, 60.0), (95.0, 105.0)), ((110.0, 300.0),))
"""Where each witness's own noise is a part of the strain's [Hz]."""

GPS_START = 1_265_246_178.0
"""Start of the data, GPS [s]: the time at which their noise curve was measured."""

GLITCH_SECONDS = 4.0
"""Time about a glitch's centre over which its waveform is made [s]."""


def recording(seconds: int, sample_rate: float, rate: float, coherence: float, seed: int) -> tuple[Recording, Truth]:
    """Return a stretch of strain with its three witnesses, and the truth about its glitches.

    Of ten glitches of a family that has a witness, eight reach both channels, one the strain alone and one the
    witness alone. The ratio in the witness is 0.6 to 1.7 times that in the strain.

    Args:
        seconds: Length [s].
        sample_rate: Rate of all channels [Hz].
        rate: Mean number of glitches a second [Hz].
        coherence: Part of the strain's noise power that is a witness's noise, in that witness's bands.
        seed: Seed of everything random.
    """
    generator = np.random.default_rng(seed)
    samples = 2 * round(seconds * sample_rate / 2)
    grid = np.fft.rfftfreq(samples, 1.0 / sample_rate)
    densities = _densities(grid)
    own = [white_spectrum(samples, generator) for _ in WITNESSES]
    strain = white_spectrum(samples, generator)
    for bands, spectrum in zip(COUPLED_BANDS, own, strict=True):
        for low, high in bands:
            inside = (grid >= low) & (grid < high)
            strain[inside] = np.sqrt(1.0 - coherence) * strain[inside] + np.sqrt(coherence) * spectrum[inside]
    values = [
        coloured(spectrum, density, sample_rate) for spectrum, density in zip([strain, *own], densities, strict=True)
    ]
    truth = _inject(values, sample_rate, rate, generator)
    channels = [
        Channel(name, series, sample_rate, GPS_START, unit)
        for name, unit, series in zip((STRAIN, *WITNESSES), ("strain", *UNITS), values, strict=True)
    ]
    return Recording(strain=channels[0], witnesses=tuple(channels[1:])), Truth(glitches=tuple(truth))


def _densities(grid: np.ndarray) -> list[np.ndarray]:
    """Return the density of the strain and of each witness, white above a corner of 30 Hz, at some frequencies."""
    slope = np.sqrt(1.0 + (30.0 / np.maximum(grid, 1.0)) ** 2)
    return [density_at(grid, *virgo_curve()), *(level * slope for level in LEVELS)]


def _inject(values: list[np.ndarray], sample_rate: float, rate: float, generator: np.random.Generator) -> list[Glitch]:
    """Add glitches to the strain and witnesses in place; return the truth."""
    samples = round(GLITCH_SECONDS * sample_rate)
    time = (np.arange(samples) - samples // 2) / sample_rate
    densities = _densities(np.fft.rfftfreq(samples, 1.0 / sample_rate))
    room = len(values[0]) - samples
    truth = []
    for start in np.sort(generator.integers(0, room, size=generator.poisson(rate * room / sample_rate))):
        family = FAMILIES[generator.integers(len(FAMILIES))]
        snr, witness_snr = _ratios(family, generator)
        waveforms = family.waveforms(time, generator)
        if snr:
            values[0][start : start + samples] += scaled_to_snr(waveforms[0], densities[0], sample_rate, snr)
        if family.witness is not None and witness_snr:
            number = family.witness + 1
            scaled = scaled_to_snr(waveforms[1], densities[number], sample_rate, witness_snr)
            values[number][start : start + samples] += scaled
        witness = WITNESSES[family.witness] if family.witness is not None and witness_snr else ""
        gps = GPS_START + (start + samples // 2) / sample_rate
        truth.append(Glitch(family.name, float(gps), snr, witness, witness_snr))
    return truth


def _ratios(family: Family, generator: np.random.Generator) -> tuple[float, float]:
    """Return a glitch's ratios in the strain, 10 to 100 with many more weak ones, and in its witness."""
    snr = 10.0 / generator.uniform(0.1, 1.0)
    gain = np.exp(generator.uniform(-0.5, 0.5))
    draw = generator.uniform()
    if family.witness is None or draw < 0.1:
        return snr, 0.0
    return (0.0 if draw < 0.2 else snr), float(snr * gain)
