"""Contract checks that a plugin's team runs in its own CI: from a script, or as a plugin of pytest."""

from itwinai_core.testing.contract import Fault
from itwinai_core.testing.runner import check_plugin
from itwinai_core.testing.verdicts import Verdict, Verdicts

__all__ = ["Fault", "Verdict", "Verdicts", "check_plugin"]
