"""Builds the wheel of a plugin from its source, with the back end that its project names."""

from __future__ import annotations

import atexit
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from itwinai_core.testing.contract import Fault, LoadError, NotCheckedError

_LEGACY = {"requires": ["setuptools"], "build-backend": "setuptools.build_meta:__legacy__"}

_LIMIT = 60  # [s]

_BUILD = """
import functools, importlib, sys
sys.path[:0] = {path!r}
module, _, rest = {backend!r}.partition(":")
backend = functools.reduce(getattr, filter(None, rest.split(".")), importlib.import_module(module))
backend.build_wheel({folder!r})
"""


def build_wheel(project: Path) -> Path:
    """Build the wheel of a project without the network, in a folder that goes when this process ends; return its path.

    Args:
        project: Folder with the ``pyproject.toml``.

    Raises:
        NotCheckedError: the back end is not installed here.
        LoadError: there is nothing to build, or it cannot be built.
    """
    if not project.is_dir():
        raise LoadError(Fault(f"The source {project} is gone.", "Install the plugin anew."))
    system = _build_system(project)
    folder = Path(tempfile.mkdtemp(prefix="itwinai-wheel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    code = _BUILD.format(
        path=[str(project / place) for place in system.get("backend-path", [])],
        backend=system["build-backend"],
        folder=str(folder),
    )
    before = _leavings(project)
    try:
        done = subprocess.run(  # noqa: S603 - it builds what the user asked to check
            [sys.executable, "-c", code],
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LoadError(
            Fault(f"The wheel of {project} is not built within {_LIMIT} s.", "See what its build waits for.")
        ) from None
    finally:
        for left in _leavings(project) - before:
            shutil.rmtree(left, ignore_errors=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["the back end says nothing"]
        backend = system["build-backend"].partition(":")[0]
        if f"No module named '{backend.partition('.')[0]}" in said[0]:
            raise NotCheckedError(f"its build back end {backend} is not installed here")
        raise LoadError(
            Fault(f"The wheel of {project} cannot be built: {said[0]}", "Try it there with: python -m build --wheel")
        )
    return wheels[0]


def _leavings(project: Path) -> set[Path]:
    """Return the folders that setuptools leaves in a source: a later wheel would take what is in them."""
    return {path for pattern in ("build", "*.egg-info", "src/*.egg-info") for path in project.glob(pattern)}


def _build_system(project: Path) -> dict[str, Any]:
    """Return the ``build-system`` table of a project, or what stands for it where there is none."""
    path = project / "pyproject.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LoadError(Fault(f"{path} does not parse: {error}.", "Write it as TOML.")) from None
    system: dict[str, Any] = content.get("build-system", {})
    return _LEGACY | system
