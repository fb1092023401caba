"""Predict finds what is in a file of strain, and says what is wrong with one before anything is written."""

from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch
from matplotlib.image import imread

from itwinai_core import DataError
from itwinai_virgo import strain, synthetic
from itwinai_virgo.model import StrainEstimator
from itwinai_virgo.predict import predict
from itwinai_virgo.scans import q_scan
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.strain import Channel
from itwinai_virgo.synthetic import STRAIN, WITNESSES
from itwinai_virgo.whitening import whiten

RATE = 1024.0


@pytest.fixture(scope="module")
def model(small):
    """Return an untrained module."""
    torch.manual_seed(0)
    return StrainEstimator(small).eval()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, stretch):
    """Return the path of half a minute of strain and witnesses."""
    path = tmp_path_factory.mktemp("recorded") / "recorded.h5"
    start = stretch[0].strain.gps_start
    strain.write(path, stretch[0].between(start, start + 32.0))
    return path


@pytest.fixture(scope="module")
def real(small, model, sample, tmp_path_factory):
    """Return what is said of the real strain, and the folder of its files."""
    folder = tmp_path_factory.mktemp("real")
    return predict(small, model, [sample], folder), folder


@pytest.fixture(scope="module")
def witnessed(small, model, recorded, tmp_path_factory):
    """Return what is said of strain with witnesses, and the folder of its files."""
    folder = tmp_path_factory.mktemp("witnessed")
    return predict(small, model, [recorded], folder), folder


def test_real_strain_gets_a_scan_and_no_estimate(real):
    lines, folder = real
    assert {path.name for path in folder.iterdir()} == {"qscan.h5", "qscan.png"}
    assert len(lines) == 2
    assert "no witnesses" in lines[1]


def test_the_loudest_tile_is_said_with_time_frequency_and_energy(real):
    line = real[0][0]
    assert "loudest tile at GPS 11867418" in line
    assert "Hz" in line
    assert "median energy" in line


def test_the_scan_has_its_axes(real):
    with h5py.File(real[1] / "qscan.h5") as file:
        energy, gps, frequency = file["energy"], file["gps"][()], file["frequency"][()]
        assert energy.shape == (len(frequency), len(gps))
        assert gps[0] == 1186741846 + 2.0  # half the whitening filter is cropped
        assert gps[-1] < 1186741846 + 30.0
        assert (np.diff(frequency) > 0).all()
        assert energy.attrs["channel"].startswith("V1:")
        assert 4.0 <= energy.attrs["q"] <= 64.0
        assert gps[0] <= energy.attrs["loudest_gps"] <= gps[-1]


def test_strain_with_witnesses_gets_an_estimate(witnessed):
    lines, folder = witnessed
    written = {"qscan.h5", "qscan.png", "estimate.h5", "estimate.png", "segments.csv", "segments.txt", "segments.xml"}
    assert {path.name for path in folder.iterdir()} == written
    assert "cleaned by 3 witnesses in 7 windows" in lines[1]
    assert "estimated from its witnesses, skill" in lines[2]
    with h5py.File(folder / "estimate.h5") as file:
        assert file["estimate"].shape == file["strain"].shape == file["cleaned"].shape == (7, 16, 16)
        assert (file["cleaned"][()] <= file["strain"][()] + 1e-6).all()
        assert len(file["gps"]) == 7


@pytest.mark.parametrize("name", ["qscan.png", "estimate.png"])
def test_pictures_show_something(witnessed, name):
    picture = imread(witnessed[1] / name)
    assert picture.shape[0] > 600
    assert picture[..., :3].std() > 0.1


def test_several_files_get_a_folder_each_even_where_one_is_given_twice(small, model, recorded, sample, tmp_path):
    predict(small, model, [sample, recorded, recorded], tmp_path)
    first, second, third = sorted(tmp_path.iterdir())
    assert [first.name, second.name, third.name] == [f"01-{sample.stem}", "02-recorded", "03-recorded"]
    assert not (first / "estimate.png").exists()
    assert (second / "estimate.png").is_file()
    assert (third / "estimate.png").is_file()


def burst_in_noise(seconds, centre, frequency, q):
    """Return whitened noise from GPS 500 with a loud burst in it."""
    time = np.arange(int(seconds * RATE)) / RATE - centre
    values = np.random.default_rng(9).normal(size=len(time))
    values += 8 * np.exp(-((np.pi * frequency * time / q) ** 2) * 2) * np.cos(2 * np.pi * frequency * time)
    return Channel("V1:X", values, RATE, 500.0, "")


@pytest.mark.parametrize("seconds", [6.0, 31.37, 64.0, 150.0])
def test_a_burst_is_found_in_strain_of_any_length(seconds):
    centre = 0.8 * seconds
    scan = q_scan(burst_in_noise(seconds, centre, 120.0, 9.0), 16.0)
    gps, frequency, energy = scan.tile
    assert gps == pytest.approx(500.0 + centre, abs=0.05)
    assert frequency == pytest.approx(120.0, rel=0.1)
    assert energy > 50
    assert scan.gps[0] <= gps <= scan.gps[-1]
    assert scan.channel.seconds <= 64.0


def test_a_long_file_is_scanned_in_pieces_and_the_loudest_is_kept():
    white = burst_in_noise(150.0, 120.0, 120.0, 9.0)
    scan = q_scan(white, 16.0)
    assert scan.channel.seconds == pytest.approx(50.0, abs=0.01)
    assert scan.channel.gps_start == pytest.approx(600.0, abs=0.01)
    first = round((scan.channel.gps_start - 500.0) * RATE)
    assert (scan.channel.values == white.values[first : first + len(scan.channel.values)]).all()


def test_an_injection_into_real_strain_is_found(sample):
    channel = strain.read(sample, STRAIN, WITNESSES, RATE).strain
    time = np.arange(len(channel.values)) / RATE - 10.0
    loud = channel.values + 6e-21 * np.exp(-((time / 0.02) ** 2)) * np.cos(2 * np.pi * 150.0 * time)
    white = Channel("V1:X", whiten(loud, RATE, 4.0, 4.0), RATE, channel.gps_start + 2.0, "")
    gps, frequency, _ = q_scan(white, 16.0).tile
    assert gps == pytest.approx(channel.gps_start + 10.0, abs=0.05)
    assert frequency == pytest.approx(150.0, rel=0.1)


@pytest.mark.parametrize("seconds", [30, 150])
@pytest.mark.parametrize(("frequency", "cycles"), [(200.0, 0.6), (60.0, 0.6), (150.0, 3.0), (250.0, 12.0)])
def test_a_burst_of_any_quality_factor_in_a_file_of_any_length_gets_its_scan(
    small, model, tmp_path, frequency, cycles, seconds
):
    quiet = synthetic.recording(seconds, RATE, 0.0, 0.0, seed=5)[0].strain
    time = np.arange(len(quiet.values)) / RATE - 20.0
    burst = 3e-21 * np.exp(-((time * frequency / cycles) ** 2)) * np.cos(2 * np.pi * frequency * time)
    strain.write(tmp_path / "loud.h5", strain.Recording(replace(quiet, values=quiet.values + burst), ()))
    (tmp_path / "out").mkdir()
    lines = predict(small, model, [tmp_path / "loud.h5"], tmp_path / "out")
    found = float(lines[0].split("GPS ")[1].split(",")[0])
    assert found == pytest.approx(quiet.gps_start + 20.0, abs=0.1)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"qscan.h5", "qscan.png"}


def spoil_missing(path):
    """Give a path where nothing is."""
    return path.with_name("nowhere.h5")


def spoil_truncated(path):
    """Cut the file in half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def spoil_format(path):
    """Write text in its place."""
    path.write_text("GPS strain\n")
    return path


def spoil_zero(path):
    """Silence the strain."""
    with h5py.File(path, "r+") as file:
        file[f"channels/{STRAIN}"][:] = 0.0
    return path


def spoil_strain(path):
    """Take the strain out."""
    with h5py.File(path, "r+") as file:
        del file[f"channels/{STRAIN}"]
    return path


def spoil_witness(path):
    """Take one witness out."""
    with h5py.File(path, "r+") as file:
        del file[f"channels/{WITNESSES[1]}"]
    return path


def spoil_rate(path):
    """Say that the strain is slower than it is."""
    with h5py.File(path, "r+") as file:
        file[f"channels/{STRAIN}"].attrs["sample_rate"] = 256.0
    return path


def spoil_length(path):
    """Leave too little for a window."""
    start = 1_265_246_178.0
    whole = strain.read(path, STRAIN, WITNESSES, RATE)
    strain.write(path, whole.between(start, start + 6.0))
    return path


SPOILT = {
    spoil_missing: "nowhere.h5: no such file",
    spoil_truncated: "damaged or cut short",
    spoil_format: "line 1 holds 'GPS', which is not a number",
    spoil_zero: "zero throughout",
    spoil_strain: rf"no channel '{STRAIN}' in it. It holds V1:",
    spoil_witness: f"witness {WITNESSES[1]} is missing",
    spoil_rate: "256 Hz, below the 1024 Hz",
    spoil_length: "has 6 s of data; a window of 4 s",
}


@pytest.mark.parametrize(("spoil", "message"), SPOILT.items(), ids=[spoil.__name__ for spoil in SPOILT])
def test_an_unfit_file_is_refused_by_name_before_anything_is_written(
    small, model, recorded, sample, tmp_path, spoil, message
):
    path = tmp_path / "copy.h5"
    path.write_bytes(recorded.read_bytes())
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(DataError, match=message) as caught:
        predict(small, model, [sample, spoil(path)], folder)
    assert str(tmp_path) in str(caught.value)
    assert list(folder.iterdir()) == []


def test_a_run_whose_band_is_too_low_for_a_scan_says_so(model, recorded, tmp_path):
    settings = VirgoSettings.model_validate(
        {"data": {"sample_rate": 64.0}, "qscan": {"low": 0.01, "high": 20.0, "frequencies": 16, "times": 16}}
    )
    with pytest.raises(DataError, match=r"recorded.h5: a series of .* s is too short for 0.01 Hz"):
        predict(settings, model, [recorded], tmp_path)
