"""Times without data: found in samples, cut out, and told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo.channels import StrainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_virgo.channels import Channel, Span

DEAD_SECONDS = 1.0
"""Length from which a run of zeros is a channel that recorded nothing [s]."""

DEAD_SAMPLES = 16
"""Likewise in samples, for a channel of few samples a second."""

TOLD = 4
"""Gaps that are told by their times; more are counted."""


def runs(chosen: np.ndarray) -> list[tuple[int, int]]:
    """Return the first sample of each run of chosen samples, and the one after its last.

    Args:
        chosen: Whether each sample is, shape ``(N,)``.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def recorded(channel: Channel) -> list[Channel]:
    """Return the parts of a channel at which it recorded: finite, and not zero for a second or more.

    Raises:
        StrainError: There is none.
    """
    values = channel.values
    missing = ~np.isfinite(values)
    longest = max(DEAD_SECONDS * channel.sample_rate, DEAD_SAMPLES)
    for first, last in runs(values == 0):
        if last - first >= longest:  # a single zero may be measured
            missing[first:last] = True
    if not missing.any():
        if values.any():
            return [channel]
        missing[:] = True
    found = [
        replace(channel, values=values[first:last], gps_start=channel.gps_start + first / channel.sample_rate)
        for first, last in runs(~missing)
    ]
    if not found:
        zeros = bool((values == 0).any())
        what = "is zero throughout" if zeros else f"has no data: none of its {len(values)} samples is a number"
        raise StrainError(f"{channel.name} {what}. The detector was not recording: choose another time.")
    return found


def joined(pieces: Sequence[Channel]) -> list[Channel]:
    """Return the pieces of one channel in order of time, those that follow one another within a sample as one.

    Raises:
        StrainError: Two of them cover the same time, or their rates differ.
    """
    ordered = sorted(pieces, key=lambda piece: piece.gps_start)
    groups = [[ordered[0]]]
    for piece in ordered[1:]:
        last = groups[-1][-1]
        if piece.sample_rate != last.sample_rate:
            raise StrainError(
                f"{piece.name} has {last.sample_rate:g} Hz at GPS {last.gps_start:.3f} and {piece.sample_rate:g} Hz at "
                f"{piece.gps_start:.3f}. Give files of one rate."
            )
        distance = (piece.gps_start - last.gps_stop) * piece.sample_rate
        if distance < -0.5:
            raise StrainError(
                f"{piece.name} is given twice for GPS {piece.gps_start:.3f} to "
                f"{min(piece.gps_stop, last.gps_stop):.3f}. Name each file once, and files that do not overlap."
            )
        if distance <= 0.5:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [
        replace(group[0], values=np.concatenate([piece.values for piece in group])) if len(group) > 1 else group[0]
        for group in groups
    ]


def told(spans: Sequence[Span]) -> str:
    """Return times in words: the first few, and how many more there are."""
    words = ", ".join(f"{start:.3f} to {stop:.3f}" for start, stop in spans[:TOLD])
    return f"GPS {words}" + (f", and {len(spans) - TOLD} more" if len(spans) > TOLD else "")
