"""Vetoes on a stretch of realistic rates: what they catch, what they cost, and whether they spare signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo import physical, vetoes
from itwinai_virgo.segments import from_columns

if TYPE_CHECKING:
    from itwinai_virgo.images import Images
    from itwinai_virgo.segments import Segments
    from itwinai_virgo.truth import Truth
    from itwinai_virgo.vetoes import Columns, Curve

LOWEST_SNR = 10.0
"""Ratio in the strain from which on a glitch is to be caught."""


@dataclass(frozen=True)
class Judgement:
    """Vetoes and their judgement.

    Attributes:
        segments: What is vetoed.
        known: What was looked at.
        curve: Efficiency against dead time; None where there is nothing to catch.
        scores: By name.
    """

    segments: Segments
    known: Segments
    curve: Curve | None
    scores: dict[str, float]


def judged_vetoes(part: Images, columns: Columns, dead_time: float) -> Judgement:
    """Return the vetoes of a stretch and how good they are.

    Of generated data, the glitches to catch are those that a witness saw, of a ratio of ``LOWEST_SNR`` or more in the
    strain. Of others, loud tiles of the strain stand for glitches, and the scores' names end in ``_loud``.

    Args:
        part: The stretch.
        columns: How loud it is what witnesses explain of it.
        dead_time: Part of the time that may be vetoed.
    """
    truth = part.truth
    recorded = truth.clean is None and not truth.glitches
    glitches = _loud_tiles(part, columns.gps, columns.width) if recorded else _glitches(part)
    segments = columns.above(vetoes.limit_threshold(columns.score, dead_time))
    known, caught = columns.known, columns.at(glitches)
    caught = caught[~np.isnan(caught)]
    dead = segments.seconds / known.seconds
    scores = {"veto_dead_time": dead, "veto_segments": float(len(segments))}
    curve = vetoes.curve(columns.score, caught) if len(caught) else None
    end = "_loud" if recorded else ""
    if curve is not None:
        efficiency = float(segments.hold(glitches[known.hold(glitches)]).mean())
        scores |= {f"veto_efficiency{end}": efficiency, f"veto_roc_area{end}": curve.area}
        if dead > 0:
            scores[f"veto_efficiency_over_dead_time{end}"] = efficiency / dead
    events = glitches if recorded else np.array([glitch.gps for glitch in truth.glitches if glitch.snr])
    if len(segments):
        held = np.searchsorted(events, segments.spans[:, 1]) - np.searchsorted(events, segments.spans[:, 0])
        scores[f"veto_use{end}"] = float((held > 0).mean())
    scores |= _spared(truth, segments, known)
    return Judgement(segments, known, curve, scores | ({} if recorded else _by_family(part, segments, known)))


def _spared(truth: Truth, segments: Segments, known: Segments) -> dict[str, float]:
    """Return how many mergers are vetoed; those under a glitch that a witness saw are so rightly, and do not count."""
    mergers = np.array([chirp.gps for chirp in truth.chirps])
    mergers = mergers[known.hold(mergers)]
    causes = np.array([glitch.gps for glitch in truth.glitches if glitch.witness])
    under = (np.abs(mergers[:, None] - causes) < vetoes.VETO_SECONDS).any(axis=1)
    free = mergers[~under]
    scores = {"veto_chirps": float(len(free)), "veto_chirps_under_glitches": float(under.sum())} if len(mergers) else {}
    return scores | ({"veto_chirps_touched": float(segments.hold(free).mean())} if len(free) else {})


def _glitches(part: Images) -> np.ndarray:
    """Return the times of the glitches to catch, GPS [s]."""
    return np.array([glitch.gps for glitch in part.truth.glitches if glitch.witness and glitch.snr >= LOWEST_SNR])


def _by_family(part: Images, segments: Segments, known: Segments) -> dict[str, float]:
    """Return the efficiency for the glitches of each family, and for those that no witness saw."""
    times: dict[str, list[float]] = {}
    for glitch in part.truth.glitches:
        if glitch.snr >= LOWEST_SNR and known.hold(np.array([glitch.gps]))[0]:
            times.setdefault(glitch.family if glitch.witness else "unwitnessed", []).append(glitch.gps)
    return {f"veto_efficiency_{kind}": float(segments.hold(np.array(at)).mean()) for kind, at in sorted(times.items())}


def _loud_tiles(part: Images, gps: np.ndarray, width: float) -> np.ndarray:
    """Return the middle of each run of columns with a loud tile, GPS [s]."""
    loudest = np.concatenate(list(part.strain[:, 0].max(axis=1)))
    return np.asarray(from_columns(loudest > physical.LOUD, loudest, gps, width).spans.mean(axis=1))
