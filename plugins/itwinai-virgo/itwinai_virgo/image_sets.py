"""Sets of images in HDF5 files, of any size: one dataset of energies, read row by row."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import h5py
import numpy as np

from itwinai_core import DataError
from itwinai_virgo.hdf5_strain import IMAGE_SET, opened
from itwinai_virgo.images import Images, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class SetFile:
    """One file of a set.

    Attributes:
        path: Where it is.
        rows: Number of its rows.
        strain: Which of its channels is the strain.
        shape: Shape of a row, ``(C, T, F)``, the strain among the channels.
    """

    path: Path
    rows: int
    strain: int
    shape: tuple[int, int, int]


def is_image_set(path: Path) -> bool:
    """Return whether a file is a set of images."""
    if not path.is_file() or not os.access(path, os.R_OK) or not h5py.is_hdf5(path):
        return False
    with opened(path) as file:
        return IMAGE_SET in file


def set_files(paths: Sequence[Path]) -> tuple[SetFile, ...]:
    """Return the files of a set, whose rows follow one another.

    Raises:
        DataError: A file is no set of images, is damaged, or is of another shape than the first.
    """
    found = []
    for path in paths:
        if not is_image_set(path):
            raise DataError(f"{path}: no set of images, as the other files are. Give files of one kind.")
        with opened(path) as file:
            data = file[IMAGE_SET]
            shape: tuple[int, ...] = getattr(data, "shape", ())
            kind = getattr(data, "dtype", np.dtype("V")).kind
            strain = int(data.attrs.get("main_channel_idx", file.attrs.get("main_channel_idx", 0)))
        if len(shape) != 4 or kind != "f" or shape[1] < 2:
            raise DataError(
                f"{path}: {IMAGE_SET} has shape {shape}; expected numbers of shape "
                "(rows, channels, times, frequencies), with the strain and a witness or more."
            )
        if not 0 <= strain < shape[1]:
            raise DataError(f"{path}: main_channel_idx is {strain}; the channels are 0 to {shape[1] - 1}.")
        found.append(SetFile(path, shape[0], strain, (shape[1], shape[2], shape[3])))
        if found[-1].shape != found[0].shape:
            raise DataError(
                f"{path}: rows of shape {found[-1].shape}, those of {found[0].path} {found[0].shape}.\n"
                "Give files of one shape."
            )
    return tuple(found)


class ImageSet:
    """Part of a set, a source of pairs of witness images and strain image; what is not asked for stays on disk."""

    def __init__(self, files: Sequence[SetFile], rows: range) -> None:
        """Take a part.

        Args:
            files: Files whose rows follow one another.
            rows: Rows that are in the part, counted over all files.
        """
        self.rows = rows
        self._files = tuple(files)
        self._starts = np.cumsum([0, *(file.rows for file in files)])
        self._open: dict[int, h5py.Dataset] = {}
        self._process = os.getpid()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the images of one row, ``(C, F, T)`` and ``(1, F, T)``."""
        witnesses, strain = self.__getitems__([index])
        return witnesses[0], strain[0]

    def __getitems__(self, indices: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the scaled images of some rows, of which each is read once, in the order of the file.

        Raises:
            DataError: A row holds something else than numbers, or the file is damaged.
        """
        channels, times, frequencies = self._files[0].shape
        energy = np.empty((len(indices), channels, frequencies, times), dtype=np.float32)
        last = -1
        for place in np.argsort(indices, kind="stable"):
            row = self.rows[indices[place]]
            energy[place] = energy[last] if last >= 0 and self.rows[indices[last]] == row else self._row(row)
            last = int(place)
        images = scaled(energy)
        return images[:, 1:].copy(), images[:, :1].copy()

    def in_memory(self, limit: int) -> Images:
        """Return at most so many rows, spread evenly over the part, in memory."""
        chosen = np.unique(np.linspace(0, len(self) - 1, min(limit, len(self))).round().astype(int))
        witnesses, strain = self.__getitems__(chosen.tolist())
        gps = np.array([self.rows[index] for index in chosen], dtype=np.float64)
        return Images(witnesses, strain, gps, recording=None)

    def __getstate__(self) -> dict[str, object]:
        """Leave open files behind: another process opens its own."""
        return {**self.__dict__, "_open": {}}

    def _row(self, row: int) -> np.ndarray:
        """Return the energies of a row ``(C, F, T)``, the strain first."""
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        file = self._files[number]
        try:
            energy = np.asarray(self._dataset(number)[row - int(self._starts[number])], dtype=np.float32)
        except (OSError, RuntimeError) as error:
            raise DataError(f"{file.path}: row {row - self._starts[number]} cannot be read ({error}).") from error
        if not np.isfinite(energy).all():
            raise DataError(
                f"{file.path}: row {row - self._starts[number]} holds something else than finite numbers. Leave it out."
            )
        return np.concatenate([energy[file.strain, None], np.delete(energy, file.strain, axis=0)]).swapaxes(1, 2)

    def _dataset(self, number: int) -> h5py.Dataset:
        """Return the dataset of a file, opened by this process: a copy of a process must not read by the handle."""
        if self._process != os.getpid():
            self._open, self._process = {}, os.getpid()
        if number not in self._open:
            self._open[number] = h5py.File(self._files[number].path)[IMAGE_SET]
        return self._open[number]
