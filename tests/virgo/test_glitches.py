"""Families of glitches sound as their kind does, and are as loud as asked for."""

import numpy as np
import pytest
import torch
from scipy import signal

from itwinai_virgo.glitches import FAMILIES, scaled_to_snr, sine_gaussian
from itwinai_virgo.noise import coloured, density_at, virgo_curve, white_spectrum
from itwinai_virgo.qtransform import QTransform

RATE = 1024.0
TIME = (np.arange(4096) - 2048) / RATE
BY_NAME = {family.name: family for family in FAMILIES}

# Bands of the strain's power, after Gravity Spy and Virgo's own classes [Hz].
BANDS = {
    "scattered_light": (1.0, 160.0),
    "power_line": (40.0, 160.0),
    "low_frequency_burst": (8.0, 50.0),
    "scratchy": (60.0, 150.0),
    "whistle": (80.0, 500.0),
    "tomte": (15.0, 100.0),
    "blip": (50.0, 450.0),
}


def draw(name, seed=0):
    """Return waveforms of a family in the strain and in its witness."""
    return BY_NAME[name].waveforms(TIME, np.random.default_rng(seed))


def power(waveform):
    """Return frequencies [Hz] and the power at each, over the whole."""
    spectrum = np.abs(np.fft.rfft(waveform)) ** 2
    return np.fft.rfftfreq(len(waveform), 1 / RATE), spectrum / spectrum.sum()


def share(waveform, low, high):
    """Return the part of a waveform's power between two frequencies."""
    frequencies, parts = power(waveform)
    return parts[(frequencies >= low) & (frequencies < high)].sum()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", BANDS)
def test_a_family_keeps_to_its_band(name, seed):
    assert share(draw(name, seed)[0], *BANDS[name]) > 0.95


@pytest.mark.parametrize("name", BANDS)
def test_a_glitch_is_over_before_its_time_ends(name):
    for seed in range(20):
        for waveform in draw(name, seed):
            ends = np.concatenate([waveform[:100], waveform[-100:]])
            assert np.square(ends).sum() <= 1e-3 * np.square(waveform).sum()


def test_at_least_four_families_have_a_witness_and_blips_have_none():
    assert sum(family.witness is not None for family in FAMILIES) >= 4
    assert BY_NAME["blip"].witness is None
    assert not draw("blip")[1].any()
    assert {family.witness for family in FAMILIES} == {0, 1, 2, None}


@pytest.mark.parametrize("name", BANDS)
def test_glitches_of_a_family_differ(name):
    first, second = draw(name, 1)[0], draw(name, 2)[0]
    overlap = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert abs(overlap) < 0.98


@pytest.mark.parametrize("name", BANDS)
def test_a_glitch_depends_on_its_generator_alone(name):
    assert all((first == second).all() for first, second in zip(draw(name, 7), draw(name, 7), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_scattered_light_has_a_second_arch_at_twice_the_frequency_that_the_bench_does_not_see(seed):
    strain, witness = draw("scattered_light", seed)
    middle = slice(2048 - 256, 2048 + 256)
    frequencies = np.fft.rfftfreq(512, 1 / RATE)
    spectra = [np.abs(np.fft.rfft(form[middle] * np.hanning(512))) ** 2 for form in (strain, witness)]
    top = frequencies[spectra[1].argmax()]
    second = [part[np.abs(frequencies - 2 * top) < 6].sum() / part.sum() for part in spectra]
    assert second[0] > 1e-3 > 10 * second[1]


def test_scattered_light_is_highest_in_the_middle_of_its_arch():
    _, witness = draw("scattered_light", 3)
    phase = np.unwrap(np.angle(signal.hilbert(witness)))
    frequency = np.abs(np.diff(phase)) * RATE / 2 / np.pi
    middle, side = frequency[2048 - 30 : 2048 + 30].mean(), frequency[2048 + 300 : 2048 + 360].mean()
    assert middle > side


def test_a_scratch_wavers_about_its_frequency():
    strain, witness = draw("scratchy", 3)
    for form in (strain, witness):
        phase = np.unwrap(np.angle(signal.hilbert(form)))
        frequency = np.diff(phase)[2048 - 200 : 2048 + 200] * RATE / 2 / np.pi
        assert 75 < frequency.mean() < 120
        assert 2.5 < np.ptp(frequency) < 30


def test_a_power_lines_burst_has_harmonics_that_the_magnetometer_does_not_see():
    strain, witness = draw("power_line", 2)
    assert share(witness, 45, 55) > 0.99
    assert share(strain, 145, 155) > 0.01
    assert share(strain, 95, 105) > 0.003


def test_mains_are_fifty_hertz_as_in_italy():
    frequencies, parts = power(draw("power_line", 4)[1])
    assert frequencies[parts.argmax()] == pytest.approx(50.0, abs=0.5)


def test_a_whistle_sweeps_down_and_up_again():
    strain, _ = draw("whistle", 1)
    frequencies, times, image = signal.stft(strain, RATE, nperseg=128, noverlap=120)
    ridge = frequencies[np.abs(image).argmax(axis=0)]
    centre = np.abs(times - 2.0).argmin()
    around = ridge[np.abs(image).max(axis=0) > 0.3 * np.abs(image).max()]
    assert ridge[centre] <= around.min() + 8.0
    assert around.max() > ridge[centre] + 20.0


def test_a_tomte_is_half_as_long_in_its_witness():
    strain, witness = draw("tomte", 5)
    widths = [np.sqrt((np.square(form) * TIME**2).sum() / np.square(form).sum()) for form in (strain, witness)]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.02)


@pytest.mark.parametrize("rate", [256.0, 300.5, 512.0, 1024.0, 4096.0])
@pytest.mark.parametrize("name", BANDS)
def test_no_family_has_power_near_the_nyquist_frequency_of_any_rate(name, rate):
    time = (np.arange(int(4 * rate)) - int(2 * rate)) / rate
    for seed in range(5):
        for waveform in BY_NAME[name].waveforms(time, np.random.default_rng(seed)):
            spectrum = np.abs(np.fft.rfft(waveform)) ** 2
            frequencies = np.fft.rfftfreq(len(time), 1 / rate)
            assert spectrum[frequencies > 0.48 * rate].sum() <= 1e-3 * spectrum.sum()


@pytest.mark.parametrize("name", sorted(set(BANDS) - {"whistle"}))
def test_a_rate_that_carries_a_family_does_not_change_it(name):
    fine = (np.arange(4 * 8192) - 2 * 8192) / 8192.0
    slow, fast = (BY_NAME[name].waveforms(time, np.random.default_rng(2)) for time in (TIME, fine))
    for before, after in zip(slow, fast, strict=True):
        assert after[::8] == pytest.approx(before, abs=1e-6)


def test_whistles_are_as_high_as_real_ones_where_the_rate_carries_them_and_in_the_images_band_by_default():
    def loudest(rate, seed):
        time = (np.arange(int(4 * rate)) - int(2 * rate)) / rate
        waveform = BY_NAME["whistle"].waveforms(time, np.random.default_rng(seed))[0]
        return np.fft.rfftfreq(len(time), 1 / rate)[np.abs(np.fft.rfft(waveform)).argmax()]

    assert all(380 < loudest(4096.0, seed) < 1200 for seed in range(20))
    assert all(100 < loudest(1024.0, seed) < 348 for seed in range(20))


@pytest.mark.parametrize("q", [5.0, 12.0, 30.0])
def test_a_sine_gaussian_is_loudest_at_its_quality_factor(q):
    noise = 0.02 * np.random.default_rng(0).normal(size=4096)
    series = torch.from_numpy((sine_gaussian(TIME, 100.0, q) + noise)[None])
    peaks = {
        factor: float(QTransform(4096, RATE, (30.0, 250.0), (factor, factor), (32, 64))(series).peak[0] ** 0.5)
        for factor in (q / 2, q, 2 * q)
        if factor > 3.4
    }
    assert max(peaks, key=peaks.get) == q


@pytest.mark.parametrize("snr", [10.0, 40.0])
@pytest.mark.parametrize("name", BANDS)
def test_a_matched_filter_finds_the_ratio_asked_for(name, snr):
    density = density_at(np.fft.rfftfreq(4096, 1 / RATE), *virgo_curve())
    waveform = scaled_to_snr(draw(name)[0], density, RATE, snr)
    generator = np.random.default_rng(8)
    template = np.fft.rfft(waveform)[1:-1] / density[1:-1]
    scale = np.sqrt(4.0 / (RATE * 4096))  # of a product of two spectra, over two-sided density and time
    norm = scale * np.linalg.norm(template)
    outputs = []
    for _ in range(200):
        noise = coloured(white_spectrum(4096, generator), density, RATE)
        spectra = np.fft.rfft(np.stack([noise, noise + waveform]))[:, 1:-1] / density[1:-1]
        outputs.append(scale**2 * (spectra @ template.conj()).real / norm)
    noise, found = np.array(outputs).T
    assert noise.std() == pytest.approx(1.0, abs=0.15)
    assert found.mean() == pytest.approx(snr, rel=0.03)


def test_the_ratio_is_that_of_whitened_samples():
    flat = np.full(2049, np.sqrt(2 / RATE))  # the density of white noise of unit variance
    waveform = scaled_to_snr(draw("blip")[0], flat, RATE, 12.0)
    assert np.linalg.norm(waveform) == pytest.approx(12.0, rel=1e-6)
