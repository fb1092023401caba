"""A plugin that is small enough to be written in a test, installed for that test as pip would install it."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from typing import TYPE_CHECKING

from itwinai_core.testing.contract import Subject

if TYPE_CHECKING:
    from pathlib import Path

METADATA = """Metadata-Version: 2.4
Name: itwinai-small
Version: 1.2.0
Summary: Trains a small thing, for tests
Author: The testers
License-Expression: MIT
Requires-Python: >=3.11
Requires-Dist: itwinai-core[lightning]<0.2,>=0.1
Description-Content-Type: text/markdown

# itwinai-small

A plugin that trains a small thing, so that the checks have something to look at.
"""

PLUGIN = '''"""The front door."""

from itwinai_core import Config, DataSplits, LightningUseCase, hookimpl


class Settings(Config):
    """The settings section of a small run."""

    size: int = 3
    """Edge of the small thing [m]."""


class Small(LightningUseCase[Settings]):
    """A small thing."""

    name = "small"
    summary = "Trains a small thing"
    settings = Settings

    def build_data(self, run):
        """Return points."""
        from small.data import points

        return DataSplits(points(run.settings.size, 0), points(run.settings.size, 1))

    def build_model(self, run):
        """Return nothing."""


@hookimpl
def itwinai_use_cases():
    """Offer it."""
    return [Small()]
'''

DATA = '''"""Points."""

import numpy as np


class Points:
    """A source of points."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return self.values[index].copy(), self.values[index, :1].copy()


def points(size, part):
    """Return points of a part."""
    return Points(np.random.default_rng(part).normal(size=(12, 9)).astype("float32") * size)
'''

FILES = {
    "small/__init__.py": '"""A small plugin."""\n',
    "small/plugin.py": PLUGIN,
    "small/data.py": DATA,
}


def install(
    site: Path,
    files: dict[str, str] | None = None,
    *,
    metadata: str = METADATA,
    entry_points: str = "[itwinai]\nsmall = small.plugin\n",
    licence: bool = True,
    editable: Path | None = None,
) -> None:
    """Write files and a ``dist-info`` folder with a record of them.

    Args:
        site: Folder on Python's path.
        files: Text by path; laid over those of a good plugin, and None takes one away.
        metadata: Text of ``METADATA``.
        entry_points: Text of ``entry_points.txt``.
        licence: Whether a licence comes along.
        editable: Folder of the source where it is to look like an editable install.
    """
    info = "itwinai_small-1.2.0.dist-info"
    told = {f"{info}/METADATA": metadata, f"{info}/entry_points.txt": entry_points, f"{info}/INSTALLER": "pip\n"}
    if licence:
        told[f"{info}/licenses/LICENSE"] = "Do as you like.\n"
    if editable:
        told[f"{info}/direct_url.json"] = json.dumps({"url": editable.as_uri(), "dir_info": {"editable": True}})
    everything = {name: text for name, text in {**FILES, **(files or {}), **told}.items() if text is not None}
    for name, text in everything.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    rows = [f"{name},sha256={_digest(text)},{len(text.encode())}" for name, text in everything.items()]
    (site / info / "RECORD").write_text("\n".join([*rows, f"{info}/RECORD,,"]) + "\n", encoding="utf-8")


def forget() -> None:
    """Take the plugin out of the modules that are loaded."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "small"]:
        del sys.modules[name]


def subject() -> Subject:
    """Return the plugin as the checks see it."""
    return Subject("itwinai-small")


def told(faults) -> str:
    """Return all that some faults say, as one text."""
    return "\n".join(f"{fault.problem} → {fault.change}" for fault in faults)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
