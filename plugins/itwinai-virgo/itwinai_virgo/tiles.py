"""Tiles of one quality factor: rows of a constant ratio of frequency to bandwidth, and the way to pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_virgo.medians import middle
from itwinai_virgo.splines import Resampling, basis

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
class Tiles:
    """Energies of the tiles of some rows, shape ``(B, R, n)``, and each row's median, shape ``(B, R, 1)``.

    What a tile means is its energy over the median of its row; a row without energy has the median infinity.
    """

    energy: Tensor
    median: Tensor

    def peaks(self) -> Tensor:
        """Return each row's loudest tile over the row's median, shape ``(B, R)``."""
        return self.energy.amax(dim=2) / self.median[..., 0]

    def of(self, series: Tensor) -> Tiles:
        """Return the tiles of some series of the batch, given by number."""
        return self if len(series) == len(self.energy) else Tiles(self.energy[series], self.median[series])


@dataclass(frozen=True)
class Windows:
    """The windows of some rows, laid over a buffer of spectra once for all the batches that are put there.

    Attributes:
        spectra: What is transformed: for each row the bins of its window times their weights, then zeros; shape
            ``(B, R, n)``.
        rows: For each row its bins in the buffer, their weights, and their place in ``spectra``, all as real numbers.
    """

    spectra: Tensor
    rows: list[tuple[Tensor, Tensor, Tensor]]

    def energy(self) -> Tensor:
        """Return the energies of the tiles of the spectra that are in the buffer, shape ``(B, R, n)``."""
        for bins, weights, place in self.rows:
            torch.mul(bins, weights, out=place)
        parts = torch.view_as_real(torch.fft.ifft(self.spectra, norm="forward")).square_()
        return parts[..., 0] + parts[..., 1]

    def tiles(self) -> Tiles:
        """Return the tiles with the medians of their own rows."""
        energy = self.energy()
        median = middle(energy)
        # In single precision, also where they come from a buffer of double.
        return Tiles(energy.float(), torch.where(median > 0, median, torch.inf).float())


class Plane:
    """Tables of one quality factor: rows grouped by their number of tiles, and the way from tiles to pixels."""

    def __init__(
        self, q: float, band: tuple[float, float], duration: float, axes: tuple[np.ndarray, np.ndarray]
    ) -> None:
        """Build the tables.

        Args:
            q: Quality factor, dimensionless.
            band: Lowest and highest frequency of the tiles [Hz].
            duration: Length of the series [s].
            axes: Frequencies [Hz] and times after the start of the series [s] of the image, both rising.

        Raises:
            ValueError: The series is too short for two tiles in the lowest row.
        """
        self.q = q
        self._duration = duration
        rows = row_frequencies(q, band, duration)
        tiles_per_hertz = duration * 2.0 * np.pi / q / TILE_STEP
        if rows[0] * tiles_per_hertz < 2:
            raise ValueError(
                f"a series of {duration:g} s is too short for {band[0]:g} Hz at Q {q:.3g}; "
                f"it can start at {max(2 / tiles_per_hertz, 1 / duration):.2g} Hz"
            )
        tiles = 2 ** np.ceil(np.log2(rows * tiles_per_hertz)).astype(int)
        self._groups = [_Group(rows[tiles == count], q, int(count), duration, axes[1]) for count in np.unique(tiles)]
        # FITPACK, behind GWpy, holds the first and last row's value beyond them; extrapolating differs by 1 per cent.
        self._frequency_basis = torch.as_tensor(basis(rows, np.clip(axes[0], rows[0], rows[-1])), dtype=torch.float32)
        self._rows = torch.as_tensor(rows, dtype=torch.float32)

    def over(self, buffer: Tensor) -> list[Windows]:
        """Return the windows of every group over a buffer of spectra of either precision, shape ``(B, N / 2 + 2)``."""
        return [group.over(buffer) for group in self._groups]

    def precisely(self, spectrum: Tensor) -> list[Tiles]:
        """Return the tiles of spectra ``(B, N / 2 + 1)``, by way of double precision."""
        return [windows.tiles() for windows in self.over(torch.nn.functional.pad(spectrum, (0, 1)))]

    def draw(self, tiles: Sequence[Tiles], images: Sequence[Tensor]) -> None:
        """Write the pixels of each series into its image, shape ``(F, T)``, from the tiles of every group."""
        resampled = torch.cat(
            [group.resample(rows.energy) / rows.median for group, rows in zip(self._groups, tiles, strict=True)], dim=1
        )
        weights = self._frequency_basis.to(resampled.device)
        # One by one into its place: a copy of large images costs as much as the product.
        for rows, image in zip(resampled, images, strict=True):
            torch.mm(weights, rows, out=image)

    def loudest(self, tiles: Sequence[Tiles]) -> tuple[Tensor, Tensor, Tensor]:
        """Return energy over the row's median, time [s] and frequency [Hz] of the loudest tile, each of ``(B,)``."""
        peak, row = torch.cat([rows.peaks() for rows in tiles], dim=1).max(dim=1)
        time, first = torch.zeros(len(row), device=row.device), 0
        for rows in tiles:
            count = rows.energy.shape[1]
            here = torch.nonzero((row >= first) & (row < first + count))[:, 0]
            place = rows.energy[here, row[here] - first].argmax(dim=1)
            time[here] = place * (self._duration / rows.energy.shape[2])
            first += count
        return peak, time, self._rows.to(row.device)[row]


class _Group:
    """Rows of one number of tiles, which share one batched inverse Fourier transform."""

    def __init__(self, rows: np.ndarray, q: float, count: int, duration: float, times: np.ndarray) -> None:
        self._count = count
        windows = [bisquare_window(frequency, q, duration) for frequency in rows]
        # One bin above the centre, as in Omega and GWpy; without it images differ from theirs by a few per cent.
        starts = [
            round(frequency * duration) - len(window) // 2 + 1 for frequency, window in zip(rows, windows, strict=True)
        ]
        self._bins = [
            slice(2 * start, 2 * (start + len(window))) for start, window in zip(starts, windows, strict=True)
        ]
        # Twice each: for the real and the imaginary part.
        self._weights = torch.from_numpy(np.repeat(np.concatenate(windows), 2))
        self.resample = Resampling(count, times * (count / duration))

    def over(self, buffer: Tensor) -> Windows:
        """Return the windows of the rows over a buffer of spectra."""
        # Where a row's window begins in the transform turns the phase of its tiles and leaves their energy: it begins
        # at zero, which is quicker than around it.
        spectra = torch.zeros(len(buffer), len(self._bins), self._count, dtype=buffer.dtype, device=buffer.device)
        given, taken = torch.view_as_real(buffer).flatten(1), torch.view_as_real(spectra).flatten(2)
        weights = torch.split(self._weights.to(given), [bins.stop - bins.start for bins in self._bins])
        rows = [
            (given[:, bins], weight, taken[:, row, : len(weight)])
            for row, (bins, weight) in enumerate(zip(self._bins, weights, strict=True))
        ]
        return Windows(spectra, rows)
