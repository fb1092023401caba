"""Finds plugins by entry points, sets broken ones aside, and answers what the others offer."""

from itwinai_core.plugins.record import Diagnosis, OfferedUseCase, Plugin
from itwinai_core.plugins.registry import Plugins

__all__ = ["Diagnosis", "OfferedUseCase", "Plugin", "Plugins"]
