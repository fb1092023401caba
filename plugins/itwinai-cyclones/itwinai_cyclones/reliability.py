"""How often centres of a score are cyclones: reliability of scores, in numbers and as a diagram."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.ticker import ScalarFormatter
from numpy.typing import NDArray

from itwinai_cyclones.maps import figure, save

Numbers = NDArray[np.float64]

BINS = 10
"""Equal steps of the score from 0 to 1."""


@dataclass(frozen=True)
class Reliability:
    """Scores of centres beside what they turned out to be.

    Attributes:
        count: Centres of each step of the score, shape ``(10,)``.
        score: Their mean score, NaN of none, shape ``(10,)``.
        share: Which share of them are cyclones, NaN of none, shape ``(10,)``.
        brier: Mean square of score minus outcome, NaN of nothing; 0 is perfect.
        error: Mean distance of score and share, weighted by counts, NaN of nothing.
    """

    count: NDArray[np.int64]
    score: Numbers
    share: Numbers
    brier: float
    error: float

    def rows(self) -> list[dict[str, float]]:
        """Return a row for each step of the score that any centre has."""
        steps = np.flatnonzero(self.count)
        return [
            {"count": int(self.count[i]), "mean_score": float(self.score[i]), "share_of_cyclones": float(self.share[i])}
            for i in steps
        ]


def reliability(scores: Numbers, cyclone: NDArray[np.bool_]) -> Reliability:
    """Return how well scores foretell what centres are.

    Args:
        scores: From 0 to 1, shape ``(N,)``.
        cyclone: Which centres are cyclones, shape ``(N,)``.

    Source:
        Brier, Mon. Wea. Rev. 78, 1 (1950); the diagram of Murphy and Winkler, Appl. Statist. 26, 41 (1977).
    """
    step = np.minimum((np.asarray(scores) * BINS).astype(int), BINS - 1)
    count = np.bincount(step, minlength=BINS)
    total = np.maximum(count, 1)
    score = np.where(count, np.bincount(step, scores, BINS) / total, np.nan)
    share = np.where(count, np.bincount(step, cyclone.astype(float), BINS) / total, np.nan)
    if not len(scores):
        return Reliability(count, score, share, float("nan"), float("nan"))
    error = float(np.nansum(count * np.abs(score - share)) / count.sum())
    return Reliability(count, score, share, float(np.mean((scores - cyclone) ** 2)), error)


def draw_reliability(path: Path, found: Reliability, threshold: float) -> None:
    """Draw the share of cyclones by score, and how many centres have each score.

    Args:
        path: PNG to write.
        found: As ``reliability`` returns it.
        threshold: Least score of a centre that is reported.
    """
    drawn = figure(6, 7)
    upper, lower = drawn.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    there = found.count > 0
    upper.plot([0, 1], [0, 1], color="0.6", linewidth=1, label="Score that is a probability")
    label = f"Centres: Brier score {found.brier:.3f}, off by {found.error:.3f} on average"
    upper.plot(found.score[there], found.share[there], "o-", color="tab:blue", label=label)
    edges = np.linspace(0, 1, BINS + 1)
    lower.bar((edges[:-1] + edges[1:]) / 2, found.count, 0.9 / BINS, color="tab:blue", alpha=0.7)
    lower.set_yscale("symlog", linthresh=1)
    lower.yaxis.set_major_formatter(ScalarFormatter())
    for axes in (upper, lower):
        axes.axvline(threshold, color="crimson", linestyle="--", linewidth=1, label="Least score that is reported")
    upper.set(ylabel="Share that are cyclones", ylim=(-0.02, 1.02), title=f"{found.count.sum()} centres, any score")
    lower.set(xlabel="Score", ylabel="Centres", xlim=(0, 1))
    drawn.legend(*upper.get_legend_handles_labels(), loc="outside lower center")  # a point may lie anywhere inside
    save(drawn, path)
