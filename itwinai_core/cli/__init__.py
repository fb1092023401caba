"""The command line: one short function a verb, each a thin door to its story."""

from itwinai_core.cli import check_plugin, new_plugin, plugins, runs
from itwinai_core.cli.door import installed, main, verbs

__all__ = ["check_plugin", "installed", "main", "new_plugin", "plugins", "runs", "verbs"]
