"""GWF frames are read sample by sample as they were written, and refused where they are damaged."""

import builtins
from importlib.resources import files

import h5py
import numpy as np
import pytest

from itwinai_virgo import gwf
from itwinai_virgo.channels import StrainError

gwframe = pytest.importorskip("gwframe", reason="gwframe, which reads frames, is an extra")


@pytest.fixture
def frames(tmp_path, rng):
    """Return a file of three frames with a gap before the last, of a fast and a slow channel, and their samples."""
    path = tmp_path / "V-V1_TEST-1000-4.gwf"
    fast, slow = rng.normal(size=(3, 4096)), rng.integers(-5, 5, size=(3, 10)).astype(np.int32)
    masked = np.ma.MaskedArray(slow[1], mask=np.arange(10) < 4)
    with gwframe.FrameWriter(path) as writer:
        for number, start in enumerate((1000, 1001, 1003)):
            frame = gwframe.Frame(start=float(start), duration=1.0, name="V1")
            frame.add_channel("V1:FAST", fast[number], 4096.0, "strain")
            values = masked if number == 1 else slow[number]
            frame.add_channel("V1:SLOW", values, 10.0, "m", channel_type="adc", aux_mask=True)
            writer.write_frame(frame)
    return path, fast, slow


def test_all_channels_are_named(frames):
    assert sorted(gwf.names(frames[0])) == ["V1:FAST", "V1:SLOW"]


def test_each_frame_is_a_piece_of_its_own_time_and_rate(frames):
    path, fast, _ = frames
    pieces = gwf.channels(path, ["V1:FAST"])
    assert [piece.gps_start for piece in pieces] == [1000.0, 1001.0, 1003.0]
    assert {(piece.sample_rate, piece.unit, piece.name) for piece in pieces} == {(4096.0, "strain", "V1:FAST")}
    assert (np.stack([piece.values for piece in pieces]) == fast).all()


def test_samples_that_a_frame_calls_invalid_are_no_numbers(frames):
    path, _, slow = frames
    first, second, _ = (piece.values for piece in gwf.channels(path, ["V1:SLOW"]))
    assert (first == slow[0]).all()
    assert np.isnan(second[:4]).all()
    assert (second[4:] == slow[1, 4:]).all()


def test_the_frame_of_gwpy_holds_what_its_hdf5_file_holds():
    pytest.importorskip("gwpy", reason="GWpy brings the frame")
    folder = files("gwpy").joinpath("testing/data")
    frame = folder.joinpath("HLV-HW100916-968654552-1.gwf")
    if not frame.is_file():
        pytest.skip("this GWpy brings no frame")
    wanted = ["H1:LDAS-STRAIN", "L1:LDAS-STRAIN", "V1:h_16384Hz"]
    with h5py.File(str(folder.joinpath("HLV-HW100916-968654552-1.hdf"))) as file:
        for piece in gwf.channels(frame, wanted):
            assert (piece.values == file[piece.name][()]).all()
            assert (piece.gps_start, piece.sample_rate) == (968654552.0, 16384.0)


@pytest.mark.parametrize("kept", [4, 30, 200, 0.3, 0.9, 0.999])
def test_a_frame_that_is_cut_short_is_refused(frames, kept):
    whole = frames[0].read_bytes()
    frames[0].write_bytes(whole[: kept if kept > 1 else int(kept * len(whole))])
    with pytest.raises(StrainError, match=r"V-V1_TEST-1000-4.gwf: the GWF file is damaged or cut short \(.+\). Fetch"):
        gwf.names(frames[0])


def test_one_changed_bit_is_seen(frames, rng):
    whole = frames[0].read_bytes()
    for place in rng.integers(5, len(whole), size=30):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << rng.integers(8)
        frames[0].write_bytes(bytes(spoilt))
        with pytest.raises(StrainError, match="the GWF file is damaged"):
            gwf.names(frames[0])


def test_a_complex_channel_is_refused(tmp_path):
    path = tmp_path / "complex.gwf"
    gwframe.write(path, {"V1:C": np.ones(16, dtype=np.complex128)}, 1000.0, 16.0, name="V1")
    with pytest.raises(StrainError, match=r"V1:C has type complex128; expected a series of real numbers"):
        gwf.channels(path, ["V1:C"])


def test_without_gwframe_the_message_says_what_to_install(frames, monkeypatch):
    imported = builtins.__import__

    def without(name, *rest):
        if name == "gwframe":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StrainError, match=r"pip install 'itwinai-virgo\[gwf\]'"):
        gwf.names(frames[0])
