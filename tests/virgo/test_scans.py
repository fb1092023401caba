"""Scans of strain, real and made, find what GWpy finds, whatever the rate and the length."""

import warnings

import h5py
import numpy as np
import pytest
import torch

from itwinai_virgo import strain
from itwinai_virgo.channels import Channel
from itwinai_virgo.qtransform import QTransform
from itwinai_virgo.scans import PIECE_SECONDS, q_scan, write_scan
from itwinai_virgo.whitening import Whitening

GW170814 = 1186741861.53
STRETCHES = [(0, 32), (0, 16), (8, 24), (12, 22), (4, 31)]


@pytest.fixture(scope="module")
def real(sample):
    """Return the real strain that ships with the plugin."""
    return strain.read(sample, "", (), None).strain


def white(channel, filter_seconds=4.0):
    """Return a channel whitened as the command does it."""
    values = Whitening(channel.sample_rate, filter_seconds, 4.0)(torch.from_numpy(channel.values)).numpy()
    return Channel(channel.name, values, channel.sample_rate, channel.gps_start + filter_seconds / 2, "")


def gwpy_peak(channel, gwpy, low, high):
    """Return GPS, frequency and energy of the loudest tile that GWpy finds in its own whitened strain, ends cropped."""
    from gwpy.signal.qtransform import q_scan as gwpy_scan

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        series = gwpy(channel.values, sample_rate=channel.sample_rate, t0=0).whiten(4, 2, fduration=4)
        gram, _ = gwpy_scan(series.crop(2, channel.seconds - 2), qrange=(4, 64), frange=(low, high))
    return channel.gps_start + gram.peak["time"], gram.peak["frequency"], gram.peak["energy"]


@pytest.mark.parametrize("stretch", STRETCHES)
def test_real_strain_becomes_white(real, stretch):
    values = white(real.between(*(real.gps_start + second for second in stretch))).values
    quarter = len(values) // 4
    assert values.std() == pytest.approx(1.0, abs=0.1)
    assert values[quarter:-quarter].std() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("stretch", STRETCHES)
@pytest.mark.parametrize("band", [(20.0, 400.0), (30.0, 1024.0)])
def test_the_loudest_tile_of_real_strain_is_where_gwpy_finds_it(real, gwpy, stretch, band):
    cut = real.between(*(real.gps_start + second for second in stretch))
    gps, frequency, energy = q_scan(white(cut), *band, progress=False).tile
    expected = gwpy_peak(cut, gwpy, *band)
    assert gps == pytest.approx(expected[0], abs=0.05)
    assert frequency == pytest.approx(expected[1], abs=20.0)
    assert energy == pytest.approx(expected[2], rel=0.05)


def test_the_event_is_where_gwpys_own_settings_show_it(real, gwpy):
    start = GW170814 - real.gps_start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        series = gwpy(real.values, sample_rate=real.sample_rate, t0=0)
        found = series.q_transform(frange=(20, 1024), logf=True, fres=200, tres=1 / 128)
    near = np.abs(found.times.value - start) < 0.25
    place = np.unravel_index(found.value[near].argmax(), found.value[near].shape)
    expected = found.times.value[near][place[0]], found.frequencies.value[place[1]]
    seen = white(real)
    transform = QTransform(len(seen.values), seen.sample_rate, (20.0, 1024.0), (4.0, 64.0), (200, 28 * 128))
    image = transform(torch.from_numpy(seen.values[None])).energy[0].numpy()
    times = transform.times + 2.0
    image = np.where(np.abs(times - start) < 0.25, image, 0.0)
    row, column = np.unravel_index(image.argmax(), image.shape)
    assert times[column] == pytest.approx(expected[0], abs=0.05)
    assert transform.frequencies[row] == pytest.approx(expected[1], abs=20.0)


def noise(seconds, rate, centre, frequency):
    """Return white noise with a burst some seconds after its start, from GPS 1000."""
    time = np.arange(int(seconds * rate)) / rate - centre
    values = np.random.default_rng(3).normal(size=len(time))
    values += 15 * np.exp(-((time / 0.03) ** 2)) * np.cos(2 * np.pi * frequency * time)
    return Channel("V1:Test", values, rate, 1000.0, "")


@pytest.mark.parametrize(("rate", "seconds"), [(512.0, 7.3), (1000 / 3, 20.0), (2000.5, 4.001)])
def test_a_burst_is_found_at_any_rate_and_length(rate, seconds):
    gps, frequency, energy = q_scan(noise(seconds, rate, 0.7 * seconds, 90.0), 20.0).tile
    assert gps == pytest.approx(1000.0 + 0.7 * seconds, abs=0.02)
    assert frequency == pytest.approx(90.0, abs=10.0)
    assert energy > 50.0


@pytest.mark.parametrize("centre", [10.0, 1.9 * PIECE_SECONDS])
def test_of_a_long_stretch_the_piece_with_the_loudest_tile_is_shown(centre):
    scan = q_scan(noise(2.5 * PIECE_SECONDS, 256.0, centre, 60.0), 20.0, q_range=(8.0, 8.0), progress=False)
    assert scan.tile[0] == pytest.approx(1000.0 + centre, abs=0.05)
    assert scan.channel.gps_start <= 1000.0 + centre <= scan.channel.gps_start + scan.channel.seconds
    assert scan.gps[0] == scan.channel.gps_start


@pytest.mark.parametrize("centre", [0.1, 4.0, 7.95])
def test_a_scan_is_written_with_its_axes_and_a_picture_of_a_burst_anywhere(tmp_path, centre):
    scan = q_scan(noise(8.0, 512.0, centre, 90.0), 20.0)
    write_scan(tmp_path, scan)
    with h5py.File(tmp_path / "qscan.h5") as file:
        assert file["energy"].shape == (len(file["frequency"]), len(file["gps"]))
        row, column = np.unravel_index(file["energy"][()].argmax(), file["energy"].shape)
        assert file["gps"][column] == pytest.approx(1000.0 + centre, abs=0.05)
        assert file["frequency"][row] == pytest.approx(90.0, rel=0.15)
        assert file["energy"].attrs["loudest_gps"] == scan.tile[0]
    assert (tmp_path / "qscan.png").stat().st_size > 10_000
