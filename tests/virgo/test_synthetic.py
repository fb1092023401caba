"""The embedded data have the noise, the couplings, the glitches and the chirps that their truth says."""

import numpy as np
import pytest
import torch
from scipy import signal

from itwinai_virgo import synthetic
from itwinai_virgo.couplings import WAVELENGTH, mains
from itwinai_virgo.noise import density_at, virgo_curve
from itwinai_virgo.qtransform import QTransform
from itwinai_virgo.synthetic import EVERY_WITNESS, WITNESSES
from itwinai_virgo.whitening import whiten

RATE = 1024.0


@pytest.fixture(scope="module")
def quiet():
    """Return four minutes without a glitch, with every witness, and what is known about them."""
    return synthetic.recording(256, RATE, 0.0, 0.9, 2, witnesses=EVERY_WITNESS)


@pytest.fixture(scope="module")
def bare():
    """Return the same without the linear couplings."""
    return synthetic.recording(256, RATE, 0.0, 0.0, 2, witnesses=EVERY_WITNESS)


@pytest.fixture(scope="module")
def busy():
    """Return two minutes with glitches and chirps, without the noise that every other call has."""
    recording, truth = synthetic.recording(128, RATE, 0.3, 0.9, 4, 0.05)
    still, known = synthetic.recording(128, RATE, 0.0, 0.9, 4)
    parts = [a.values - b.values for a, b in zip(recording.channels, still.channels, strict=True)]
    return parts, truth.clean.values - known.clean.values, truth


def coupled(recording, truth):
    """Return the part of the strain that the witnesses put there."""
    return recording.strain.values - truth.clean.values


def density_ratio(values, rate):
    """Return frequencies [Hz] and the density there over Virgo's curve."""
    frequencies, power = signal.welch(values, rate, nperseg=int(4 * rate))
    return frequencies, np.sqrt(power) / density_at(frequencies, *virgo_curve())


def test_channels_are_named_as_virgos_and_start_together(stretch):
    recording, truth = stretch
    assert recording.strain.name == "V1:Hrec_hoft_16384Hz"
    assert [channel.name for channel in recording.witnesses] == list(WITNESSES)
    for channel in (*recording.channels, truth.clean):
        assert channel.name.startswith("V1:")
        assert channel.unit
        assert channel.seconds == 128.0
        assert channel.gps_start == recording.strain.gps_start
    assert truth.clean.unit == recording.strain.unit


def test_the_clean_strain_has_virgos_density_up_to_a_kilohertz():
    _, truth = synthetic.recording(128, 4096.0, 0.0, 0.0, 1)
    frequencies, ratio = density_ratio(truth.clean.values, 4096.0)
    for low, high in ((15, 1000), (15, 60), (60, 250), (250, 1000)):
        inside = (frequencies >= low) & (frequencies <= high)
        assert np.median(ratio[inside]) == pytest.approx(1.0, abs=0.05)


def test_the_strain_has_virgos_density_whatever_part_of_it_is_a_witness(quiet):
    frequencies, ratio = density_ratio(quiet[0].strain.values, RATE)
    assert np.median(ratio[(frequencies > 15) & (frequencies < 480)]) == pytest.approx(1.0, abs=0.05)
    # Stray light and sidebands stand above the curve, and nothing else does.
    assert 1.05 < np.median(ratio[(frequencies > 45.5) & (frequencies < 54.5)]) < 2.0
    assert np.median(ratio[(frequencies > 75) & (frequencies < 480)]) == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("witness", [0, 1, 2])
def test_the_linear_part_is_the_witnesses_own_noise_in_its_bands_alone(quiet, bare, witness):
    recording, truth = quiet
    part = coupled(recording, truth) - coupled(*bare)
    frequencies, found = signal.coherence(part, recording.witnesses[witness].values, RATE, nperseg=2048)
    inside = np.zeros(len(frequencies), dtype=bool)
    near = inside.copy()
    for low, high in synthetic.COUPLED_BANDS[witness]:
        inside |= (frequencies > low + 1) & (frequencies < high - 1)
        near |= (frequencies > low - 1) & (frequencies < high + 1)
    # The photodiode and the reflection see fringes and sidebands besides.
    assert np.mean(found[inside]) > (0.98 if witness == 1 else 0.6)
    assert np.mean(found[~near & (frequencies > 12)]) < 0.05


def test_the_magnetometers_part_of_the_strain_is_its_own_spectrum_to_rounding(quiet, bare):
    recording, truth = quiet
    part = np.fft.rfft(coupled(recording, truth) - coupled(*bare))
    frequencies = np.fft.rfftfreq(256 * 1024, 1 / RATE)
    own = np.fft.rfft(recording.witnesses[1].values)
    level = 1e-11 * np.sqrt(1 + (30 / frequencies[1:]) ** 2)
    gain = np.append(0.0, np.sqrt(0.9) * density_at(frequencies[1:], *virgo_curve()) / level)
    inside = (frequencies > 46) & (frequencies < 59)
    error = np.linalg.norm(part[inside] - (gain * own)[inside])
    assert error < 1e-9 * np.linalg.norm(part[inside])


def test_outside_the_coupled_bands_the_linear_part_is_nothing(quiet, bare):
    part = np.fft.rfft(coupled(*quiet) - coupled(*bare))
    frequencies = np.fft.rfftfreq(256 * 1024, 1 / RATE)
    outside = ~np.any(
        [(frequencies >= low) & (frequencies < high) for bands in synthetic.COUPLED_BANDS for low, high in bands],
        axis=0,
    )
    assert np.abs(part[outside]).max() < 1e-9 * np.abs(part).max()


def test_the_clean_strain_knows_nothing_of_any_witness(quiet):
    recording, truth = quiet
    for witness in recording.witnesses:
        frequencies, found = signal.coherence(truth.clean.values, witness.values, RATE, nperseg=2048)
        assert np.mean(found[frequencies > 12]) < 0.02


def slow(channel, highest):
    """Return the part of a channel below a frequency [Hz]."""
    spectrum = np.fft.rfft(channel.values)
    spectrum[np.fft.rfftfreq(len(channel.values), 1 / RATE) > highest] = 0.0
    return np.fft.irfft(spectrum, len(channel.values))


def test_whoever_knows_the_couplings_recovers_the_clean_density(bare):
    recording, known = bare
    motion, angle = slow(recording.witnesses[4], 0.6), slow(recording.witnesses[3], 5.5)
    fringe = 4 * np.pi / WAVELENGTH * motion
    lines = [mains(len(angle), RATE, turn) * angle for turn in (0.0, np.pi / 2)]
    features = np.stack([np.sin(fringe), np.cos(fringe), *lines], axis=1)
    # The loud noise below 15 Hz would rule the fit.
    passed = signal.sosfiltfilt(signal.butter(6, (18, 80), "bandpass", fs=RATE, output="sos"), features, axis=0)
    strain = signal.sosfiltfilt(signal.butter(6, (18, 80), "bandpass", fs=RATE, output="sos"), recording.strain.values)
    left = recording.strain.values - features @ np.linalg.lstsq(passed, strain, rcond=None)[0]
    for low, high in ((25, 45), (45.5, 54.5)):
        ratios = []
        for values in (recording.strain.values, left):
            frequencies, power = signal.welch(values, RATE, nperseg=4096)
            clean = signal.welch(known.clean.values, RATE, nperseg=4096)[1]
            inside = (frequencies > low) & (frequencies < high)
            ratios.append(np.mean(np.sqrt(power[inside] / clean[inside])))
        assert ratios[0] > 1.08
        assert ratios[1] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(("witness", "band"), [(0, (20, 40)), (2, (46, 54))])
def test_a_witness_of_the_images_is_loud_when_the_strain_is_for_what_no_filter_takes_over(bare, witness, band):
    recording, truth = bare
    sections = signal.butter(4, band, "bandpass", fs=RATE, output="sos")
    both = np.stack([coupled(recording, truth), recording.witnesses[witness].values])
    energy = np.abs(signal.hilbert(signal.sosfiltfilt(sections, both))) ** 2
    short = energy.reshape(2, -1, 128).mean(axis=2)
    assert np.corrcoef(np.log(short))[0, 1] > 0.2


def test_the_slow_witnesses_see_the_angle_and_the_bench(quiet):
    _, _, _, quadrant, accelerometer = quiet[0].witnesses
    assert slow(accelerometer, 0.6).std() == pytest.approx(1e-5, rel=0.35)  # of a hundred independent values
    assert slow(quadrant, 5.5).std() == pytest.approx(1e-6, rel=0.15)
    frequencies, power = signal.welch(accelerometer.values, RATE, nperseg=65536)
    assert power[(frequencies > 0.05) & (frequencies < 0.6)].sum() > 0.99 * power[frequencies > 0.05].sum()


def test_without_coherence_no_witness_tells_of_the_noise_outside_the_other_couplings():
    recording, _ = synthetic.recording(128, RATE, 0.0, 0.0, 3)
    for witness in recording.witnesses:
        frequencies, found = signal.coherence(recording.strain.values, witness.values, RATE, nperseg=2048)
        assert np.mean(found[frequencies > 60]) < 0.05


def test_data_depend_on_their_seed_alone():
    first, again, other = (synthetic.recording(16, RATE, 0.5, 0.5, seed, 0.1) for seed in (1, 1, 2))
    assert first[1].events() == again[1].events()
    assert (first[1].clean.values == again[1].clean.values).all()
    assert all((a.values == b.values).all() for a, b in zip(first[0].channels, again[0].channels, strict=True))
    assert not (first[0].strain.values == other[0].strain.values).all()


def test_a_choice_of_witnesses_changes_nothing_but_what_is_returned():
    names = (EVERY_WITNESS[3], EVERY_WITNESS[0])
    some, all_of_them = (
        synthetic.recording(32, RATE, 0.5, 0.9, 6, witnesses=chosen) for chosen in (names, EVERY_WITNESS)
    )
    assert [channel.name for channel in some[0].witnesses] == list(names)
    held = {channel.name: channel.values for channel in all_of_them[0].channels}
    assert all((channel.values == held[channel.name]).all() for channel in some[0].channels)


def ratio_of(values):
    """Return the matched-filter ratio of a piece of strain that holds one waveform and no noise."""
    frequencies = np.fft.rfftfreq(len(values), 1 / RATE)
    spectrum = np.fft.rfft(values) / RATE
    inside = frequencies > 5
    density = density_at(frequencies[inside], *virgo_curve())
    return np.sqrt(4 * np.sum(np.abs(spectrum[inside] / density) ** 2) * RATE / len(values))


def test_strain_and_clean_strain_differ_by_witnessed_glitches(busy):
    parts, clean, truth = busy
    start, lonely = synthetic.GPS_START, 0
    for glitch in truth.glitches:
        others = [other for other in truth.glitches if 0 < abs(other.gps - glitch.gps) < 4.1]
        if others or not glitch.snr:
            continue
        first = round((glitch.gps - start - 2.0) * RATE)
        explained = (parts[0] - clean)[first : first + 4096]
        if glitch.witness:
            assert ratio_of(explained) == pytest.approx(glitch.snr, rel=0.03), glitch
        else:
            assert np.abs(explained).max() < 1e-6 * np.abs(parts[0]).max(), glitch
        lonely += 1
    assert lonely > 4


def test_a_chirp_is_in_the_strain_and_its_clean_part_and_in_no_witness():
    plain, loud = (synthetic.recording(64, RATE, 0.2, 0.9, 7, chirps) for chirps in (0.0, 0.05))
    assert loud[1].chirps
    added = loud[0].strain.values - plain[0].strain.values
    assert np.abs(added - (loud[1].clean.values - plain[1].clean.values)).max() < 1e-9 * np.abs(added).max()
    assert all((a.values == b.values).all() for a, b in zip(loud[0].witnesses, plain[0].witnesses, strict=True))
    assert loud[1].glitches == plain[1].glitches


def test_a_chirp_is_as_loud_as_its_truth_and_ends_at_its_merger():
    for seed in range(20):
        chirps = synthetic.events(64, 0.0, seed, 0.02).chirps
        if len(chirps) == 1:
            plain, loud = (synthetic.recording(64, RATE, 0.0, 0.9, seed, rate)[0] for rate in (0.0, 0.02))
            added = loud.strain.values - plain.strain.values
            assert ratio_of(added) == pytest.approx(chirps[0].snr, rel=0.03)
            end = round((chirps[0].gps - synthetic.GPS_START) * RATE)
            assert np.square(added[end + 512 :]).sum() < 1e-3 * np.square(added).sum()
            begin = max(0, round((chirps[0].start - 1.5 - synthetic.GPS_START) * RATE))
            assert not added[:begin].any()


@pytest.mark.parametrize("channel", [0, 1, 2, 3])
def test_loud_glitches_are_found_where_the_truth_has_them(stretch, channel):
    recording, truth = stretch
    name = recording.channels[channel].name
    white = whiten(recording.channels[channel].values, RATE, 4.0, 4.0)
    scan = QTransform(4096, RATE, (10.5, 300.0), (4.0, 64.0), (32, 64))
    for glitch in truth.glitches:
        ratio = glitch.snr if channel == 0 else glitch.witness_snr * (glitch.witness == name)
        first = round((glitch.gps - recording.strain.gps_start - 2.0 - 2.0) * RATE)
        if ratio < 25 or first < 0 or first + 4096 > len(white):
            continue
        around = torch.from_numpy(white[None, first : first + 4096])
        assert float(scan(around).peak[0]) > 20, glitch
