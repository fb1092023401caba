"""Tiles of one quality factor: rows of a constant ratio of frequency to bandwidth, and the way to pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_virgo.splines import basis, local_basis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

MISMATCH = 0.2
"""Largest part of a burst's energy that falls between two neighbouring tiles."""

TILE_STEP = 2.0 * math.sqrt(MISMATCH / 3.0)
"""Distance of neighbouring tiles in the metric of the tiling, dimensionless."""


def row_frequencies(q: float, band: tuple[float, float], duration: float) -> np.ndarray:
    """Return the centres of the rows of tiles at one quality factor.

    Args:
        q: Quality factor, dimensionless.
        band: Lowest and highest frequency [Hz].
        duration: Length of the series [s]; centres are multiples of its inverse.

    Returns:
        Frequencies [Hz], shape ``(R,)``, rising.
    """
    slope = math.sqrt(2.0 + q**2) / 2.0
    length = math.log(band[1] / band[0]) * slope
    count = max(math.ceil(length / TILE_STEP), 1)
    steps = (np.arange(count) + 0.5) * (length / count)
    resolution = 1.0 / duration
    return np.unique(band[0] * np.exp(steps / slope) // resolution * resolution)


def bisquare_window(frequency: float, q: float, duration: float) -> np.ndarray:
    """Return the frequency-domain window of one row of tiles.

    The window reaches zero at ``frequency * (1 ± 1 / q')``, where ``q' = q / sqrt(11)``. Its square integrates to 1
    over frequency.

    Args:
        frequency: Centre of the row [Hz].
        q: Quality factor, dimensionless; larger resolves frequency better, time worse.
        duration: Length of the series whose spectrum is to be windowed [s].

    Returns:
        Weights [Hz^-1/2], shape ``(W,)`` with ``W`` odd, one per bin of width ``1 / duration``, centred on
        ``frequency``.

    Source:
        Chatterji et al., Class. Quantum Grav. 21, S1809 (2004), arXiv:gr-qc/0412119.
    """
    q_prime = q / math.sqrt(11.0)
    half = int(frequency / q_prime * duration)
    offset = np.arange(-half, half + 1) / duration * q_prime / frequency
    return np.asarray(np.sqrt(315.0 * q_prime / (256.0 * frequency)) * (1.0 - offset**2) ** 2)


@dataclass(frozen=True)
class Grid:
    """Samples of a series, its duration [s], and the times of its image."""

    samples: int
    duration: float
    times: int


class Plane:
    """Tables of one quality factor: rows grouped by their number of tiles, and the way from tiles to pixels."""

    def __init__(self, q: float, band: tuple[float, float], out: np.ndarray, grid: Grid) -> None:
        self.q = q
        self._duration = grid.duration
        rows = row_frequencies(q, band, grid.duration)
        if len(rows) < 4:
            raise ValueError(f"the band {band[0]:g} to {band[1]:g} Hz holds {len(rows)} rows at Q {q:.3g}, needs 4")
        tiles_per_hertz = grid.duration * 2.0 * np.pi / q / TILE_STEP
        if rows[0] * tiles_per_hertz < 2:
            raise ValueError(
                f"a series of {grid.duration:g} s is too short for {band[0]:g} Hz at Q {q:.3g}; "
                f"it can start at {max(2 / tiles_per_hertz, 1 / grid.duration):.2g} Hz"
            )
        tiles = 2 ** np.ceil(np.log2(rows * tiles_per_hertz)).astype(int)
        self._groups = [_Group(rows[tiles == count], q, int(count), grid) for count in np.unique(tiles)]
        # FITPACK, behind GWpy, holds the first and last row's value beyond them; extrapolating differs by 1 per cent.
        self._frequency_basis = torch.as_tensor(basis(rows, np.clip(out, rows[0], rows[-1])), dtype=torch.float32)

    def tiles(self, spectrum: Tensor) -> list[Tensor]:
        """Return the energies of all tiles over their rows' medians, a tensor ``(B, R, n)`` per group."""
        return [group.energy(spectrum) for group in self._groups]

    def image(self, energies: Sequence[Tensor]) -> Tensor:
        """Return pixels ``(B, F, T)`` from the energies of tiles."""
        resampled = torch.cat(
            [group.resample(energy) for group, energy in zip(self._groups, energies, strict=True)], dim=1
        )
        return self._frequency_basis.to(resampled.device) @ resampled

    def loudest(self, energies: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return time [s] and frequency [Hz] of the loudest tile, each of shape ``(B,)``."""
        peaks = torch.stack([energy.flatten(1).amax(dim=1) for energy in energies])
        time, frequency = torch.zeros_like(peaks[0]), torch.zeros_like(peaks[0])
        for number, (group, energy) in enumerate(zip(self._groups, energies, strict=True)):
            index = energy.flatten(1).argmax(dim=1)
            here = peaks.argmax(dim=0) == number
            time[here] = ((index % energy.shape[2]) * (self._duration / energy.shape[2]))[here].to(time.dtype)
            rows = torch.as_tensor(group.rows, dtype=time.dtype, device=time.device)
            frequency[here] = rows[(index // energy.shape[2])[here]]
        return time, frequency


class _Group:
    """Rows of one number of tiles, which share one batched inverse Fourier transform."""

    def __init__(self, rows: np.ndarray, q: float, count: int, grid: Grid) -> None:
        self.rows = rows
        index = np.zeros((len(rows), count), dtype=np.int64)
        weight = np.zeros((len(rows), count))
        for row, frequency in enumerate(rows):
            window = bisquare_window(frequency, q, grid.duration)
            offset = np.arange(len(window)) - len(window) // 2
            # One bin above the centre, as in Omega and GWpy; without it images differ from theirs by a few per cent.
            index[row, offset] = np.minimum(np.round(frequency * grid.duration) + offset + 1, grid.samples // 2)
            weight[row, offset] = window
        self._index = torch.as_tensor(index.ravel())
        self._weight = torch.as_tensor(weight, dtype=torch.float32)
        # Knots of a spline keep their values: where every pixel falls on a tile, picking tiles is exact.
        self._stride = count // grid.times if count % grid.times == 0 else 0
        if not self._stride:
            knots, weights = local_basis(count, np.arange(grid.times) * (count / grid.times))
            self._knots, self._knot_weights = torch.as_tensor(knots), torch.as_tensor(weights, dtype=torch.float32)

    def energy(self, spectrum: Tensor) -> Tensor:
        """Return energies over the row's median, shape ``(B, R, n)``; rows without energy stay zero."""
        picked = spectrum.index_select(1, self._index.to(spectrum.device)).view(len(spectrum), len(self.rows), -1)
        tiles = torch.fft.ifft(picked.mul_(self._weight.to(spectrum.device)))
        energy: Tensor = tiles.real.square().addcmul_(tiles.imag, tiles.imag)
        median = middle(energy)
        return energy.div_(torch.where(median > 0, median, torch.inf))

    def resample(self, energy: Tensor) -> Tensor:
        """Return energies at the times of the image, shape ``(B, R, T)``."""
        if self._stride:
            return energy[..., :: self._stride]
        weights = self._knot_weights.to(energy.device)
        return torch.einsum("brtk,tk->brt", energy[..., self._knots.to(energy.device)], weights)


def middle(values: Tensor) -> Tensor:
    """Return the median of an even number of values along the last axis, the mean of the two in the middle.

    ``torch.median`` returns the lower one.
    """
    pair = middle_pair_by_partition if values.device.type == "cpu" else middle_pair_by_sort
    return pair(values).mean(dim=-1, keepdim=True)


def middle_pair_by_partition(values: Tensor) -> Tensor:
    """Return the two values in the middle; on a processor in a tenth of the time that torch takes to sort."""
    half = values.shape[-1] // 2
    parted = np.partition(values.numpy(), (half - 1, half), axis=-1)
    return torch.from_numpy(parted[..., half - 1 : half + 1])


def middle_pair_by_sort(values: Tensor) -> Tensor:
    """Return the two values in the middle, on any device."""
    half = values.shape[-1] // 2
    return values.sort(dim=-1).values[..., half - 1 : half + 1]
