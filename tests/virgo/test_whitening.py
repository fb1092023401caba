"""Whitening is GWpy's where it is to be, makes noise white, keeps bursts in place, and crops what ends have spoilt."""

import itertools
import math
import warnings

import numpy as np
import pytest
import torch
from scipy import signal

from itwinai_virgo.noise import coloured, density_at, virgo_curve, white_spectrum
from itwinai_virgo.whitening import Whitening, median_asd, whiten, whitening_filter

RATE = 1024.0
WHITENING = Whitening(RATE, 4.0, 4.0)


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


def steep(random, samples, rate):
    """Return noise of 1e-21 with a wall at low frequencies and a line, as strain has them."""
    spectrum = np.fft.rfft(random.normal(size=samples))
    spectrum *= 1e-21 * (1 + (20 / np.maximum(np.fft.rfftfreq(samples, 1 / rate), 2)) ** 4)
    return np.fft.irfft(spectrum, samples) + 3e-20 * np.sin(2 * np.pi * 50 * np.arange(samples) / rate)


def relative(ours, theirs):
    """Return the relative distance of two series in the L2 norm."""
    return np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)


def theirs(gwpy, values, rate, *lengths, **options):
    """Return what GWpy makes of a series."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gwpy(values, sample_rate=rate).whiten(*lengths, **options).value


@pytest.mark.parametrize("seed", range(80))
def test_the_whole_output_is_gwpys_for_random_settings(gwpy, seed):
    random = np.random.default_rng(seed)
    rate = float(random.choice([256, 500, 1000, 1024, 2048, 1000 / 3, 977.3, 2000.5, 16384 / 7]))
    values = steep(random, int(random.integers(8 * rate, 24 * rate)), rate)
    part = float(random.choice([1, 2, 4, random.uniform(0.5, 5)]))
    # GWpy takes filters of an even number of taps only.
    taps = 2 * int(random.uniform(0.1, part) * rate / 2) + 0.5
    overlap = float(random.choice([0, part / 2, random.uniform(0, 0.9 * part)]))
    highpass = float(random.choice([0.0, random.uniform(5, 60)])) or None
    expected = theirs(gwpy, values, rate, part, overlap, fduration=taps / rate, highpass=highpass)
    found = Whitening(rate, taps / rate, part, overlap, highpass)(torch.from_numpy(values), crop=False)
    assert relative(found.numpy(), expected) < 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_away_from_the_ends_the_cropped_output_is_gwpys_above_two_hertz(gwpy, seed):
    values = steep(np.random.default_rng(seed), 32 * 1024, RATE)
    found = Whitening(RATE, 2.0, 4.0)(torch.from_numpy(values)).numpy()
    expected = theirs(gwpy, values, RATE, 4, 2, fduration=2)
    assert len(found) == len(values) - 2048
    above = signal.firwin(4097, 3.0, fs=RATE, pass_zero=False, window="blackmanharris")
    pair = [signal.oaconvolve(series, above, mode="valid") for series in (found[1024:-1024], expected[2048:-2048])]
    assert relative(*pair) < 1e-5


def test_a_curve_from_elsewhere_whitens_as_gwpy_does_with_it(gwpy, virgo_noise):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asd = gwpy(virgo_noise, sample_rate=RATE).asd(8, 4)
    values = virgo_noise[: 40 * 1024]
    curve = torch.from_numpy(asd.frequencies.value), torch.from_numpy(asd.value)
    found = WHITENING(torch.from_numpy(values), curve, crop=False).numpy()
    assert relative(found, theirs(gwpy, values, RATE, asd=asd, fduration=4)) < 1e-9


def test_the_curve_that_ships_whitens_every_channel_of_an_event(virgo_noise):
    curve = tuple(torch.from_numpy(np.ascontiguousarray(values)) for values in virgo_curve())
    events = torch.from_numpy(virgo_noise[: 240 * 1024].reshape(2, 3, -1))
    white = WHITENING(events, curve)
    assert white.shape == (2, 3, 36 * 1024)
    assert white.std(dim=2).numpy() == pytest.approx(1.0, abs=0.05)
    assert torch.equal(white[1, 2], WHITENING(events[1, 2], curve))


def test_each_series_may_have_its_own_curve(virgo_noise):
    frequencies, asd = median_asd(torch.from_numpy(virgo_noise), RATE, 4.0)
    pair = torch.from_numpy(np.stack([virgo_noise, 5 * virgo_noise]))
    white = WHITENING(pair, (frequencies, torch.stack([asd, 5 * asd])))
    assert relative(white[1].numpy(), white[0].numpy()) < 1e-9
    assert WHITENING(pair, (frequencies, asd))[1].std() == pytest.approx(5.0, rel=0.05)


def test_what_a_curve_does_not_cover_is_left_out(virgo_noise):
    frequencies, asd = median_asd(torch.from_numpy(virgo_noise), RATE, 4.0)
    inside = (frequencies >= 50) & (frequencies <= 200)
    white = WHITENING(torch.from_numpy(virgo_noise), (frequencies[inside], asd[inside])).numpy()
    found, power = signal.welch(white, RATE, nperseg=2048)
    assert power[(found > 60) & (found < 190)].mean() * RATE / 2 == pytest.approx(1.0, abs=0.05)
    assert power[(found < 45) | (found > 205)].mean() * RATE / 2 < 1e-3


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


@pytest.mark.parametrize("seconds", [4.0, 1.0])
def test_half_the_filter_is_cropped_at_each_end(virgo_noise, seconds):
    whitening = Whitening(RATE, seconds, 4.0)
    white = whitening(torch.from_numpy(virgo_noise))
    assert len(white) == len(virgo_noise) - seconds * RATE == len(virgo_noise) - 2 * whitening.settle


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_garbage_at_the_ends_leaves_the_middle_as_it_was(virgo_noise, seconds):
    frequencies, asd = median_asd(torch.from_numpy(virgo_noise), RATE, 4.0)
    spoilt = virgo_noise.copy()
    spoilt[: int(8 * RATE)] *= -50.0
    spoilt[int(-8 * RATE) :] = 1e-18
    series = torch.from_numpy(np.stack([virgo_noise, spoilt]))
    clean, dirty = Whitening(RATE, seconds, 4.0)(series, (frequencies, asd)).numpy()
    assert np.abs(dirty - clean)[int(8 * RATE) : int(-8 * RATE)].max() < 1e-8
    assert np.abs(dirty - clean)[: int(7 * RATE)].max() > 1.0


def test_a_burst_stays_in_its_place(virgo_noise):
    time = np.arange(len(virgo_noise)) / RATE - 100.0
    loud = virgo_noise + 3e-21 * np.exp(-((time / 0.01) ** 2)) * np.cos(2 * np.pi * 150 * time)
    white = whiten(loud, RATE, 4.0, 4.0)
    assert np.abs(white).argmax() / RATE + 2.0 == pytest.approx(100.0, abs=2 / RATE)
    assert np.abs(white).max() > 10.0


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("unit", [1.0, 1e-2, 1e21])
def test_the_unit_does_not_matter(virgo_noise, unit, kind):
    values = virgo_noise.astype(kind)
    found = whiten((values * unit).astype(kind), RATE, 4.0, 4.0)
    assert relative(found, whiten(values, RATE, 4.0, 4.0)) < (1e-9 if kind == np.float64 else 1e-4)


def test_an_offset_does_not_matter(rng):
    series = rng.normal(size=int(32 * RATE))
    assert whiten(series + 5.0, RATE, 2.0, 4.0) == pytest.approx(whiten(series, RATE, 2.0, 4.0), abs=1e-9)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_is_none_masks_its_own_series_and_nothing_gives_nothing(rng, bad):
    series = torch.from_numpy(1e-21 * rng.normal(size=(4, 16384)))
    expected = WHITENING(series)
    series[1] = 0.0
    series[2, 77] = bad
    series[3] = 0.1
    for crop in (True, False):
        white = WHITENING(series, crop=crop)
        assert white.isnan().all(dim=1).tolist() == [False, False, True, False]
        assert (white[[1, 3]] == 0).all()
    assert torch.equal(WHITENING(series)[0], expected[0])


@pytest.mark.parametrize(("length", "count"), [(4096, 60000), (501, 5000), (500, 5000), (333, 1000), (64, 64)])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.7])
def test_the_density_is_that_of_scipy(rng, length, count, part):
    values = 1e-22 * rng.normal(size=(2, count)) + 1e-20
    shared = int(part * length)
    frequencies, power = signal.welch(values, RATE, nperseg=length, noverlap=shared, average="median")
    found, asd = median_asd(torch.from_numpy(values), RATE, length / RATE, shared / RATE)
    assert found.numpy() == pytest.approx(frequencies)
    assert asd.numpy() ** 2 == pytest.approx(power, rel=1e-10, abs=0)


def test_the_density_is_that_of_gwpys_median(virgo_noise, gwpy):
    _, density = median_asd(torch.from_numpy(virgo_noise), RATE, 4.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = gwpy(virgo_noise, sample_rate=RATE).asd(4, 2, method="median", window="hann")
    assert density.numpy() == pytest.approx(expected.value, rel=1e-10, abs=0)


def test_a_loud_glitch_does_not_lift_the_density(virgo_noise):
    loud = virgo_noise.copy()
    loud[5000:5200] += 1e-19
    _, (quiet, glitched) = median_asd(torch.from_numpy(np.stack([virgo_noise, loud])), RATE, 4.0)
    assert np.median(glitched[40:] / quiet[40:]) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("length", [1.0, 2.0, 8.0])
def test_a_filter_is_symmetric_and_of_the_length_asked_for(virgo_noise, length):
    density = median_asd(torch.from_numpy(virgo_noise), RATE, 4.0)
    taps = whitening_filter(density, RATE, length, torch.arange(65537, dtype=torch.float64) / 128).numpy()
    assert len(taps) == length * RATE + 1
    assert taps == pytest.approx(taps[::-1], abs=1e-9 * np.abs(taps).max())


def test_a_filter_of_a_flat_density_is_a_single_tap():
    frequencies = torch.linspace(0, RATE / 2, 513, dtype=torch.float64)
    taps = whitening_filter((frequencies, torch.full_like(frequencies, 2.0)), RATE, 1.0, frequencies[::1]).numpy()
    others = np.delete(taps, len(taps) // 2)
    assert np.abs(others).max() < 0.03 * taps.max()
    assert taps.max() == pytest.approx(0.5 * np.sqrt(2 / RATE), rel=0.02)


@pytest.mark.parametrize("highpass", [40.0, 100.0])
def test_nothing_passes_below_the_high_pass(rng, highpass):
    series = torch.from_numpy(rng.normal(size=int(256 * RATE)))
    frequencies, power = signal.welch(Whitening(RATE, 2.0, 4.0, highpass=highpass)(series).numpy(), RATE, nperseg=4096)
    assert power[frequencies < highpass - 3].mean() * RATE / 2 < 1e-4
    assert power[frequencies > highpass + 3].mean() * RATE / 2 == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("whitening", "message"),
    [
        (Whitening(RATE, 1.0, 4.0), "2 s are too short for a spectrum of 4 s parts"),
        (Whitening(RATE, 2.0, 1.0), "2 s are too short for a filter of 2 s"),
        (Whitening(RATE, 1e-4, 1.0), "a filter of 0.0001 s does not fit series of 2 s"),
        (Whitening(RATE, 1.0, 1.0, overlap=1.0), "parts of 1 s overlap by 1 s"),
        (Whitening(RATE, 1.0, 1.0, highpass=600.0), "a high-pass of 600 Hz leaves nothing of 1024 Hz"),
    ],
)
def test_what_does_not_fit_is_refused(rng, whitening, message):
    with pytest.raises(ValueError, match=message):
        whitening(torch.from_numpy(rng.normal(size=2048)))


@pytest.mark.parametrize("values", [np.zeros(8192), np.full(8192, 0.1), np.full(8192, np.nan)])
def test_a_stretch_without_power_is_refused(values):
    with pytest.raises(ValueError, match="constant or not finite"):
        whiten(values, RATE, 1.0, 4.0)
