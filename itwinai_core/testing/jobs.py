"""Processes that try a plugin: started in places of their own, followed by their journals, ended where they hang."""

from __future__ import annotations

import os
import re
import signal
import site
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.testing.contract import Fault
from itwinai_core.testing.journal import Reader
from itwinai_core.testing.watching import shown_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from itwinai_core.testing.contract import Subject

START_LIMIT = 120.0
"""Time that a process may take to import its framework, which a cold disk makes long [s]."""

END_LIMIT = 15.0
"""Time that a process may take to end when all is said [s]."""

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_DROPPED = re.compile(r"(?i)^(ITWINAI_.*|.*_proxy|WANDB_.*|KERAS_HOME|PYTHONHASHSEED|PYTHONSTARTUP)$")
_SEEDS = {"first": "0", "second": "1"}


class Job:
    """One such process."""

    def __init__(  # noqa: PLR0913 - each is another thing to say of a process
        self,
        subject: Subject,
        role: str,
        checks: Sequence[str],
        place: Path,
        *,
        use_case: str = "",
        only: Collection[str] = (),
    ) -> None:
        """Prepare a process.

        Args:
            subject: The plugin.
            role: What it does.
            checks: Those of the role that it makes.
            place: Folder for all that belongs to it, to be made.
            use_case: What it trains.
            only: Use cases to look at, where it looks at them; all where there are none.
        """
        self.only = list(only)
        self.role, self.checks, self.use_case, self.place = role, list(checks), use_case, place
        self._subject = subject
        self.fitted: Path | None = None
        """Folder of a finished run to go on from."""
        self.phase = ""
        """Check that is being made; empty before the first."""
        self.over = False
        """Whether the process has ended."""
        self._said_all = False
        self._since = 0.0
        self._reader = Reader(place / "journal")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def work(self) -> Path:
        """Its working directory."""
        return self.place / "work"

    @property
    def home(self) -> Path:
        """Its user's home."""
        return self.place / "home"

    def start(self) -> None:
        """Start the process in an empty working directory, with a home and a place for temporary files of its own."""
        for folder in (self.work, self.home, self.place / "tmp", self.place / "runs", self.home / ".cache"):
            folder.mkdir(parents=True)
        command = [sys.executable, "-P", "-W", "ignore", "-m", "itwinai_core.testing.process"]
        options = [self._subject.name, self.role, str(self.place)]
        options += ["--use-case", self.use_case] if self.use_case else []
        options += [word for name in self.only for word in ("--only", name)]
        options += ["--fitted", str(self.fitted)] if self.fitted else []
        with (self.place / "output").open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - it tries what the user asked to check
                [*command, *options, "--checks", *self.checks],
                cwd=self.work,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._since = time.monotonic()

    def entries(self, limit: float) -> Iterator[dict[str, Any]]:
        """Yield what the process told since the last call; where it ended or hangs, also what that means.

        Args:
            limit: Time that one check may take [s].
        """
        if self._process is None or self.over:
            return
        status = self._process.poll()
        for entry in self._reader.entries():
            if entry["kind"] in {"begun", "done"}:
                self.phase = entry.get("check", self.phase)
                self._said_all = entry["kind"] == "done"
                self._since = time.monotonic()
            yield entry
        if status is not None:
            self.over = True
            if status != 0 or not self._said_all:
                yield self._end(self._of_death(status))
        elif time.monotonic() - self._since > (limit := self._limit(limit)):
            self.kill(signal.SIGABRT)
            self.over = True
            yield self._end(self._of_hanging(limit))

    def kill(self, first: signal.Signals = signal.SIGKILL) -> None:
        """End the process and all that it started.

        Args:
            first: With what; on SIGABRT it leaves behind where it was.
        """
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
            self._process.send_signal(first)
            self._process.wait(2)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _limit(self, limit: float) -> float:
        if self._said_all:
            return END_LIMIT
        return limit if self.phase else max(limit, START_LIMIT)

    def _end(self, fault: Fault) -> dict[str, Any]:
        return {"kind": "dead", "check": self.phase, "fault": fault}

    def _of_death(self, status: int) -> Fault:
        how = f"with exit code {status}" if status >= 0 else f"by a crash, {signal.strsignal(-status)}"
        when = "after all is done" if self._said_all else "half-way"
        said = self._output().strip().splitlines()[-1:] if status == 1 else []
        return Fault(
            f"The process ends {when}, {how}{self._place()}."
            + "".join(f" The last that it says: {line}" for line in said),
            "See that nothing calls os._exit or sys.exit, that compiled code gets arrays of the shape and type that it "
            "expects, and that there is memory enough.",
        )

    def _of_hanging(self, limit: float) -> Fault:
        if self._said_all:
            return Fault(
                f"The process does not end when all is done{self._place()}.",
                "Stop the threads and processes that were started, or make them daemons.",
            )
        return Fault(
            f"It is not done after {limit:g} s{self._place()}.",
            "See what it waits for. If it only takes long, make the run smaller in the use case's `quick`.",
        )

    def _place(self) -> str:
        """Return the line of the plugin that a dump of the stack in the output shows, or nothing."""
        text = self._output()
        dump = text.rpartition("Fatal Python error")[2] if "Fatal Python error" in text else ""
        for file, line in _FRAME.findall(dump):
            if self._subject.owns(file):
                return f" ({shown_file(file)}:{line})"
        return ""

    def _output(self) -> str:
        return (self.place / "output").read_text(encoding="utf-8", errors="replace")

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not _DROPPED.match(name)}
        path = [str(Path(folder).resolve()) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
        return kept | {
            "CUDA_VISIBLE_DEVICES": "",
            "HOME": str(self.home),
            "JAX_PLATFORMS": "cpu",
            "MPLCONFIGDIR": _matplotlib_folder(self.home),
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": _SEEDS.get(self.role, "random"),
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONUSERBASE": site.getuserbase(),
            "TF_NUM_INTEROP_THREADS": "1",
            "TF_NUM_INTRAOP_THREADS": "1",
            "TMPDIR": str(self.place / "tmp"),
            "TZ": "Etc/GMT+12",
            "XDG_CACHE_HOME": str(self.home / ".cache"),
        }


def _matplotlib_folder(home: Path) -> str:
    """Return where matplotlib keeps its list of fonts, which takes seconds to make, or a place for a new one."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    kept = Path(os.environ.get("MPLCONFIGDIR") or caches / "matplotlib")
    return str(kept if kept.is_dir() else home / ".cache" / "matplotlib")
