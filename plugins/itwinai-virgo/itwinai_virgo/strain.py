"""Recordings in files: several files and channels brought to one rate and one stretch of time, and written again."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from itwinai_virgo import gaps, readers
from itwinai_virgo.channels import Channel, LowRateError, Recording, StrainError
from itwinai_virgo.resampling import resampled, shifted

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Channel", "LowRateError", "Recording", "StrainError", "channel_names", "listed", "read", "write"]

PUBLIC = re.compile(r"(?:[A-Z]\d:)?(?:GWOSC|LOSC|TEXT)[-_]?(?:.*_)?STRAIN")
"""Names of strain that stands alone in a file, whatever the run calls its own."""

SPARSE = 0.02, 86_400.0
"""Part of a recording that must have data [1], of a recording that is longer than a day [s]."""

NAMED = 8
"""Channels that a message names of those that a file holds."""

SLACK = 1e-3
"""Part of a sample by which two channels may be apart before one is moved."""


def read(paths: Path | Sequence[Path], strain: str, witnesses: Sequence[str], sample_rate: float | None) -> Recording:
    """Return the strain and witnesses of one or several files at one rate, over the time that they share.

    Files that follow one another are joined, and channels of different files put together. Where a channel recorded
    nothing, its samples are not-a-number, and the recording knows the gap. A witness of a lower rate is brought up.

    Args:
        paths: Files of GWF frames, HDF5, or text.
        strain: Name of the strain channel; strain that is public or the only column of a text is taken by any name.
        witnesses: Names of the witnesses; the files have all of them or none.
        sample_rate: Rate that every channel is brought to [Hz]; None keeps that of the strain.

    Raises:
        StrainError: A file is missing, damaged or of another format, a channel is missing or holds no data, or the
            channels share no time.
        LowRateError: The strain has a lower rate.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    held = {path: readers.names(path) for path in files}
    every = sorted({name for found in held.values() for name in found})
    where = ", ".join(map(str, files[:3])) + (f" and {len(files) - 3} more" if len(files) > 3 else "")
    chosen = _strain(strain, every, where)
    missing = [name for name in witnesses if name not in every]
    if missing and len(missing) < len(witnesses):
        raise StrainError(
            f"{where}: witness {', '.join(missing)} is missing.{_nearest(missing[0], every)}\n"
            f"The network needs all of {', '.join(witnesses)}."
        )
    pieces: dict[str, list[Channel]] = {name: [] for name in (chosen, *(() if missing else witnesses))}
    for path, found in held.items():
        wanted = [name for name in pieces if name in found]
        for piece in readers.channels(path, wanted) if wanted else ():
            pieces[piece.name].append(piece)
    try:
        return _aligned([_recorded(parts) for parts in pieces.values()], sample_rate)
    except LowRateError as error:
        raise LowRateError(f"{where}: {error}", error.sample_rate) from error
    except StrainError as error:
        raise StrainError(f"{where}: {error}") from error


def channel_names(paths: Sequence[Path]) -> list[str]:
    """Return the names of the channels of some files, sorted.

    Raises:
        StrainError: A file is missing, damaged or of another format.
    """
    return sorted({name for path in paths for name in readers.names(path)})


def listed(names: Sequence[str]) -> str:
    """Return a sentence that names the first few channels of a file."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"It holds {', '.join(sorted(names)[:NAMED])}{more}."


def write(path: Path, recording: Recording, truth: Sequence[dict[str, Any]] = ()) -> None:
    """Write a recording in this plugin's layout, with the truth about its glitches where there is one."""
    with h5py.File(path, "w") as file:
        for channel in recording.channels:
            data = file.create_dataset(
                f"channels/{channel.name}", data=channel.values, compression="gzip", shuffle=True
            )
            data.attrs.update(sample_rate=channel.sample_rate, gps_start=channel.gps_start, unit=channel.unit)
        file.attrs["truth"] = json.dumps(list(truth))


@dataclass(frozen=True)
class _Pieces:
    """One channel as it was recorded: its pieces in order, and when it was read from and to, GPS [s]."""

    parts: list[Channel]
    start: float
    stop: float

    @property
    def name(self) -> str:
        return self.parts[0].name

    @property
    def sample_rate(self) -> float:
        return self.parts[0].sample_rate


def _recorded(read_in: Sequence[Channel]) -> _Pieces:
    """Return a channel's pieces, joined where they follow one another and cut where there are no data."""
    parts = gaps.joined(read_in)
    found, empty = [], None
    for part in parts:
        try:
            found += gaps.recorded(part)
        except StrainError as error:
            empty = error
    if not found and empty is not None:
        raise empty
    return _Pieces(found, parts[0].gps_start, max(part.gps_stop for part in parts))


def _strain(wanted: str, names: Sequence[str], where: str) -> str:
    """Return the channel that holds the strain."""
    if wanted in names:
        return wanted
    public = [name for name in names if PUBLIC.fullmatch(name)]
    if len(public) == 1:
        return public[0]
    if public:
        raise StrainError(f"{where}: strain of {', '.join(public)}; give files of one of them, or name the channel.")
    raise StrainError(f"{where}: no channel '{wanted}' in it.{_nearest(wanted, names)}")


def _nearest(word: str, names: Sequence[str]) -> str:
    """Return the name that somebody meant, or those there are."""
    by_case = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(word.casefold(), by_case, n=1)
    if near:
        return f" Did you mean '{by_case[near[0]]}'?"
    return f" {listed(names)}"


def _aligned(channels: list[_Pieces], wanted: float | None) -> Recording:
    """Return channels at one rate over the time that they share."""
    strain = channels[0]
    rate = wanted or strain.sample_rate
    if strain.sample_rate < rate * (1 - 1e-9):
        raise LowRateError(
            f"{strain.name} has {strain.sample_rate:g} Hz, below the {rate:g} Hz of the run.", strain.sample_rate
        )
    origin = strain.parts[0].gps_start
    start, stop = max(channel.start for channel in channels), min(channel.stop for channel in channels)
    first = int(np.ceil((start - origin) * rate - SLACK))
    count = int(np.floor((stop - origin) * rate + SLACK)) - first
    if count <= 0:
        raise StrainError(
            "the channels share no time: "
            + "; ".join(f"{one.name} covers GPS {one.start:.3f} to {one.stop:.3f}" for one in channels)
        )
    seconds = sum(part.seconds for part in strain.parts)
    if count > SPARSE[1] * rate and seconds < SPARSE[0] * count / rate:
        raise StrainError(
            f"{seconds:g} s of data lie spread over {count / rate / 86_400:.1f} days. Give files of one stretch."
        )
    begin = origin + first / rate
    found = [_placed(channel, rate, begin, count) for channel in channels]
    missing = [np.isnan(channel.values) for channel in found]
    spans = [(begin + a / rate, begin + b / rate) for a, b in gaps.runs(np.logical_or.reduce(missing))]
    if sum(b - a for a, b in spans) >= count / rate * (1 - 1e-12):
        raise StrainError("at no time did all channels record: " + ", ".join(channel.name for channel in found))
    notes = [note for channel in channels if (note := _told(channel, begin, begin + count / rate, rate))]
    notes += [
        f"{channel.name} has no data in {gone.sum() / rate:g} of {count / rate:g} s: "
        f"{gaps.told([(begin + a / rate, begin + b / rate) for a, b in gaps.runs(gone)])}."
        for channel, gone in zip(found, missing, strict=True)
        if gone.any()
    ]
    return Recording(found[0], tuple(found[1:]), tuple(spans), tuple(notes))


def _placed(channel: _Pieces, rate: float, begin: float, count: int) -> Channel:
    """Return a channel on the samples of a run, not-a-number where it has none."""
    values = np.full(count, np.nan)
    for part in channel.parts:
        moved = (part.gps_start - begin) * rate
        place = round(moved)
        series = resampled(part.values, part.sample_rate, rate)
        if abs(moved - place) > SLACK and len(series) > 1:
            series = shifted(series, place - moved)
        # A stretch that ends within a sample of the run's ends there.
        series = np.pad(series, (int(place == 1), int(place + len(series) == count - 1)), mode="edge")
        place -= place == 1
        low, high = max(place, 0), min(place + len(series), count)
        if high > low:
            values[low:high] = series[low - place : high - place]
    own = channel.sample_rate
    return replace(
        channel.parts[0], values=values, sample_rate=rate, gps_start=begin, highest=own / 2 if own < rate else None
    )


def _told(channel: _Pieces, start: float, stop: float, rate: float) -> str:
    """Return what was left out of a channel or what it does not hold, in words, or nothing."""
    said = []
    left = [(channel.start, start), (stop, channel.stop)]
    cut = [(a, b) for a, b in left if b - a > 1.5 / min(rate, channel.sample_rate)]
    if cut:
        said.append(f"{channel.name} is cut to what all channels share: {gaps.told(cut)} is left out.")
    if channel.sample_rate < rate:
        said.append(
            f"{channel.name} has {channel.sample_rate:g} Hz, so it holds nothing above {channel.sample_rate / 2:g} Hz."
        )
    return " ".join(said)
