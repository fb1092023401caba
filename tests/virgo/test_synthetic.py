"""The embedded data have the noise, the couplings and the glitches that their truth says."""

from collections import Counter

import numpy as np
import pytest
import torch
from scipy import signal

from itwinai_virgo import synthetic
from itwinai_virgo.noise import density_at, virgo_curve
from itwinai_virgo.qtransform import QTransform
from itwinai_virgo.whitening import whiten

RATE = 1024.0


@pytest.fixture(scope="module")
def quiet():
    """Return four minutes without a glitch."""
    return synthetic.recording(256, RATE, 0.0, 0.9, 2)[0]


@pytest.fixture(scope="module")
def truth():
    """Return what is known of the glitches of an hour at one per second."""
    return synthetic.recording(3600, 256.0, 1.0, 0.0, 5)[1].glitches


def coherence(recording, witness):
    """Return frequencies [Hz] and the coherence of the strain with a witness."""
    return signal.coherence(recording.strain.values, recording.witnesses[witness].values, RATE, nperseg=2048)


def test_channels_are_named_as_virgos_and_start_together(stretch):
    recording, _ = stretch
    assert recording.strain.name == "V1:Hrec_hoft_16384Hz"
    assert len(recording.witnesses) == 3
    for channel in recording.channels:
        assert channel.name.startswith("V1:")
        assert channel.unit
        assert channel.seconds == 128.0
        assert channel.gps_start == recording.strain.gps_start


def test_the_strain_has_virgos_density_whatever_part_of_it_is_a_witness(quiet):
    frequencies, power = signal.welch(quiet.strain.values, RATE, nperseg=4096)
    inside = (frequencies > 15) & (frequencies < 480)
    ratio = np.sqrt(power[inside]) / density_at(frequencies[inside], *virgo_curve())
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("witness", [0, 1, 2])
def test_a_witness_is_coherent_with_the_strain_in_its_bands_alone(quiet, witness):
    frequencies, found = coherence(quiet, witness)
    inside = np.zeros(len(frequencies), dtype=bool)
    near = inside.copy()
    for low, high in synthetic.COUPLED_BANDS[witness]:
        inside |= (frequencies > low + 1) & (frequencies < high - 1)
        near |= (frequencies > low - 1) & (frequencies < high + 1)
    assert np.mean(found[inside]) == pytest.approx(0.9, abs=0.04)
    assert np.mean(found[~near & (frequencies > 12)]) < 0.05


def test_without_coherence_no_witness_tells_of_the_noise():
    recording, _ = synthetic.recording(128, RATE, 0.0, 0.0, 3)
    for witness in range(3):
        frequencies, found = coherence(recording, witness)
        assert np.mean(found[frequencies > 12]) < 0.05


def test_data_depend_on_their_seed_alone():
    first, again, other = (synthetic.recording(16, RATE, 0.5, 0.5, seed) for seed in (1, 1, 2))
    assert first[1] == again[1]
    assert all((a.values == b.values).all() for a, b in zip(first[0].channels, again[0].channels, strict=True))
    assert not (first[0].strain.values == other[0].strain.values).all()


def test_glitches_come_at_the_mean_rate_asked_for(truth):
    assert len(truth) == pytest.approx(3600, rel=0.06)
    waits = np.diff([glitch.gps for glitch in truth])
    assert waits.min() >= 0
    assert waits.std() == pytest.approx(waits.mean(), rel=0.1)  # as of independent times


def test_all_families_are_there_in_equal_parts(truth):
    counts = Counter(glitch.family for glitch in truth)
    assert len(counts) == 6
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
    assert len(seen) == len({family for family, _ in seen}) == 5


def test_ratios_are_ten_to_a_hundred_and_mostly_weak(truth):
    ratios = np.array([glitch.snr for glitch in truth if glitch.snr])
    assert ratios.min() >= 10
    assert ratios.max() <= 100
    assert np.median(ratios) < 25


def test_the_gain_of_a_witness_varies(truth):
    gains = [glitch.witness_snr / glitch.snr for glitch in truth if glitch.snr and glitch.witness_snr]
    assert np.std(np.log(gains)) == pytest.approx(1 / np.sqrt(12), rel=0.1)
    assert np.exp(-0.5) <= min(gains) < max(gains) <= np.exp(0.5)


@pytest.mark.parametrize("channel", [0, 1, 2, 3])
def test_loud_glitches_are_found_where_the_truth_has_them(stretch, channel):
    recording, truth = stretch
    name = recording.channels[channel].name
    white = whiten(recording.channels[channel].values, RATE, 4.0, 4.0)
    scan = QTransform(4096, RATE, (16.0, 300.0), (8.0, 8.0), (32, 64))
    for glitch in truth.glitches:
        ratio = glitch.snr if channel == 0 else glitch.witness_snr * (glitch.witness == name)
        first = round((glitch.gps - recording.strain.gps_start - 2.0 - 2.0) * RATE)
        if ratio < 25 or first < 0 or first + 4096 > len(white):
            continue
        around = torch.from_numpy(white[None, first : first + 4096])
        assert float(scan(around).peak[0]) > 20, glitch


def test_glitches_lie_inside_the_stretch(stretch):
    recording, truth = stretch
    start = recording.strain.gps_start
    assert truth.glitches
    assert all(start + 1 < glitch.gps < start + 127 for glitch in truth.glitches)
