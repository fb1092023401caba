"""Q-scans of any number of files of strain, without a trained network: ``itwinai virgo qscan``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from itwinai_core import DataError, track
from itwinai_virgo import strain
from itwinai_virgo.scans import q_scan, write_scan
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.windows import long_stretches, whitened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from itwinai_virgo.scans import Scan

TABLE = "qscans.csv"
COLUMNS = ("file", "channel", "gps", "frequency_hz", "q", "energy", "folder")
NAMED = 5
"""Files that are named of those that cannot be scanned."""


@dataclass(frozen=True)
class ScanOptions:
    """What is scanned, and where.

    Attributes:
        channel: Strain channel, of files with several.
        sample_rate: Rate that strain is brought down to [Hz]; None keeps that of the file.
        band: Lowest and highest frequency [Hz]; None for the highest takes what the rate allows.
        q_range: Lowest and highest quality factor searched.
    """

    channel: str
    sample_rate: float | None
    band: tuple[float, float | None]
    q_range: tuple[float, float]


def scan_files(files: Sequence[Path], options: ScanOptions, output: Path, say: Callable[[str], None]) -> None:
    """Write ``qscan.h5`` and ``qscan.png`` of each file, and a table of the loudest tiles of all.

    What was scanned is on disk before the next file is begun, so that an interruption or an unfit file costs no other.

    Args:
        files: Files of strain.
        options: What is scanned, and where.
        output: Folder to make; it holds a folder for each file, and ``qscans.csv``.
        say: Called with a line for each file that was scanned, and one for what was left out of it.

    Raises:
        DataError: The folder is there already or cannot be made, or some files cannot be scanned; the others are.
    """
    try:
        output.mkdir(parents=True)
    except FileExistsError:
        raise DataError(f"{output} is there already, and stays as it is. Choose another --output.") from None
    except OSError as error:
        raise DataError(f"{output} cannot be made: {error.strerror}. Choose another --output.") from None
    several, width = len(files) > 1, len(str(len(files)))
    unfit = []
    with (output / TABLE).open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(COLUMNS)
        for number, path in enumerate(track(files, "Q-scans") if several else files, start=1):
            try:
                scan, notes = _scanned(path, options, progress=not several)
            except DataError as error:
                unfit.append(str(error))
                continue
            folder = output / (f"{number:0{width}d}-{path.stem}" if several else path.stem)
            folder.mkdir()
            write_scan(folder, scan)
            numbers = [f"{value:.3f}" for value in (*scan.tile[:2], scan.q, scan.tile[2])]
            rows.writerow([path, scan.channel.name, *numbers, folder.name])
            table.flush()
            for line in (scan.told(), *notes):
                say(f"{path.name}: {line}")
    if len(unfit) == len(files):
        (output / TABLE).unlink()
        output.rmdir()
    if unfit:
        raise DataError(_complaint(unfit, len(files)))


def _scanned(path: Path, options: ScanOptions, *, progress: bool) -> tuple[Scan, tuple[str, ...]]:
    """Return the scan of one file, of its loudest stretch where it has gaps, and what there is to note of it."""
    try:
        recording = strain.read(path, options.channel, (), options.sample_rate)
    except strain.StrainError as error:
        raise DataError(str(error)) from error
    settings = VirgoSettings()
    try:
        scans = [
            q_scan(whitened(stretch.strain, settings), *options.band, options.q_range, progress=progress)
            for stretch in long_stretches(recording, settings)
        ]
    except (DataError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return max(scans, key=lambda scan: scan.tile[2]), recording.notes


def _complaint(unfit: Sequence[str], count: int) -> str:
    """Return what is said of the files that cannot be scanned."""
    if count == 1:
        return unfit[0]
    more = f"\nand {len(unfit) - NAMED} more." if len(unfit) > NAMED else ""
    return f"{len(unfit)} of {count} files cannot be scanned:\n" + "\n".join(unfit[:NAMED]) + more
