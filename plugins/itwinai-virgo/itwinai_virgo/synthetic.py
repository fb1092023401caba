"""The embedded default data: strain and witnesses of Virgo's measured noise, couplings and glitches, truth kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo import chirps, couplings
from itwinai_virgo.glitches import FAMILIES, scaled_to_snr
from itwinai_virgo.noise import coloured, density_at, virgo_curve, white_spectrum
from itwinai_virgo.strain import Channel, Recording
from itwinai_virgo.truth import Chirp, Glitch, Truth

if TYPE_CHECKING:
    from collections.abc import Sequence

STRAIN = "V1:Hrec_hoft_16384Hz"
"""Strain of Virgo, as its frames name it."""

WITNESSES = ("V1:SPRB_B4_PD1_56MHz_Q", "V1:ENV_CEB_MAG_W", "V1:INJ_IMC_REFL_I_POST")
"""A photodiode on a suspended bench, a magnetometer of the central building, the laser's reflection; every coupling can
be seen in their images."""

EVERY_WITNESS = (*WITNESSES, "V1:INJ_IMC_QD_FF_DC_V", "V1:ENV_IB_CT_FINGER_ACC_Y")
"""The same, and two slow ones below the images' band: the beam's angle, and the motion of the bench."""

UNITS = ("V", "T", "V", "rad", "m")

LEVELS = (1e-6, 1e-11, 1e-7, 1e-10, 1e-10)
"""Density of each witness's noise far above its corner [unit/sqrt(Hz)]."""

COUPLED_BANDS = (((16.0, 45.0),), ((45.0, 60.0), (95.0, 105.0)), ((110.0, 300.0),), (), ())
"""Where each witness's own noise is a part of the strain's [Hz]."""

ANGLE_BAND = (0.5, 5.0)
"""Frequencies of the beam's angle [Hz], which modulates the mains: sidebands at 45 to 55 Hz."""

BENCH_BAND = (0.1, 0.5)
"""Frequencies of the bench's motion [Hz], which is that of the ground's microseism."""

BENCH_MOTION, BEAM_ANGLE = 1e-5, 1e-6
"""Deviations of the bench's motion [m] and of the beam's angle [rad]."""

STRAY_LIGHT, SIDEBANDS = 3e-22, 1e-22
"""Strain of the brightest fringe, and of the mains' sidebands at a beam's angle of one deviation."""

SEEN_FRINGES, SEEN_SIDEBANDS = 8e-6, 2e-6
"""The same in the photodiode on the bench and in the laser's reflection [V]."""

GPS_START = 1_265_246_178.0
"""Start of the data, GPS [s]: the time at which their noise curve was measured."""

GLITCH_SECONDS = 4.0
"""Time about a glitch's centre over which its waveform is made [s]."""

NOISE, COUPLINGS, GLITCHES, WAVEFORMS, CHIRPS = range(5)
"""Streams of randomness of one seed, so that each part of the data stays as it is when another changes."""


def recording(  # noqa: PLR0913, PLR0917  a number for each part of the data
    seconds: int,
    sample_rate: float,
    rate: float,
    coherence: float,
    seed: int,
    chirp_rate: float = 0.0,
    witnesses: Sequence[str] = WITNESSES,
) -> tuple[Recording, Truth]:
    """Return a stretch of strain with its witnesses, and the truth about it.

    Each part depends on the seed and on its own arguments alone, so that data with and without glitches, say, have the
    same noise, and data of two rates the same glitches and chirps.

    Args:
        seconds: Length [s], 16 or more.
        sample_rate: Rate of all channels [Hz], 256 or more.
        rate: Mean number of glitches a second [Hz].
        coherence: Part of the strain's noise power that is a witness's noise, in that witness's bands.
        seed: Seed of everything random.
        chirp_rate: Mean number of mergers a second [Hz].
        witnesses: Names of the witnesses wanted, of ``EVERY_WITNESS``.
    """
    samples = 2 * round(seconds * sample_rate / 2)
    grid = np.fft.rfftfreq(samples, 1.0 / sample_rate)
    densities = _densities(grid)
    own = [white_spectrum(samples, _stream(seed, NOISE, number)) for number in range(1 + len(EVERY_WITNESS))]
    alone, coupled = couplings.linear(own[0], own[1:], grid, COUPLED_BANDS, coherence)
    clean = coloured(alone, densities[0], sample_rate)
    explained = coloured(coupled, densities[0], sample_rate)
    seen = {
        name: coloured(own[1 + number], densities[1 + number], sample_rate)
        for number, name in enumerate(EVERY_WITNESS)
        if name in witnesses
    }
    _couple(explained, seen, sample_rate, seed)
    truth = events(seconds, rate, seed, chirp_rate)
    _add_glitches(clean, explained, seen, truth.glitches, sample_rate, seed)
    _add_chirps(clean, truth.chirps, sample_rate, seed)
    channels = [
        Channel(name, seen[name], sample_rate, GPS_START, UNITS[EVERY_WITNESS.index(name)]) for name in witnesses
    ]
    strain, without = (
        Channel(STRAIN, values, sample_rate, GPS_START, "strain") for values in (clean + explained, clean)
    )
    return Recording(strain, tuple(channels)), Truth(truth.glitches, truth.chirps, without)


def events(seconds: float, rate: float, seed: int, chirp_rate: float = 0.0) -> Truth:
    """Return the glitches and chirps of a stretch, without making the data.

    Of ten glitches of a family that has a witness, eight reach both channels, one the strain alone and one the
    witness alone. The ratio in the witness is 0.6 to 1.7 times that in the strain.

    Args:
        seconds: Length [s].
        rate: Mean number of glitches a second [Hz].
        seed: Seed of everything random.
        chirp_rate: Mean number of mergers a second [Hz].
    """
    generator = _stream(seed, GLITCHES)
    margin = GLITCH_SECONDS / 2
    room = max(seconds - GLITCH_SECONDS, 0.0)
    times = np.sort(generator.uniform(0.0, room, size=generator.poisson(rate * room)))
    glitches = tuple(_glitch(GPS_START + margin + float(time), generator) for time in times)
    generator = _stream(seed, CHIRPS)
    times = np.sort(generator.uniform(0.0, room, size=generator.poisson(chirp_rate * room)))
    return Truth(glitches, tuple(_chirp(GPS_START + margin + float(time), generator) for time in times))


def _stream(seed: int, *part: int) -> np.random.Generator:
    """Return the source of randomness of one part of the data."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=part))


def _densities(grid: np.ndarray) -> list[np.ndarray]:
    """Return the density of the strain and of each witness, white above a corner of 30 Hz, at some frequencies."""
    slope = np.sqrt(1.0 + (30.0 / np.maximum(grid, 1.0)) ** 2)
    return [density_at(grid, *virgo_curve()), *(level * slope for level in LEVELS)]


def _couple(explained: np.ndarray, seen: dict[str, np.ndarray], sample_rate: float, seed: int) -> None:
    """Add stray light and the mains' sidebands to the strain's explained part, and to the witnesses that see them."""
    generator = _stream(seed, COUPLINGS)
    samples = len(explained)
    bench = BENCH_MOTION * couplings.slow_motion(samples, sample_rate, BENCH_BAND, -2.0, generator)
    angle = couplings.slow_motion(samples, sample_rate, ANGLE_BAND, 0.0, generator)
    turn, mains_phase = generator.uniform(0.0, 2.0 * np.pi, size=2)
    sidebands = couplings.bilinear(couplings.mains(samples, sample_rate, mains_phase), angle, 1.0)
    explained += couplings.stray_light(bench, turn, STRAY_LIGHT) + SIDEBANDS * sidebands
    parts = (
        # An eighth of a fringe away: light takes another way to the photodiode.
        lambda: couplings.stray_light(bench, turn + 0.25 * np.pi, SEEN_FRINGES),
        None,
        lambda: SEEN_SIDEBANDS * sidebands,
        lambda: BEAM_ANGLE * angle,
        lambda: bench,
    )
    for name, part in zip(EVERY_WITNESS, parts, strict=True):
        if part is not None and name in seen:
            seen[name] += part()


def _glitch(gps: float, generator: np.random.Generator) -> Glitch:
    """Return a glitch of any family, its ratio in the strain 10 to 100 with many more weak ones."""
    family = FAMILIES[generator.integers(len(FAMILIES))]
    snr = 10.0 / generator.uniform(0.1, 1.0)
    gain = np.exp(generator.uniform(-0.5, 0.5))
    draw = generator.uniform()
    if family.witness is None or draw < 0.1:
        return Glitch(family.name, gps, float(snr), "", 0.0)
    return Glitch(family.name, gps, 0.0 if draw < 0.2 else float(snr), EVERY_WITNESS[family.witness], float(snr * gain))


def _chirp(gps: float, generator: np.random.Generator) -> Chirp:
    """Return a chirp of any masses, its ratio 8 to 40 with many more weak ones."""
    lighter, heavier = np.sort(generator.uniform(1.2, 40.0, size=2)).tolist()
    start = gps - chirps.time_to_merger(chirps.LOWEST, (heavier, lighter))
    return Chirp(gps, start, float(8.0 / generator.uniform(0.2, 1.0)), (heavier, lighter))


def _add_glitches(  # noqa: PLR0913, PLR0917  three series to write to
    clean: np.ndarray,
    explained: np.ndarray,
    seen: dict[str, np.ndarray],
    glitches: Sequence[Glitch],
    sample_rate: float,
    seed: int,
) -> None:
    """Add glitches to the strain's part that a witness explains or to its other part, and to the witnesses."""
    families = {family.name: family for family in FAMILIES}
    samples = 2 * round(GLITCH_SECONDS * sample_rate / 2)
    densities = _densities(np.fft.rfftfreq(samples, 1.0 / sample_rate))
    for number, glitch in enumerate(glitches):
        centre = (glitch.gps - GPS_START) * sample_rate
        start = min(max(round(centre) - samples // 2, 0), len(clean) - samples)
        time = (start + np.arange(samples) - centre) / sample_rate
        waveforms = families[glitch.family].waveforms(time, _stream(seed, WAVEFORMS, number))
        if glitch.snr:
            target = explained if glitch.witness else clean
            target[start : start + samples] += scaled_to_snr(waveforms[0], densities[0], sample_rate, glitch.snr)
        if glitch.witness in seen:
            density = densities[1 + EVERY_WITNESS.index(glitch.witness)]
            scaled = scaled_to_snr(waveforms[1], density, sample_rate, glitch.witness_snr)
            seen[glitch.witness][start : start + samples] += scaled


def _add_chirps(clean: np.ndarray, found: Sequence[Chirp], sample_rate: float, seed: int) -> None:
    """Add chirps to the strain; what lies before its start is lost, and the ratio is that of what is left."""
    generator = _stream(seed, CHIRPS, 0)
    for chirp in found:
        merger = (chirp.gps - GPS_START) * sample_rate
        first = max(0, int(merger - (chirp.gps - chirp.start + 1.0) * sample_rate))
        samples = 2 * (min(len(clean), int(merger + sample_rate)) // 2 - first // 2)
        waveform = chirps.inspiral(
            samples, sample_rate, (merger - first) / sample_rate, chirp.masses, generator.uniform(0.0, 2.0 * np.pi)
        )
        density = density_at(np.fft.rfftfreq(samples, 1.0 / sample_rate), *virgo_curve())
        clean[first : first + samples] += scaled_to_snr(waveform, density, sample_rate, chirp.snr)
