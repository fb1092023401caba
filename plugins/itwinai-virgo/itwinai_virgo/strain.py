"""Files of strain and witnesses: GWOSC's HDF5 layout, and this plugin's own of several channels."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from scipy import signal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class StrainError(ValueError):
    """A file or an array that holds no usable strain; the message says what and why."""


@dataclass(frozen=True)
class Channel:
    """One channel of a detector.

    Attributes:
        name: Name with the detector's prefix, such as ``V1:Hrec_hoft_16384Hz``.
        values: Samples [unit], shape ``(N,)``.
        sample_rate: Rate [Hz].
        gps_start: GPS time of the first sample [s].
        unit: Unit of the samples.
    """

    name: str
    values: np.ndarray
    sample_rate: float
    gps_start: float
    unit: str

    @property
    def seconds(self) -> float:
        """Length of the channel [s]."""
        return len(self.values) / self.sample_rate

    def between(self, start: float, stop: float) -> Channel:
        """Return the part between two GPS times [s]."""
        first, last = (round((gps - self.gps_start) * self.sample_rate) for gps in (start, stop))
        return replace(self, values=self.values[first:last], gps_start=self.gps_start + first / self.sample_rate)


@dataclass(frozen=True)
class Recording:
    """Strain and the witnesses recorded beside it, of one length and start; there may be no witness."""

    strain: Channel
    witnesses: tuple[Channel, ...]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Strain first, then the witnesses."""
        return (self.strain, *self.witnesses)

    def between(self, start: float, stop: float) -> Recording:
        """Return the part between two GPS times [s]."""
        return Recording(self.strain.between(start, stop), tuple(w.between(start, stop) for w in self.witnesses))


def read(path: Path, strain: str, witnesses: Sequence[str], sample_rate: float | None) -> Recording:
    """Return the strain and witnesses of a file at one rate.

    Args:
        path: File in GWOSC's HDF5 layout, which has no witnesses, or in this plugin's.
        strain: Name of the strain channel, where there are several.
        witnesses: Names of the witnesses; a file has all of them or none.
        sample_rate: Rate that every channel is brought down to [Hz]; None leaves them as they are.

    Raises:
        StrainError: The file is missing, damaged or of another layout, or a channel is missing, not finite, all zero,
            of another time, or of too low a rate.
    """
    if not path.is_file():
        raise StrainError(f"{path}: no such file. Give a file of strain, or sample:gw170814.")
    try:
        with h5py.File(path) as file:
            found = _channels(file, path, strain, witnesses)
    except OSError as error:
        if h5py.is_hdf5(path):
            raise StrainError(f"{path}: the HDF5 file is damaged or cut short ({error}). Fetch it again.") from error
        raise StrainError(f"{path}: not an HDF5 file. Strain is read from HDF5 as GWOSC publishes it.") from error
    return _aligned([_resampled(channel, sample_rate or channel.sample_rate, path) for channel in found], path)


def write(path: Path, recording: Recording, truth: Sequence[dict[str, Any]] = ()) -> None:
    """Write a recording in this plugin's layout, with the truth about its glitches where there is one."""
    with h5py.File(path, "w") as file:
        for channel in recording.channels:
            data = file.create_dataset(
                f"channels/{channel.name}", data=channel.values, compression="gzip", shuffle=True
            )
            data.attrs.update(sample_rate=channel.sample_rate, gps_start=channel.gps_start, unit=channel.unit)
        file.attrs["truth"] = json.dumps(list(truth))


def _channels(file: h5py.File, path: Path, strain: str, witnesses: Sequence[str]) -> list[Channel]:
    """Return the strain and, where the file has them, the witnesses."""
    if isinstance(file.get("strain/Strain"), h5py.Dataset):
        return [_gwosc(file, path)]
    group = file.get("channels")
    held = sorted(group) if isinstance(group, h5py.Group) else []
    if strain not in held:
        names: list[str] = []
        file.visit(names.append)
        raise StrainError(
            f"{path}: no strain in it; found {', '.join(names[:8]) or 'nothing'}.\n"
            f"Expected GWOSC's 'strain/Strain', or 'channels/{strain}'."
        )
    missing = [name for name in witnesses if name not in held]
    if missing and len(missing) < len(witnesses):
        raise StrainError(
            f"{path}: witness {', '.join(missing)} is missing.\nThe network needs all of {', '.join(witnesses)}."
        )
    return [_own(file[f"channels/{name}"], name, path) for name in (strain, *(() if missing else witnesses))]


def _gwosc(file: h5py.File, path: Path) -> Channel:
    """Return the strain of a file in GWOSC's layout."""
    data = file["strain/Strain"]
    try:
        rate, start = 1.0 / float(data.attrs["Xspacing"]), float(file["meta/GPSstart"][()])
        detector = file["meta/Detector"].asstr()[()]
    except (KeyError, ZeroDivisionError) as error:
        raise StrainError(f"{path}: strain/Strain lacks Xspacing, or meta lacks GPSstart or Detector.") from error
    return Channel(f"{detector}:GWOSC_STRAIN", _finite(data, "strain/Strain", path), rate, start, "strain")


def _own(data: h5py.Dataset, name: str, path: Path) -> Channel:
    """Return one channel of a file in this plugin's layout."""
    lacking = [attribute for attribute in ("sample_rate", "gps_start") if attribute not in data.attrs]
    if lacking or not isinstance(data, h5py.Dataset):
        what = f"lacks the attribute {' and '.join(lacking)}" if lacking else "is a group"
        raise StrainError(
            f"{path}: channels/{name} {what}.\n"
            "A channel is a dataset with the attributes sample_rate, in Hz, and gps_start, in GPS seconds."
        )
    rate, start = float(data.attrs["sample_rate"]), float(data.attrs["gps_start"])
    return Channel(name, _finite(data, name, path), rate, start, str(data.attrs.get("unit", "")))


def _finite(data: h5py.Dataset, name: str, path: Path) -> np.ndarray:
    """Return the samples of a channel that has one axis, is finite throughout and not all zero."""
    if data.ndim != 1 or data.dtype.kind not in "fiu":
        raise StrainError(f"{path}: {name} has shape {data.shape} and type {data.dtype}; expected numbers on one axis.")
    values: np.ndarray = data[()].astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise StrainError(
            f"{path}: {name} has {len(bad)} samples that are not numbers, the first at {bad[0]} of {len(values)}.\n"
            "GWOSC marks times without data so: choose a stretch without gaps."
        )
    if not values.any():
        raise StrainError(f"{path}: {name} is zero throughout. The detector was not recording: choose another time.")
    return values


def _resampled(channel: Channel, sample_rate: float, path: Path) -> Channel:
    """Return a channel at a lower rate, its ends filtered as if it were zero outside."""
    if channel.sample_rate < sample_rate:
        raise StrainError(
            f"{path}: {channel.name} has {channel.sample_rate:g} Hz, below the {sample_rate:g} Hz of the run.\n"
            "Use a file of a higher rate, or train with a lower settings.data.sample_rate and band."
        )
    ratio = Fraction(sample_rate / channel.sample_rate).limit_denominator(1 << 16)
    values = channel.values
    if ratio != 1:
        # Strain is a million times louder below 10 Hz than in the band; a Kaiser window of 10 keeps it from folding in.
        values = signal.resample_poly(values, ratio.numerator, ratio.denominator, window=("kaiser", 10.0))
    return replace(channel, values=values, sample_rate=sample_rate)


def _aligned(channels: list[Channel], path: Path) -> Recording:
    """Return channels of one time as a recording."""
    strain = channels[0]
    for channel in channels[1:]:
        if len(channel.values) != len(strain.values) or channel.gps_start != strain.gps_start:
            raise StrainError(
                f"{path}: {channel.name} covers {channel.seconds:g} s from GPS {channel.gps_start:.3f}, the strain "
                f"{strain.seconds:g} s from {strain.gps_start:.3f}. Cut all channels to one stretch."
            )
    return Recording(strain, tuple(channels[1:]))
