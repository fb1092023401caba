"""The earlier use case's images of sines as the parts of a run, split by row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from itwinai_core import ConfigError
from itwinai_virgo import sines
from itwinai_virgo.images import Images, scaled
from itwinai_virgo.splitting import row_blocks

if TYPE_CHECKING:
    from itwinai_virgo.settings import VirgoSettings


def sine_parts(settings: VirgoSettings, seed: int) -> tuple[Images, Images, Images]:
    """Return the training, validation and test part of a set of one row for every 16 s of ``settings.data.seconds``.

    Raises:
        ConfigError: The settings ask for images of another shape or task, or leave no row for a part.
    """
    data, scan = settings.data, settings.qscan
    if settings.task == "denoise":
        raise ConfigError("settings.task=denoise needs the clean strain, which settings.data.recipe=sines has not.")
    if (scan.times, scan.frequencies) != (sines.SIDE, sines.SIDE) or len(data.witnesses) != sines.AUXILIARY:
        raise ConfigError(
            f"settings.data.recipe=sines makes images of {sines.SIDE} times and {sines.SIDE} frequencies, "
            f"of {sines.AUXILIARY} witnesses; settings has {scan.times}, {scan.frequencies}, {len(data.witnesses)}.\n"
            "Leave settings.qscan.times, settings.qscan.frequencies and settings.data.witnesses as they are by default."
        )
    rows = int(data.seconds // sines.SECONDS)
    # Rows share no time; the guard stays, so that parts are as far apart as those of other data.
    parts = row_blocks(rows, data.validation, data.test, math.ceil(data.guard / sines.SECONDS))
    if not all(map(len, parts)):
        raise ConfigError(
            f"{data.seconds} s are {rows} rows of sines, which leave none for a part. Raise settings.data.seconds."
        )
    energy = np.ascontiguousarray(scaled(sines.images(rows, seed).swapaxes(2, 3)))
    train, validation, test = (
        Images(energy[part, 1:], energy[part, :1], np.array(part, dtype=np.float64), recording=None) for part in parts
    )
    return train, validation, test
