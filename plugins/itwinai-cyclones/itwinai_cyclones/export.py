"""Centres of a user's files by one network: what ``itwinai predict`` leaves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itwinai_core import DataError
from itwinai_cyclones.detect_files import Ensemble, detect
from itwinai_cyclones.detectors import detector
from itwinai_cyclones.settings import CyclonesSettings


def predict(settings: CyclonesSettings, model: Any, inputs: Sequence[Path], folder: Path) -> list[str]:
    """Find the centres in files; write ``centres.csv`` and ``map.png``.

    Args:
        settings: Of the run.
        model: Trained network.
        inputs: netCDF files or Zarr stores.
        folder: Where the results go.

    Returns:
        Lines for the terminal.

    Raises:
        DataError: a file is not what the network can take, or is damaged.
        KeyboardInterrupt: the user stopped it.
    """
    findings, lines = detect(Ensemble(("",), (detector(settings, model),), 1), inputs, folder)
    if findings.complete:
        return lines
    whole = (
        f"{len(findings.times)} of {findings.expected} times were searched; a prediction is whole or none. "
        "`itwinai cyclones detect` keeps what it has found when it ends early."
    )
    raise DataError(f"{findings.damage}\n{whole}") if findings.damage else KeyboardInterrupt(whole)
