"""What a process that tries a plugin tells, line by line, so that nothing is lost where it is ended half-way."""

from __future__ import annotations

import json
import os
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Journal:
    """The writing end."""

    def __init__(self, path: Path) -> None:
        """Open the file, which whoever started the process reads."""
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def offers(self, use_cases: Sequence[str]) -> None:
        """Tell that the plugin loads, and the names of its use cases."""
        self._write(kind="offers", use_cases=list(use_cases))

    def broken(self, fault: Fault) -> None:
        """Tell that the plugin does not load."""
        self._write(kind="broken", fault=astuple(fault))

    def begun(self, check: str) -> None:
        """Tell which check is made from now on."""
        self._write(kind="begun", check=check)

    def fitted(self, folder: Path) -> None:
        """Tell the folder of a run that others may go on from."""
        self._write(kind="fitted", folder=str(folder))

    def seen(self, check: str, fault: Fault) -> None:
        """Tell a fault of a check that goes on beside the others."""
        self._write(kind="seen", check=check, fault=astuple(fault))

    def ended(self, check: str, faults: Sequence[Fault], reason: str, seconds: float) -> None:
        """Tell what a check found, and how long it took."""
        self._write(
            kind="ended", check=check, faults=[astuple(fault) for fault in faults], reason=reason, seconds=seconds
        )

    def done(self) -> None:
        """Tell that all is said: the process has only to end."""
        self._write(kind="done")

    def _write(self, **entry: Any) -> None:
        os.write(self._file, json.dumps(entry).encode() + b"\n")


class Reader:
    """The reading end."""

    def __init__(self, path: Path) -> None:
        """Read from the start of a file that need not be there yet."""
        self._path = path
        self._read = 0

    def entries(self) -> list[dict[str, Any]]:
        """Return what came since the last call; faults are `Fault` again."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                text = file.read()
        except FileNotFoundError:
            return []
        complete, newline, _ = text.rpartition(b"\n")
        self._read += len(complete) + len(newline)
        return [_with_faults(json.loads(line)) for line in complete.splitlines()]


def _with_faults(entry: dict[str, Any]) -> dict[str, Any]:
    if "fault" in entry:
        entry["fault"] = Fault(*entry["fault"])
    if "faults" in entry:
        entry["faults"] = [Fault(*fault) for fault in entry["faults"]]
    return entry
