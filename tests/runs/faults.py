"""The corpus of seeded faults: reads what is written down under ``faults/``, and makes faulty plugins of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from itwinai_core.testing.building import build_wheel

HERE = Path(__file__).parent
RIVER = HERE / "plugins" / "itwinai-river"
"""The plugin, written by hand, that most faults are seeded into."""

GENERATED = {"swing-lightning": "lightning", "swing-keras": "keras"}
"""Plugins that `itwinai new-plugin` writes for the others, and their engines."""


@dataclass(frozen=True, eq=False)
class SeededFault:
    """One mistake that a plugin's author could make, as a small change of a good plugin's source."""

    name: str
    """What is wrong, as a clause."""

    check: str
    """The check that must see it."""

    says: str
    """Pattern that the report must hold: what is to be changed."""

    change: tuple[dict[str, str], ...]
    """For each place a file, what stands there, and what is seeded; a file is new where nothing stands there."""

    plugin: str = "river"
    """The good plugin."""

    use_case: str = "gauge"
    """The use case that the fault is in, where it is in one."""

    remove: str = ""
    """A file to take away after the plugin was installed."""


def corpus() -> list[SeededFault]:
    """Return every fault that is written down."""
    return [
        SeededFault(**(fault | {"change": tuple(fault["change"])}))
        for path in sorted((HERE / "faults").glob("*.toml"))
        for fault in tomllib.loads(path.read_text(encoding="utf-8"))["fault"]
    ]


def generated(folder: Path) -> dict[str, Path]:
    """Write the plugins that are not written by hand, and return the folder of each project."""
    for name, engine in GENERATED.items():
        command = [
            sys.executable,
            "-m",
            "itwinai_core",
            "new-plugin",
            name,
            "--engine",
            engine,
            "--author",
            "A. Tester",
        ]
        subprocess.run([*command, "--output", folder], check=True, capture_output=True)
    return {name: folder / f"itwinai-{name}" for name in GENERATED}


def seeded(fault: SeededFault, good: Path, folder: Path) -> Path:
    """Copy a good plugin's source into a folder, seed a fault, and return the folder of the project."""
    project = folder / "source"
    shutil.copytree(good, project, ignore=shutil.ignore_patterns("__pycache__"))
    for change in fault.change:
        path = project / change["file"]
        if not change["old"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change["new"].lstrip("\n"), encoding="utf-8")
            continue
        text = path.read_text(encoding="utf-8")
        if text.count(change["old"]) != 1:
            raise ValueError(f"{fault.name}: what is to be replaced stands {text.count(change['old'])} times in {path}")
        path.write_text(text.replace(change["old"], change["new"]), encoding="utf-8")
    return project


def installed(project: Path, site: Path) -> Path:
    """Build the wheel of a project and unpack it, metadata and record included, where Python can look for it."""
    with zipfile.ZipFile(build_wheel(project)) as archive:
        archive.extractall(site)
    return site


def faulty(fault: SeededFault, good: Path, folder: Path) -> Path:
    """Return a folder for Python's path in which the faulty plugin is installed."""
    site = installed(seeded(fault, good, folder), folder / "site")
    if fault.remove:
        (site / fault.remove).unlink()
    return site
