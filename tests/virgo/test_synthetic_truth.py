"""What is known of the embedded data: glitches and chirps in the numbers and the ranges that are promised."""

from collections import Counter

import numpy as np
import pytest

from itwinai_virgo import synthetic


@pytest.fixture(scope="module")
def truth():
    """Return what is known of the glitches of an hour at one per second."""
    return synthetic.events(3600, 1.0, 5).glitches


@pytest.mark.parametrize(
    ("seconds", "rate"), [(16, 256.0), (16, 16384.0), (17, 300.5), (60, 1000.0), (33, 2048.0), (20, 4096.0)]
)
def test_data_of_any_rate_and_length_have_the_same_truth(seconds, rate):
    recording, truth = synthetic.recording(seconds, rate, 0.5, 0.9, 1, 0.1)
    expected = synthetic.events(seconds, 0.5, 1, 0.1)
    assert truth.events() == expected.events()
    assert expected.events()
    for channel in (*recording.channels, truth.clean):
        assert np.isfinite(channel.values).all()
        assert channel.seconds == pytest.approx(seconds, abs=2 / rate)


def test_glitches_come_at_the_mean_rate_asked_for(truth):
    assert len(truth) == pytest.approx(3600, rel=0.06)
    waits = np.diff([glitch.gps for glitch in truth])
    assert waits.min() >= 0
    assert waits.std() == pytest.approx(waits.mean(), rel=0.1)  # as of independent times


def test_all_families_are_there_in_equal_parts(truth):
    counts = Counter(glitch.family for glitch in truth)
    assert len(counts) == 7
    assert min(counts.values()) > 0.7 * max(counts.values())


def test_most_glitches_are_coupled_and_some_are_not(truth):
    witnessed = [glitch for glitch in truth if glitch.family != "blip"]
    shares = {
        "both": np.mean([glitch.snr > 0 and glitch.witness_snr > 0 for glitch in witnessed]),
        "strain": np.mean([glitch.witness_snr == 0 for glitch in witnessed]),
        "witness": np.mean([glitch.snr == 0 for glitch in witnessed]),
    }
    assert shares == pytest.approx({"both": 0.8, "strain": 0.1, "witness": 0.1}, abs=0.03)


def test_blips_have_no_witness(truth):
    assert all(glitch.witness == "" and glitch.witness_snr == 0 for glitch in truth if glitch.family == "blip")


def test_a_glitch_is_seen_by_one_channel_of_its_family(truth):
    seen = {(glitch.family, glitch.witness) for glitch in truth if glitch.witness}
    assert len(seen) == len({family for family, _ in seen}) == 6


def test_ratios_are_ten_to_a_hundred_and_mostly_weak(truth):
    ratios = np.array([glitch.snr for glitch in truth if glitch.snr])
    assert ratios.min() >= 10
    assert ratios.max() <= 100
    assert np.median(ratios) < 25


def test_the_gain_of_a_witness_varies(truth):
    gains = [glitch.witness_snr / glitch.snr for glitch in truth if glitch.snr and glitch.witness_snr]
    assert np.std(np.log(gains)) == pytest.approx(1 / np.sqrt(12), rel=0.1)
    assert np.exp(-0.5) <= min(gains) < max(gains) <= np.exp(0.5)


def test_chirps_have_masses_ratios_and_a_start_in_their_ranges():
    chirps = synthetic.events(100_000, 0.0, 1, 0.01).chirps
    assert len(chirps) == pytest.approx(1000, rel=0.12)
    masses = np.array([chirp.masses for chirp in chirps])
    assert (masses[:, 0] >= masses[:, 1]).all()
    assert 1.2 <= masses.min() < 2
    assert 39 < masses.max() <= 40
    assert np.mean(masses) == pytest.approx(20.6, abs=1.0)
    assert all(8 <= chirp.snr <= 40 for chirp in chirps)
    assert all(0.5 < chirp.gps - chirp.start < 400 for chirp in chirps)


def test_glitches_lie_inside_the_stretch(stretch):
    recording, truth = stretch
    start = recording.strain.gps_start
    assert truth.glitches
    assert all(start + 1 < glitch.gps < start + 127 for glitch in truth.glitches)
