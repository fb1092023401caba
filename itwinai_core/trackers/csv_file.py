"""Metrics in a CSV file: one row an epoch, needs no service and no account."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from itwinai_core.run_folder import METRICS_FILE
from itwinai_core.tracker import Tracker
from itwinai_core.whole_files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from itwinai_core.config import RunConfig


class CsvTracker(Tracker):
    """Writes ``metrics.csv`` into the run folder; a reader sees whole rows at any time."""

    name = "csv"

    def start(self, run: RunConfig[Any], folder: Path) -> None:  # noqa: ARG002 - the folder is enough
        """Remember where the file goes."""
        self._path = folder / METRICS_FILE
        self._rows: list[dict[str, float]] = []

    def log(self, metrics: Mapping[str, float], *, epoch: int, step: int) -> None:
        """Add a row; a metric that appears late gets a column that is empty above."""
        self._rows.append({"epoch": epoch, "step": step, **metrics})
        columns = list(dict.fromkeys(name for row in self._rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._rows)
        write_atomically(self._path, text.getvalue())

    def finish(self, state: str) -> None:
        """Nothing is left open."""


def read_metrics(path: Path) -> list[dict[str, float]]:
    """Return the rows of a ``metrics.csv``, empty cells left out."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: float(cell) for name, cell in row.items() if cell} for row in csv.DictReader(file)]
