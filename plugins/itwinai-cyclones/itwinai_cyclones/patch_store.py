"""Keeps samples in files that are written once and whole, and read without being loaded."""

import fcntl
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from itwinai_core import DataError, track

Cut = tuple[NDArray[Any], NDArray[np.void]]
"""Samples, shape ``(N, ...)``, and what is known of each, one record a sample."""

RECIPE, VALUES, RECORDS, JOURNAL, LOCK = "recipe.json", "values.npy", "records.npy", "journal.txt", "lock"

ItemT = TypeVar("ItemT")


def stored(  # noqa: PLR0913, PLR0917  what, of what, and where
    folder: Path,
    name: str,
    recipe: Mapping[str, Any],
    items: Sequence[ItemT],
    make: Callable[[ItemT], Cut],
    description: str,
) -> Cut:
    """Return the samples of a recipe, made and written down where a folder does not hold them yet.

    While they are made, they lie in a hidden folder beside their place. Whoever is interrupted goes on where it was
    with the next call; one process at a time makes them, the others wait for it.

    Args:
        folder: Of all stores; made where it is not there.
        name: What the samples are, for the name of their folder.
        recipe: All that the samples depend on, in plain values; another one is another store.
        items: What samples are made of, e.g. times, in order.
        make: Returns the samples of an item, at least one, and a record of each.
        description: For the progress bar.

    Returns:
        Samples, mapped from their file and not to be written to, and records, in memory.

    Raises:
        DataError: the folder cannot be written to, or what it holds is broken.
    """
    text = json.dumps(recipe, indent=2, sort_keys=True)
    place = folder / f"{name}-{sha256(text.encode()).hexdigest()[:16]}"
    try:
        if not place.exists():
            _fill(place, text, items, make, description)
        return _opened(place)
    except OSError as error:
        raise DataError(
            f"The samples cannot be kept in {folder}: {error.strerror or error}.\n"
            "Name a folder with room for them: settings.data.store=FOLDER."
        ) from error


def _fill(place: Path, recipe: str, items: Sequence[ItemT], make: Callable[[ItemT], Cut], description: str) -> None:
    """Make what is not made yet, and move all of it to its place."""
    unfinished = place.parent / f".{place.name}"
    with _alone(unfinished):
        if place.exists():  # another process has made it while this one waited
            return
        (unfinished / RECIPE).write_text(recipe, encoding="utf-8")
        lines = _done(unfinished)
        count = sum(int(line.split()[0]) for line in lines)
        with (unfinished / JOURNAL).open("w", encoding="utf-8") as journal:
            journal.writelines(lines)
            journal.flush()
            for item in track(items[len(lines) :], description):
                values, records = make(item)
                _append(unfinished / VALUES, values, count)
                _append(unfinished / RECORDS, records, count)
                journal.write(f"{len(values)} {_checksum(values, records)}\n")
                journal.flush()
                count += len(values)
        for name in (VALUES, RECORDS):
            with (unfinished / name).open("rb") as file:
                os.fsync(file.fileno())
        (unfinished / JOURNAL).unlink()
        unfinished.rename(place)
        (place / LOCK).unlink()


@contextmanager
def _alone(unfinished: Path) -> Iterator[None]:
    """Hold a folder for this process alone, and wait for another one that holds it."""
    unfinished.mkdir(parents=True, exist_ok=True)
    with (unfinished / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            for _ in track([unfinished], "Waiting for another run that makes the same samples"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    if unfinished.exists() and not (unfinished / RECIPE).exists():
        shutil.rmtree(unfinished)  # made anew, for nothing, after another process had moved its own away


def _done(unfinished: Path) -> list[str]:
    """Return the lines of a journal as far as the files hold what they tell of: samples and a checksum an item."""
    path = unfinished / JOURNAL
    if not path.exists():
        return []
    lines, start = [], 0
    try:
        values, records = _mapped(unfinished)
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            count, checksum = (int(number) for number in line.split())
            end = start + count
            if end > min(len(values), len(records)) or _checksum(values[start:end], records[start:end]) != checksum:
                break
            lines.append(line)
            start = end
    except (FileNotFoundError, ValueError):  # cut off before a file was there, or in the middle of it
        pass
    return lines


def _checksum(values: NDArray[Any], records: NDArray[np.void]) -> int:
    """Return a number that tells samples and their records from what a crash leaves."""
    return crc32(np.ascontiguousarray(records).tobytes(), crc32(np.ascontiguousarray(values).tobytes()))


def _append(path: Path, rows: NDArray[Any], before: int) -> None:
    """Write rows of an array behind some that a file has already; what else it has is cut off.

    NumPy leaves room in the header for the length to grow.
    """
    buffer = io.BytesIO()
    shape = before + len(rows), *rows.shape[1:]
    descr = np.lib.format.dtype_to_descr(rows.dtype)
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": False, "shape": shape})
    header = buffer.getvalue()
    with path.open("r+b" if before else "wb") as file:
        file.truncate(len(header) + before * rows[0].nbytes)
        file.seek(0, os.SEEK_END)
        file.write(np.ascontiguousarray(rows).tobytes())
        file.seek(0)
        file.write(header)


def _mapped(folder: Path) -> Cut:
    """Return the arrays of a folder, mapped for reading only."""
    values, records = (np.load(folder / name, mmap_mode="r") for name in (VALUES, RECORDS))
    return values, records


def _opened(place: Path) -> Cut:
    """Return what a whole store holds."""
    try:
        values, records = _mapped(place)
    except (FileNotFoundError, ValueError) as error:
        raise DataError(
            f"The samples in {place} are broken: {error}.\nDelete that folder, and they are made anew."
        ) from error
    # As a plain array: every part of a memmap would be one, too.
    return np.asarray(values), np.array(records)
