"""Chirps: the inspirals of compact binaries, which reach the strain and no witness."""

from __future__ import annotations

import numpy as np

SUN = 4.925490947e-6
"""Mass of the sun, times G / c^3 [s]."""

LOWEST = 16.0
"""Frequency at which a chirp enters the band [Hz]."""


def last_stable_frequency(masses: tuple[float, float]) -> float:
    """Return the frequency of the waves of the last stable circular orbit [Hz], ``1 / (6^(3/2) pi M)``.

    Args:
        masses: Masses of the two bodies in the detector's frame [solar masses].
    """
    return float(1.0 / (6.0**1.5 * np.pi * sum(masses) * SUN))


def coefficients(masses: tuple[float, float]) -> np.ndarray:
    """Return the post-Newtonian series of the stationary phase of bodies without spin.

    Args:
        masses: Masses of the two bodies in the detector's frame [solar masses].

    Returns:
        Shape ``(2, 8)``: factors of ``v^k``, and of ``v^k ln(v)``, for ``k`` from 0 to 7, with ``v`` the cube root of
        ``pi M f``; the phase is ``3 / (128 eta v^5)`` times the series. Its constant and its shift of time are left
        out.

    Source:
        Buonanno et al., Phys. Rev. D 80, 084043 (2009), arXiv:0907.0700, equation 3.18.
    """
    eta = masses[0] * masses[1] / sum(masses) ** 2
    pi2 = np.pi**2
    plain = [
        1.0,
        0.0,
        20.0 / 9.0 * (743.0 / 336.0 + 11.0 / 4.0 * eta),
        -16.0 * np.pi,
        10.0 * (3058673.0 / 1016064.0 + 5429.0 / 1008.0 * eta + 617.0 / 144.0 * eta**2),
        np.pi * (38645.0 / 756.0 - 65.0 / 9.0 * eta),
        11583231236531.0 / 4694215680.0
        - 640.0 / 3.0 * pi2
        - 6848.0 / 21.0 * (np.euler_gamma + np.log(4.0))
        + (2255.0 / 12.0 * pi2 - 15737765635.0 / 3048192.0) * eta
        + 76055.0 / 1728.0 * eta**2
        - 127825.0 / 1296.0 * eta**3,
        np.pi * (77096675.0 / 254016.0 + 378515.0 / 1512.0 * eta - 74045.0 / 756.0 * eta**2),
    ]
    logarithms = [0.0] * 5 + [3.0 * plain[5], -6848.0 / 21.0, 0.0]
    return np.array([plain, logarithms])


def phase(frequency: np.ndarray, masses: tuple[float, float]) -> np.ndarray:
    """Return the phase of a chirp's spectrum [rad], of a merger at time 0; the spectrum turns as ``exp(-i phase)``.

    Args:
        frequency: Frequencies of the waves [Hz], above 0, shape ``(F,)``.
        masses: Masses of the two bodies in the detector's frame [solar masses].
    """
    eta = masses[0] * masses[1] / sum(masses) ** 2
    v = np.cbrt(np.pi * sum(masses) * SUN * frequency)
    plain, logarithms = coefficients(masses)
    series = np.polyval(plain[::-1], v) + np.log(v) * np.polyval(logarithms[::-1], v)
    return np.asarray(3.0 / (128.0 * eta) * series / v**5)


def time_to_merger(frequency: float, masses: tuple[float, float]) -> float:
    """Return how long before the merger a chirp has some frequency [s]: minus the slope of the phase over 2 pi.

    Args:
        frequency: Frequency of the waves [Hz].
        masses: Masses of the two bodies in the detector's frame [solar masses].
    """
    eta = masses[0] * masses[1] / sum(masses) ** 2
    v = float(np.cbrt(np.pi * sum(masses) * SUN * frequency))
    plain, logarithms = coefficients(masses)
    # The derivative of v^(k-5) and of v^(k-5) ln(v), with dv/df = v / (3 f).
    powers = v ** (np.arange(8) - 5.0)
    slope = powers * ((np.arange(8) - 5.0) * (plain + logarithms * np.log(v)) + logarithms)
    return float(-3.0 / (128.0 * eta) * slope.sum() / (3.0 * frequency) / (2.0 * np.pi))


def inspiral(samples: int, sample_rate: float, merger: float, masses: tuple[float, float], angle: float) -> np.ndarray:
    """Return the strain of an inspiral, of an amplitude to be scaled, in the approximation of a stationary phase.

    The spectrum's amplitude is ``f^(-7/6)`` from ``LOWEST`` on. It rises over the first twentieth above that, and falls
    to zero over the last tenth below the last stable orbit, or below nine tenths of the Nyquist frequency.

    Args:
        samples: Even length ``N``.
        sample_rate: Rate [Hz].
        merger: Time of the merger after the first sample [s]; what lies before the first sample is cut off.
        masses: Masses of the two bodies in the detector's frame [solar masses].
        angle: Phase at the merger [rad].

    Returns:
        Strain, shape ``(N,)``.
    """
    ahead = max(0, int(np.ceil((time_to_merger(LOWEST, masses) + 1.0 - merger) * sample_rate)))
    length = _quick(samples + ahead)
    grid = np.fft.rfftfreq(length, 1.0 / sample_rate)
    highest = min(last_stable_frequency(masses), 0.45 * sample_rate)
    band = slice(*np.searchsorted(grid, (LOWEST, highest)))
    inside = grid[band]
    rise = np.clip((inside / LOWEST - 1.0) / 0.05, 0.0, 1.0)
    fall = np.clip((1.0 - inside / highest) / 0.1, 0.0, 1.0)
    taper = np.sin(0.5 * np.pi * rise) ** 2 * np.sin(0.5 * np.pi * fall) ** 2
    turns = phase(inside, masses) + 2.0 * np.pi * inside * (merger + ahead / sample_rate) + angle
    spectrum = np.zeros(len(grid), dtype=np.complex128)
    spectrum[band] = taper * inside ** (-7.0 / 6.0) * np.exp(-1j * turns)
    return np.asarray(sample_rate * np.fft.irfft(spectrum, length)[ahead : ahead + samples])


def _quick(samples: int) -> int:
    """Return the next even length that a Fourier transform is quick at."""
    return int(2 ** np.ceil(np.log2(samples)))
