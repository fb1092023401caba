"""The Q-transform: energy of time series over time and frequency, at constant quality factor."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_virgo.tiles import TILE_STEP, Grid, Plane

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = 8
"""Series that a processor transforms together."""


@dataclass(frozen=True)
class QImages:
    """Energies of a batch of series.

    Attributes:
        energy: Energy over the row's median, shape ``(B, F, T)``; not-a-number for series that are not ``valid``.
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
    """

    def __init__(
        self,
        samples: int,
        sample_rate: float,
        band: tuple[float, float],
        q: tuple[float, float],
        shape: tuple[int, int],
    ) -> None:
        """Build the tables.

        Args:
            samples: Length ``N`` of each series.
            sample_rate: Rate of the series [Hz].
            band: Lowest and highest frequency of the image [Hz].
            q: Lowest and highest quality factor; equal for a fixed one.
            shape: Frequencies ``F``, in equal ratios from end to end of the band, and times ``T`` of the image.

        Raises:
            ValueError: The band is too wide for the rate or too narrow for a spline, or Q is below sqrt(11).
        """
        self.samples = samples
        grid = Grid(samples, samples / sample_rate, shape[1])
        factors = quality_factors(*q)
        if factors[0] <= math.sqrt(11.0):
            raise ValueError(f"Q is {factors[0]:.3g}; a window stays above 0 Hz only where Q is above 3.32")
        ceiling = highest_frequency(sample_rate, factors[0])
        if band[1] > ceiling:
            raise ValueError(f"the band ends at {band[1]:g} Hz; at {sample_rate:g} Hz it can end at {ceiling:.5g} Hz")
        self.frequencies = np.geomspace(*band, shape[0])
        self.times = np.arange(shape[1]) * (grid.duration / shape[1])
        self._planes = [Plane(factor, band, self.frequencies, grid) for factor in factors]

    @torch.no_grad()
    def __call__(self, series: Tensor, reference: Tensor | None = None) -> QImages:
        """Return the images of a batch of series.

        Args:
            series: Real series of any unit, shape ``(B, N)``; whitened ones give energies that mean something.
            reference: Series of the same shape and unit whose quality factors and row medians are taken, so that what
                was done to a series is seen on the scale of what it was before.

        Returns:
            Images and loudest tiles, each series at the quality factor of its own, or its reference's, loudest tile.

        Raises:
            ValueError: The series have another length than the tables, or there are none.
        """
        if series.ndim != 2 or series.shape[1] != self.samples or not len(series):
            raise ValueError(f"series have shape {tuple(series.shape)}, expected (B, {self.samples}) with B >= 1")
        if reference is not None and reference.shape != series.shape:
            raise ValueError(f"the reference has shape {tuple(reference.shape)}, the series {tuple(series.shape)}")
        # A few at a time: their tiles stay in the processor's cache.
        step = CHUNK if series.device.type == "cpu" else len(series)
        pieces = [slice(first, first + step) for first in range(0, len(series), step)]
        parts = [
            self._transform(series[piece], series[piece] if reference is None else reference[piece]) for piece in pieces
        ]
        return QImages(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(QImages)))

    def _transform(self, series: Tensor, reference: Tensor) -> QImages:
        """Return the images of some series, on the scale of references that may be the series themselves."""
        standard, valid, scale = _normalised(reference)
        own, finite, _ = (standard, valid, scale) if series is reference else _normalised(series, scale)
        valid = valid & finite
        spectrum = torch.fft.rfft(standard)
        tiles = [plane.tiles(spectrum) for plane in self._planes]
        peaks = torch.stack([torch.cat([rows.peaks() for rows in plane], dim=1).amax(dim=1) for plane in tiles])
        choice = peaks.argmax(dim=0)
        shape = (len(series), len(self.frequencies), len(self.times))
        out = QImages(
            energy=torch.zeros(shape, device=series.device),
            q=torch.tensor([plane.q for plane in self._planes], device=series.device)[choice],
            peak=torch.zeros(len(series), device=series.device),
            peak_time=torch.zeros(len(series), device=series.device),
            peak_frequency=torch.zeros(len(series), device=series.device),
            valid=valid,
        )
        for number, plane in enumerate(self._planes):
            chosen = torch.nonzero(choice == number)[:, 0]
            if len(chosen):
                rows = [group.of(chosen) for group in tiles[number]]
                if own is not standard:
                    rows = plane.tiles(torch.fft.rfft(own[chosen]), rows)
                out.energy[chosen] = plane.image(rows)
                out.peak[chosen], out.peak_time[chosen], out.peak_frequency[chosen] = plane.loudest(rows)
        out.energy[~valid] = torch.nan
        return out


def highest_frequency(sample_rate: float, q: float) -> float:
    """Return the highest frequency whose window stays below the Nyquist frequency.

    Args:
        sample_rate: Rate of the series [Hz].
        q: Lowest quality factor in use, dimensionless.

    Returns:
        Frequency [Hz].
    """
    return sample_rate / 2.0 / (1.0 + math.sqrt(11.0) / q)


def _normalised(series: Tensor, scale: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """Return series over a scale in single precision, whether each was finite, and the scale, by default their own."""
    valid = torch.isfinite(series).all(dim=1)
    series = torch.where(valid[:, None], series, torch.zeros_like(series)).to(torch.float64)
    series = series - series.mean(dim=1, keepdim=True)
    # Strain is 1e-21, whose energy does not fit single precision; the scale drops out with the row's median.
    scale = series.abs().amax(dim=1, keepdim=True) if scale is None else scale
    series = torch.where(scale > 0, series / scale, torch.zeros_like(series))
    return series.to(torch.float32), valid, scale
