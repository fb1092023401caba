"""Strategies of the Lightning engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.strategy import Strategy

if TYPE_CHECKING:
    from itwinai_core.config import StrategyConfig


class LightningAuto(Strategy):
    """One device, chosen by Lightning: a GPU where there is one, the CPU elsewhere."""

    name = "auto"
    engine = "lightning"
    summary = "One device: the GPU where there is one, else the CPU"

    def build(self, options: StrategyConfig) -> str:  # noqa: ARG002 - one device has no options
        """Return the name by which Lightning knows its own choice."""
        return "auto"
