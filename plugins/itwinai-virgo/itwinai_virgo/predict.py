"""The trained network on a user's strain: the Q-scan of any file, and an estimate where witnesses are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import torch

from itwinai_core import DataError, track
from itwinai_virgo import pictures
from itwinai_virgo.data import image_transform, images, read_recording, whitened
from itwinai_virgo.export import estimated
from itwinai_virgo.metrics import skill
from itwinai_virgo.qtransform import QTransform, highest_frequency, quality_factors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from itwinai_virgo.data import Images
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.settings import VirgoSettings
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


def predict(settings: VirgoSettings, model: StrainEstimator, inputs: Sequence[Path], folder: Path) -> list[str]:
    """Write ``qscan.h5`` and ``qscan.png`` of each file, and ``estimate.h5`` and ``.png`` where it has witnesses.

    Args:
        settings: Options of the run.
        model: Trained network.
        inputs: Files of strain; several get a folder each.
        folder: Where results go.

    Returns:
        What was found, a line or two a file.

    Raises:
        DataError: A file is unfit; nothing is written then.
    """
    found = [_analysed(settings, path) for path in inputs]
    lines = []
    for number, (path, (scan, seen)) in enumerate(zip(inputs, found, strict=True), start=1):
        place = folder if len(inputs) == 1 else folder / f"{number:02d}-{path.stem}"
        place.mkdir(exist_ok=True)
        _write_scan(place, scan)
        gps, frequency, energy = scan.tile
        lines.append(
            f"{path.name}: loudest tile at GPS {gps:.3f}, {frequency:.0f} Hz, Q {scan.q:.1f}, "
            f"{energy:.1f} times its row's median energy."
        )
        if seen is None:
            lines.append(f"{path.name}: no witnesses, so the Q-scan alone; the network needs all of its witnesses.")
            continue
        guess = estimated(model, seen.witnesses)
        _write_estimate(place, settings, seen, guess)
        error = float(np.abs(guess - seen.strain).mean())
        reference = float(np.abs(seen.strain - float(model.strain_median)).mean())
        lines.append(
            f"{path.name}: strain estimated from {seen.witnesses.shape[1]} witnesses in {len(seen)} windows, "
            f"skill {skill(error, reference):.3f} over the constant median."
        )
    return lines


def _analysed(settings: VirgoSettings, path: Path) -> tuple[Scan, Images | None]:
    """Return a file's scan, and its images where it holds the witnesses."""
    recording = read_recording(path, settings)
    try:
        scan = q_scan(whitened(recording.strain, settings), settings.qscan.low)
        return scan, images(recording, settings, [], path.name) if recording.witnesses else None
    except (DataError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error


def q_scan(white: Channel, low: float) -> Scan:
    """Return the scan of whitened strain at the quality factor of its loudest tile.

    Args:
        white: Whitened strain.
        low: Lowest frequency [Hz]; the highest is what the rate allows.
    """
    rate = white.sample_rate
    pieces = int(np.ceil(white.seconds / PIECE_SECONDS))
    samples = len(white.values) // pieces // 2 * 2
    band = (low, highest_frequency(rate, quality_factors(*Q_RANGE)[0]))
    transform = QTransform(samples, rate, band, Q_RANGE, (256, 2048))
    starts = [piece * samples for piece in range(pieces)]
    shown = track(starts, f"Q-scan of {white.name}") if pieces > 1 else starts
    scans = [transform(torch.from_numpy(white.values[None, start : start + samples])) for start in shown]
    number = int(np.argmax([float(scan.peak[0]) for scan in scans]))
    best = scans[number]
    start = white.gps_start + number * samples / rate
    return Scan(
        channel=white.between(start, start + samples / rate),
        energy=best.energy[0].numpy(),
        gps=start + transform.times,
        frequencies=transform.frequencies,
        q=float(best.q[0]),
        tile=(start + float(best.peak_time[0]), float(best.peak_frequency[0]), float(best.peak[0])),
    )


def _write_scan(folder: Path, scan: Scan) -> None:
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
    transform = QTransform(samples, white.sample_rate, band, (scan.q, scan.q), (256, 4096))
    shown = np.abs(around.gps_start + transform.times - gps) <= ZOOM_SECONDS / 2
    picture = transform(torch.from_numpy(around.values[None, :samples])).energy[0].numpy()
    return {
        "title": f"loudest tile, GPS {gps:.3f}, {frequency:.0f} Hz, energy {energy:.1f}",
        "gps": (around.gps_start + transform.times)[shown],
        "band": transform.frequencies,
        "energy": picture[:, shown],
        "tile": (gps, frequency),
    }


def _write_estimate(folder: Path, settings: VirgoSettings, seen: Images, guess: np.ndarray) -> None:
    """Write the estimate of all windows with its axes, and a picture of up to a minute of them."""
    transform = image_transform(settings)
    with h5py.File(folder / "estimate.h5", "w") as file:
        for name, stack in (("strain", seen.strain), ("estimate", guess)):
            file.create_dataset(name, data=stack[:, 0], compression="gzip", shuffle=True).attrs["unit"] = "ln(1 + E)"
        file.create_dataset("gps", data=seen.gps).attrs["unit"] = "s"
        file.create_dataset("time", data=transform.times).attrs["unit"] = "s"
        file.create_dataset("frequency", data=transform.frequencies).attrs["unit"] = "Hz"
    shown = slice(0, max(1, round(PIECE_SECONDS / settings.qscan.window)))
    truth, guessed = (np.concatenate(list(stack[shown, 0]), axis=1) for stack in (seen.strain, guess))
    witnesses = np.concatenate(list(seen.witnesses[shown]), axis=2)
    gps = (seen.gps[shown, None] + transform.times).ravel()
    panels = dict(zip(settings.data.witnesses, witnesses, strict=True))
    panels |= {"strain": truth, "network's estimate": guessed, "strain - estimate": truth - guessed}
    pictures.estimate(folder / "estimate.png", seen.recording.strain.name, gps, transform.frequencies, panels)
