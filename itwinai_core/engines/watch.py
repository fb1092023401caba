"""Which epoch is the best, and when to stop: the same on both engines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from itwinai_core.config.near import did_you_mean
from itwinai_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from itwinai_core.config import FitConfig


class Watch:
    """Follows the monitored metric over the epochs."""

    def __init__(self, options: FitConfig) -> None:
        self._options = options
        self._best = math.nan
        self.best_epoch = 0
        """Epoch with the best value so far, counted from 1."""
        self.exhausted = False
        """Whether the metric has not improved for longer than ``fit.patience`` epochs."""

    def update(self, epoch: int, metrics: Mapping[str, float]) -> bool:
        """Take an epoch's metrics and return whether they are the best so far.

        Raises:
            ConfigError: the monitored metric is not among them.
        """
        name = self._options.monitor
        if name not in metrics:
            raise ConfigError(f"fit.monitor: this use case reports no '{name}'.{did_you_mean(name, metrics)}")
        improved = self._improves(metrics[name]) or self.best_epoch == 0
        if improved:
            self._best, self.best_epoch = metrics[name], epoch
        patience = self._options.patience
        self.exhausted = patience is not None and epoch - self.best_epoch > patience
        return improved

    def _improves(self, value: float) -> bool:
        if math.isnan(value):
            return False
        if math.isnan(self._best):
            return True
        gain = self._best - value if self._options.mode == "min" else value - self._best
        return gain > self._options.min_delta
