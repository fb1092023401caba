"""Strategies of the Keras engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.strategy import Strategy

if TYPE_CHECKING:
    from itwinai_core.config import StrategyConfig


class KerasAuto(Strategy):
    """One device, chosen by the back end: a GPU where there is one, the CPU elsewhere."""

    name = "auto"
    engine = "keras"
    summary = "One device: the GPU where there is one, else the CPU"

    def build(self, options: StrategyConfig) -> None:
        """Return no scope: the model is placed where the back end puts it."""
