"""A page of cells as a notebook has them: Python and commands with what they print, run in order in one process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FENCE = re.compile(r"^```(python|console|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

KERNEL = """
import contextlib, io, json, subprocess, sys
names = {"__name__": "__main__"}
for line in sys.stdin:
    kind, code = json.loads(line)
    said = io.StringIO()
    if kind == "python":
        with contextlib.redirect_stdout(said):
            exec(compile(code, "<cell>", "exec"), names)
    else:
        done = subprocess.run(["bash", "-c", code], stdout=-1, stderr=subprocess.STDOUT, stdin=-3, text=True)
        said.write(done.stdout + (f"exit code {done.returncode}" if done.returncode else ""))
    print(json.dumps(said.getvalue()), flush=True)
"""


@dataclass(frozen=True)
class Cell:
    """A block that is run, and what the page shows of what it prints."""

    kind: str
    """``python`` or ``console``."""

    code: str
    shown: str


def cells(page: str) -> list[Cell]:
    """Return what a page runs, in order: a block of Python with the text block after it, or one line of a console."""
    found: list[Cell] = []
    for kind, block in FENCE.findall(page):
        if kind == "console":
            for typed in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, shown = typed.partition("\n")
                found.append(Cell(kind, line, shown))
        elif kind == "python":
            found.append(Cell(kind, block, ""))
        else:
            found[-1] = Cell("python", found[-1].code, block)
    return found


def run(page: list[Cell], folder: Path, variables: dict[str, str]) -> list[str]:
    """Run cells in one fresh interpreter; return what each printed.

    Raises:
        AssertionError: a cell fails; the message holds its traceback.
    """
    lines = "".join(json.dumps([cell.kind, cell.code]) + "\n" for cell in page)
    done = subprocess.run(
        [sys.executable, "-c", KERNEL],
        input=lines,
        capture_output=True,
        text=True,
        cwd=folder,
        env=variables,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
