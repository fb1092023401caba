"""Channels in HDF5 files: GWOSC's layout, this plugin's own, and that of GWpy."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import h5py
import numpy as np

from itwinai_virgo.channels import Channel, StrainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

GWOSC = "strain/Strain"
"""Dataset of the strain in files of the Gravitational Wave Open Science Center."""

IMAGE_SET = "virgo_dataset"
"""Dataset of a set of images, which holds no strain in time."""

OWN = "channels/"
"""Group of the channels in this plugin's layout."""

LAYOUT = (
    "A channel is a dataset with the attributes sample_rate, in Hz, and gps_start, in GPS seconds; "
    "GWpy's dx and x0 serve as well."
)


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """Open an HDF5 file for reading.

    Raises:
        StrainError: The file is damaged, here or later in the block.
    """
    try:
        with h5py.File(path) as file:
            yield file
    except StrainError:
        raise
    except Exception as error:
        # Of a damaged file h5py raises errors of many classes, down to that of a name that is no UTF-8.
        raise StrainError(f"{path}: the HDF5 file is damaged or cut short ({error}). Fetch it again.") from error


def names(path: Path) -> list[str]:
    """Return the names of the channels of a file.

    Raises:
        StrainError: The file is damaged, or of a layout that is not known.
    """
    with opened(path) as file:
        return list(_datasets(file, path))


def channels(path: Path, wanted: Sequence[str]) -> list[Channel]:
    """Return some channels of a file, of those that ``names`` returned.

    Raises:
        StrainError: The file is damaged, or a channel is no series of numbers or lacks its rate or start.
    """
    with opened(path) as file:
        found = _datasets(file, path)
        return [_channel(file, found[name], name, path) for name in wanted]


def _datasets(file: h5py.File, path: Path) -> dict[str, h5py.Dataset]:
    """Return the datasets that are channels, by their names."""
    if isinstance(file.get(GWOSC), h5py.Dataset):
        return {f"{_detector(file, path)}:GWOSC_STRAIN": file[GWOSC]}
    if IMAGE_SET in file:
        raise StrainError(
            f"{path}: {IMAGE_SET} is a set of images, which holds no strain in time.\n"
            "Train on it with `itwinai fit virgo settings.data.file=...`; it cannot be scanned, nor mixed with strain."
        )
    found: dict[str, h5py.Dataset] = {}
    every: list[str] = []

    def visit(place: str, item: h5py.Dataset | h5py.Group) -> None:
        every.append(place)
        own = place.startswith(OWN) and place.count("/") == 1
        if own or (isinstance(item, h5py.Dataset) and {"sample_rate", "dx"} & set(item.attrs)):
            found[place.removeprefix(OWN)] = item

    file.visititems(visit)
    if not found:
        inside = ", ".join(every[:8]) or "nothing"
        raise StrainError(
            f"{path}: no strain in it; found {inside}.\nExpected GWOSC's '{GWOSC}', or channels by name. {LAYOUT}"
        )
    # GWpy may put a channel anywhere in the file, and say its name in an attribute.
    for item in list(found.values()):
        for key in ("channel", "name"):
            if isinstance(alias := item.attrs.get(key), str) and alias:
                found.setdefault(alias, item)
    return found


def _channel(file: h5py.File, data: h5py.Dataset, name: str, path: Path) -> Channel:
    """Return one channel."""
    if isinstance(data, h5py.Group):
        raise StrainError(f"{path}: {OWN}{name} is a group.\n{LAYOUT}")
    try:
        if data.name == f"/{GWOSC}":
            rate, start, unit = 1.0 / float(data.attrs["Xspacing"]), float(file["meta/GPSstart"][()]), "strain"
        else:
            rate = float(data.attrs["sample_rate"]) if "sample_rate" in data.attrs else 1.0 / float(data.attrs["dx"])
            start = float(data.attrs["gps_start"] if "gps_start" in data.attrs else data.attrs["x0"])
            unit = str(data.attrs.get("unit", ""))
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        wanted = "Xspacing, and meta/GPSstart beside it" if data.name == f"/{GWOSC}" else "sample_rate and gps_start"
        raise StrainError(f"{path}: {name} lacks its rate or its start, {wanted}.\n{LAYOUT}") from error
    if not (rate > 0 and np.isfinite([rate, start]).all()):
        raise StrainError(f"{path}: {name} has a rate of {rate:g} Hz from GPS {start:g}; both must be numbers above 0.")
    return Channel(name, _numbers(data, name, path), rate, start, unit)


def _numbers(data: h5py.Dataset, name: str, path: Path) -> np.ndarray:
    """Return the samples of a channel of one axis."""
    if data.ndim != 1 or data.dtype.kind not in "fiu" or not len(data):
        raise StrainError(f"{path}: {name} has shape {data.shape} and type {data.dtype}; expected numbers on one axis.")
    return np.asarray(data[()], dtype=np.float64)


def _detector(file: h5py.File, path: Path) -> str:
    """Return the detector of a file in GWOSC's layout."""
    try:
        return str(file["meta/Detector"].asstr()[()])
    except (KeyError, AttributeError, TypeError) as error:
        raise StrainError(f"{path}: {GWOSC} is there, and meta/Detector, which says whose it is, is not.") from error
