"""Checks many plugins from one process that has imported a framework: each process that a check needs is a copy of it.

A check imports the framework in a process of its own, which takes most of its time; here that is paid once. TensorFlow
starts its threads at the first operation, so a process that has only imported it can be copied.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from itwinai_core.testing import check_plugin, jobs, process

if TYPE_CHECKING:
    import signal


class Copy:
    """A copy of this process, as `subprocess.Popen` would have started it."""

    def __init__(self, command: list[str], *, cwd: Path, env: dict[str, str], stdout: Any, **_: Any) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            self._live(command[command.index("itwinai_core.testing.process") + 1 :], cwd, env, stdout)

    def poll(self) -> int | None:
        """Return how it ended, or None while it has not."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float = 60.0) -> int | None:
        """Wait until it has ended."""
        until = time.monotonic() + timeout
        while self.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def _live(self, arguments: list[str], cwd: Path, env: dict[str, str], stdout: Any) -> None:
        code = 1
        try:
            os.setsid()
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(env)
            time.tzset()
            tempfile.tempdir = None
            nothing = os.open(os.devnull, os.O_RDONLY)
            for here, there in ((nothing, 0), (stdout.fileno(), 1), (stdout.fileno(), 2)):
                os.dup2(here, there)
            warnings.simplefilter("ignore")
            atexit._clear()  # what the original registered is its own affair
            process.main(arguments)
            threading._shutdown()  # as Python ends: threads first
            atexit._run_exitfuncs()  # and then what was registered here
            code = 0
        except BaseException:  # noqa: BLE001 - whatever ends a copy of this process
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def warm_up(*modules: str) -> None:
    """Let checks start their processes as copies of this one, after some modules are imported."""
    for name in (*modules, "numpy", "matplotlib.backends.backend_agg"):
        importlib.import_module(name)
    named = ("DEVNULL", "STDOUT", "TimeoutExpired")
    jobs.subprocess = SimpleNamespace(Popen=Copy, **{name: getattr(subprocess, name) for name in named})
    gc.collect()
    gc.freeze()  # or each copy would copy what is here as soon as it looks for what can go


def main(tasks: Path, answers: Path, *modules: str) -> None:
    """Check the plugins that a file of tasks names, and write what each check says.

    Args:
        tasks: JSON: a list of folders, plugins, checks and use cases; no checks are all of them.
        answers: Where the verdicts for each go.
        modules: What to import first.
    """
    warm_up(*modules)
    path = os.environ.get("PYTHONPATH")
    found = []
    for task in json.loads(tasks.read_text(encoding="utf-8")):
        sys.path.insert(0, task["site"])
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [task["site"], path]))
        importlib.invalidate_caches()
        verdicts = check_plugin(task["plugin"], only=task["checks"], use_cases=task["use_cases"])
        found.append(verdicts.as_dict()["checks"])
        sys.path.remove(task["site"])
    answers.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
