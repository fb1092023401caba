"""Files of strain are read whole and right, or refused with what was found and what to do."""

import warnings

import h5py
import numpy as np
import pytest

from itwinai_virgo.strain import Channel, Recording, StrainError, read, write
from itwinai_virgo.synthetic import STRAIN, WITNESSES

RATE = 1024.0


def read_own(path, rate=RATE):
    """Return a file read with the names of the generated channels."""
    return read(path, STRAIN, WITNESSES, rate)


def gwosc(path, values, spacing=1 / 1024):
    """Write a file in GWOSC's layout."""
    with h5py.File(path, "w") as file:
        data = file.create_dataset("strain/Strain", data=values)
        data.attrs["Xspacing"] = spacing
        file["meta/GPSstart"] = 1000
        file["meta/Detector"] = "V1"
    return path


@pytest.fixture
def own(tmp_path, stretch):
    """Return the path of 16 s of strain and witnesses in our layout."""
    recording, _ = stretch
    start = recording.strain.gps_start
    path = tmp_path / "own.h5"
    write(path, recording.between(start, start + 16.0))
    return path


def changed(path, name, change):
    """Apply a change to one dataset's values in place."""
    with h5py.File(path, "r+") as file:
        data = file[name]
        values = data[()]
        change(values)
        data[...] = values
    return path


def test_real_strain_is_read_as_gwpy_reads_it(sample, gwpy):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = gwpy.read(sample, format="hdf5.gwosc")
    ours = read_own(sample, 4096.0).strain
    assert (ours.values == theirs.value).all()
    assert ours.gps_start == theirs.t0.value == 1186741846
    assert ours.sample_rate == theirs.sample_rate.value == 4096
    assert ours.seconds == 32.0
    assert ours.name.startswith("V1:")


def test_real_strain_has_no_witnesses(sample):
    assert read_own(sample).witnesses == ()


def test_real_strain_is_a_strain(sample):
    strain = read_own(sample).strain
    assert 1e-23 < strain.values.std() < 1e-17
    assert strain.unit == "strain"


def test_a_recording_comes_back_as_it_was_written(tmp_path, stretch):
    recording, _ = stretch
    write(tmp_path / "file.h5", recording)
    found = read_own(tmp_path / "file.h5")
    for before, after in zip(recording.channels, found.channels, strict=True):
        assert after.name == before.name
        assert after.unit == before.unit
        assert (after.sample_rate, after.gps_start) == (before.sample_rate, before.gps_start)
        assert (after.values == before.values).all()


def test_witnesses_come_in_the_order_asked_for(own):
    found = read(own, STRAIN, WITNESSES[::-1], RATE)
    assert [channel.name for channel in found.witnesses] == list(WITNESSES[::-1])


def test_channels_of_unequal_rates_are_brought_to_one(tmp_path, rng):
    path = tmp_path / "rates.h5"
    channels = [
        Channel(name, rng.normal(size=int(8 * rate)), rate, 1000.0, "V")
        for name, rate in zip((STRAIN, *WITNESSES), (16384.0, 2000.0, 1024.0, 10000.0), strict=True)
    ]
    write(path, Recording(channels[0], tuple(channels[1:])))
    found = read_own(path)
    assert {channel.sample_rate for channel in found.channels} == {RATE}
    assert {len(channel.values) for channel in found.channels} == {8192}


@pytest.mark.parametrize("rate", [4096.0, 16384.0, 20000.0])
@pytest.mark.parametrize("frequency", [20.0, 300.0])
def test_resampling_keeps_a_tone(tmp_path, rate, frequency):
    time = np.arange(int(8 * rate)) / rate
    path = gwosc(tmp_path / "tone.h5", 1e-21 * np.sin(2 * np.pi * frequency * time), 1 / rate)
    found = read_own(path).strain
    inside = slice(1024, -1024)  # the ends are filtered as if there were zeros beyond them
    expected = 1e-21 * np.sin(2 * np.pi * frequency * np.arange(8192) / RATE)
    assert found.values[inside] == pytest.approx(expected[inside], abs=3e-24)


def test_resampling_lets_nothing_fold_into_the_band(tmp_path):
    time = np.arange(8 * 4096) / 4096
    path = gwosc(tmp_path / "high.h5", np.sin(2 * np.pi * 800.0 * time), 1 / 4096)
    assert np.abs(read_own(path).strain.values[1024:-1024]).max() < 1e-4


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StrainError, match=r"nowhere.h5: no such file"):
        read_own(tmp_path / "nowhere.h5")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(StrainError, match=r"a folder\. Name the files in it"):
        read_own(tmp_path)


def test_a_truncated_file_is_refused(tmp_path, sample):
    path = tmp_path / "cut.hdf5"
    path.write_bytes(sample.read_bytes()[:400_000])
    with pytest.raises(StrainError, match=r"cut.hdf5: the HDF5 file is damaged or cut short"):
        read_own(path)


def test_a_file_without_strain_says_what_is_in_it(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["temperature/outside"] = np.ones(3)
    with pytest.raises(StrainError, match=r"no strain in it; found temperature, temperature/outside.\n"):
        read_own(path)


def test_an_empty_file_says_so(tmp_path):
    path = tmp_path / "empty.h5"
    h5py.File(path, "w").close()
    with pytest.raises(StrainError, match="found nothing"):
        read_own(path)


def test_strain_that_is_a_group_is_no_strain(tmp_path):
    path = tmp_path / "group.h5"
    with h5py.File(path, "w") as file:
        file.create_group("strain/Strain")
    with pytest.raises(StrainError, match="no strain in it"):
        read_own(path)


@pytest.mark.parametrize("gone", [WITNESSES[:1], WITNESSES[1:]])
def test_some_witnesses_of_all_are_refused_by_name(own, gone):
    with h5py.File(own, "r+") as file:
        for name in gone:
            del file[f"channels/{name}"]
    with pytest.raises(StrainError, match=f"witness {', '.join(gone)} is missing"):
        read_own(own)


def test_no_witness_at_all_leaves_the_strain(own):
    with h5py.File(own, "r+") as file:
        for name in WITNESSES:
            del file[f"channels/{name}"]
    assert read_own(own).witnesses == ()


@pytest.mark.parametrize("name", [STRAIN, WITNESSES[0]])
def test_zeros_throughout_are_refused(own, name):
    changed(own, f"channels/{name}", lambda values: values.fill(0.0))
    with pytest.raises(StrainError, match=f"{name} is zero throughout"):
        read_own(own)


def test_a_rate_below_that_of_the_run_is_refused(tmp_path, rng):
    path = gwosc(tmp_path / "slow.h5", rng.normal(size=4096), 1 / 256)
    with pytest.raises(StrainError, match=r"256 Hz, below the 1024 Hz of the run"):
        read_own(path)


def test_strain_of_two_axes_is_refused(tmp_path, rng):
    path = gwosc(tmp_path / "flat.h5", rng.normal(size=(64, 64)))
    with pytest.raises(StrainError, match=r"shape \(64, 64\)"):
        read_own(path)


def test_strain_of_text_is_refused(tmp_path):
    path = gwosc(tmp_path / "text.h5", np.array([b"a", b"b"]))
    with pytest.raises(StrainError, match="expected numbers"):
        read_own(path)


@pytest.mark.parametrize("gone", ["meta/GPSstart", "meta/Detector"])
def test_a_gwosc_file_without_its_time_or_detector_is_refused(tmp_path, rng, gone):
    path = gwosc(tmp_path / "bare.h5", rng.normal(size=4096))
    with h5py.File(path, "r+") as file:
        del file[gone]
    with pytest.raises(StrainError, match=r"lacks|is not"):
        read_own(path)


@pytest.mark.parametrize("attribute", ["sample_rate", "gps_start"])
def test_a_channel_without_its_rate_or_time_is_refused(own, attribute):
    with h5py.File(own, "r+") as file:
        del file[f"channels/{WITNESSES[1]}"].attrs[attribute]
    with pytest.raises(StrainError, match=attribute):
        read_own(own)


def test_a_group_where_a_channel_should_be_is_refused(tmp_path):
    with h5py.File(tmp_path / "group.h5", "w") as file:
        file.create_group(f"channels/{STRAIN}").attrs.update(sample_rate=1024.0, gps_start=0.0)
    with pytest.raises(StrainError, match=r"is a group\.\nA channel is a dataset with the attributes sample_rate"):
        read(tmp_path / "group.h5", STRAIN, (), 1024.0)


def test_gaps_of_any_channel_are_gaps_of_the_recording(own):
    def spoil(values):
        values[1024:2048] = np.nan

    changed(own, f"channels/{STRAIN}", spoil)
    changed(own, f"channels/{WITNESSES[1]}", lambda values: values[4096:7168].fill(0.0))
    found = read_own(own)
    start = found.strain.gps_start
    assert [(a - start, b - start) for a, b in found.gaps] == [(1.0, 2.0), (4.0, 7.0)]
    assert sum("has no data in" in note for note in found.notes) == 2


def test_a_file_given_twice_is_one_and_a_copy_of_it_is_refused(tmp_path, own):
    assert read([own, own], STRAIN, WITNESSES, RATE).strain.seconds == 16.0
    copy = tmp_path / "copy.h5"
    copy.write_bytes(own.read_bytes())
    with pytest.raises(StrainError, match="is given twice for GPS"):
        read([own, copy], STRAIN, WITNESSES, RATE)


@pytest.mark.parametrize(
    ("wanted", "near"),
    [("V1:Hrec_hoft_16384", STRAIN), ("V1:hrec_HOFT_16384hz", STRAIN), ("V1:ENV_CEB_MAG", WITNESSES[1])],
)
def test_a_wrong_name_is_refused_with_the_nearest(own, wanted, near):
    with pytest.raises(StrainError, match=f"no channel '{wanted}' in it. Did you mean '{near}'"):
        read(own, wanted, (), RATE)


def test_a_name_near_to_none_is_refused_with_what_there_is(own):
    with pytest.raises(StrainError, match=r"no channel 'xyz' in it. It holds V1:ENV_CEB_MAG_W, V1:Hrec"):
        read(own, "xyz", (), RATE)


def test_public_strain_is_taken_by_any_name_and_of_one_detector(tmp_path, rng):
    paths = []
    for detector in ("H1", "V1"):
        paths.append(gwosc(tmp_path / f"{detector}.h5", rng.normal(size=8192)))
        with h5py.File(paths[-1], "r+") as file:
            del file["meta/Detector"]
            file["meta/Detector"] = detector
        assert read(paths[-1], STRAIN, (), RATE).strain.name == f"{detector}:GWOSC_STRAIN"
    with pytest.raises(StrainError, match="strain of H1:GWOSC_STRAIN, V1:GWOSC_STRAIN; give files of one"):
        read(paths, STRAIN, (), RATE)


def test_a_recording_with_gaps_comes_back_as_it_was_written(tmp_path, own):
    changed(own, f"channels/{STRAIN}", lambda values: values[3000:5000].fill(np.nan))
    before = read_own(own)
    write(tmp_path / "again.h5", before)
    after = read_own(tmp_path / "again.h5")
    assert after.gaps == before.gaps
    for one, other in zip(before.channels, after.channels, strict=True):
        assert np.array_equal(one.values, other.values, equal_nan=True)
