"""Images of strain and witnesses: windows of time, split into parts that share none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_core import ConfigError, DataError, DataSplits, track
from itwinai_virgo import strain, synthetic
from itwinai_virgo.qtransform import QTransform
from itwinai_virgo.truth import NOTHING_KNOWN, Truth
from itwinai_virgo.whitening import whiten

if TYPE_CHECKING:
    from pathlib import Path

    from itwinai_core import RunConfig
    from itwinai_virgo.settings import Task, VirgoSettings
    from itwinai_virgo.strain import Recording

BATCH = 16
"""Windows that are worked on at once."""


@dataclass(frozen=True)
class Images:
    """One part of the data: a source of pairs of input images and target image.

    Of the task ``noise`` the input is the witnesses and the target the strain; of ``denoise`` the input is strain and
    witnesses, the target the clean strain.

    Attributes:
        witnesses: Scaled energies ``ln(1 + E)``, shape ``(N, C, F, T)``.
        strain: Likewise of the strain, shape ``(N, 1, F, T)``.
        gps: Start of each window, GPS [s], shape ``(N,)``.
        recording: The stretch of time that the windows were cut from, before whitening.
        truth: What is known about the stretch, where it was generated.
        clean: Likewise of the strain without what witnesses explain, in the scale of ``strain``; None where unknown.
        task: What the network learns.
        null: Part of the training windows that are given the witnesses of another time.
    """

    witnesses: np.ndarray
    strain: np.ndarray
    gps: np.ndarray
    recording: Recording
    truth: Truth = NOTHING_KNOWN
    clean: np.ndarray | None = None
    task: Task = "noise"
    null: float = 0.0

    @property
    def inputs(self) -> np.ndarray:
        """What the network is given, shape ``(N, C, F, T)``; for ``denoise`` the strain comes first."""
        return self.witnesses if self.task == "noise" else np.concatenate([self.strain, self.witnesses], axis=1)

    @property
    def target(self) -> np.ndarray:
        """What the network is to answer, shape ``(N, 1, F, T)``."""
        return self.strain if self.task == "noise" or self.clean is None else self.clean

    def __len__(self) -> int:
        return len(self.gps)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the images of one window, ``(C, F, T)`` and ``(1, F, T)``."""
        inputs, target = self.__getitems__([index])
        return inputs[0], target[0]

    def __getitems__(self, indices: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Return the images of a batch of windows."""
        if self.task == "noise":
            return self.witnesses[indices], self.strain[indices]
        return np.concatenate([self.strain[indices], self.witnesses[indices]], axis=1), self.target[indices]

    def augmented(self, index: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return a window, now and then with the witnesses of another time, which explain nothing of its strain.

        So a network of the task ``denoise`` learns to take away only what the witnesses share with the strain.
        """
        if self.task == "noise" or generator.uniform() >= self.null:
            return self[index]
        other = (index + 1 + int(generator.integers(len(self) - 1))) % len(self) if len(self) > 1 else index
        strain = self.strain[index].copy()
        return np.concatenate([strain, self.witnesses[other]]), strain


def build_splits(run: RunConfig[VirgoSettings]) -> DataSplits:
    """Return training, validation and test images, in this order of time.

    Raises:
        ConfigError: The settings leave no time for a part, or their band does not fit their rate.
        DataError: The file of ``settings.data.file`` is unfit.
    """
    settings = run.settings
    image_transform(settings)  # a band that does not fit is found before minutes are spent
    recording, truth = _recording(run)
    parts = [
        images(recording.between(start, stop), settings, truth.between(start, stop), name)
        for name, (start, stop) in zip(
            ("training", "validation", "test"),
            _blocks(recording.strain.gps_start, recording.strain.seconds, settings),
            strict=True,
        )
    ]
    return DataSplits(*parts)


def image_transform(settings: VirgoSettings) -> QTransform:
    """Return the transform that makes the images of a run.

    Raises:
        ConfigError: Rate, band and quality factor do not fit together.
    """
    rate, scan = settings.data.sample_rate, settings.qscan
    samples = round(scan.window * rate / 2) * 2
    try:
        return QTransform(samples, rate, (scan.low, scan.high), (scan.q, scan.q), (scan.frequencies, scan.times))
    except ValueError as error:
        raise ConfigError(f"settings.qscan does not fit settings.data.sample_rate: {error}.") from error


def images(recording: Recording, settings: VirgoSettings, truth: Truth, name: str = "recorded") -> Images:
    """Return the images of a stretch: whitened by itself, cropped, and cut into windows.

    Args:
        recording: Strain and witnesses at the rate of the settings.
        settings: Options of the run.
        truth: What is known about the stretch.
        name: What to call the stretch while it is worked on.

    Raises:
        DataError: The stretch is too short for a window.
    """
    transform = image_transform(settings)
    rate, length = settings.data.sample_rate, transform.samples
    white = np.stack([whitened(channel, settings).values for channel in recording.channels])
    count = white.shape[1] // length
    windows = white[:, : count * length].reshape(len(white), count, length).swapaxes(0, 1)
    shape = (count, len(white), settings.qscan.frequencies, settings.qscan.times)
    out = np.empty(shape, dtype=np.float32)
    for first in track(range(0, count, BATCH), f"Q-transform of {name} data"):
        batch = np.ascontiguousarray(windows[first : first + BATCH]).reshape(-1, length)
        out[first : first + BATCH] = scaled(transform(torch.from_numpy(batch)).energy.numpy()).reshape(-1, *shape[1:])
    start = recording.strain.gps_start + settings.whitening.filter_length / 2
    gps = start + np.arange(count) * (length / rate)
    return Images(out[:, 1:].copy(), out[:, :1].copy(), gps, recording, truth)


def whitened(channel: strain.Channel, settings: VirgoSettings) -> strain.Channel:
    """Return a channel divided by its own spectral density, its ends cropped.

    Raises:
        DataError: The channel is too short for a spectrum or a window, or its density is zero somewhere.
    """
    needed = max(settings.qscan.window + settings.whitening.filter_length, settings.whitening.spectrum_length)
    if channel.seconds < needed:
        raise DataError(
            f"{channel.name} has {channel.seconds:g} s of data; a window of {settings.qscan.window:g} s and "
            f"{settings.whitening.filter_length:g} s for the whitening filter to settle need {needed:g} s."
        )
    lengths = settings.whitening.filter_length, settings.whitening.spectrum_length
    try:
        values = whiten(channel.values, channel.sample_rate, *lengths)
    except ValueError as error:
        raise DataError(f"{channel.name} cannot be whitened: {error}.") from error
    start = channel.gps_start + settings.whitening.filter_length / 2
    return strain.Channel(channel.name, values, channel.sample_rate, start, "")


def scaled(energy: np.ndarray) -> np.ndarray:
    """Return energies as ``ln(1 + E)``, which a loud glitch does not rule; a spline's overshoots below 0 become 0."""
    return np.asarray(np.log1p(np.maximum(energy, 0.0)))


def read_recording(path: Path, settings: VirgoSettings) -> Recording:
    """Return the strain and witnesses of a file at the rate of a run.

    Raises:
        DataError: The file is unfit; the message says what was found.
    """
    try:
        return strain.read(path, settings.data.strain, settings.data.witnesses, settings.data.sample_rate)
    except strain.StrainError as error:
        raise DataError(str(error)) from error


def _recording(run: RunConfig[VirgoSettings]) -> tuple[Recording, Truth]:
    """Return all the data of a run, from its file or generated, and what is known about it."""
    data = run.settings.data
    if data.file is not None:
        recording = read_recording(data.file, run.settings)
        if not recording.witnesses:
            raise DataError(f"{data.file}: no witness in it; training needs {', '.join(data.witnesses)}.")
        return recording, NOTHING_KNOWN
    unknown = [name for name in data.witnesses if name not in synthetic.WITNESSES]
    if unknown or data.strain != synthetic.STRAIN:
        raise ConfigError(
            f"settings.data names {', '.join(unknown) or data.strain}, which generated data do not have.\n"
            f"They have {synthetic.STRAIN} and {', '.join(synthetic.WITNESSES)}; give settings.data.file for others."
        )
    _blocks(0.0, data.seconds, run.settings)  # too short a time is found before it is generated
    whole, truth = synthetic.recording(data.seconds, data.sample_rate, data.glitch_rate, data.coherence, run.seed)
    held = {channel.name: channel for channel in whole.witnesses}
    return strain.Recording(whole.strain, tuple(held[name] for name in data.witnesses)), truth


def _blocks(start: float, seconds: float, settings: VirgoSettings) -> list[tuple[float, float]]:
    """Return GPS start and stop [s] of the training, validation and test part, a guard between each two.

    Raises:
        ConfigError: A part is too short for one window.
    """
    data, stop = settings.data, start + seconds
    test = stop - data.test * seconds
    validation = test - data.guard - data.validation * seconds
    blocks = [(start, validation - data.guard), (validation, test - data.guard), (test, stop)]
    shortest = min(last - first for first, last in blocks)
    needed = max(settings.qscan.window + settings.whitening.filter_length, settings.whitening.spectrum_length)
    if shortest < needed:
        raise ConfigError(
            f"{seconds:g} s of data leave {shortest:g} s for a part, which needs {needed:g} s.\n"
            "Raise settings.data.seconds, or the fractions settings.data.validation and settings.data.test."
        )
    return blocks
