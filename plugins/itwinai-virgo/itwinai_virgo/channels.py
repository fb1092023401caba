"""Channels of a detector, what was recorded together, and the times at which nothing was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Span = tuple[float, float]
"""Start and stop of a stretch of time, GPS [s]."""


class StrainError(ValueError):
    """A file or an array that holds no usable strain; the message says what and why."""


class LowRateError(StrainError):
    """A strain channel of a lower rate than is wanted."""

    def __init__(self, message: str, sample_rate: float) -> None:
        """Keep the message, and the channel's own rate [Hz]."""
        super().__init__(message)
        self.sample_rate = sample_rate


@dataclass(frozen=True)
class Channel:
    """One channel of a detector.

    Attributes:
        name: Name with the detector's prefix, such as ``V1:Hrec_hoft_16384Hz``.
        values: Samples [unit], shape ``(N,)``; not-a-number where nothing was recorded.
        sample_rate: Rate [Hz].
        gps_start: GPS time of the first sample [s].
        unit: Unit of the samples.
        highest: Highest frequency that it holds [Hz], of a channel that was brought to a higher rate than its own; None
            for half its rate.
    """

    name: str
    values: np.ndarray
    sample_rate: float
    gps_start: float
    unit: str
    highest: float | None = None

    @property
    def seconds(self) -> float:
        """Length of the channel [s]."""
        return len(self.values) / self.sample_rate

    @property
    def gps_stop(self) -> float:
        """GPS time at which the channel ends [s]."""
        return self.gps_start + self.seconds

    def between(self, start: float, stop: float) -> Channel:
        """Return the part between two GPS times [s]."""
        first, last = (max(round((gps - self.gps_start) * self.sample_rate), 0) for gps in (start, stop))
        return replace(self, values=self.values[first:last], gps_start=self.gps_start + first / self.sample_rate)


@dataclass(frozen=True)
class Recording:
    """Strain and the witnesses recorded beside it, of one length and start; there may be no witness.

    Attributes:
        strain: The strain.
        witnesses: What was recorded beside it.
        gaps: Times at which at least one of the channels recorded nothing, in order.
        notes: What a reader of results should know of how the recording was read, a sentence each.
    """

    strain: Channel
    witnesses: tuple[Channel, ...]
    gaps: tuple[Span, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Strain first, then the witnesses."""
        return (self.strain, *self.witnesses)

    @property
    def stretches(self) -> tuple[Span, ...]:
        """Times at which all channels recorded, in order; the whole where there are no gaps."""
        starts = (self.strain.gps_start, *(stop for _, stop in self.gaps))
        stops = (*(start for start, _ in self.gaps), self.strain.gps_stop)
        return tuple((start, stop) for start, stop in zip(starts, stops, strict=True) if stop > start)

    def between(self, start: float, stop: float) -> Recording:
        """Return the part between two GPS times [s]."""
        strain = self.strain.between(start, stop)
        return replace(
            self,
            strain=strain,
            witnesses=tuple(witness.between(start, stop) for witness in self.witnesses),
            gaps=tuple(
                (max(first, strain.gps_start), min(last, strain.gps_stop))
                for first, last in self.gaps
                if first < strain.gps_stop and last > strain.gps_start
            ),
        )
