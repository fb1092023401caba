"""Opens netCDF files and Zarr stores, and keeps only a few of them open at a time."""

import os
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import xarray as xr
import zarr

from itwinai_cyclones.classic import missing_bytes
from itwinai_cyclones.quantities import FieldsError

BROKEN = (OSError, RuntimeError, ValueError, KeyError, IndexError, TypeError, AttributeError)
"""What readers raise on files that are not what they seem."""

STORE_MARKS = ("zarr.json", ".zgroup", ".zmetadata", ".zattrs")
LEAST_WRITTEN = 0.9


@contextmanager
def quiet() -> Iterator[None]:
    """Keep readers from remarking upon what they can live with: notes beside arrays, two marks of gaps."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def open_dataset(path: Path) -> xr.Dataset:
    """Return what a netCDF file or a Zarr store holds, read when needed, with its times as numbers.

    Args:
        path: A file, or the folder of a Zarr store.

    Raises:
        FieldsError: there is no such file, or it is neither.
    """
    if not path.exists():
        raise FieldsError(f"There is no file {path}.\nCheck the path.")
    kind = "Zarr store" if path.is_dir() else "netCDF file"
    options: dict[str, Any] = {"engine": "zarr", "consolidated": False} if path.is_dir() else {"engine": "netcdf4"}
    try:
        with quiet():
            short = 0 if path.is_dir() else missing_bytes(path)
            data = xr.open_dataset(path, decode_times=False, **options)
    except BROKEN as error:
        raise FieldsError(f"{path} cannot be read as a {kind}: {first_line(error)}.\n{_advice(path)}") from error
    if short:
        raise FieldsError(f"{path} was cut short: its last {short} bytes are not there.\nCopy or download it again.")
    return data


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its type where it has none.

    Args:
        error: What a reader raised.
    """
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _advice(path: Path) -> str:
    """Return what to do about something that cannot be read."""
    if path.is_dir():
        inside = sorted(path.glob("*.nc"))
        if inside and not any((path / mark).exists() for mark in STORE_MARKS):
            return f"It is a folder of {len(inside)} netCDF files: give {path}/*.nc."
    elif path.stat().st_size == 0:
        return "It is empty: copy or download it again."
    else:
        with path.open("rb") as file:
            if file.read(4) == b"GRIB":
                return "It is GRIB: convert it first, e.g. by `cdo -f nc4 copy IN.grib OUT.nc`."
    return "It is of another format, or it was cut short: copy or download it again."


def refuse_half_a_store(path: Path, variable: str) -> None:
    """Raise where many pieces of an array of a Zarr store were never written or not copied.

    Readers take such a piece for a gap, or for zeros, without a word. A piece that is one gap from end to end is not
    written either, so a few may be absent.

    Args:
        path: Folder of the store.
        variable: Name of the array.

    Raises:
        FieldsError: more than a tenth of the pieces are absent.
    """
    try:
        with quiet():
            array = zarr.open_group(str(path), mode="r")[variable]
    except BROKEN as error:
        raise FieldsError(f"{path} breaks off in {variable}: {first_line(error)}.\n{_advice(path)}") from error
    if not isinstance(array, zarr.Array):
        return
    pieces = prod(-(-size // piece) for size, piece in zip(array.shape, array.shards or array.chunks, strict=True))
    # Counted as files: to ask for the pieces of 30 years one by one takes a minute.
    written = sum(
        not name.startswith(".") and name != "zarr.json" for _, _, names in os.walk(path / variable) for name in names
    )
    if written < LEAST_WRITTEN * pieces:
        raise FieldsError(
            f"{path} is half a store: of {pieces} pieces of {variable}, {pieces - written} are not there.\n"
            "Copy or download it again."
        )


class Opened:
    """Data sets by path, of which only the last few that were asked for stay open.

    An archive of years is more files than a process may hold open, and HDF5 keeps some 25 MB for each that was read.

    Attributes:
        most: How many stay open: one for each variable that is read in turns, or each read would open its file again.
    """

    def __init__(self, most: int = 2) -> None:
        self.most = most
        self._open: OrderedDict[Path, xr.Dataset] = OrderedDict()

    def __call__(self, path: Path) -> xr.Dataset:
        """Return the data set of a path, opened if need be.

        Args:
            path: A file, or the folder of a Zarr store.

        Raises:
            FieldsError: as ``open_dataset``.
        """
        if path not in self._open:
            self._open[path] = open_dataset(path)
        self._open.move_to_end(path)
        while len(self._open) > self.most:
            self._open.popitem(last=False)[1].close()
        return self._open[path]
