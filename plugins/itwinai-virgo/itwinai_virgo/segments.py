"""Segments of time: made from columns that are flagged, merged, asked for what they hold, and written."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

NAME = "ITWINAI_WITNESSED_GLITCH"
"""Name of the flag in the tables."""

SCHEMA = {
    "process": (("process_id", "int_8s"), ("program", "lstring"), ("version", "lstring"), ("ifos", "lstring")),
    "segment_definer": (
        ("process_id", "int_8s"),
        ("segment_def_id", "int_8s"),
        ("ifos", "lstring"),
        ("name", "lstring"),
        ("version", "int_4s"),
        ("comment", "lstring"),
    ),
    "segment_summary": (
        ("process_id", "int_8s"),
        ("segment_sum_id", "int_8s"),
        ("segment_def_id", "int_8s"),
        ("start_time", "int_4s"),
        ("start_time_ns", "int_4s"),
        ("end_time", "int_4s"),
        ("end_time_ns", "int_4s"),
        ("comment", "lstring"),
    ),
    "segment": (
        ("process_id", "int_8s"),
        ("segment_id", "int_8s"),
        ("segment_def_id", "int_8s"),
        ("start_time", "int_4s"),
        ("start_time_ns", "int_4s"),
        ("end_time", "int_4s"),
        ("end_time_ns", "int_4s"),
    ),
}
"""Columns of each table of a LIGO_LW segment file, with their types."""


@dataclass(frozen=True)
class Segments:
    """Half-open stretches of time, in order, none of which touch.

    Attributes:
        spans: GPS start and stop [s], shape ``(S, 2)``.
        loudness: Of the loudest column in each, shape ``(S,)``.
    """

    spans: np.ndarray
    loudness: np.ndarray

    def __len__(self) -> int:
        return len(self.spans)

    @property
    def seconds(self) -> float:
        """Sum of all lengths [s]."""
        return float((self.spans[:, 1] - self.spans[:, 0]).sum())

    def hold(self, gps: np.ndarray) -> np.ndarray:
        """Return whether each time [s] lies in a segment, shape that of ``gps``."""
        before = np.searchsorted(self.spans[:, 0], gps, side="right") - 1
        if not len(self):
            return np.zeros(np.shape(gps), dtype=bool)
        return np.asarray((before >= 0) & (np.asarray(gps) < self.spans[before, 1]))


def from_columns(flagged: np.ndarray, loudness: np.ndarray, gps: np.ndarray, width: float) -> Segments:
    """Return the segments of flagged columns; neighbours become one, across a gap in time they do not.

    Args:
        flagged: Whether a column is in, shape ``(T,)``.
        loudness: Of each column, shape ``(T,)``.
        gps: Start of each column, in order, GPS [s], shape ``(T,)``.
        width: Length of a column [s].
    """
    chosen = np.flatnonzero(flagged)
    if not len(chosen):
        return Segments(np.empty((0, 2)), np.empty(0))
    apart = (np.diff(chosen) > 1) | (np.diff(gps[chosen]) > 1.5 * width)
    first = np.concatenate([[0], np.flatnonzero(apart) + 1])
    last = np.concatenate([first[1:], [len(chosen)]]) - 1
    spans = np.stack([gps[chosen[first]], gps[chosen[last]] + width], axis=1)
    return Segments(spans, np.maximum.reduceat(loudness[chosen], first))


def write_csv(path: Path, found: Segments) -> None:
    """Write GPS start and stop [s] and loudness, a line each."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["gps_start", "gps_stop", "loudness"])
        for (start, stop), loudness in zip(found.spans, found.loudness, strict=True):
            table.writerow([f"{start:.6f}", f"{stop:.6f}", f"{loudness:.4f}"])


def write_segwizard(path: Path, found: Segments) -> None:
    """Write number, GPS start, GPS stop and length [s], a line each, in the form of ``segwizard``."""
    lines = ["# seg\tstart\tstop\tduration"]
    lines += [f"{n}\t{a:.6f}\t{b:.6f}\t{b - a:.6f}" for n, (a, b) in enumerate(found.spans)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_ligo_lw(path: Path, found: Segments, known: Segments, detector: str, comment: str) -> None:
    """Write a LIGO_LW file with one flag: the times that were looked at, and those that are flagged.

    Args:
        path: File to write, ``.xml``.
        found: Segments that are flagged.
        known: Segments that were looked at.
        detector: Prefix of the detector, such as ``V1``.
        comment: What the flag means.

    Source:
        Segment tables of LIGO_LW, LIGO document T990023, as GWpy and ``igwn-ligolw`` read them.
    """
    rows: dict[str, list[tuple[object, ...]]] = {
        "process": [(0, "itwinai-virgo", "", detector)],
        "segment_definer": [(0, 0, detector, NAME, 1, comment)],
        "segment_summary": [(0, n, 0, *_gps(a), *_gps(b), "") for n, (a, b) in enumerate(known.spans)],
        "segment": [(0, n, 0, *_gps(a), *_gps(b)) for n, (a, b) in enumerate(found.spans)],
    }
    parts = [
        "<?xml version='1.0' encoding='utf-8'?>",
        '<!DOCTYPE LIGO_LW SYSTEM "http://ldas-sw.ligo.caltech.edu/doc/ligolwAPI/html/ligolw_dtd.txt">',
        "<LIGO_LW>",
        *(line for table, columns in SCHEMA.items() for line in _table(table, columns, rows[table])),
        "</LIGO_LW>",
    ]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _table(name: str, columns: tuple[tuple[str, str], ...], rows: list[tuple[object, ...]]) -> list[str]:
    """Return the lines of one table."""
    lines = [f'\t<Table Name="{name}:table">']
    for column, kind in columns:
        # A key of another table's row is named by that table.
        owner = {"process_id": "process", "segment_def_id": "segment_definer"}.get(column, name)
        prefix = f"{owner}:" if owner != name else ""
        lines.append(f'\t\t<Column Name="{prefix}{column}" Type="{kind}"/>')
    lines.append(f'\t\t<Stream Name="{name}:table" Type="Local" Delimiter=",">')
    for number, row in enumerate(rows):
        cells = (str(cell) if isinstance(cell, int) else f'"{escape(str(cell))}"' for cell in row)
        lines.append("\t\t\t" + ",".join(cells) + "," * (number < len(rows) - 1))
    return [*lines, "\t\t</Stream>", "\t</Table>"]


def _gps(time: float) -> tuple[int, int]:
    """Return whole seconds and nanoseconds of a time, to a microsecond."""
    micro = round(time * 1e6)
    return micro // 1_000_000, micro % 1_000_000 * 1000
