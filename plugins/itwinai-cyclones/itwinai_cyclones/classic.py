"""Tells whether a classic netCDF file is whole: its library reads what was cut off as zeros, without a word."""

from math import prod
from pathlib import Path
from struct import unpack
from typing import BinaryIO

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
"""Of a value by the number of its type [bytes]."""

STREAMING = 2**32 - 1


def missing_bytes(path: Path) -> int:
    """Return by how much a classic netCDF file is shorter than its head says, 0 for whole files and other formats.

    Args:
        path: A file of any kind.

    Raises:
        ValueError: the file ends within its head.

    Source:
        The NetCDF Classic Format Specification, Unidata (2011), and its 64-bit variants CDF-2 and CDF-5.
    """
    with path.open("rb") as file:
        magic = file.read(4)
        if magic[:3] != b"CDF" or magic[3:] not in {b"\x01", b"\x02", b"\x05"}:
            return 0
        wanted = _Head(file, magic[3]).size()
    return max(0, wanted - path.stat().st_size)


class _Head:
    """Reads the head of a classic file, number by number."""

    def __init__(self, file: BinaryIO, version: int) -> None:
        self._file = file
        self._count = ">q" if version == 5 else ">I"
        self._offset = ">I" if version == 1 else ">q"

    def size(self) -> int:
        """Return how long the file must be [bytes]; padding at its end may be absent."""
        records = self._number(self._count)
        lengths = []
        for _ in range(self._list()):
            self._skip_name()
            lengths.append(self._number(self._count))
        self._skip_attributes()
        ends, per_record = [0], []
        for _ in range(self._list()):
            self._skip_name()
            shape = [lengths[self._number(self._count)] for _ in range(self._number(self._count))]
            self._skip_attributes()
            width = SIZES.get(self._number(">I"), 1)
            self._number(self._count)  # its size as stated, which overflows for large variables
            begin = self._number(self._offset)
            moving = bool(shape) and shape[0] == 0
            nbytes = prod(shape[1:] if moving else shape) * width
            if moving:
                per_record.append((begin, nbytes))
            else:
                ends.append(begin + nbytes)
        # One variable alone is not padded between its records.
        step = sum(nbytes if len(per_record) == 1 else -(-nbytes // 4) * 4 for _, nbytes in per_record)
        if records not in {0, STREAMING, -1}:
            ends += [begin + (records - 1) * step + nbytes for begin, nbytes in per_record]
        return max(ends)

    def _number(self, form: str) -> int:
        width = 8 if form == ">q" else 4
        read = self._file.read(width)
        if len(read) < width:
            raise ValueError("it ends within its head")
        return int(unpack(form, read)[0])

    def _list(self) -> int:
        """Return the number of items of the list that begins here."""
        self._number(">I")
        return self._number(self._count)

    def _skip_name(self) -> None:
        self._file.seek(-(-self._number(self._count) // 4) * 4, 1)

    def _skip_attributes(self) -> None:
        for _ in range(self._list()):
            self._skip_name()
            width = SIZES.get(self._number(">I"), 1)
            self._file.seek(-(-self._number(self._count) * width // 4) * 4, 1)
