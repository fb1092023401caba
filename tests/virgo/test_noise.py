"""Generated noise has the spectral density of the measured curve."""

import numpy as np
import pytest
from scipy import signal, stats

from itwinai_virgo.noise import coloured, density_at, virgo_curve, white_spectrum

RATE = 1024.0


def virgo_noise(seconds, seed):
    """Return noise of Virgo's curve and its density at each frequency."""
    samples = int(seconds * RATE)
    density = density_at(np.fft.rfftfreq(samples, 1 / RATE), *virgo_curve())
    return coloured(white_spectrum(samples, np.random.default_rng(seed)), density, RATE)


def test_the_curve_is_virgos():
    frequencies, density = virgo_curve()
    assert frequencies[[0, 1, -1]].tolist() == [0.0, 0.5, 8192.0]
    at = dict(zip(frequencies.tolist(), density.tolist(), strict=True))
    # As read off the published O3b curve: 20 Hz, 100 Hz, 200 Hz and 1 kHz.
    for frequency, expected in ((20.0, 2.5e-22), (100.0, 5.5e-23), (200.0, 2.3e-23), (1000.0, 5.8e-23)):
        assert at[frequency] == pytest.approx(expected, rel=0.05)


def test_the_mains_stand_above_their_neighbours():
    frequencies, density = virgo_curve()
    line = density[np.abs(frequencies - 50.0) < 1.0].max()
    assert line > 1.2 * np.median(density[(frequencies > 52) & (frequencies < 60)])


def test_generated_noise_has_the_curves_density():
    noise = virgo_noise(512, 1)
    frequencies, power = signal.welch(noise, RATE, nperseg=int(4 * RATE))
    inside = (frequencies >= 15) & (frequencies <= 480)
    ratio = np.sqrt(power[inside]) / density_at(frequencies[inside], *virgo_curve())
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)
    assert np.percentile(np.abs(ratio - 1), 90) < 0.15


def test_white_noise_of_unit_density_has_the_variance_of_its_band():
    samples = int(64 * RATE)
    series = coloured(white_spectrum(samples, np.random.default_rng(2)), np.ones(samples // 2 + 1), RATE)
    assert len(series) == samples
    assert series.var() == pytest.approx(RATE / 2, rel=0.03)


def test_noise_is_gaussian():
    samples = int(16 * RATE)
    series = coloured(white_spectrum(samples, np.random.default_rng(3)), np.ones(samples // 2 + 1), RATE)
    assert stats.kstest(series / series.std(), "norm").pvalue > 0.01


def test_noise_depends_on_its_seed_alone():
    assert (virgo_noise(8, 4) == virgo_noise(8, 4)).all()
    assert np.abs(np.corrcoef(virgo_noise(8, 4), virgo_noise(8, 5))[0, 1]) < 0.2


def test_noise_has_no_offset():
    samples = 4096
    series = coloured(white_spectrum(samples, np.random.default_rng(6)), np.ones(samples // 2 + 1), RATE)
    assert series.mean() == pytest.approx(0.0, abs=1e-12 * series.std())


def test_a_density_is_kept_at_its_own_frequencies():
    frequencies, density = virgo_curve()
    assert density_at(frequencies[1:], frequencies, density) == pytest.approx(density[1:], rel=1e-9)


def test_a_power_law_is_kept_between_frequencies():
    frequencies = np.geomspace(1.0, 1000.0, 7)
    wanted = np.geomspace(2.0, 900.0, 50)
    assert density_at(wanted, frequencies, frequencies**-2.5) == pytest.approx(wanted**-2.5)


def test_a_density_is_constant_below_its_first_frequency_and_zeros_are_passed_over():
    found = density_at(np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 0.0, 3.0, 5.0]))
    assert found == pytest.approx([3.0, 3.0, 5.0])
