"""Whitening makes the noise white, keeps bursts where they are, and crops what the ends have spoilt."""

import itertools
import warnings

import numpy as np
import pytest
from scipy import signal

from itwinai_virgo.noise import coloured, density_at, virgo_curve, white_spectrum
from itwinai_virgo.whitening import median_asd, whiten, whitening_filter

RATE = 1024.0


@pytest.fixture(scope="module")
def virgo_noise():
    """Return 256 s of noise of Virgo's curve."""
    samples = int(256 * RATE)
    density = density_at(np.fft.rfftfreq(samples, 1 / RATE), *virgo_curve())
    return coloured(white_spectrum(samples, np.random.default_rng(5)), density, RATE)


def octaves(white, edges=(16, 32, 64, 128, 256, 500)):
    """Return the mean power of each octave over that of unit variance."""
    frequencies, power = signal.welch(white, RATE, nperseg=2048)
    return [
        power[(frequencies >= low) & (frequencies < high)].mean() * RATE / 2 for low, high in itertools.pairwise(edges)
    ]


def test_white_noise_stays_as_it_is_but_for_its_unit(rng):
    white = whiten(1e-21 * rng.normal(size=int(64 * RATE)), RATE, 2.0, 4.0)
    assert white.std() == pytest.approx(1.0, abs=0.03)


def test_virgos_noise_becomes_white(virgo_noise):
    white = whiten(virgo_noise, RATE, 4.0, 4.0)
    assert white.std() == pytest.approx(1.0, abs=0.03)
    assert octaves(white) == pytest.approx([1.0] * 5, abs=0.05)


def test_white_noise_of_the_detector_is_gaussian(virgo_noise):
    white = whiten(virgo_noise, RATE, 4.0, 4.0)
    assert np.mean(np.abs(white) < 1.0) == pytest.approx(0.683, abs=0.01)
    assert np.mean(np.abs(white) < 2.0) == pytest.approx(0.954, abs=0.01)


def test_half_the_filter_is_cropped_at_each_end(virgo_noise):
    assert len(whiten(virgo_noise, RATE, 4.0, 4.0)) == len(virgo_noise) - 4 * RATE
    assert len(whiten(virgo_noise, RATE, 1.0, 4.0)) == len(virgo_noise) - 1 * RATE


def test_garbage_beyond_the_ends_stays_beyond_them(virgo_noise):
    taps = whitening_filter(*median_asd(virgo_noise, RATE, 4.0), RATE, 4.0)
    spoilt = virgo_noise.copy()
    spoilt[: int(8 * RATE)] *= -50.0
    clean, dirty = (signal.oaconvolve(series, taps, mode="valid") for series in (virgo_noise, spoilt))
    assert dirty[int(8 * RATE) :] == pytest.approx(clean[int(8 * RATE) :], abs=1e-8)
    assert np.abs(dirty[: int(7 * RATE)] - clean[: int(7 * RATE)]).max() > 1.0


def test_a_burst_stays_in_its_place(virgo_noise):
    time = np.arange(len(virgo_noise)) / RATE - 100.0
    loud = virgo_noise + 3e-21 * np.exp(-((time / 0.01) ** 2)) * np.cos(2 * np.pi * 150 * time)
    white = whiten(loud, RATE, 4.0, 4.0)
    assert np.abs(white).argmax() / RATE + 2.0 == pytest.approx(100.0, abs=2 / RATE)
    assert np.abs(white).max() > 10.0


def test_the_unit_does_not_matter(virgo_noise):
    assert whiten(virgo_noise * 1e21, RATE, 4.0, 4.0) == pytest.approx(whiten(virgo_noise, RATE, 4.0, 4.0), abs=1e-6)


def test_an_offset_does_not_matter(rng):
    series = rng.normal(size=int(32 * RATE))
    assert whiten(series + 5.0, RATE, 2.0, 4.0) == pytest.approx(whiten(series, RATE, 2.0, 4.0), abs=1e-9)


def test_the_density_is_that_of_gwpys_median(virgo_noise, gwpy):
    frequencies, density = median_asd(virgo_noise, RATE, 4.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = gwpy(virgo_noise, sample_rate=RATE).asd(4, 2, method="median", window="hann")
    inside = (frequencies > 10) & (frequencies < 500)
    # Theirs averages the medians of even and odd parts, ours takes one over all.
    assert density[inside] == pytest.approx(theirs.value[inside], rel=0.25)
    assert np.median(density[inside] / theirs.value[inside]) == pytest.approx(1.0, abs=0.02)


def test_a_loud_glitch_does_not_lift_the_density(virgo_noise):
    loud = virgo_noise.copy()
    loud[5000:5200] += 1e-19
    _, quiet = median_asd(virgo_noise, RATE, 4.0)
    _, glitched = median_asd(loud, RATE, 4.0)
    assert np.median(glitched[40:] / quiet[40:]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("length", [1.0, 2.0, 8.0])
def test_a_filter_is_symmetric_and_of_the_length_asked_for(virgo_noise, length):
    taps = whitening_filter(*median_asd(virgo_noise, RATE, 4.0), RATE, length)
    assert len(taps) == length * RATE + 1
    assert taps == pytest.approx(taps[::-1], abs=1e-9 * np.abs(taps).max())


def test_a_filter_of_a_flat_density_is_a_single_tap():
    frequencies = np.linspace(0, RATE / 2, 513)
    taps = whitening_filter(frequencies, np.full(513, 2.0), RATE, 1.0)
    others = np.delete(taps, len(taps) // 2)
    assert np.abs(others).max() < 0.01 * taps.max()
    assert taps.max() == pytest.approx(0.5 * np.sqrt(2 / RATE), rel=0.01)


def test_a_stretch_shorter_than_its_spectrum_is_refused(rng):
    with pytest.raises(ValueError, match=r"2 s are too short for a spectrum of 4 s parts"):
        whiten(rng.normal(size=2048), RATE, 1.0, 4.0)


@pytest.mark.parametrize("values", [np.zeros(8192), np.full(8192, 3.0)])
def test_a_stretch_without_power_is_refused(values):
    with pytest.raises(ValueError, match="zero or not finite"):
        whiten(values, RATE, 1.0, 4.0)
