"""Channels in GWF frames, by way of gwframe, which is installed with the extra ``gwf``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from itwinai_virgo.channels import Channel, StrainError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAGIC = b"IGWD"
"""First bytes of a frame file."""


def names(path: Path) -> list[str]:
    """Return the names of the channels of a file, whose checksum is compared first.

    Raises:
        StrainError: gwframe is not installed, or the file is damaged or names a channel twice.
    """
    # Without it a damaged length can ask for more memory than there is.
    with _opened(path, validate_checksum=True) as reader:
        return list(reader.channels)


def channels(path: Path, wanted: Sequence[str]) -> list[Channel]:
    """Return some channels of a file, a piece for each of its frames.

    Samples that the frame itself calls invalid come back as not-a-number.

    Raises:
        StrainError: gwframe is not installed, the file is damaged, or a channel is no series of numbers.
    """
    with _opened(path) as reader:
        twice = [name for name in wanted if reader.channels.count(name) > 1]
        if twice:
            raise StrainError(f"{path}: it holds {', '.join(twice)} twice, and which is meant cannot be told.")
        return [_piece(reader, name, frame, path) for name in wanted for frame in range(reader.num_frames)]


def _piece(reader: Any, name: str, frame: int, path: Path) -> Channel:
    """Return one channel of one frame."""
    series = reader.read(name, frame, allow_invalid=True, aux_mask=True)
    if series.array.ndim != 1 or series.array.dtype.kind not in "fiu" or not len(series.array):
        raise StrainError(f"{path}: {name} has type {series.array.dtype}; expected a series of real numbers.")
    values = np.array(series.array, dtype=np.float64)
    if series.mask is not None:
        values[series.mask] = np.nan
    return Channel(name, values, float(series.sample_rate), float(series.start), str(series.unit))


@contextmanager
def _opened(path: Path, *, validate_checksum: bool = False) -> Iterator[Any]:
    """Open a frame file for reading.

    Raises:
        StrainError: gwframe is not installed, or the file is damaged, here or later in the block.
    """
    try:
        import gwframe  # noqa: PLC0415  an extra, for those who have frames
    except ImportError as error:
        raise StrainError(f"{path}: a GWF frame, which needs gwframe: pip install 'itwinai-virgo[gwf]'") from error
    try:
        with gwframe.FrameReader(path, validate_checksum=validate_checksum) as reader:
            yield reader
    except StrainError:
        raise
    except Exception as error:
        # Errors of the C++ library inside share no class of their own.
        reason = " ".join(str(error).split()).rstrip(".") or "it ends too early"
        raise StrainError(f"{path}: the GWF file is damaged or cut short ({reason}). Fetch it again.") from error
