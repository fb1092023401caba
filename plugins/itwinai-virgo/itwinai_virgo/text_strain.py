"""Strain in text files: GWOSC's column of samples under a header, or columns of time and value."""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

import numpy as np

from itwinai_virgo.channels import Channel, StrainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GZIP = b"\x1f\x8b"
"""First bytes of a file that gzip packed."""

COMMENTS = ("#", "%")
"""What a line of the header starts with."""

NUMBER = r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
RATES = (
    re.compile(rf"{NUMBER}\s*(?:samples\s*(?:per|/|a)\s*s|Hz)", re.IGNORECASE),
    re.compile(
        rf"(?:(?:samples?|sampling)[ _]?(?:rate|frequency)?|rate)\s*(?:\(Hz\)|\[Hz\])?\s*[:=]?\s*{NUMBER}",
        re.IGNORECASE,
    ),
)
STARTS = (re.compile(rf"(?:GPS|start\w*|t0|x0|epoch)(?:[ _](?:GPS|time|start))*\s*[:=]?\s*{NUMBER}", re.IGNORECASE),)
DETECTOR = re.compile(r"(?<![A-Za-z0-9])([GHKLV]1)(?![A-Za-z0-9])")
NAMED_TIME = re.compile(r"-(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)\.")
"""Start and length in a file's name, by the rule of LIGO document T050017."""

UNEVEN = 0.25
"""Part of a step by which a time may be off, so that rounded times pass."""

HOW = (
    "Put '# 4096 samples per second' and '# starting GPS 1186741846' above one column of samples, "
    "or give two columns, GPS time and value."
)


def name(path: Path) -> str:
    """Return what to call the strain of a text file: after its detector, where the header or the file's name tells it.

    Raises:
        StrainError: The file is damaged, no text, or holds no sample.
    """
    detector = DETECTOR.search(_top(path)[0]) or DETECTOR.search(path.name.replace("_", " "))
    return f"{detector.group(1)}:TEXT_STRAIN" if detector else "TEXT_STRAIN"


def channel(path: Path) -> Channel:
    """Return the strain of a text file.

    Args:
        path: Text, packed by gzip or not.

    Returns:
        The strain; not-a-number where times are left out.

    Raises:
        StrainError: The file is damaged, holds words, says nothing of its rate or start, or its times are not in order.
    """
    header, rows = _parsed(path)
    if rows.shape[1] == 2:
        return _timed(rows[:, 0], rows[:, 1], path)
    rate, start = _first(RATES, header), _first(STARTS, header)
    named = NAMED_TIME.search(path.name)
    if named:
        start = float(named.group(1)) if start is None else start
        rate = len(rows) / float(named.group(2)) if rate is None and float(named.group(2)) > 0 else rate
    if not rate or start is None:
        lacking = " and ".join(word for word, value in (("rate", rate), ("start", start)) if not value)
        raise StrainError(f"{path}: a column of {len(rows)} samples that does not tell its {lacking}.\n{HOW}")
    return Channel(name(path), rows[:, 0], rate, start, "strain")


def _top(path: Path) -> tuple[str, str]:
    """Return the comments above the samples of a file, and the first line of samples."""
    header = ""
    with _opened(path) as lines:
        for line in lines:
            if line.strip() and not line.lstrip().startswith(COMMENTS):
                return header, line
            header += line
    raise StrainError(f"{path}: no sample in it.\n{HOW}")


def _parsed(path: Path) -> tuple[str, np.ndarray]:
    """Return the comments above the samples of a file, and its rows of one or two numbers."""
    header, first = _top(path)
    delimiter = next((mark for mark in ",;" if mark in first), None)
    columns = len(first.split(delimiter))
    try:
        with _opened(path) as lines:
            rows = np.loadtxt(lines, comments=COMMENTS, delimiter=delimiter, ndmin=2)
    except ValueError as error:
        raise StrainError(_misfit(path, delimiter, columns) or f"{path}: {error}.\n{HOW}") from error
    if columns > 2:
        raise StrainError(f"{path}: {columns} columns of numbers; expected one or two.\n{HOW}")
    return header, rows


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a text file, packed by gzip or not.

    Raises:
        StrainError: The file is damaged or no text, here or later in the block.
    """
    with path.open("rb") as stream:
        packed = stream.read(2) == GZIP
    try:
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as lines:
            yield cast("TextIO", lines)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise StrainError(f"{path}: the packed file is damaged or cut short ({error}). Fetch it again.") from error
    except UnicodeDecodeError as error:
        what = "packed by gzip, and no text inside. Unpack it" if packed else f"neither GWF, HDF5 nor text.\n{HOW}"
        raise StrainError(f"{path}: {what}") from error


def _misfit(path: Path, delimiter: str | None, columns: int) -> str:
    """Return what is said of the first line that does not hold as many numbers as the first; nothing where all do."""
    with _opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split(delimiter)
            if not line.strip() or line.lstrip().startswith(COMMENTS):
                continue
            for word in words:
                try:
                    float(word)
                except ValueError:
                    return f"{path}: line {number} holds {word.strip()[:40]!r}, which is not a number.\n{HOW}"
            if len(words) != columns:
                return f"{path}: line {number} has {len(words)} columns; those above it have {columns}.\n{HOW}"
    return ""


def _timed(times: np.ndarray, values: np.ndarray, path: Path) -> Channel:
    """Return a channel of samples with their times; where times are left out it is not-a-number."""
    if len(times) < 2 or not np.isfinite(times).all():
        raise StrainError(f"{path}: its first column is to be GPS times, at least two, and all of them numbers.")
    steps = np.diff(times)
    wrong = np.flatnonzero(steps <= 0)
    if len(wrong):
        at = wrong[0]
        what = "stands there twice" if steps[at] == 0 else f"comes after {times[at]:.6f}"
        raise StrainError(f"{path}: the time {times[at + 1]:.6f} in row {at + 2} {what}. Sort the rows by time.")
    typical = float(np.median(steps))
    step = float(steps[steps < 1.5 * typical].mean())
    places = np.concatenate([[0], np.cumsum(np.maximum(np.round(steps / step), 1))])
    # Over all of the time, so that times of six decimals do not add up their rounding.
    step = float((times[-1] - times[0]) / places[-1])
    rate = 1.0 / step
    if abs(rate - round(rate)) * places[-1] < 0.5 * rate:
        rate = float(round(rate))
    off = np.abs((times - times[0]) * rate - places)
    if off.max() > UNEVEN:
        at = int(off.argmax())
        raise StrainError(
            f"{path}: its times are not evenly spaced: that of row {at + 1} is {off[at] / rate:.3g} s off a rate of "
            f"{rate:.6g} Hz. Give evenly sampled strain."
        )
    if places[-1] > 100 * len(values):
        raise StrainError(f"{path}: {places[-1] - len(values):.0f} of {places[-1]:.0f} samples are left out.")
    spread = np.full(int(places[-1]) + 1, np.nan)
    spread[places.astype(np.int64)] = values
    return Channel(name(path), spread, rate, float(times[0]), "strain")


def _first(patterns: tuple[re.Pattern[str], ...], header: str) -> float | None:
    """Return the number that the first pattern which matches finds."""
    found = next((match for pattern in patterns if (match := pattern.search(header))), None)
    return float(found.group(1)) if found else None
