"""Whitening: dividing strain by its amplitude spectral density, with a filter of finite length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

TAPER = 5
"""Bins at each end of the filter's band over which it fades in."""

BLOCK = 8
"""Length of the Fourier transforms of a convolution, in lengths of the filter."""


def median_asd(
    series: Tensor, sample_rate: float, seconds: float, overlap: float | None = None
) -> tuple[Tensor, Tensor]:
    """Return the amplitude spectral density of series, as the median over their parts.

    The median, not the mean: one loud glitch would lift the mean and dim every quieter one of the stretch.

    Args:
        series: Real series, shape ``(..., N)``.
        sample_rate: Rate [Hz].
        seconds: Length of a part [s]; parts are Hann-windowed, and their own mean is taken away.
        overlap: By how much a part overlaps the next [s]; by default by half.

    Returns:
        Frequencies [Hz], shape ``(F,)``, and densities [unit/sqrt(Hz)], shape ``(..., F)``, in double precision.

    Raises:
        ValueError: The series are shorter than one part, or parts overlap by their whole length.

    Source:
        The bias of the median of n parts: Allen et al., Phys. Rev. D 85, 122006 (2012), arXiv:gr-qc/0509116.
    """
    length = _samples(seconds, sample_rate)
    shared = length // 2 if overlap is None else _samples(overlap, sample_rate)
    if not 2 <= length <= series.shape[-1]:
        raise ValueError(f"{series.shape[-1] / sample_rate:g} s are too short for a spectrum of {seconds:g} s parts")
    if not 0 <= shared < length:
        raise ValueError(f"parts of {seconds:g} s overlap by {overlap:g} s; it is 0 or more, and less than the part")
    window = torch.hann_window(length, dtype=torch.float64, device=series.device)
    parts = series.to(torch.float64).unfold(-1, length, length - shared)
    spectra = torch.fft.rfft((parts - parts.mean(dim=-1, keepdim=True)) * window)
    power = (spectra.real.square() + spectra.imag.square()).transpose(-1, -2).contiguous()
    count = power.shape[-1]
    lower, upper = (power.kthvalue(rank, dim=-1).values for rank in ((count + 1) // 2, count // 2 + 1))
    ranks = np.arange(1.0, count + count % 2)
    bias = float(-((-1.0) ** ranks / ranks).sum())
    # One side of the spectrum: all but the ends stand for two.
    sides = torch.full((power.shape[-2],), 2.0, dtype=torch.float64, device=series.device)
    sides[0] = 1.0
    if length % 2 == 0:
        sides[-1] = 1.0
    density = (lower + upper) / 2.0 * sides / (bias * sample_rate * window.square().sum())
    step = 1.0 / (length * (1.0 / sample_rate))
    frequencies = torch.arange(len(sides), dtype=torch.float64, device=series.device) * step
    return frequencies, density.sqrt()


def whitening_filter(
    density: tuple[Tensor, Tensor], sample_rate: float, seconds: float, grid: Tensor, highpass: float | None = None
) -> Tensor:
    """Return the taps of zero-phase filters that divide by a spectral density.

    The inverse density's impulse response is cut to a finite length under a Hann window, so that garbage reaches half
    the filter's length and no further. A frequency without power, or outside the density's range, is left out.

    Args:
        density: Rising frequencies [Hz], shape ``(F,)``, and amplitude spectral densities [unit/sqrt(Hz)] that are
            joined by straight lines, shape ``(..., F)``.
        sample_rate: Rate of the series to be filtered [Hz].
        seconds: Length of the filter [s].
        grid: Frequencies from 0, in equal steps, that the response is built of [Hz], shape ``(G,)``; the finer, the
            less of it wraps around.
        highpass: Frequency below which nothing passes [Hz].

    Returns:
        Taps [1/unit], symmetric, from half the length before the middle to half after; white output has unit variance.

    Raises:
        ValueError: The grid is too coarse for the filter's length, or ``highpass`` leaves nothing.
    """
    half = _samples(seconds, sample_rate) // 2
    length = 2 * (len(grid) - 1)
    first = int(highpass / float(grid[1])) if highpass else 0
    if half < 1 or 2 * half > length or length < 4 * TAPER:
        raise ValueError(f"a filter of {seconds:g} s does not fit series of {length / sample_rate:g} s")
    if first + 2 * TAPER > len(grid):
        raise ValueError(f"a high-pass of {highpass:g} Hz leaves nothing of {sample_rate:g} Hz")
    asd = _between(density, grid)
    inverse = torch.where(asd > 0, 1.0 / asd, 0.0)
    rise = torch.hann_window(2 * TAPER, periodic=False, dtype=torch.float64, device=grid.device)[:TAPER]
    inverse[..., :first] = 0.0
    inverse[..., first : first + TAPER] *= rise
    inverse[..., -TAPER:] *= rise.flip(0)
    response = torch.fft.irfft(inverse, length).roll(half, -1)[..., : 2 * half]
    window = torch.hann_window(2 * half, dtype=torch.float64, device=grid.device)
    taps = response * window * (2.0 / sample_rate) ** 0.5
    return torch.cat([taps, torch.zeros_like(taps[..., :1])], dim=-1)


@dataclass(frozen=True)
class Whitening:
    """How series are divided by a spectral density.

    Attributes:
        sample_rate: Rate of the series [Hz].
        filter_seconds: Length of the filter [s].
        part_seconds: Length of the parts that a series' own density is the median of [s].
        overlap: By how much a part overlaps the next [s]; None for half.
        highpass: Frequency below which nothing passes [Hz]; None for all.
    """

    sample_rate: float
    filter_seconds: float
    part_seconds: float
    overlap: float | None = None
    highpass: float | None = None

    @property
    def settle(self) -> int:
        """Samples at each end of a series that the filter reaches beyond: half its length."""
        return _samples(self.filter_seconds, self.sample_rate) // 2

    @torch.no_grad()
    def __call__(self, series: Tensor, curve: tuple[Tensor, Tensor] | None = None, *, crop: bool = True) -> Tensor:
        """Return white series, in double precision.

        With ``crop=False`` the result is that of GWpy's ``whiten(part_seconds, overlap, fduration=filter_seconds)``:
        as long as the series, whose ends are faded over half the filter's length, so that a whole length at each end
        of the result is not white. With ``crop=True`` nothing is faded, what needs samples beyond the ends is left out,
        and no offset passes the filter, so that samples that it does not reach have no part in the result, not even
        through the mean; above twice the inverse of the filter's length, the two agree.

        Args:
            series: Real series of any unit, shape ``(..., N)``.
            curve: Rising frequencies [Hz], shape ``(F,)``, and amplitude spectral densities [unit/sqrt(Hz)], one for
                all series, shape ``(F,)``, or for each, ``(..., F)``; by default each series' own.
            crop: Whether half the filter's length is left out at each end.

        Returns:
            Series of unit variance, shape ``(..., N)``, or ``(..., N - 2 settle)`` cropped. A series that is constant
            gives zeros; one that is not finite throughout gives not-a-number, and the others stay as they are alone.

        Raises:
            ValueError: The series are too short for the density or the filter.
        """
        samples, lead = series.shape[-1], series.shape[:-1]
        lost = 2 * self.settle if crop else 0
        if samples <= 2 * self.settle:
            raise ValueError(
                f"{samples / self.sample_rate:g} s are too short for a filter of {self.filter_seconds:g} s"
            )
        flat = series.reshape(-1, samples)
        if curve is not None:
            frequencies, asd = (values.to(flat.device, torch.float64) for values in curve)
            asd = asd.expand(*lead, len(frequencies)).reshape(len(flat), -1)
        out = torch.empty(len(flat), samples - lost, dtype=torch.float64, device=flat.device)
        # One by one: many channels of an hour need no more memory than one.
        for number, one in enumerate(flat):
            values, valid = _centred(one)
            taps = self._taps(values, None if curve is None else (frequencies, asd[number]))
            white = _convolved(values, _rejecting_offset(taps)) if crop else _convolved(self._faded(values), taps)
            out[number] = torch.where(valid, white, torch.nan)
        return out.reshape(*lead, -1)

    def _taps(self, values: Tensor, curve: tuple[Tensor, Tensor] | None) -> Tensor:
        """Return the filter of a series by a curve, or by its own density."""
        density = curve or median_asd(values, self.sample_rate, self.part_seconds, self.overlap)
        step = 1.0 / (len(values) * (1.0 / self.sample_rate))
        steps = self.sample_rate / 2.0 / step
        if curve is None:
            # As GWpy has it: the density of parts of an odd number of samples ends just below the Nyquist frequency.
            steps = (len(density[0]) - 1) * (float(density[0][1]) / step)
        grid = torch.arange(round(steps + 1), dtype=torch.float64, device=values.device) * step
        return whitening_filter(density, self.sample_rate, self.filter_seconds, grid, self.highpass)

    def _faded(self, values: Tensor) -> Tensor:
        """Return a series whose ends are faded in and out, with room for the filter to settle in."""
        fade = torch.hann_window(2 * self.settle, dtype=torch.float64, device=values.device)
        inside = values[self.settle : -self.settle]
        ends = values[: self.settle] * fade[: self.settle], values[-self.settle :] * fade[self.settle :]
        return torch.nn.functional.pad(torch.cat([ends[0], inside, ends[1]]), (self.settle, self.settle))


def whiten(
    values: np.ndarray,
    sample_rate: float,
    filter_seconds: float,
    part_seconds: float,
    density: tuple[Tensor, Tensor] | None = None,
) -> np.ndarray:
    """Return a stretch divided by a spectral density, without the filter's settle-in.

    Args:
        values: Series, shape ``(N,)``.
        sample_rate: Rate [Hz].
        filter_seconds: Length of the filter [s]; half of it is cropped at each end.
        part_seconds: Length of the parts that the density is the median of [s].
        density: Frequencies [Hz] and amplitude spectral densities [unit/sqrt(Hz)]; by default the stretch's own.

    Returns:
        White series of unit variance, shape ``(N - filter_seconds * sample_rate,)``.

    Raises:
        ValueError: The stretch is too short, or its density is zero or not finite.
    """
    white = Whitening(sample_rate, filter_seconds, part_seconds)(torch.as_tensor(values), density).numpy()
    if not white.any() or not np.isfinite(white).all():
        raise ValueError("it is constant or not finite, or its spectrum is zero in all of the band")
    return white


def _samples(seconds: float, sample_rate: float) -> int:
    """Return the whole samples in a length of time, rounded as GWpy does, which keeps a rate as its inverse."""
    return int(seconds * (1.0 / (1.0 / sample_rate)))


def _centred(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return a series without its mean, zero where it is constant or not finite, and whether it is finite."""
    low, high = torch.aminmax(values)
    valid = torch.isfinite(low) & torch.isfinite(high)
    values = values.to(torch.float64)
    return torch.where(valid & (low < high), values - values.mean(), 0.0), valid


def _rejecting_offset(taps: Tensor) -> Tensor:
    """Return a filter that passes nothing at 0 Hz, and hardly differs above twice the inverse of its length."""
    window = torch.hann_window(len(taps), periodic=False, dtype=torch.float64, device=taps.device)
    return taps - window * (taps.sum() / window.sum())


def _between(density: tuple[Tensor, Tensor], grid: Tensor) -> Tensor:
    """Return a density along straight lines between its points, and zero beyond them."""
    frequencies, asd = density
    right = torch.searchsorted(frequencies, grid, right=True).clamp(1, len(frequencies) - 1)
    low, high = frequencies[right - 1], frequencies[right]
    part = (grid - low) / (high - low)
    # A hair's breadth beyond the end is rounding.
    inside = (part > -1e-6) & (part < 1 + 1e-6)
    return torch.where(inside, torch.lerp(asd[..., right - 1], asd[..., right], part.clamp(0.0, 1.0)), 0.0)


def _convolved(values: Tensor, taps: Tensor) -> Tensor:
    """Return what a filter of odd length makes of a series where it lies inside, shape ``(N - len(taps) + 1,)``."""
    count = len(values) - len(taps) + 1
    size = 2 ** (min(BLOCK * len(taps), len(values)) - 1).bit_length()
    step = size - len(taps) + 1
    blocks = -(-count // step)
    values = torch.nn.functional.pad(values, (0, (blocks - 1) * step + size - len(values)))
    spectra = torch.fft.rfft(values.unfold(0, size, step)) * torch.fft.rfft(taps, size)
    out: Tensor = torch.fft.irfft(spectra, size)[:, len(taps) - 1 :].reshape(-1)[:count]
    return out
