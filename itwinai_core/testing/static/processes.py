"""Runs a probe in a process of its own, and brings home what it saw."""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Seen:
    """What came of a probe."""

    answer: dict[str, Any] | None
    """What it wrote; None where it ended before it could, or took too long."""

    output: str
    """What the process wrote to standard output and error."""

    ended: str
    """How it ended where there is no answer, as a clause."""


def probe(module: str, request: dict[str, Any], *, seconds: float, variables: dict[str, str] | None = None) -> Seen:
    """Run a module of this package as a program, in an empty folder and with a home of its own.

    Args:
        module: Name of the module in this package.
        request: Plain values; the module finds them as JSON on its standard input, with ``answer``, the file to write.
        seconds: Time that it may take [s].
        variables: Environment variables to set.
    """
    with tempfile.TemporaryDirectory(prefix="itwinai-check-") as folder:
        work, answer = Path(folder) / "work", Path(folder) / "answer.json"
        work.mkdir()
        home = Path(folder) / "home"
        (home / ".cache").mkdir(parents=True)
        path = os.pathsep.join(entry for entry in sys.path if entry)
        with (Path(folder) / "output").open("w+b") as output:
            process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-P", "-m", f"{__package__}.{module}"],
                cwd=work,
                env=os.environ | _variables(home) | {"PYTHONPATH": path} | (variables or {}),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            ended = _fed(process, json.dumps(request | {"answer": str(answer)}).encode(), seconds)
            output.seek(0)
            text = output.read().decode(errors="replace")
        found = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else None
        return Seen(found, text, ended)


def _variables(home: Path) -> dict[str, str]:
    """Return what gives a process a home of its own: two that prepare the same files must not meet."""
    return {
        "HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUSERBASE": site.getuserbase(),
        "XDG_CACHE_HOME": str(home / ".cache"),
    }


def answered(request: dict[str, Any], answer: dict[str, Any]) -> None:
    """Write a probe's answer: all of it, or nothing."""
    place = Path(request["answer"])
    unfinished = place.with_suffix(".part")
    unfinished.write_text(json.dumps(answer), encoding="utf-8")
    unfinished.replace(place)


def asked() -> dict[str, Any]:
    """Return a probe's request, and leave nothing on standard input for others to read."""
    request: dict[str, Any] = json.load(sys.stdin)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return request


def _fed(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> str:
    """Hand a process its request, wait for it, end what it leaves behind, and return how it ended."""
    began = time.monotonic()
    try:
        process.communicate(request, timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"has not ended after {time.monotonic() - began:.0f} s"
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.returncode < 0:
        return f"crashes Python: {signal.strsignal(-process.returncode)}"
    return f"ends the program with exit code {process.returncode}"
