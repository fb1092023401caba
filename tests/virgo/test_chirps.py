"""Chirps follow the law of two bodies that spiral in, and agree with LALSimulation's TaylorF2."""

import numpy as np
import pytest
from scipy import signal

from itwinai_virgo.chirps import LOWEST, SUN, coefficients, inspiral, last_stable_frequency, phase, time_to_merger
from itwinai_virgo.noise import density_at, virgo_curve

RATE = 2048.0
BINARIES = [(1.4, 1.4), (10.0, 1.4), (30.0, 25.0), (40.0, 1.2), (40.0, 40.0), (8.0, 5.0)]


def chirp_mass(masses):
    """Return the chirp mass [s]."""
    return SUN * (masses[0] * masses[1]) ** 0.6 / sum(masses) ** 0.2


def newtonian_time(frequency, masses):
    """Return the time to the merger of two points that lose energy by their quadrupole alone [s]."""
    return 5.0 / 256.0 * chirp_mass(masses) ** (-5.0 / 3.0) * (np.pi * frequency) ** (-8.0 / 3.0)


def overlap(first, second, density):
    """Return the overlap of two spectra over noise, the highest of all shifts of time and phase."""
    products = np.zeros(32 * len(first), dtype=complex)
    products[: len(first)] = first * second.conj() / density**2
    norm = np.sqrt(np.sum(np.abs(first / density) ** 2) * np.sum(np.abs(second / density) ** 2))
    return np.abs(np.fft.fft(products)).max() / norm


@pytest.mark.parametrize("masses", BINARIES[1:])
def test_an_inspiral_is_that_of_lalsimulation(masses):
    reason = "LALSimulation, the oracle, is not installed"
    lal, simulation = (pytest.importorskip(name, reason=reason) for name in ("lal", "lalsimulation"))
    seconds = 2 ** np.ceil(np.log2(time_to_merger(LOWEST, masses) + 4))
    solar = [mass * lal.MSUN_SI for mass in masses]
    other, _ = simulation.SimInspiralChooseFDWaveform(
        *solar, *[0.0] * 6, 1e6 * lal.PC_SI, *[0.0] * 5, 1 / seconds, LOWEST, RATE / 2, 0.0, None, simulation.TaylorF2
    )
    ours = np.fft.rfft(inspiral(int(RATE * seconds), RATE, seconds - 2.0, masses, 0.3))
    frequencies = np.arange(len(ours)) / seconds
    band = (frequencies > 1.06 * LOWEST) & (frequencies < min(0.89 * last_stable_frequency(masses), 0.4 * RATE))
    theirs = other.data.data[: len(ours)]
    assert overlap(theirs[band], ours[band], density_at(frequencies[band], *virgo_curve())) > 0.999
    assert time_to_merger(LOWEST, masses) == pytest.approx(
        simulation.SimInspiralTaylorF2ReducedSpinChirpTime(LOWEST, *solar, 0.0, -1), rel=1e-6
    )


@pytest.mark.parametrize("masses", [(1.4, 1.4), (2.0, 1.2), (3.0, 3.0)])
def test_light_bodies_take_as_long_as_two_points(masses):
    for frequency in (16.0, 40.0):
        assert time_to_merger(frequency, masses) == pytest.approx(newtonian_time(frequency, masses), rel=0.06)
    slow = newtonian_time(0.01, masses)
    assert time_to_merger(0.01, masses) == pytest.approx(slow, rel=1e-3)  # where velocities vanish


@pytest.mark.parametrize("masses", BINARIES)
def test_the_time_to_the_merger_is_minus_the_slope_of_the_phase(masses):
    step = 1e-4
    ends = phase(np.array([20.0 - step, 20.0 + step]), masses)
    assert time_to_merger(20.0, masses) == pytest.approx(-(ends[1] - ends[0]) / (4 * np.pi * step), rel=1e-5)


def test_equal_masses_of_a_double_binary_take_half_the_time_at_half_the_frequency_times_two():
    # Gravity has no scale: masses and times grow together.
    assert time_to_merger(16.0, (10.0, 6.0)) == pytest.approx(2.0 * time_to_merger(32.0, (5.0, 3.0)), rel=1e-12)


def test_the_last_stable_orbit_of_two_neutron_stars_is_at_1571_hertz():
    assert last_stable_frequency((1.4, 1.4)) == pytest.approx(1570.5, abs=1.0)


def test_the_series_begins_with_the_newtonian_term_and_has_no_term_of_first_order():
    plain, logarithms = coefficients((10.0, 10.0))
    assert plain[:2].tolist() == [1.0, 0.0]
    assert plain[2] == pytest.approx(20 / 9 * (743 / 336 + 11 / 16))
    assert np.flatnonzero(logarithms).tolist() == [5, 6]


@pytest.mark.parametrize("masses", [(1.6, 1.4), (5.0, 4.0), (12.0, 9.0)])
def test_the_frequency_of_the_series_rises_as_the_phase_says(masses):
    seconds = min(time_to_merger(LOWEST, masses), 40.0) + 2.0
    series = inspiral(2 * int(seconds * RATE / 2), RATE, seconds - 1.0, masses, 0.0)
    for frequency in (40.0, 60.0, 90.0):
        ahead = time_to_merger(frequency, masses)
        # Cycles between two crossings of the zero, around the time at which the phase has this frequency.
        around = round((seconds - 1.0 - ahead) * RATE)
        half = round(2.5 / frequency * RATE)
        part = series[around - half : around + half]
        crossings = np.flatnonzero(np.diff(np.signbit(part)))
        found = (len(crossings) - 1) / 2 / (crossings[-1] - crossings[0]) * RATE
        assert found == pytest.approx(frequency, rel=0.06)


@pytest.mark.parametrize("masses", BINARIES)
def test_a_chirp_ends_at_its_merger(masses):
    series = inspiral(int(8 * RATE), RATE, 6.0, masses, 1.0)
    power = series**2
    assert power[int(6.5 * RATE) :].sum() < 1e-3 * power.sum()
    assert power[: int(6.0 * RATE)].sum() > 0.5 * power.sum()


@pytest.mark.parametrize("rate", [256.0, 1024.0, 4096.0])
def test_no_power_lies_above_the_rate_or_the_last_stable_orbit(rate):
    series = inspiral(int(16 * rate), rate, 14.0, (3.0, 2.0), 0.0)
    frequencies, power = signal.periodogram(series, rate, window="hann")
    top = min(last_stable_frequency((3.0, 2.0)), 0.46 * rate)
    assert power[frequencies > top].sum() < 1e-6 * power.sum()


def test_the_same_chirp_at_two_rates_is_the_same():
    slow, fast = (inspiral(int(16 * rate), rate, 14.0, (20.0, 15.0), 0.7) for rate in (512.0, 1024.0))
    assert np.abs(fast[::2] - slow).max() < 0.02 * np.abs(slow).max()


def test_what_lies_before_the_first_sample_is_cut_off_and_the_rest_is_unchanged():
    whole = inspiral(int(32 * RATE), RATE, 30.0, (6.0, 5.0), 0.2)
    late = inspiral(int(12 * RATE), RATE, 10.0, (6.0, 5.0), 0.2)
    assert np.abs(whole[-len(late) :] - late).max() < 1e-3 * np.abs(late).max()


def test_a_quarter_of_a_turn_gives_the_other_quadrature():
    first, second = (inspiral(int(8 * RATE), RATE, 6.0, (20.0, 20.0), angle) for angle in (0.0, np.pi / 2))
    assert abs(first @ second) < 0.01 * (first @ first)
    assert second @ second == pytest.approx(first @ first, rel=0.01)
