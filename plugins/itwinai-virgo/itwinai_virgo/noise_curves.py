"""Noise curves that come from elsewhere, for whitening: two columns of text."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from itwinai_virgo.channels import StrainError

if TYPE_CHECKING:
    from pathlib import Path

HOW = "A curve is text of two columns: rising frequencies [Hz], and amplitude spectral densities [1/sqrt(Hz)]."


@dataclass(frozen=True)
class NoiseCurve:
    """A spectral density of noise.

    Attributes:
        path: File that it was read from.
        frequencies: Rising [Hz], shape ``(F,)``.
        densities: Amplitude spectral density [1/sqrt(Hz)], shape ``(F,)``.
    """

    path: Path
    frequencies: np.ndarray
    densities: np.ndarray


def read_curve(path: Path) -> NoiseCurve:
    """Return the curve that a text file holds, packed by gzip or not; lines may be commented out by ``#`` or ``%``.

    Args:
        path: The file.

    Raises:
        StrainError: The file cannot be read, or holds anything else.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a file without numbers, which is told below
            rows = np.loadtxt(path, comments=("#", "%"), ndmin=2)
    except (OSError, EOFError, ValueError) as error:
        said = str(error).rstrip(".")
        raise StrainError(f"{path}: cannot be read as a noise curve: {said}.\n{HOW}") from error
    if rows.shape[1] != 2 or len(rows) < 2:
        raise StrainError(f"{path}: {len(rows)} rows of {rows.shape[1]} numbers are no noise curve.\n{HOW}")
    frequencies, densities = np.ascontiguousarray(rows.T)
    for wrong, what in (
        (~np.isfinite(rows).all(axis=1), "not a finite number"),
        (np.diff(frequencies, prepend=-1.0) <= 0, "a frequency that is negative or not above the one before"),
        (densities <= 0, "a density that is not above zero"),
    ):
        if wrong.any():
            raise StrainError(f"{path}: row {wrong.argmax() + 1} holds {what}.\n{HOW}")
    return NoiseCurve(path, frequencies, densities)
