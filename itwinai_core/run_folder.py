"""Layout of a run on disk: who writes what, and in what state it is."""

from __future__ import annotations

import json
import os
import re
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from itwinai_core.errors import RunError
from itwinai_core.whole_files import write_atomically

RUN_FILE = "run.yaml"
METRICS_FILE = "metrics.csv"
REPORT_FILE = "report.json"
STATE_FILE = "state.json"
CURVES_FILE = "curves.png"


@dataclass(frozen=True)
class RunFolder:
    """One run's folder: ``run.yaml``, ``state.json``, ``metrics.csv``, ``report.json``, ``curves.png``, and more."""

    path: Path

    @classmethod
    def create(cls, runs: Path, name: str) -> RunFolder:
        """Make the folder of a new run; making it is also what keeps a second run out of it.

        Raises:
            RunError: the name is no folder name, is taken, or the folder cannot be made.
        """
        if not re.fullmatch(r"[\w][\w.+-]*", name):
            raise RunError(f"'{name}' cannot name a run: use letters, digits, '.', '_', '+' and '-'.")
        path = runs / name
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise RunError(
                f"There is a run '{name}' in {runs} already, and it stays as it is.\n"
                "Choose another --name, or remove the old run first."
            ) from None
        except OSError as error:
            raise RunError(f"The run folder {path} cannot be made: {error.strerror}.") from None
        folder = cls(path)
        folder.checkpoints.mkdir()
        return folder

    @classmethod
    def find(cls, run: str, runs: Path) -> RunFolder:
        """Return the folder of a run that is given by path or by name.

        Raises:
            RunError: there is no such run.
        """
        for path in (Path(run), runs / run):
            if (path / RUN_FILE).is_file():
                return cls(path)
        names = [folder.path.name for folder in cls.all_in(runs)]
        known = f"Runs in {runs}: {', '.join(names)}." if names else f"There are no runs in {runs} yet."
        raise RunError(f"There is no run '{run}': no folder with a {RUN_FILE}.\n{known}")

    @classmethod
    def all_in(cls, runs: Path) -> list[RunFolder]:
        """Return every run below a folder, oldest first."""
        if not runs.is_dir():
            return []
        found = [cls(path) for path in runs.iterdir() if (path / RUN_FILE).is_file()]
        return sorted(found, key=lambda folder: (folder.state().get("started", ""), folder.path.name))

    @property
    def run_file(self) -> Path:
        """The complete run; it can be replayed with `itwinai fit`."""
        return self.path / RUN_FILE

    @property
    def checkpoints(self) -> Path:
        """Folder of the best and the last checkpoint."""
        return self.path / "checkpoints"

    def saved(self) -> dict[str, Path]:
        """Return the checkpoints that there are: ``best``, ``last``, both or none."""
        return {name: path for name in ("best", "last") for path in self.checkpoints.glob(f"{name}.*")}

    def state(self) -> dict[str, Any]:
        """Return what is known of the run's progress; a run whose process is gone counts as interrupted."""
        state = {"state": "unknown"} | _read_json(self.path / STATE_FILE)
        here = state.get("host") == socket.gethostname()
        if state["state"] == "running" and here and not _alive(state.get("pid")):
            state["state"] = "interrupted"
        return state

    def write_state(self, state: str, **details: Any) -> None:
        """Record ``running``, ``finished``, ``failed`` or ``interrupted``, with when and by which process."""
        before = self.state() if (self.path / STATE_FILE).exists() else {"started": now()}
        content = {
            **before,
            "state": state,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "updated": now(),
            **details,
        }
        write_json(self.path / STATE_FILE, content)

    def read_report(self) -> dict[str, Any]:
        """Return ``report.json``, or nothing where the run did not finish."""
        return _read_json(self.path / REPORT_FILE)

    def new_folder(self, name: str) -> Path:
        """Return the path, not yet taken, of a folder called ``name``, or ``name-2`` and so on."""
        path, number = self.path / name, 1
        while path.exists():
            number += 1
            path = self.path / f"{name}-{number}"
        return path


def now() -> str:
    """Return the time in ISO 8601, to the second, with its offset."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that a reader finds the old file or the new one, never a part."""
    write_atomically(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _read_json(path: Path) -> dict[str, Any]:
    """Return the mapping that a file holds, or nothing where it is missing or broken: a listing of runs goes on."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _alive(pid: Any) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
