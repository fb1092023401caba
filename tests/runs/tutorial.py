"""The tutorial as a list of steps: files that it writes, and commands with what they print."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
FENCE = re.compile(r"^(?:`([^`\n]+)`(, [^\n]+)?\n\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
METHODS, KERAS = ", added to its class", ", for Keras"
SWAPS = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|$", re.MULTILINE)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class File:
    """A block that is a file, or the rest of one."""

    path: str
    text: str
    note: str = ""
    """What stands behind the path, e.g. ``, for Keras``."""


@dataclass(frozen=True)
class Command:
    """A line that is typed, and what the page shows of its output."""

    line: str
    shown: str


def steps(page: str) -> Iterator[File | Command]:
    """Yield what a page tells its reader to do, in order.

    Raises:
        ValueError: a block is neither a named file nor commands.
    """
    for path, note, language, block in FENCE.findall(page):
        if path:
            yield File(path, block, note)
        elif language == "console":
            for typed in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, shown = typed.partition("\n")
                yield Command(line, shown)
        elif language != "bash":
            raise ValueError(f"A block of {language or 'nothing'} has no name above it: {block.splitlines()[0]}")


def write(file: File, project: Path) -> None:
    """Write a file of the page, or add methods to the class at the end of one."""
    path = project / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    text = file.text
    if file.note == METHODS:
        methods = indent(text.replace("\n\n\n", "\n\n"), " " * 4)
        text = f"{path.read_text(encoding='utf-8')}\n{methods}"
    path.write_text(text, encoding="utf-8")


def run(line: str, project: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a line of shell; what it prints as a result and as messages comes in the order that a reader sees."""
    return subprocess.run(
        ["bash", "-c", line],  # noqa: S607 - whichever bash is on the path
        check=False,
        cwd=project,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def agrees(shown: str, printed: str) -> bool:
    """Return whether output is as shown: numbers and spaces may differ, and a line of dots stands for any lines."""
    lines = [plain(line) for line in shown.splitlines()]
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in lines if line)
    text = "".join(f"{line}\n" for line in map(plain, printed.splitlines()) if line)
    return re.fullmatch(pattern, text) is not None


def plain(line: str) -> str:
    """Return a line without what may differ: values of numbers, widths of columns, rules below headings."""
    return " ".join(NUMBER.sub("#", line).replace("─", "").split())
