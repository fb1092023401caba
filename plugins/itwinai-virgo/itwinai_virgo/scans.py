"""Q-scans of whitened strain: the loudest tile, its surroundings, and what is written of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import torch

from itwinai_core import track
from itwinai_virgo import pictures
from itwinai_virgo.qtransform import QTransform, highest_frequency, quality_factors

if TYPE_CHECKING:
    from pathlib import Path

    from itwinai_virgo.strain import Channel

Q_RANGE = (4.0, 64.0)
"""Quality factors searched for the loudest tile, those of an Omega scan."""

PIECE_SECONDS = 64.0
"""Longest stretch that is scanned at once [s]; of a longer file the piece with the loudest tile is shown."""

ZOOM_SECONDS = 1.0
"""Time shown around the loudest tile [s]."""


@dataclass(frozen=True)
class Scan:
    """The Q-scan of a stretch of strain.

    Attributes:
        channel: Whitened strain of the stretch.
        energy: Energy over the row's median, shape ``(F, T)``.
        gps: Start of each column, GPS [s], shape ``(T,)``.
        frequencies: Of each row [Hz], shape ``(F,)``.
        q: Quality factor of the loudest tile's plane.
        tile: GPS [s], frequency [Hz] and energy of the loudest tile.
    """

    channel: Channel
    energy: np.ndarray
    gps: np.ndarray
    frequencies: np.ndarray
    q: float
    tile: tuple[float, float, float]

    def told(self) -> str:
        """Return where and how loud the loudest tile is, in words."""
        gps, frequency, energy = self.tile
        return (
            f"loudest tile at GPS {gps:.3f}, {frequency:.0f} Hz, Q {self.q:.1f}, "
            f"{energy:.1f} times its row's median energy."
        )


def q_scan(
    white: Channel,
    low: float,
    high: float | None = None,
    q_range: tuple[float, float] = Q_RANGE,
    *,
    progress: bool = True,
) -> Scan:
    """Return the scan of whitened strain at the quality factor of its loudest tile.

    Args:
        white: Whitened strain.
        low: Lowest frequency [Hz].
        high: Highest frequency [Hz]; by default what the rate allows.
        q_range: Lowest and highest quality factor searched.
        progress: Whether a bar is shown where the strain is scanned in several pieces.

    Raises:
        ValueError: The strain is too short for the lowest frequency, or rate, band and quality factors do not fit
            together.
    """
    rate, top = white.sample_rate, high or top_frequency(white.sample_rate, q_range)
    pieces = int(np.ceil(white.seconds / PIECE_SECONDS))
    samples = len(white.values) // pieces // 2 * 2
    transform = QTransform(samples, rate, (low, top), q_range, (256, 2048))
    starts = [piece * samples for piece in range(pieces)]
    found = (
        (first, transform(torch.from_numpy(white.values[None, first : first + samples])))
        for first in (track(starts, f"Q-scan of {white.name}") if progress and pieces > 1 else starts)
    )
    first, best = max(found, key=lambda piece: float(piece[1].peak[0]))
    start = white.gps_start + first / rate
    return Scan(
        channel=white.between(start, start + samples / rate),
        energy=best.energy[0].numpy(),
        gps=start + transform.times,
        frequencies=transform.frequencies,
        q=float(best.q[0]),
        tile=(start + float(best.peak_time[0]), float(best.peak_frequency[0]), float(best.peak[0])),
    )


def top_frequency(sample_rate: float, q_range: tuple[float, float]) -> float:
    """Return the highest frequency that all quality factors of a range allow [Hz].

    Args:
        sample_rate: Rate of the strain [Hz].
        q_range: Lowest and highest quality factor searched.
    """
    return highest_frequency(sample_rate, quality_factors(*q_range)[0])


def write_scan(folder: Path, scan: Scan) -> None:
    """Write a scan's energies with their axes, and its picture."""
    with h5py.File(folder / "qscan.h5", "w") as file:
        data = file.create_dataset("energy", data=scan.energy, compression="gzip", shuffle=True)
        data.attrs.update(unit="energy over the row's median", channel=scan.channel.name, q=scan.q)
        file.create_dataset("gps", data=scan.gps).attrs["unit"] = "s"
        file.create_dataset("frequency", data=scan.frequencies).attrs["unit"] = "Hz"
        for name, value in zip(("gps", "frequency", "energy"), scan.tile, strict=True):
            data.attrs[f"loudest_{name}"] = value
    whole = {"title": f"{scan.channel.seconds:g} s at Q {scan.q:.1f}", "gps": scan.gps, "energy": scan.energy}
    views = [{**whole, "band": scan.frequencies, "tile": scan.tile[:2]}, _zoom(scan)]
    white = scan.channel
    gps = white.gps_start + np.arange(len(white.values)) / white.sample_rate
    pictures.scan(folder / "qscan.png", white.name, (gps, white.values), views)


def _zoom(scan: Scan) -> dict[str, Any]:
    """Return a second around the loudest tile, at a finer resolution in time than the whole has."""
    white, (gps, frequency, energy) = scan.channel, scan.tile
    # A few seconds more than are shown, so that rows have a median and the ends of the stretch stay outside.
    length = min(8.0 * ZOOM_SECONDS, white.seconds)
    start = min(max(gps - length / 2, white.gps_start), white.gps_start + white.seconds - length)
    around = white.between(start, start + length)
    samples = len(around.values) // 2 * 2
    # The scan's own Q comes back in single precision, so the band may end a hair above what it allows.
    band = (scan.frequencies[0], min(scan.frequencies[-1], highest_frequency(white.sample_rate, scan.q)))
    times = np.arange(4096) * (samples / white.sample_rate / 4096)
    times = times[np.abs(around.gps_start + times - gps) <= ZOOM_SECONDS / 2]
    transform = QTransform(samples, white.sample_rate, band, (scan.q, scan.q), (256, times))
    return {
        "title": f"loudest tile, GPS {gps:.3f}, {frequency:.0f} Hz, energy {energy:.1f}",
        "gps": around.gps_start + transform.times,
        "band": transform.frequencies,
        "energy": transform(torch.from_numpy(around.values[None, :samples])).energy[0].numpy(),
        "tile": (gps, frequency),
    }
