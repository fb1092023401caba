"""The story of `itwinai evaluate`: judge a trained model once more on its held-out data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.environment import describe_environment
from itwinai_core.judge import judge
from itwinai_core.run_folder import now, write_json
from itwinai_core.trained import TrainedRun

if TYPE_CHECKING:
    from pathlib import Path

    from itwinai_core.plugins import Plugins
    from itwinai_core.run_folder import RunFolder

EVALUATION_FILE = "evaluation.json"


def evaluate(name: str, plugins: Plugins, *, runs: Path) -> tuple[RunFolder, dict[str, float]]:
    """Rebuild the data, load the best checkpoint, and write ``evaluation.json`` and ``artefacts/``.

    Args:
        name: The run, by path or by name.
        plugins: What is installed.
        runs: Where runs are looked for by name.

    Returns:
        The run's folder, and its metrics on held-out data.
    """
    trained = TrainedRun.find(name, runs, plugins)
    driver, model = trained.load()
    trained.use_case.prepare(trained.run)
    data = trained.use_case.build_data(trained.run)
    metrics = judge(trained, driver, model, data)
    content = {
        "evaluated": now(),
        "checkpoint": str(trained.checkpoint.relative_to(trained.folder.path)),
        "samples": len(data.held_out),
        "metrics": metrics,
        "environment": describe_environment(("itwinai-core", "numpy", *driver.packages)),
    }
    write_json(trained.folder.path / EVALUATION_FILE, content)
    return trained.folder, metrics
