"""The story of `itwinai evaluate`: judge a trained model once more on its held-out data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itwinai_core.environment import describe_environment
from itwinai_core.judge import judge
from itwinai_core.run_folder import now, write_json

if TYPE_CHECKING:
    from itwinai_core.trained import TrainedRun

EVALUATION_FILE = "evaluation.json"


def evaluate(trained: TrainedRun) -> dict[str, float]:
    """Rebuild the data, load the best checkpoint, and write ``evaluation.json`` and ``artefacts/``.

    Args:
        trained: The run.

    Returns:
        Its metrics on held-out data.
    """
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
    return metrics
