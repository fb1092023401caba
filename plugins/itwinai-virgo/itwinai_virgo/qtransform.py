"""The Q-transform: energy of time series over time and frequency, at constant quality factor."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from itwinai_virgo.tiles import TILE_STEP, Plane, Tiles, Windows

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 8
"""Series that a processor transforms together."""

CHUNK_ELSEWHERE = 64
"""Series that another device transforms together; their tiles fill at most a few gigabytes."""

LOUD = 1e3
"""Energy from which on a row's tiles are taken in double precision: in single, the rounding of the loudest is seen in
the median of the others."""

SMALLEST = 2.0**-1000
"""A series that varies by less is taken as constant: the inverse would not fit double precision."""

QOf = Literal["each", "first", "loudest"]


@dataclass(frozen=True)
class QImages:
    """Energies of a batch of series.

    Attributes:
        energy: Energy over the row's median, shape ``(B, F, T)``; not-a-number for series that are not ``valid``.
            Of events of several channels, each of these has the shape ``(B, C, ...)``.
        q: Quality factor that each series was transformed with, shape ``(B,)``.
        peak: Energy of each series' loudest tile, before interpolation, shape ``(B,)``.
        peak_time: Time of that tile after the start of the series [s], shape ``(B,)``.
        peak_frequency: Frequency of that tile [Hz], shape ``(B,)``.
        valid: Whether each series held finite numbers only, shape ``(B,)``.
    """

    energy: Tensor
    q: Tensor
    peak: Tensor
    peak_time: Tensor
    peak_frequency: Tensor
    valid: Tensor


def quality_factors(lowest: float, highest: float) -> list[float]:
    """Return the quality factors that cover a range of them.

    Args:
        lowest: Low end of the range, dimensionless.
        highest: High end; one factor comes back where it equals ``lowest``.

    Returns:
        Factors in equal steps of their logarithm, none at the ends of the range.
    """
    length = math.log(highest / lowest) / math.sqrt(2.0)
    count = max(math.ceil(length / TILE_STEP), 1)
    return [lowest * (highest / lowest) ** ((i + 0.5) / count) for i in range(count)]


class QTransform:
    """Energy images of series of one length and rate, at the best of several quality factors.

    Tables are built once; calling it is one batched inverse Fourier transform per number of tiles in a row. Energies
    agree with GWpy's ``q_transform(whiten=False)``, whose conventions are kept where the method leaves a choice.

    Attributes:
        samples: Length ``N`` of each series.
        frequencies: Of the image's rows [Hz], shape ``(F,)``.
        times: Of the image's columns after the start of the series [s], shape ``(T,)``.
    """

    def __init__(
        self,
        samples: int,
        sample_rate: float,
        band: tuple[float, float],
        q: tuple[float, float],
        shape: tuple[int | np.ndarray, int | np.ndarray],
    ) -> None:
        """Build the tables.

        Args:
            samples: Length ``N`` of each series.
            sample_rate: Rate of the series [Hz].
            band: Lowest and highest frequency of the tiles [Hz]; 0 and infinity take what GWpy takes: the lowest that
                has 50 tiles at the highest quality factor, and the highest that the rate allows.
            q: Lowest and highest quality factor; equal for a fixed one.
            shape: Number of frequencies, in equal ratios from end to end of the band, and of times of the image; or,
                for other axes, the rising frequencies [Hz] and times after the start of the series [s] themselves.

        Raises:
            ValueError: The band is too wide for the rate, the series too short for the band, or Q is below sqrt(11).
        """
        self.samples = samples
        duration = samples * (1.0 / sample_rate)
        factors = quality_factors(*q)
        if factors[0] <= math.sqrt(11.0):
            raise ValueError(f"Q is {factors[0]:.3g}; a window stays above 0 Hz only where Q is above 3.32")
        ceiling = highest_frequency(sample_rate, factors[0])
        band = (band[0] or 50.0 * factors[-1] / (2.0 * math.pi * duration), ceiling if math.isinf(band[1]) else band[1])
        if not 0 < band[0] < band[1]:
            raise ValueError(f"the band starts at {band[0]:.5g} Hz, not below its end, {band[1]:.5g} Hz")
        if band[1] > ceiling:
            raise ValueError(f"the band ends at {band[1]:g} Hz; at {sample_rate:g} Hz it can end at {ceiling:.5g} Hz")
        rows, columns = shape
        self.frequencies = rows if isinstance(rows, np.ndarray) else np.geomspace(*band, rows)
        self.times = columns if isinstance(columns, np.ndarray) else np.arange(columns) * (duration / columns)
        self._planes = [Plane(factor, band, duration, (self.frequencies, self.times)) for factor in factors]

    @torch.no_grad()
    def __call__(self, series: Tensor, reference: Tensor | None = None, q_of: QOf = "each") -> QImages:
        """Return the images of a batch of series, or of events of several channels.

        Args:
            series: Real series of any unit, shape ``(B, N)``, or ``(B, C, N)`` for events of ``C`` channels; whitened
                ones give energies that mean something.
            reference: Series of the same shape and unit whose quality factors and row medians are taken, so that what
                was done to a series is seen on the scale of what it was before.
            q_of: Whose loudest tile chooses the quality factor: ``"each"`` series' own, or for all channels of an event
                that of its ``"first"`` channel, or the ``"loudest"`` of all.

        Returns:
            Images and loudest tiles, with the leading axes of ``series``.

        Raises:
            ValueError: The series have another length than the tables, or another shape than the reference, or there
                are none, or channels are to share a quality factor and are not told apart from events.
        """
        self._check(series, reference, q_of)
        channels = series.shape[1] if series.ndim == 3 else 1
        lead, series = series.shape[:-1], series.reshape(-1, self.samples)
        reference = None if reference is None else reference.reshape(-1, self.samples)
        out = self._empty(len(series), series.device)
        # A few at a time: their tiles stay in the processor's cache.
        step = max((CHUNK if series.device.type == "cpu" else CHUNK_ELSEWHERE) // channels, 1) * channels
        buffer = torch.zeros(0, self.samples // 2 + 2, dtype=torch.complex64, device=series.device)
        for first in range(0, len(series), step):
            piece = slice(first, first + step)
            if len(buffer) != len(series[piece]):
                buffer = buffer.new_zeros(len(series[piece]), buffer.shape[1])
                windows = [plane.over(buffer) for plane in self._planes]
            parts = QImages(*(getattr(out, field.name)[piece] for field in fields(QImages)))
            standard = None if reference is None else reference[piece]
            self._transform(series[piece], standard, _Work(buffer, windows, channels, q_of), parts)
        whole = (getattr(out, field.name) for field in fields(QImages))
        return QImages(*(values.reshape(*lead, *values.shape[1:]) for values in whole))

    def _transform(self, series: Tensor, reference: Tensor | None, work: _Work, out: QImages) -> None:
        """Fill in the images of some series, on their own scale or that of their references."""
        standard, valid, scale = _spectrum(series if reference is None else reference)
        work.buffer[:, :-1] = standard
        tiles = [[rows.tiles() for rows in plane] for plane in work.windows]
        peaks = torch.stack([torch.cat([rows.peaks() for rows in plane], dim=1).amax(dim=1) for plane in tiles])
        choice = work.choice(peaks)
        loud = peaks.gather(0, choice[None])[0] > LOUD
        if reference is not None:
            spectrum, finite, _ = _spectrum(series, scale)
            work.buffer[:, :-1] = spectrum
            valid = valid & finite
        for number, precise in itertools.product(range(len(self._planes)), (False, True)):
            chosen = torch.nonzero((choice == number) & (loud == precise))[:, 0]
            if not len(chosen):
                continue
            plane = self._planes[number]
            rows = plane.precisely(standard[chosen]) if precise else [group.of(chosen) for group in tiles[number]]
            if reference is not None:
                own = [group.energy()[chosen] for group in work.windows[number]]
                rows = [Tiles(energy, was.median) for energy, was in zip(own, rows, strict=True)]
            plane.draw(rows, [out.energy[place] for place in chosen.tolist()])
            out.q[chosen] = plane.q
            out.peak[chosen], out.peak_time[chosen], out.peak_frequency[chosen] = plane.loudest(rows)
        out.valid[:] = valid
        if not valid.all():
            out.energy[~valid] = torch.nan

    def _check(self, series: Tensor, reference: Tensor | None, q_of: QOf) -> None:
        """Refuse series that do not fit the tables, their reference or what they are to share."""
        if series.ndim not in (2, 3) or series.shape[-1] != self.samples or not series.numel():
            raise ValueError(
                f"series have shape {tuple(series.shape)}, expected (B, {self.samples}) or (B, C, {self.samples}), "
                "with B and C >= 1"
            )
        if reference is not None and reference.shape != series.shape:
            raise ValueError(f"the reference has shape {tuple(reference.shape)}, the series {tuple(series.shape)}")
        if q_of != "each" and series.ndim == 2:
            raise ValueError(f"series have shape {tuple(series.shape)}; channels that share Q are given as (B, C, N)")

    def _empty(self, count: int, device: torch.device) -> QImages:
        """Return images to be filled in."""
        shape = (count, len(self.frequencies), len(self.times))
        # NumPy asks for large pages, which the first write to a large batch on a processor waits for much less.
        on_processor = device.type == "cpu"
        energy = torch.from_numpy(np.empty(shape, np.float32)) if on_processor else torch.empty(shape, device=device)
        q, peak, time, frequency = torch.empty(4, count, device=device)
        return QImages(energy, q, peak, time, frequency, torch.empty(count, dtype=torch.bool, device=device))


@dataclass(frozen=True)
class _Work:
    """A buffer of spectra with every plane's windows over it, and who shares a quality factor."""

    buffer: Tensor
    windows: list[list[Windows]]
    channels: int
    q_of: QOf

    def choice(self, peaks: Tensor) -> Tensor:
        """Return the number of each series' plane, shape ``(B,)``, from the loudest tiles ``(planes, B)``."""
        if self.q_of == "each":
            return peaks.argmax(dim=0)
        events = peaks.reshape(len(peaks), -1, self.channels)
        best = events[..., 0] if self.q_of == "first" else events.amax(dim=2)
        return best.argmax(dim=0).repeat_interleave(self.channels)


def highest_frequency(sample_rate: float, q: float) -> float:
    """Return the highest frequency whose window stays below the Nyquist frequency.

    Args:
        sample_rate: Rate of the series [Hz].
        q: Lowest quality factor in use, dimensionless.

    Returns:
        Frequency [Hz].
    """
    return sample_rate / 2.0 / (1.0 + math.sqrt(11.0) / q)


def _spectrum(series: Tensor, scale: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return spectra of series times a scale, whether each series was finite, and the scale, by default their own."""
    low, high = torch.aminmax(series, dim=1, keepdim=True)
    valid = torch.isfinite(low) & torch.isfinite(high)
    if not valid.all():
        series = torch.where(valid, series, torch.zeros_like(series))
    if scale is None:
        # Strain is 1e-21, whose energy does not fit single precision; the scale drops out with the row's median.
        span = high.to(torch.float64) - low.to(torch.float64)
        scale = torch.where(valid & (span > SMALLEST), 1.0 / span, 0.0)
    # In double precision, so that what is quiet is not drowned in the rounding of what is loud elsewhere in the band.
    return torch.fft.rfft(series.to(torch.float64)) * scale, valid[:, 0], scale
