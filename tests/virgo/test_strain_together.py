"""Files and channels of unequal times and rates come together as one recording, exact in time, or are refused."""

import h5py
import numpy as np
import pytest

from itwinai_virgo.strain import StrainError, read
from itwinai_virgo.synthetic import STRAIN, WITNESSES

RATE = 1024.0


def pieces(path, *channels):
    """Write channels, each of a name, samples, a rate and a start, to a file."""
    with h5py.File(path, "w") as file:
        for name, values, rate, start in channels:
            data = file.create_dataset(f"channels/{name}", data=values)
            data.attrs.update(sample_rate=rate, gps_start=start, unit="")
    return path


def test_files_that_follow_one_another_are_joined_without_a_seam(tmp_path, rng):
    values = rng.normal(size=32 * 4096)
    paths = [
        pieces(tmp_path / f"{first}.h5", (STRAIN, values[first * 4096 : (first + 8) * 4096], 4096.0, 1000.0 + first))
        for first in (16, 0, 24, 8)
    ]
    (whole,) = read([pieces(tmp_path / "whole.h5", (STRAIN, values, 4096.0, 1000.0))], STRAIN, (), RATE).channels
    found = read(paths, STRAIN, (), RATE)
    assert found.gaps == found.notes == ()
    assert found.strain.gps_start == 1000.0
    assert (found.strain.values == whole.values).all()


def test_channels_of_different_files_and_formats_are_put_together(tmp_path, rng):
    gwframe = pytest.importorskip("gwframe", reason="gwframe, which reads frames, is an extra")
    text = tmp_path / "strain.txt"
    text.write_text(
        "# 2048 Hz\n# starting GPS 1000\n" + "".join(f"{value!r}\n" for value in rng.normal(size=32768).tolist())
    )
    frame = tmp_path / "slow.gwf"
    gwframe.write(frame, {WITNESSES[0]: rng.normal(size=1600)}, 1000.0, 100.0, name="V1")
    own = pieces(tmp_path / "own.h5", *((name, rng.normal(size=16384), 1024.0, 1000.0) for name in WITNESSES[1:]))
    found = read([text, frame, own], STRAIN, WITNESSES, RATE)
    assert [len(channel.values) for channel in found.channels] == [16384] * 4
    assert found.notes == (f"{WITNESSES[0]} has 100 Hz, so it holds nothing above 50 Hz.",)
    assert [channel.highest for channel in found.channels] == [None, 50.0, None, None]


def test_time_between_files_is_a_gap(tmp_path, rng):
    paths = [
        pieces(tmp_path / f"{start}.h5", (STRAIN, rng.normal(size=4096), 1024.0, float(start)))
        for start in (1000, 1010)
    ]
    found = read(paths, STRAIN, (), RATE)
    assert found.gaps == ((1004.0, 1010.0),)
    assert found.stretches == ((1000.0, 1004.0), (1010.0, 1014.0))
    assert np.isnan(found.strain.values).sum() == 6 * 1024
    assert found.notes == (f"{STRAIN} has no data in 6 of 14 s: GPS 1004.000 to 1010.000.",)


def test_a_gap_spoils_nothing_beside_it(tmp_path, rng):
    values = rng.normal(size=16 * 4096)
    clear = read(pieces(tmp_path / "clear.h5", (STRAIN, values, 4096.0, 0.0)), STRAIN, (), RATE).strain.values
    values[4 * 4096 : 5 * 4096] = np.nan
    holed = read(pieces(tmp_path / "holed.h5", (STRAIN, values, 4096.0, 0.0)), STRAIN, (), RATE)
    assert holed.gaps == ((4.0, 5.0),)
    far = np.r_[0 : 4 * 1024 - 12, 5 * 1024 + 12 : len(clear)]
    assert holed.strain.values[far] == pytest.approx(clear[far], abs=1e-3)


@pytest.mark.parametrize("rate", [1.0, 16.0, 500.0, 1000.0, 20000.0])
def test_a_witness_of_any_rate_keeps_its_time(tmp_path, rng, rate):
    frequency = 0.05 * min(rate, RATE)
    time = 990.0 + np.arange(round(80 * rate)) / rate
    path = pieces(
        tmp_path / "any.h5",
        (STRAIN, rng.normal(size=64 * 4096), 4096.0, 1000.0),
        (WITNESSES[0], np.sin(2 * np.pi * frequency * time), rate, 990.0),
    )
    witness = read(path, STRAIN, WITNESSES[:1], RATE).witnesses[0]
    expected = np.sin(2 * np.pi * frequency * (1000.0 + np.arange(64 * 1024) / RATE))
    assert witness.values == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize("offset", [0.0003, 0.00041, -0.0002])
def test_a_start_between_two_samples_is_kept(tmp_path, rng, offset):
    time = 1000.0 + offset + np.arange(16 * 4096) / 4096
    path = pieces(
        tmp_path / "off.h5",
        (STRAIN, rng.normal(size=16 * 1024), 1024.0, 1000.0),
        (WITNESSES[0], np.sin(2 * np.pi * 100.0 * time), 4096.0, 1000.0 + offset),
    )
    witness = read(path, STRAIN, WITNESSES[:1], RATE).witnesses[0]
    expected = np.sin(2 * np.pi * 100.0 * (witness.gps_start + np.arange(len(witness.values)) / RATE))
    assert witness.values[50:-50] == pytest.approx(expected[50:-50], abs=2e-3)


def test_what_channels_do_not_share_is_left_out_and_said(tmp_path, rng):
    path = pieces(
        tmp_path / "cut.h5",
        (STRAIN, rng.normal(size=20 * 1024), 1024.0, 1000.0),
        (WITNESSES[0], rng.normal(size=20 * 2048), 2048.0, 1005.0),
    )
    found = read(path, STRAIN, WITNESSES[:1], RATE)
    assert [(channel.gps_start, channel.gps_stop) for channel in found.channels] == [(1005.0, 1020.0)] * 2
    assert found.notes == (
        f"{STRAIN} is cut to what all channels share: GPS 1000.000 to 1005.000 is left out.",
        f"{WITNESSES[0]} is cut to what all channels share: GPS 1020.000 to 1025.000 is left out.",
    )


def test_channels_that_share_no_time_are_refused(tmp_path, rng):
    path = pieces(
        tmp_path / "apart.h5",
        (STRAIN, rng.normal(size=4096), 1024.0, 1000.0),
        (WITNESSES[0], rng.normal(size=4096), 1024.0, 2000.0),
    )
    with pytest.raises(StrainError, match=r"share no time: .*covers GPS 1000.000 to 1004.000; .*2000.000 to 2004.000"):
        read(path, STRAIN, WITNESSES[:1], RATE)


def test_channels_that_never_record_together_are_refused(tmp_path, rng):
    values = rng.normal(size=(2, 8192))
    values[0, :4096] = values[1, 4096:] = np.nan
    path = pieces(
        tmp_path / "turns.h5",
        *((name, one, 1024.0, 0.0) for name, one in zip((STRAIN, WITNESSES[0]), values, strict=True)),
    )
    with pytest.raises(StrainError, match="at no time did all channels record"):
        read(path, STRAIN, WITNESSES[:1], RATE)


def test_files_years_apart_are_refused(tmp_path, rng):
    paths = [pieces(tmp_path / f"{start}.h5", (STRAIN, rng.normal(size=4096), 1024.0, start)) for start in (1e9, 1.1e9)]
    with pytest.raises(StrainError, match=r"8 s of data lie spread over 1157\.4 days"):
        read(paths, STRAIN, (), RATE)
