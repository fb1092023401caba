"""What vulture cannot see being used, each with who uses it."""

from itwinai_core.engines.lightning import _Batches
from itwinai_core.plugins.child import play
from itwinai_core.report import Report

Report.environment  # written to report.json by asdict
_Batches.sampler  # Lightning looks there for whom to tell the epoch
play  # called by name in a fresh interpreter
