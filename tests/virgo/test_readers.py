"""The content of a file says what it is, whatever its name; what is not read is refused with what to do instead."""

import gzip
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from itwinai_virgo import readers, strain
from itwinai_virgo.channels import Channel, Recording, StrainError


def refused(path):
    """Return what is said of a file that is not read."""
    with pytest.raises(StrainError) as caught:
        readers.names(path)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


@pytest.fixture
def recording(rng):
    """Return half a second of one channel."""
    return Recording(Channel("V1:A", rng.normal(size=64), 128.0, 1000.0, "m"), ())


@pytest.mark.parametrize("name", ["strain.h5", "strain.gwf", "strain.txt", "strain"])
def test_the_suffix_decides_nothing(tmp_path, recording, name):
    own, text, frame = (tmp_path / kind for kind in ("own", "text", "frame"))
    for folder in (own, text, frame):
        folder.mkdir()
    strain.write(own / name, recording)
    assert readers.names(own / name) == ["V1:A"]
    (text / name).write_text("# 128 Hz\n# starting GPS 5\n1\n2\n")
    assert readers.names(text / name) == ["TEXT_STRAIN"]
    gwframe = pytest.importorskip("gwframe", reason="gwframe, which reads frames, is an extra")
    gwframe.write(frame / name, {"V1:A": recording.strain.values}, 1000.0, 128.0, name="V1")
    assert readers.names(frame / name) == ["V1:A"]
    for folder, wanted in ((own, "V1:A"), (text, "TEXT_STRAIN"), (frame, "V1:A")):
        (found,) = readers.channels(folder / name, [wanted])
        assert (found.name, found.sample_rate) == (wanted, 128.0)


class Trap:
    """An object whose pickle runs code when it is opened."""

    def __reduce__(self):
        return Path.touch, (Path("trapped"),)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("name", ["data.pkl", "data.h5", "data.txt"])
def test_a_pickle_is_refused_and_never_opened(tmp_path, monkeypatch, protocol, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(pickle.dumps({"strain": Trap()}, protocol=protocol))
    said = refused(tmp_path / name)
    assert "a pickle, which can run any code" in said
    assert "Write the samples as HDF5" in said
    assert not Path("trapped").exists()


@pytest.mark.parametrize("content", [{"a": 1}, [1, 2], (1, 2), np.arange(4.0)], ids=["dict", "list", "tuple", "array"])
@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_a_pickle_of_any_object_is_known(tmp_path, content, protocol):
    (tmp_path / "data").write_bytes(pickle.dumps(content, protocol=protocol))
    assert "a pickle" in refused(tmp_path / "data")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_of_pytorch_is_refused_as_a_pickle(tmp_path, zipped):
    torch.save({"a": torch.ones(3)}, tmp_path / "data.pt", _use_new_zipfile_serialization=zipped)
    assert "a pickle" in refused(tmp_path / "data.pt")


def test_arrays_of_numpy_are_refused_with_what_they_lack(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(4))
    assert "says neither its rate nor its start" in refused(tmp_path / "a.npy")
    np.save(tmp_path / "o.npy", np.array([{}], dtype=object), allow_pickle=True)
    assert "Python objects, that is a pickle" in refused(tmp_path / "o.npy")
    np.savez(tmp_path / "a.npz", a=np.ones(4))
    assert "arrays of NumPy" in refused(tmp_path / "a.npz")
    (tmp_path / "cut.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:20])
    assert "damaged or cut short" in refused(tmp_path / "cut.npy")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7", "a PDF, not strain"),
        (b"\x89PNG\r\n\x1a\n", "a picture, not strain"),
        (b"PAR1\0\0", "a Parquet table"),
        (b"PK\x03\x04broken", "a zip archive"),
        (bytes(range(256)), "neither GWF, HDF5 nor text; it starts with 00 01 02"),
        (bytes(range(1, 256)), "neither GWF, HDF5 nor text"),
        (b"IGWD\0", "the GWF file is damaged"),
        (b"\x89HDF\r\n\x1a\n", "the HDF5 file is damaged"),
        (b"\x89HDF", "neither GWF, HDF5 nor text"),
    ],
)
def test_another_format_is_refused_by_its_name(tmp_path, content, message):
    (tmp_path / "strain.h5").write_bytes(content)
    if b"IGWD" in content:
        pytest.importorskip("gwframe", reason="gwframe, which reads frames, is an extra")
    assert message in refused(tmp_path / "strain.h5")


def test_a_packed_hdf5_file_is_to_be_unpacked(tmp_path, sample):
    (tmp_path / "strain.hdf5").write_bytes(gzip.compress(sample.read_bytes()[:5000]))
    assert "Unpack it" in refused(tmp_path / "strain.hdf5")


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path):
    assert "a folder. Name the files in it" in refused(tmp_path)
    assert "no such file" in refused(tmp_path / "nowhere.h5")


def test_a_file_that_may_not_be_read_is_refused(tmp_path, sample, monkeypatch):
    path = Path(shutil.copy(sample, tmp_path))

    def deny(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    assert "it cannot be read: Permission denied" in refused(path)
