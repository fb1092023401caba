"""Hostile plugins, as `hostile.yaml` writes them down, and one that is healthy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

USE_CASE = '''from itwinai_core import Config, DataSplits, LightningUseCase, hookimpl


class Settings(Config):
    """The settings section of a run."""


class UseCase(LightningUseCase[Settings]):
    """Nothing to train."""

    name = "{name}"
    summary = "Nothing to train"
    settings = Settings

    def build_data(self, run):
        return DataSplits([], [])

    def build_model(self, run):
        return None


@hookimpl
def itwinai_use_cases():
    return [UseCase()]
'''
HEALTHY = (
    USE_CASE.replace("{name}", "tides")
    .replace("return DataSplits([], [])", "return DataSplits(Points(2, 64), Points(2, 16))")
    .replace("(self, run):\n", "(self, run):\n        from itwinai_tides.line import Line, Points\n\n")
    .replace("return None", "return Line()")
)


@dataclass(frozen=True)
class Hostile:
    """One plugin that is not as it should be."""

    does: str
    """What is wrong with it, as the docs say it."""

    reason: str = ""
    """Part of the diagnosis; empty where it works all the same."""

    plugin: str = ""
    """Code of its front module, where it is not the use case above."""

    before: str = ""
    after: str = ""
    """Code before and after the use case above."""

    change: tuple[str, str] = ("", "")
    """Text of the use case, and what stands in its place."""

    line: int = 1
    """Line that the diagnosis blames; 0 where that is not sure, or it blames a folder."""

    file: str = "plugin.py"
    """File that the diagnosis blames."""

    mend: str = "pip install --upgrade itwinai-{name}"
    """Part of the command that mends it."""

    modules: dict[str, str] = field(default_factory=dict)
    """Other modules of its package."""

    requires: tuple[str, ...] = ("itwinai-core>=0.1,<0.2",)

    metadata: str = ""
    """Another line of its project's metadata."""

    points: str = "{name} = {package}.plugin"
    """Its entry points."""

    removed: tuple[str, ...] = ()
    """What is taken off the disk after it was installed."""

    spoilt: dict[str, str] = field(default_factory=dict)
    """What stands in its files in place of their content after it was installed, each byte as a letter of Latin 1."""

    def code(self, name: str) -> str:
        """Return the code of its front module."""
        return self.plugin or f"{self.before}{USE_CASE.replace(*self.change).replace('{name}', name)}{self.after}"


HOSTILE = {
    name: Hostile(**told)
    for name, told in yaml.safe_load(Path(__file__).with_name("hostile.yaml").read_text(encoding="utf-8")).items()
}
