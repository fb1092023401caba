"""Whether an image of the strain follows those of its witnesses at all, told from the images of one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

LOUD = 3.0
"""Value of ``ln(1 + E)`` at which images are cut: two loud glitches that meet by chance are no evidence."""

NEAR = 8
"""Part of a window within which lags count as no lag, one over this: a tile of low frequency is as long."""

CHANCE = 3.0
"""Correlation at no lag over the deviation of those at others, below which it counts as chance."""

CERTAIN = 4.5
"""Likewise, above which it counts in full."""


@torch.no_grad()
def evidence(strain: Tensor, witnesses: Tensor) -> Tensor:
    """Return how far the strain follows any of its witnesses about each row, 0 to 1.

    The correlation over time of the strain with a witness is compared with those of the same images at other lags,
    which tell what chance does. Half of the rows count together. A witness that has nothing to do with the strain is
    evidence in about one of a hundred windows, and then of little.

    Args:
        strain: Scaled energies ``ln(1 + E)``, shape ``(B, 1, F, T)``.
        witnesses: Likewise, shape ``(B, C, F, T)``.

    Returns:
        Shape ``(B, 1, F, 1)``.
    """
    first, second = (_varying(images) for images in (strain, witnesses))
    times = first.shape[3]
    spectrum = torch.fft.rfft(first) * torch.fft.rfft(second).conj()
    lags = torch.fft.irfft(spectrum, n=times)
    size = (_about(first.square().sum(3)) * _about(second.square().sum(3))).sqrt().clamp_min(1e-9)
    correlation = _about(lags.transpose(2, 3).flatten(1, 2)).view(*size.shape[:2], times, -1) / size[:, :, None]
    chance = correlation[:, :, times // NEAR : times - times // NEAR + 1].std(2).clamp_min(1e-6)
    found: Tensor = ((correlation[:, :, 0] / chance).amax(1, keepdim=True) - CHANCE) / (CERTAIN - CHANCE)
    return found.clamp(0.0, 1.0)[..., None]


def _varying(images: Tensor) -> Tensor:
    """Return images without the mean of each row, and without what is loud."""
    quiet = images.float().clamp(max=LOUD)
    return quiet - quiet.mean(3, keepdim=True)


def _about(values: Tensor) -> Tensor:
    """Return the mean of each row with those within a quarter of all rows, shape ``(B, N, F)``; fewer at the edges."""
    reach = values.shape[2] // 4
    return torch.nn.functional.avg_pool1d(values, 2 * reach + 1, 1, reach, count_include_pad=False)
