"""How far an estimated image is from the true one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torchmetrics import MeanAbsoluteError, Metric, MetricCollection
from torchmetrics.functional.image import structural_similarity_index_measure

if TYPE_CHECKING:
    import numpy as np


def image_metrics() -> MetricCollection:
    """Return what is followed while training, both over scaled energies ``ln(1 + E)``."""
    return MetricCollection({"l1": MeanAbsoluteError(), "correlation": PixelCorrelation()})


class PixelCorrelation(Metric):
    """Mean over images of the correlation of their pixels.

    Per image, and not over all pixels at once: so it is a plain mean that does not depend on how a batch is cut.
    """

    full_state_update = False
    higher_is_better = True
    total: torch.Tensor
    count: torch.Tensor

    def __init__(self) -> None:
        """Start from no image."""
        super().__init__()
        self.add_state("total", torch.tensor(0.0), dist_reduce_fx="sum")
        self.add_state("count", torch.tensor(0), dist_reduce_fx="sum")

    def update(self, estimate: torch.Tensor, truth: torch.Tensor) -> None:
        """Take in images of shape ``(B, 1, F, T)``; a constant image correlates with nothing."""
        first, second = (
            images.flatten(1) - images.flatten(1).mean(dim=1, keepdim=True) for images in (estimate, truth)
        )
        length = first.norm(dim=1) * second.norm(dim=1)
        self.total += ((first * second).sum(dim=1) / length.clamp_min(1e-12)).sum()
        self.count += len(estimate)

    def compute(self) -> torch.Tensor:
        """Return the mean."""
        return self.total / self.count


def skill(error: float, reference: float) -> float:
    """Return the part of a reference's error that is gone: 1 is perfect, 0 no better, below 0 worse."""
    return 1.0 - error / reference


def held_out_scores(estimate: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return mean absolute error, pixel correlation and structural similarity of images.

    Args:
        estimate: Scaled energies, shape ``(N, 1, F, T)``.
        truth: Likewise.

    Returns:
        ``l1``, ``correlation`` and ``ssim``.
    """
    first, second = torch.from_numpy(estimate), torch.from_numpy(truth)
    scores = {name: float(value) for name, value in image_metrics()(first, second).items()}
    similarity = structural_similarity_index_measure(first, second, data_range=float(second.max() - second.min()))
    return {**scores, "ssim": float(torch.as_tensor(similarity))}
