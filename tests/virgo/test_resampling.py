"""A series at another rate is that of the same signal, of the same time, and no longer."""

import numpy as np
import pytest

from itwinai_virgo.resampling import resampled, shifted


def tone(seconds, rate, frequency, delay=0.0):
    """Return a sine."""
    return np.sin(2 * np.pi * frequency * (np.arange(int(seconds * rate)) / rate + delay))


@pytest.mark.parametrize("rate", [1000.0, 2000.0, 4096.0, 16384.0, 20000.0, 1024.5])
@pytest.mark.parametrize("wanted", [1024.0, 4096.0, 999.0])
@pytest.mark.parametrize("samples", [7919, 20000])
def test_length_is_what_the_time_gives_and_never_more(rng, rate, wanted, samples):
    found = resampled(rng.normal(size=samples), rate, wanted)
    assert 0 <= samples / rate - len(found) / wanted < 1 / wanted + 1e-9


@pytest.mark.parametrize("rate", [2048.0, 20000.0, 3000.0])
@pytest.mark.parametrize("frequency", [20.0, 300.0])
def test_a_tone_stays_in_phase_over_all_its_length(rate, frequency):
    found = resampled(tone(16, rate, frequency), rate, 1024.0)
    inside = slice(100, -100)
    assert found[inside] == pytest.approx(tone(16, 1024.0, frequency)[inside], abs=3e-3)


@pytest.mark.parametrize("rate", [1.0, 50.0, 500.0])
def test_a_slow_series_is_followed_between_its_samples(rate):
    frequency = 0.1 * rate
    found = resampled(tone(64, rate, frequency), rate, 1024.0)
    edge = round(20 / rate * 1024)
    expected = tone(64, 1024.0, frequency)
    assert len(found) == 64 * 1024
    assert found[edge:-edge] == pytest.approx(expected[edge:-edge], abs=3e-3)


def test_raising_a_rate_adds_no_frequency(rng):
    found = resampled(rng.normal(size=50 * 64), 50.0, 1024.0)
    power = np.abs(np.fft.rfft(found * np.hanning(len(found)))) ** 2
    frequencies = np.fft.rfftfreq(len(found), 1 / 1024.0)
    assert power[frequencies > 34].sum() < 1e-8 * power.sum()


def test_a_frequency_above_the_new_rate_does_not_fold_in():
    found = resampled(tone(8, 4096.0, 800.0), 4096.0, 1024.0)
    assert np.abs(found[100:-100]).max() < 1e-4


@pytest.mark.parametrize(("rate", "wanted"), [(1.0, 1024.0), (20000.0, 1024.0)])
def test_a_constant_has_no_step_at_its_ends(rate, wanted):
    assert resampled(np.full(round(50 * rate), 293.0), rate, wanted) == pytest.approx(293.0)


def test_the_same_rate_changes_nothing(rng):
    values = rng.normal(size=100)
    assert resampled(values, 1024.0, 1024.0) is values


@pytest.mark.parametrize("fraction", [-0.5, -0.2, 0.3, 0.5])
@pytest.mark.parametrize("frequency", [3.0, 100.0, 400.0])
def test_a_shift_is_that_of_the_tone_itself(fraction, frequency):
    found = shifted(tone(4, 1024.0, frequency), fraction)
    expected = tone(4, 1024.0, frequency, fraction / 1024.0)
    assert len(found) == len(expected)
    assert found[40:-40] == pytest.approx(expected[40:-40], abs=1e-3)
