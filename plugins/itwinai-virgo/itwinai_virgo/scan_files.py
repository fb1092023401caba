"""Q-scans of any number of files of strain, without a trained network: ``itwinai virgo qscan``."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from scipy import signal

from itwinai_core import DataError, track
from itwinai_virgo import strain
from itwinai_virgo.noise_curves import read_curve
from itwinai_virgo.scans import q_scan, top_frequency, write_scan
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.windows import long_stretches, whitened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from itwinai_virgo.channels import Channel, Recording
    from itwinai_virgo.noise_curves import NoiseCurve
    from itwinai_virgo.scans import Scan

TABLE = "qscans.csv"
COLUMNS = ("file", "channel", "gps", "frequency_hz", "q", "energy", "folder")
UNLIKELY = 100.0
"""Factor by which whitened strain is too loud or too quiet for its noise curve to be of its unit."""

FAR = 1.5
"""Factor by which it is so loud or quiet that it has to be told."""

TAPER_SECONDS = 0.25
"""Time over which strain fades in and out that was whitened by a curve from elsewhere [s]: lines that the curve lacks
would make a step where the Q-transform joins its ends."""

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
        curve: Noise curve to whiten by; None whitens each stretch by its own.
    """

    channel: str
    sample_rate: float | None
    band: tuple[float, float | None]
    q_range: tuple[float, float]
    curve: Path | None = None


def scan_files(files: Sequence[Path], options: ScanOptions, output: Path, say: Callable[[str], None]) -> None:
    """Write ``qscan.h5`` and ``qscan.png`` of each file, and a table of the loudest tiles of all.

    What was scanned is on disk before the next file is begun, so that an interruption or an unfit file costs no other.

    Args:
        files: Files of strain.
        options: What is scanned, and where.
        output: Folder to make; it holds a folder for each file, and ``qscans.csv``.
        say: Called with a line for each file that was scanned, and one for what was left out of it.

    Raises:
        DataError: The noise curve is unfit, the folder is there already or cannot be made, or some files cannot be
            scanned; the others are.
    """
    try:
        curve = None if options.curve is None else read_curve(options.curve)
    except strain.StrainError as error:
        raise DataError(str(error)) from error
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
                scan, notes = _scanned(path, options, curve, progress=not several)
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


def _scanned(
    path: Path, options: ScanOptions, curve: NoiseCurve | None, *, progress: bool
) -> tuple[Scan, tuple[str, ...]]:
    """Return the scan of one file, of its loudest stretch where it has gaps, and what there is to note of it."""
    try:
        recording = strain.read(path, options.channel, (), options.sample_rate)
    except strain.StrainError as error:
        raise DataError(str(error)) from error
    try:
        white, notes = _whitened(recording, options, curve)
        scans = [q_scan(channel, *options.band, options.q_range, progress=progress) for channel in white]
    except (DataError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return max(scans, key=lambda scan: scan.tile[2]), (*recording.notes, *notes)


def _whitened(
    recording: Recording, options: ScanOptions, curve: NoiseCurve | None
) -> tuple[list[Channel], tuple[str, ...]]:
    """Return each stretch that is long enough, whitened by its own density or by a curve, and what to note of it."""
    settings = VirgoSettings()
    stretches = [stretch.strain for stretch in long_stretches(recording, settings)]
    if curve is None:
        return [whitened(channel, settings) for channel in stretches], ()
    low, high = options.band
    high = high or top_frequency(recording.strain.sample_rate, options.q_range)
    first, last = curve.frequencies[[0, -1]]
    if first > low or last < high:
        raise DataError(
            f"{low:g} to {high:g} Hz are scanned, and {curve.path} holds {first:g} to {last:g} Hz. Give a curve that "
            "covers the band, or --low and --high inside the curve."
        )
    density = torch.from_numpy(curve.frequencies), torch.from_numpy(curve.densities)
    found = [whitened(channel, settings, density) for channel in stretches]
    deviation = max(float(white.values.std()) for white in found)
    if not 1.0 / UNLIKELY < deviation < UNLIKELY:
        raise DataError(
            f"whitened by {curve.path} its deviation is {deviation:.3g}, where 1 is expected. Is the curve an "
            "amplitude spectral density, in the unit of the strain?"
        )
    far = not 1.0 / FAR < deviation < FAR
    note = f"whitened by {curve.path.name} its deviation is {deviation:.3g}, not 1: other noise or other lines."
    return [_faded(channel) for channel in found], (note,) * far


def _faded(channel: Channel) -> Channel:
    """Return a channel that fades in and out."""
    part = min(2.0 * TAPER_SECONDS / channel.seconds, 1.0)
    return replace(channel, values=channel.values * signal.windows.tukey(len(channel.values), part))


def _complaint(unfit: Sequence[str], count: int) -> str:
    """Return what is said of the files that cannot be scanned."""
    if count == 1:
        return unfit[0]
    more = f"\nand {len(unfit) - NAMED} more." if len(unfit) > NAMED else ""
    return f"{len(unfit)} of {count} files cannot be scanned:\n" + "\n".join(unfit[:NAMED]) + more
