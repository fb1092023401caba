"""Files of channels of any format; which one it is, the content tells."""

from __future__ import annotations

import pickletools
import zipfile
from typing import TYPE_CHECKING

import h5py
import numpy as np

from itwinai_virgo import gwf, hdf5_strain, text_strain
from itwinai_virgo.channels import StrainError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from itwinai_virgo.channels import Channel

LONG_PICKLE = 10_000
"""Instructions of a pickle after which nothing else can be meant."""

INSTEAD = (
    "Write the samples as HDF5, one dataset a channel with the attributes sample_rate and gps_start "
    "(h5py, or GWpy's TimeSeries.write), as a GWF frame, or as text."
)
PICKLED = f"a pickle, which can run any code when it is opened, so it is not.\n{INSTEAD}"
FOREIGN = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"PAR1": "a Parquet table",
    b"CDF\x01": "NetCDF 3",
    b"CDF\x02": "NetCDF 3",
    b"MATLAB": "a file of MATLAB",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"7z\xbc\xaf": "packed by 7-Zip",
    b"SIMPLE": "FITS",
}
"""First bytes of formats that hold no strain here, and what to call them."""


def names(path: Path) -> list[str]:
    """Return the names of the channels of a file.

    Raises:
        StrainError: The file is missing, damaged, or of a format that is not read.
    """
    kind = _kind(path)
    if kind == "text":
        return [text_strain.name(path)]
    return gwf.names(path) if kind == "gwf" else hdf5_strain.names(path)


def channels(path: Path, wanted: Sequence[str]) -> list[Channel]:
    """Return some channels of a file, each in one or several pieces.

    Args:
        path: GWF frames, HDF5, or text.
        wanted: Names, of those that ``names`` returned.

    Raises:
        StrainError: The file is missing, damaged, or of a format that is not read.
    """
    kind = _kind(path)
    if kind == "text":
        return [text_strain.channel(path)]
    return gwf.channels(path, wanted) if kind == "gwf" else hdf5_strain.channels(path, wanted)


def _kind(path: Path) -> str:
    """Return the format of a file: ``gwf``, ``hdf5`` or ``text``."""
    if path.is_dir():
        raise StrainError(f"{path}: a folder. Name the files in it.")
    if not path.exists():
        raise StrainError(f"{path}: no such file. Give a file of strain, or sample:gw170814.")
    try:
        with path.open("rb") as stream:
            start = stream.read(1024)
    except OSError as error:
        raise StrainError(f"{path}: it cannot be read: {error.strerror}.") from error
    if not start:
        raise StrainError(f"{path}: the file is empty. Fetch it again.")
    if start.startswith(gwf.MAGIC):
        return "gwf"
    if h5py.is_hdf5(path):
        return "hdf5"
    if reason := _refused(path, start):
        raise StrainError(f"{path}: {reason}")
    return "text"


def _refused(path: Path, start: bytes) -> str:
    """Return why a file is not read, of a format that is known not to be; nothing of text."""
    foreign = next((what for magic, what in FOREIGN.items() if start.startswith(magic)), "")
    if (start[:1] == b"\x80" and start[1:2] <= b"\x10") or _is_old_pickle(path):
        return PICKLED
    if start.startswith(b"\x93NUMPY"):
        return _numpy(path)
    if start.startswith(b"PK"):
        return _archive(path)
    if foreign:
        return f"{foreign}, not strain.\n{INSTEAD}"
    if b"\0" in start and not start.startswith(text_strain.GZIP):
        return f"neither GWF, HDF5 nor text; it starts with {start[:8].hex(' ')}. It may be damaged.\n{INSTEAD}"
    return ""


def _is_old_pickle(path: Path) -> bool:
    """Return whether a file is a pickle of protocol 0 or 1, which has no mark of its own; nothing of it is run."""
    with path.open("rb") as stream:
        try:
            for number, (opcode, _, place) in enumerate(pickletools.genops(stream)):
                if opcode.name == "STOP":
                    return place == path.stat().st_size - 1
                if number > LONG_PICKLE:
                    return True
        except (ValueError, IndexError, OverflowError):
            pass
    return False


def _archive(path: Path) -> str:
    """Return why a zip archive is not read: of PyTorch or of NumPy, or another."""
    held = zipfile.ZipFile(path).namelist() if zipfile.is_zipfile(path) else []
    if any(name.endswith(".pkl") for name in held):
        return PICKLED
    return f"{'arrays of NumPy' if any(name.endswith('.npy') for name in held) else 'a zip archive'}.\n{INSTEAD}"


def _numpy(path: Path) -> str:
    """Return why an array of NumPy is not read."""
    try:
        with path.open("rb") as stream:
            version = np.lib.format.read_magic(stream)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            _, _, kind = read(stream)
    except (ValueError, EOFError):
        return f"an array of NumPy that is damaged or cut short.\n{INSTEAD}"
    if kind.hasobject:
        return f"an array of Python objects, that is {PICKLED}"
    return f"an array of NumPy, which says neither its rate nor its start.\n{INSTEAD}"
