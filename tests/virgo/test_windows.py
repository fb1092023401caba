"""Windows are cut inside stretches without gaps, each whitened by itself, and show no more than a channel holds."""

from dataclasses import replace

import numpy as np
import pytest

from itwinai_core import DataError
from itwinai_virgo.channels import Channel, Recording
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.truth import NOTHING_KNOWN, Truth
from itwinai_virgo.windows import image_transform, images, long_stretches, needed_seconds, whitened

RATE = 1024.0


def noise(name, seconds, rng, start=1000.0, scale=1.0):
    """Return white noise."""
    return Channel(name, scale * rng.normal(size=round(seconds * RATE)), RATE, start, "")


def holed(recording, *gaps):
    """Return a recording without data at some times."""
    channels = []
    for channel in recording.channels:
        values = channel.values.copy()
        for start, stop in gaps:
            values[round((start - channel.gps_start) * RATE) : round((stop - channel.gps_start) * RATE)] = np.nan
        channels.append(replace(channel, values=values))
    return Recording(channels[0], tuple(channels[1:]), gaps=gaps)


@pytest.fixture
def pair(rng):
    """Return a minute of strain and one witness."""
    return Recording(noise("V1:S", 60, rng, scale=1e-21), (noise("V1:W", 60, rng),))


def test_windows_lie_inside_stretches_and_keep_their_time(pair, small):
    found = images(holed(pair, (1015.0, 1017.5), (1040.0, 1041.0)), small, NOTHING_KNOWN)
    settle, window = small.whitening.filter_length / 2, small.qscan.window
    expected = []
    for start, stop in ((1000.0, 1015.0), (1017.5, 1040.0), (1041.0, 1060.0)):
        count = int((stop - start - 2 * settle) / window)
        expected += [start + settle + window * number for number in range(count)]
    assert found.gps.tolist() == expected
    assert np.isfinite(found.strain).all()
    assert np.isfinite(found.witnesses).all()


def test_a_stretch_is_whitened_by_itself(pair, small):
    whole = images(holed(pair, (1020.0, 1024.0)), small, NOTHING_KNOWN)
    alone = images(pair.between(1024.0, 1060.0), small, NOTHING_KNOWN)
    chosen = whole.gps > 1024.0
    assert (whole.gps[chosen] == alone.gps).all()
    assert whole.strain[chosen] == pytest.approx(alone.strain, abs=1e-5)


def test_what_stands_in_a_gap_changes_nothing_outside(pair, small):
    one = holed(pair, (1020.0, 1024.0))
    other = replace(
        one, strain=replace(one.strain, values=np.where(np.isnan(one.strain.values), 7.0, one.strain.values))
    )
    assert (images(one, small, NOTHING_KNOWN).strain == images(other, small, NOTHING_KNOWN).strain).all()


def test_stretches_that_are_too_short_are_left_out(pair, small):
    needed = needed_seconds(small)
    assert needed == 8.0
    found = long_stretches(holed(pair, (1007.9, 1010.0), (1018.0, 1020.0), (1027.0, 1029.0)), small)
    assert [(piece.strain.gps_start, piece.strain.gps_stop) for piece in found] == [(1010.0, 1018.0), (1029.0, 1060.0)]
    assert all(np.isfinite(piece.strain.values).all() for piece in found)


def test_gaps_that_leave_no_window_are_refused(pair, small):
    broken = holed(pair, *((1000.0 + start, 1000.5 + start) for start in range(5, 60, 6)))
    with pytest.raises(DataError, match=r"V1:S has 5.5 s of data without a gap; a window of 4 s .* need 8 s"):
        images(broken, small, NOTHING_KNOWN)


def test_rows_above_what_a_channel_holds_are_empty(pair, small):
    slow = Recording(pair.strain, (replace(pair.witnesses[0], highest=100.0),))
    found = images(slow, small, NOTHING_KNOWN)
    frequencies = image_transform(small).frequencies
    assert (found.witnesses[:, 0, frequencies > 90.0] == 0).all()
    assert found.witnesses[:, 0, frequencies < 80.0].mean() > 0.5
    assert found.strain[:, 0, frequencies > 90.0].mean() > 0.5


def test_a_channel_that_holds_nothing_of_the_band_is_empty(pair, small):
    trend = replace(pair.witnesses[0], values=np.linspace(280.0, 281.0, len(pair.strain.values)), highest=0.5)
    found = images(Recording(pair.strain, (trend,)), small, NOTHING_KNOWN)
    assert (found.witnesses == 0).all()
    assert found.strain.max() > 1.0


def test_a_slow_channel_shows_its_own_band_as_it_was_recorded(rng, small):
    full = noise("V1:W", 64, rng)
    spectrum = np.fft.rfft(full.values)
    frequencies = np.fft.rfftfreq(len(full.values), 1 / RATE)
    spectrum[frequencies > 125.0] *= 1e-7
    slow = replace(full, values=np.fft.irfft(spectrum, len(full.values)), highest=125.0)
    one, other = (images(Recording(full, (channel,)), small, NOTHING_KNOWN) for channel in (full, slow))
    low = image_transform(small).frequencies < 80.0
    distance = np.abs(other.witnesses[:, 0, low] - one.witnesses[:, 0, low])
    assert distance.mean() < 0.03
    assert distance.max() < 1.0  # 19 where the rows above it were left empty


@pytest.fixture
def denoising():
    """Return the small settings of the task denoise."""
    return VirgoSettings.model_validate({"task": "denoise", "qscan": {"frequencies": 16, "times": 16}})


def test_the_clean_strain_is_on_the_scale_of_the_strain(pair, denoising):
    strain = pair.strain
    found = images(pair, denoising, Truth(clean=replace(strain, values=strain.values / 2)))
    assert np.expm1(found.clean) == pytest.approx(np.expm1(found.strain) / 4, rel=2e-3, abs=2e-3)
    same = images(pair, denoising, Truth(clean=strain))
    assert same.clean == pytest.approx(same.strain, abs=2e-3)


def test_the_clean_strain_of_a_gap_is_left_out_too(pair, denoising):
    gapped = holed(pair, (1020.0, 1024.0))
    found = images(gapped, denoising, Truth(clean=pair.strain))
    assert len(found.clean) == len(found.strain) == len(found.gps)
    assert found.clean == pytest.approx(found.strain, abs=2e-3)


def test_the_task_noise_makes_no_clean_images(pair, small):
    assert images(pair, small, Truth(clean=pair.strain)).clean is None


def test_white_noise_stays_white(rng, small):
    white = whitened(noise("V1:X", 64, rng, scale=1e-23), small)
    assert white.values.std() == pytest.approx(1.0, abs=0.05)
    assert (white.gps_start, white.seconds) == (1002.0, 60.0)
