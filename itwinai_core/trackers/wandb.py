"""Metrics in Weights & Biases: online with an account, a local folder without."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from itwinai_core.errors import PluginError
from itwinai_core.tracker import Tracker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from itwinai_core.config import RunConfig


class WandbTracker(Tracker):
    """Follows the run with `wandb`; its own variables apply, e.g. ``WANDB_PROJECT`` and ``WANDB_MODE``."""

    name = "wandb"

    @classmethod
    def check(cls) -> None:
        """See that the package is there.

        Raises:
            PluginError: `wandb` is not installed.
        """
        if find_spec("wandb") is None:
            raise PluginError(
                "fit.trackers asks for wandb, which is not installed.\n"
                "Install it with: pip install 'itwinai-core[wandb]'"
            )

    def start(self, run: RunConfig[Any], folder: Path) -> None:
        """Open a W&B run; offline, in the run folder, where no account is configured."""
        import wandb

        mode = os.environ.get("WANDB_MODE") or ("online" if wandb.login(prompt=False) else "offline")
        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", f"itwinai-{run.use_case}"),
            name=folder.name,
            dir=folder.resolve(),
            config=run.model_dump(mode="json"),
            mode=mode,  # type: ignore[arg-type]  # the variable may hold any mode that wandb knows
            settings=wandb.Settings(silent=True),
        )

    def log(self, metrics: Mapping[str, float], *, epoch: int, step: int) -> None:
        """Send the metrics of one epoch."""
        self._run.log({"epoch": epoch, **metrics}, step=step)

    def finish(self, state: str) -> None:
        """Close the W&B run, as failed unless it finished."""
        self._run.finish(exit_code=0 if state == "finished" else 1)
