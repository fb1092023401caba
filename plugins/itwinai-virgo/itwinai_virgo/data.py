"""What a run learns from and is judged on: its files or generated data, split by time."""

from __future__ import annotations

import logging
import math
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

from itwinai_core import ConfigError, DataError, DataSplits
from itwinai_virgo import strain, synthetic
from itwinai_virgo.gaps import told
from itwinai_virgo.image_sets import ImageSet, is_image_set, set_files
from itwinai_virgo.qtransform import highest_frequency
from itwinai_virgo.sine_images import sine_parts
from itwinai_virgo.splitting import blocks, row_blocks
from itwinai_virgo.truth import NOTHING_KNOWN, Truth
from itwinai_virgo.windows import image_transform, images, needed_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from itwinai_core import RunConfig, Source
    from itwinai_virgo.channels import Recording, Span
    from itwinai_virgo.images import Images
    from itwinai_virgo.settings import VirgoSettings

LOGGER = logging.getLogger(__name__)

PARTS = ("training", "validation", "test")

CLEAN = "clean"
"""Channel of a file that holds the strain without what its witnesses explain, for the task ``denoise``."""

HELD = 4096
"""Windows of a set of images that are held in memory for scaling, baselines and scores."""


def build_splits(run: RunConfig[VirgoSettings]) -> DataSplits:
    """Return training, validation and test images, in this order of time.

    Raises:
        ConfigError: The settings leave no time for a part, or their band does not fit their rate.
        DataError: A file of ``settings.data.file`` is unfit.
    """
    settings = run.settings
    with _refusing():
        of_images = any(is_image_set(path) for path in settings.data.files)
    if of_images:
        return _set_splits(settings)
    if settings.data.recipe == "sines" and not settings.data.files:
        return DataSplits(*sine_parts(settings, run.seed))
    image_transform(settings)  # a band that does not fit is found before minutes are spent
    recording, truth = _recording(run)
    for note in recording.notes:
        LOGGER.warning(note)
    parts = [
        images(recording.between(start, stop), settings, truth.between(start, stop), f"{name} data")
        for name, (start, stop) in zip(PARTS, _blocks(recording.stretches, settings), strict=True)
    ]
    if recording.gaps:
        used = [f"{len(part) * settings.qscan.window:g} s for {name}" for name, part in zip(PARTS, parts, strict=True)]
        LOGGER.warning(
            "Of %g s with gaps at %s, windows use %s.", recording.strain.seconds, told(recording.gaps), ", ".join(used)
        )
    return DataSplits(*parts)


def trial(run: RunConfig[VirgoSettings]) -> Images | None:
    """Return generated images of realistic rates of glitches and chirps, on which vetoes are judged; None for files.

    Their seed is another than that of the data that are learnt from.
    """
    data, judged = run.settings.data, run.settings.evaluation
    if data.files or data.recipe == "sines" or not judged.seconds:
        return None
    seed = int(np.random.SeedSequence(run.seed, spawn_key=(1,)).generate_state(1)[0])
    recording, truth = synthetic.recording(
        judged.seconds, data.sample_rate, judged.glitch_rate, data.coherence, seed, judged.chirp_rate, data.witnesses
    )
    return images(recording, run.settings, truth, "the trial")


def in_memory(part: Source) -> Images:
    """Return a part of the data in memory; of a set of images as many as scaling, baselines and scores need."""
    return part.in_memory(HELD) if isinstance(part, ImageSet) else cast("Images", part)


def read_recording(paths: Path | Sequence[Path], settings: VirgoSettings) -> Recording:
    """Return the strain and witnesses of a file, or of several that belong together, at the rate of a run.

    Raises:
        DataError: A file is unfit; the message says what was found.
    """
    return _read(paths, settings.data.witnesses, settings)


def _read(paths: Path | Sequence[Path], witnesses: Sequence[str], settings: VirgoSettings) -> Recording:
    """Return the strain and some witnesses of files at the rate of a run."""
    try:
        with _refusing():
            return strain.read(paths, settings.data.strain, witnesses, settings.data.sample_rate)
    except strain.LowRateError as error:
        highest = min(highest_frequency(error.sample_rate, settings.qscan.q), settings.qscan.high)
        raise DataError(
            f"{error}\nUse a file of a higher rate, or train with settings.data.sample_rate={error.sample_rate:g} and "
            f"settings.qscan.high={math.floor(highest * 10) / 10:g} or lower."
        ) from error


@contextmanager
def _refusing() -> Iterator[None]:
    """Let what a reader says of a file be an error that its user can act on."""
    try:
        yield
    except strain.LowRateError:
        raise
    except strain.StrainError as error:
        raise DataError(str(error)) from error


def _recording(run: RunConfig[VirgoSettings]) -> tuple[Recording, Truth]:
    """Return all the data of a run, from its files or generated, and what is known about them."""
    settings, data = run.settings, run.settings.data
    if data.files:
        return _recorded(settings)
    unknown = [name for name in data.witnesses if name not in synthetic.WITNESSES]
    if unknown or data.strain != synthetic.STRAIN:
        raise ConfigError(
            f"settings.data names {', '.join(unknown) or data.strain}, which generated data do not have.\n"
            f"They have {synthetic.STRAIN} and {', '.join(synthetic.WITNESSES)}; give settings.data.file for others."
        )
    _blocks([(0.0, data.seconds)], settings)  # too short a time is found before it is generated
    return synthetic.recording(
        data.seconds, data.sample_rate, data.glitch_rate, data.coherence, run.seed, data.chirp_rate, data.witnesses
    )


def _recorded(settings: VirgoSettings) -> tuple[Recording, Truth]:
    """Return what the files of a run hold, and the clean strain where it is learnt."""
    data, wanted = settings.data, list(settings.data.witnesses)
    where = ", ".join(map(str, data.files))
    with _refusing():
        names = strain.channel_names(data.files)
    if settings.task == "denoise":
        if CLEAN not in names:
            raise ConfigError(
                f"settings.task=denoise learns the clean strain, and {where} holds no channel '{CLEAN}'.\n"
                "Use settings.task=noise, generated data, or a file with that channel."
            )
        wanted.append(CLEAN)
    recording = _read(data.files, wanted, settings)
    if not recording.witnesses:
        raise DataError(
            f"{where}: no witness in it; training needs {', '.join(data.witnesses)}.\n{strain.listed(names)}"
        )
    if settings.task == "noise":
        return recording, NOTHING_KNOWN
    *witnesses, clean = recording.witnesses
    return replace(recording, witnesses=tuple(witnesses)), Truth(clean=clean)


def _blocks(stretches: Sequence[Span], settings: VirgoSettings) -> list[Span]:
    """Return GPS start and stop [s] of the training, validation and test part, a guard between each two.

    Raises:
        ConfigError: A part has no stretch that is long enough for one window.
        DataError: No stretch of all is.
    """
    data, needed = settings.data, needed_seconds(settings)
    long = [(start, stop) for start, stop in stretches if stop - start >= needed - 1e-6] or list(stretches)
    found = blocks(long, data.validation, data.test, data.guard)
    lengths = [max((min(stop, last) - max(start, first) for first, last in long), default=0.0) for start, stop in found]
    if min(lengths) < needed - 1e-6:
        seconds = sum(stop - start for start, stop in long)
        raise ConfigError(
            f"{seconds:g} s of data leave {max(min(lengths), 0.0):g} s for a part, which needs {needed:g} s.\n"
            f"{'Give longer files' if data.files else 'Raise settings.data.seconds'}, or raise the fractions "
            "settings.data.validation and settings.data.test."
        )
    return found


def _set_splits(settings: VirgoSettings) -> DataSplits:
    """Return the parts of a set of images, by row."""
    data, scan = settings.data, settings.qscan
    with _refusing():
        files = set_files(data.files)
    channels, times, frequencies = files[0].shape
    if settings.task == "denoise":
        raise ConfigError("settings.task=denoise needs the clean strain, which a set of images does not hold.")
    if channels - 1 != len(data.witnesses):
        raise ConfigError(
            f"{files[0].path}: {channels - 1} witnesses in each row, and settings.data.witnesses names "
            f"{len(data.witnesses)}. Name as many, in the order of the file."
        )
    if (times, frequencies) != (scan.times, scan.frequencies):
        raise ConfigError(
            f"{files[0].path}: images of {times} times and {frequencies} frequencies.\n"
            f"Set settings.qscan.times={times} and settings.qscan.frequencies={frequencies}."
        )
    rows = sum(file.rows for file in files)
    # A row stands for a window, so the guard keeps as many apart.
    parts = row_blocks(rows, data.validation, data.test, math.ceil(data.guard / scan.window))
    if not all(map(len, parts)):
        raise ConfigError(
            f"{rows} rows leave none for a part. Give a larger set, or raise settings.data.validation and test."
        )
    return DataSplits(*(ImageSet(files, part) for part in parts))
