"""How good a model is on held-out data: its own metrics, and the use case's own judgement beside baselines."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from itwinai_core.engines.contract import Engine
    from itwinai_core.sources import DataSplits
    from itwinai_core.trained import TrainedRun


def judge(trained: TrainedRun, driver: Engine, model: Any, data: DataSplits) -> dict[str, float]:
    """Return the metrics on held-out data as ``test/name``, and leave the use case's files in ``artefacts/``.

    The files are written beside their place and then moved, so that those of an earlier judgement stay whole until
    the new ones are there.
    """
    metrics = driver.evaluate(trained.run, model, data.held_out)
    unfinished, place = trained.folder.path / ".artefacts", trained.folder.path / "artefacts"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    judged = trained.use_case.assess(trained.run, model, data, unfinished)
    shutil.rmtree(place, ignore_errors=True)
    unfinished.rename(place)
    return metrics | {f"test/{name}": float(value) for name, value in judged.items()}
