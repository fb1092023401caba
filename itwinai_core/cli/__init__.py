"""The command line: one short function a verb, each a thin door to its story."""

from itwinai_core.cli import new_plugin, plugins, runs
from itwinai_core.cli.door import installed, main, verbs

__all__ = ["installed", "main", "new_plugin", "plugins", "runs", "verbs"]
