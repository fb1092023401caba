"""Each coupling keeps the law of its kind, and what it does to the strain is known to whoever knows the coupling."""

import numpy as np
import pytest
from scipy import signal

from itwinai_virgo.couplings import MAINS, WAVELENGTH, bilinear, linear, mains, slow_motion, stray_light
from itwinai_virgo.noise import coloured, white_spectrum

RATE = 512.0
SAMPLES = 512 * 256
GRID = np.fft.rfftfreq(SAMPLES, 1 / RATE)
BANDS = (((20.0, 40.0),), ((60.0, 80.0), (100.0, 110.0)))


@pytest.fixture
def white(rng):
    """Return white spectra of a strain and two witnesses."""
    return [white_spectrum(SAMPLES, rng) for _ in range(3)]


@pytest.fixture
def angle(rng):
    """Return a slow angle."""
    return slow_motion(SAMPLES, RATE, (0.5, 5.0), 0.0, rng)


def series(spectrum):
    """Return the series of a white spectrum."""
    return coloured(spectrum, np.ones(len(spectrum)), RATE)


def inside(bands):
    """Return which frequencies lie in bands."""
    return np.any([(low <= GRID) & (high > GRID) for low, high in bands], axis=0)


@pytest.mark.parametrize("coherence", [0.0, 0.3, 1.0])
def test_linear_parts_add_up_to_white_noise(white, coherence):
    own, coupled = linear(white[0], white[1:], GRID, BANDS, coherence)
    _, power = signal.welch(series(own + coupled), RATE, nperseg=2048)
    assert np.mean(power[2:-2]) == pytest.approx(1.0, abs=0.02)
    everywhere = inside([band for bands in BANDS for band in bands])
    assert np.mean(np.abs(coupled[everywhere]) ** 2) == pytest.approx(2.0 * coherence, rel=0.03)
    assert not coupled[~everywhere].any()
    assert (own[~everywhere] == white[0][~everywhere]).all()


def test_a_witness_is_coherent_with_the_sum_in_its_bands_as_asked_for(white):
    own, coupled = linear(white[0], white[1:], GRID, BANDS, 0.7)
    for spectrum, bands in zip(white[1:], BANDS, strict=True):
        frequencies, found = signal.coherence(series(own + coupled), series(spectrum), RATE, nperseg=1024)
        within = np.any([(frequencies > low + 2) & (frequencies < high - 2) for low, high in bands], axis=0)
        without = np.all([(frequencies < low - 2) | (frequencies > high + 2) for low, high in bands], axis=0)
        assert np.mean(found[within]) == pytest.approx(0.7, abs=0.03)
        assert np.mean(found[without]) < 0.02


def test_what_couples_is_a_multiple_of_the_witness_and_the_rest_knows_nothing_of_it(white):
    own, coupled = linear(white[0], white[1:], GRID, BANDS, 0.64)
    band = inside(BANDS[0])
    assert coupled[band] == pytest.approx(0.8 * white[1][band], rel=1e-12)
    match = np.vdot(own[band], coupled[band]) / np.linalg.norm(own[band]) / np.linalg.norm(coupled[band])
    assert abs(match) < 5.0 / np.sqrt(band.sum())


def test_the_spectra_given_are_left_as_they_were(white):
    before = [spectrum.copy() for spectrum in white]
    linear(white[0], white[1:], GRID, BANDS, 0.5)
    assert all((a == b).all() for a, b in zip(before, white, strict=True))


def test_an_angle_times_the_mains_has_its_power_in_sidebands_of_the_mains(angle):
    product = bilinear(mains(SAMPLES, RATE, 0.3), angle, 2.0)
    frequencies, power = signal.welch(product, RATE, nperseg=8192)
    sidebands = (np.abs(frequencies - MAINS) >= 0.4) & (np.abs(frequencies - MAINS) <= 5.1)
    assert power[sidebands].sum() / power.sum() > 0.995
    assert product.var() == pytest.approx(2.0**2 * angle.var() / 2, rel=0.03)


def bicoherence(strain, carrier, modulation, frequency):
    """Return how far the phase of the strain at 50 Hz plus a frequency is that of the carrier plus the modulation's."""
    _, _, spectra = signal.stft(np.stack([strain, carrier, modulation]), RATE, nperseg=2048, noverlap=0)
    upper, line, slow = (
        spectra[number, round(at * 2048 / RATE)] for number, at in enumerate((MAINS + frequency, MAINS, frequency))
    )
    product = line * slow
    return np.abs(np.mean(upper * product.conj())) ** 2 / np.mean(np.abs(upper) ** 2) / np.mean(np.abs(product) ** 2)


@pytest.mark.parametrize("frequency", [1.5, 3.0])
def test_bilinear_noise_is_bicoherent_with_its_causes_and_coherent_with_neither(angle, rng, frequency):
    line = mains(SAMPLES, RATE, 1.0)
    noise = rng.normal(size=SAMPLES) * 0.05
    product = bilinear(line, angle, 1.0) + noise
    assert bicoherence(product, line, angle, frequency) > 0.9
    assert bicoherence(np.roll(product, SAMPLES // 3), line, angle, frequency) < 0.1
    frequencies, found = signal.coherence(product, angle, RATE, nperseg=2048)
    assert np.mean(found[(frequencies > 0.5) & (frequencies < 60)]) < 0.05


@pytest.mark.parametrize("velocity", [5e-6, 2e-5])
def test_steady_motion_makes_fringes_of_twice_its_velocity_over_the_wavelength(velocity):
    time = np.arange(SAMPLES) / RATE
    fringes = stray_light(velocity * time, 0.4, 3.0)
    frequencies, power = signal.periodogram(fringes, RATE)
    assert frequencies[power.argmax()] == pytest.approx(2 * velocity / WAVELENGTH, abs=0.01)
    assert np.abs(fringes).max() == pytest.approx(3.0, rel=1e-3)


def test_half_a_wavelength_is_one_fringe():
    motion = np.linspace(0.0, 3e-6, 50)
    assert stray_light(motion + WAVELENGTH / 2, 0.1, 1.0) == pytest.approx(stray_light(motion, 0.1, 1.0), abs=1e-9)


def test_slow_motion_of_many_wavelengths_is_seen_far_above_its_own_frequencies(rng):
    motion = 1e-5 * slow_motion(SAMPLES, RATE, (0.1, 0.5), -2.0, rng)
    frequencies, power = signal.welch(stray_light(motion, 0.0, 1.0), RATE, nperseg=2048)
    share = power[(frequencies > 10) & (frequencies < 100)].sum() / power.sum()
    assert share > 0.3
    velocity = np.gradient(motion) * RATE
    centre = np.sqrt((frequencies**2 * power).sum() / power.sum())
    assert centre == pytest.approx(2 * velocity.std() / WAVELENGTH, rel=0.05)  # the law of frequency modulation


def test_fringes_are_coherent_with_no_linear_filter_of_the_motion_and_removed_by_its_sine_and_cosine(rng):
    motion = 1e-5 * slow_motion(SAMPLES, RATE, (0.1, 0.5), -2.0, rng)
    noise = rng.normal(size=SAMPLES)
    strain = noise + stray_light(motion, 1.1, 1.0)
    frequencies, found = signal.coherence(strain, motion + 1e-9 * rng.normal(size=SAMPLES), RATE, nperseg=4096)
    assert np.mean(found[frequencies > 5]) < 0.05
    phase = 4 * np.pi / WAVELENGTH * motion
    known = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    left = strain - known @ np.linalg.lstsq(known, strain, rcond=None)[0]
    assert np.abs(left - noise).max() < 0.05


@pytest.mark.parametrize("rate", [256.0, 300.5, 16384.0])
def test_mains_are_fifty_hertz_at_any_rate(rate):
    line = mains(int(16 * rate), rate, 0.5)
    frequencies, power = signal.periodogram(line, rate)
    assert frequencies[power.argmax()] == pytest.approx(50.0, abs=0.05)
    assert line[0] == pytest.approx(np.sin(0.5))


@pytest.mark.parametrize(("seconds", "band", "slope"), [(16, (0.1, 0.5), -2.0), (256, (0.5, 5.0), 0.0)])
def test_slow_motion_has_unit_deviation_in_the_mean(seconds, band, slope):
    samples = int(seconds * RATE)
    variances = [slow_motion(samples, RATE, band, slope, np.random.default_rng(seed)).var() for seed in range(60)]
    assert np.mean(variances) == pytest.approx(1.0, rel=0.2)


@pytest.mark.parametrize("slope", [-2.0, 0.0, 1.0])
def test_slow_motion_keeps_to_its_band_and_slope(rng, slope):
    motion = slow_motion(1024 * 512, 64.0, (0.5, 8.0), slope, rng)
    frequencies, power = signal.welch(motion, 64.0, nperseg=4096)
    within = (frequencies > 0.6) & (frequencies < 7.5)
    assert power[(frequencies > 0.4) & (frequencies < 8.2)].sum() / power.sum() > 0.999
    found = np.polyfit(np.log(frequencies[within]), 0.5 * np.log(power[within]), 1)[0]
    assert found == pytest.approx(slope, abs=0.1)


def test_slow_motion_is_the_same_at_every_rate():
    slow, fast = (
        slow_motion(int(32 * rate), rate, (0.5, 5.0), 0.0, np.random.default_rng(4)) for rate in (256.0, 512.0)
    )
    assert fast[::2] == pytest.approx(slow, abs=1e-9)
