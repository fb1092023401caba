"""HDF5 of GWOSC, of GWpy and of this plugin is read, and what is none of them is refused with what is in it."""

import warnings

import h5py
import numpy as np
import pytest

from itwinai_virgo import hdf5_strain
from itwinai_virgo.channels import StrainError


def put(path, name, values, **attributes):
    """Add a dataset with attributes to a file."""
    with h5py.File(path, "a") as file:
        file.create_dataset(name, data=values).attrs.update(attributes)
    return path


@pytest.fixture
def series(gwpy, rng):
    """Return two of GWpy's series, of unequal rates."""
    return (
        gwpy(rng.normal(size=4096), sample_rate=4096, t0=1000.5, name="V1:FAST", channel="V1:FAST", unit="m"),
        gwpy(rng.normal(size=100), sample_rate=20000, t0=7, name="V1:SLOW", unit="V"),
    )


def written(series, place, **options):
    """Let GWpy write a series."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        series.write(place, format="hdf5", **options)
    return place


def test_a_series_that_gwpy_wrote_is_read(tmp_path, series):
    path = written(series[0], tmp_path / "one.h5")
    assert hdf5_strain.names(path) == ["V1:FAST"]
    (found,) = hdf5_strain.channels(path, ["V1:FAST"])
    assert (found.values == series[0].value).all()
    assert (found.gps_start, found.sample_rate, found.unit) == (1000.5, 4096.0, "m")


def test_a_dictionary_of_series_that_gwpy_wrote_is_read(tmp_path, series):
    from gwpy.timeseries import TimeSeriesDict

    path = written(TimeSeriesDict({one.name: one for one in series}), tmp_path / "two.h5")
    found = hdf5_strain.channels(path, ["V1:SLOW", "V1:FAST"])
    assert [one.sample_rate for one in found] == [20000.0, 4096.0]
    assert [one.name for one in found] == ["V1:SLOW", "V1:FAST"]


def test_a_series_anywhere_in_a_file_goes_by_its_own_name_too(tmp_path, series):
    path = written(series[0], tmp_path / "deep.h5", path="run/data")
    assert hdf5_strain.names(path) == ["run/data", "V1:FAST"]
    (found,) = hdf5_strain.channels(path, ["V1:FAST"])
    assert found.name == "V1:FAST"


def test_real_strain_is_called_by_its_detector(sample):
    assert hdf5_strain.names(sample) == ["V1:GWOSC_STRAIN"]


def test_all_channels_of_this_plugins_layout_are_named(tmp_path):
    path = put(tmp_path / "own.h5", "channels/V1:A", np.ones(4), sample_rate=4.0, gps_start=0.0)
    put(path, "channels/V1:B", np.arange(4), sample_rate=2.0, gps_start=0.0, unit="m")
    assert hdf5_strain.names(path) == ["V1:A", "V1:B"]
    first, second = hdf5_strain.channels(path, ["V1:A", "V1:B"])
    assert (first.unit, second.unit) == ("", "m")
    assert second.values.dtype == np.float64


@pytest.mark.parametrize(
    ("values", "attributes", "message"),
    [
        (np.ones(4), {}, "V1:A lacks its rate or its start, sample_rate and gps_start"),
        (np.ones(4), {"sample_rate": 4.0}, "lacks its rate or its start"),
        (np.ones(4), {"sample_rate": "fast", "gps_start": 0.0}, "lacks its rate or its start"),
        (np.ones(4), {"dx": 0.0, "x0": 0.0}, "lacks its rate or its start"),
        (np.ones(4), {"sample_rate": 0.0, "gps_start": 0.0}, "a rate of 0 Hz"),
        (np.ones(4), {"sample_rate": np.nan, "gps_start": 0.0}, "a rate of nan Hz"),
        (np.ones(4), {"sample_rate": 1.0, "gps_start": np.inf}, "from GPS inf"),
        (np.ones((2, 2)), {"sample_rate": 1.0, "gps_start": 0.0}, r"has shape \(2, 2\)"),
        (np.ones(0), {"sample_rate": 1.0, "gps_start": 0.0}, r"has shape \(0,\)"),
        (np.array([b"a"]), {"sample_rate": 1.0, "gps_start": 0.0}, "expected numbers on one axis"),
        (np.ones(4) * 1j, {"sample_rate": 1.0, "gps_start": 0.0}, "complex128; expected numbers"),
    ],
)
def test_a_channel_that_cannot_be_used_is_refused_with_what_it_is(tmp_path, values, attributes, message):
    path = put(tmp_path / "odd.h5", "channels/V1:A", values, **attributes)
    with pytest.raises(StrainError, match=message) as caught:
        hdf5_strain.channels(path, ["V1:A"])
    assert str(path) in str(caught.value)


def test_a_set_of_images_is_told_from_strain(tmp_path):
    path = put(tmp_path / "set.h5", "virgo_dataset", np.ones((2, 4, 8, 8)))
    with pytest.raises(StrainError, match=r"virgo_dataset is a set of images.*\nTrain on it"):
        hdf5_strain.names(path)


def test_gwosc_without_its_detector_is_refused(tmp_path):
    path = put(tmp_path / "bare.h5", "strain/Strain", np.ones(4), Xspacing=0.25)
    with pytest.raises(StrainError, match="meta/Detector, which says whose it is, is not"):
        hdf5_strain.names(path)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_file_that_is_cut_short_is_refused(tmp_path, sample, part):
    path = tmp_path / "cut.hdf5"
    whole = sample.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(StrainError, match=r"cut.hdf5: the HDF5 file is damaged or cut short \(.+\). Fetch it again"):
        hdf5_strain.names(path)


def test_noise_in_a_file_raises_nothing_but_a_complaint(tmp_path, rng):
    path = put(tmp_path / "own.h5", "channels/V1:A", rng.normal(size=200), sample_rate=4.0, gps_start=0.0)
    whole, refused = path.read_bytes(), 0
    for _ in range(60):
        spoilt = bytearray(whole)
        for place in rng.integers(8, len(whole), size=20):
            spoilt[place] ^= 0xFF
        path.write_bytes(bytes(spoilt))
        try:
            hdf5_strain.channels(path, hdf5_strain.names(path))
        except StrainError:
            refused += 1
    assert refused > 20
