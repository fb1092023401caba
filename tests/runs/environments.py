"""Virtual environments for the tests: one that starts empty, and one that sees what the tests see."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "itwinai": "from itwinai_core.cli import main; main()",
    "pytest": "import sys, pytest; sys.exit(pytest.main())",
}
"""Programs of the environment that the tests run in, for one beside it."""


class Environment:
    """A virtual environment that sees nothing of the repository.

    Args:
        folder: Where it is made, and where its programs run.
        wheels: Where pip finds this repository's packages.
        beside: Whether it sees all packages of the environment that the tests run in; what is installed goes into
            the new one alone, and pip asks no index.
    """

    def __init__(self, folder: Path, *, wheels: Path | None = None, beside: bool = False) -> None:
        self.folder = folder
        # What pip finds through the environment of the test run stays; where Python looks for modules does not.
        self.variables = {
            name: value for name, value in os.environ.items() if name not in {"COLUMNS", "PYTHONPATH", "VIRTUAL_ENV"}
        }
        self.variables["PIP_CONSTRAINT"] = str(ROOT / "constraints.txt")
        self.variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        if wheels:
            self.variables["PIP_FIND_LINKS"] = str(wheels)
        self.run(sys.executable, "-m", "venv", folder / "venv")
        self.variables["PATH"] = os.pathsep.join([str(folder / "venv" / "bin"), self.variables["PATH"]])
        if beside:
            self._see_what_tests_see()

    def _see_what_tests_see(self) -> None:
        self.install("editables")  # which hatchling asks for where it is to install a source folder as it is
        # Python 3.11 puts an old one into a new environment, which would hide the one that torch asks for.
        self.run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools")
        (site,) = (self.folder / "venv" / "lib").glob("python*/site-packages")
        seen = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        (site / "beside.pth").write_text(seen, encoding="utf-8")
        for program, code in PROGRAMS.items():
            script = self.folder / "venv" / "bin" / program
            script.write_text(f"#!{self.folder}/venv/bin/python\n{code}\n", encoding="utf-8")
            script.chmod(0o755)
        # pip reads the second one the wrong way round: 0 turns the isolation of builds off.
        self.variables |= {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}

    def run(self, program: str | Path, *arguments: str | Path) -> str:
        """Run a program away from the repository; return what it prints."""
        done = self.finish([program, *arguments])
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def finish(self, command: list[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, whatever that is."""
        own = self.folder / "venv" / "bin" / command[0]
        words = [own if own.exists() else command[0], *command[1:]]
        options = {"cwd": self.folder, "env": self.variables, "capture_output": True} | options
        return subprocess.run(words, check=False, text=True, **options)

    def install(self, *packages: str | Path) -> None:
        """Install packages: this repository's from its wheels, all others as a user would."""
        self.run("python", "-m", "pip", "install", "--quiet", *packages)
