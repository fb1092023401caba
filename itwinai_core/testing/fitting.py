"""Check that a quick run trains, and reports what it should."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, cast

from itwinai_core.config.content import Content
from itwinai_core.errors import UserError
from itwinai_core.fit import Plan, fit
from itwinai_core.run_folder import METRICS_FILE, REPORT_FILE, RunFolder
from itwinai_core.testing.checkpoints import pickled
from itwinai_core.testing.checks import RELOAD
from itwinai_core.testing.contract import Fault
from itwinai_core.testing.half_way import HalfKept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from itwinai_core.config import FitConfig
    from itwinai_core.engines.contract import Weight
    from itwinai_core.plugins import Plugins
    from itwinai_core.report import Report
    from itwinai_core.testing.trial import Trial
    from itwinai_core.use_case import UseCase

_SMALL_IS_GOOD = {"loss", "error", "mae", "mape", "mse", "rmse", "perplexity", "crossentropy"}
_LARGE_IS_GOOD = {"accuracy", "acc", "auc", "auroc", "dice", "f1", "iou", "precision", "recall", "r2", "psnr", "ssim"}

_NAME = re.compile(r"(train|validation|test)/[\w.@+-]+")


def one_batch_fit(trial: Trial) -> list[Fault]:
    """Train two epochs of a few batches as `itwinai fit` does, and look at what the run left."""
    cut = cast("UseCase[Any]", trial.cut)
    folder, report = _fit(trial, cut)
    trial.fitted = folder.path
    untrained = trial.engine.build(cut, trial.run(), trial.data.train)
    start = trial.engine.weights(untrained)
    best = trial.engine.weights(trial.engine.load(trial.use_case, trial.run(), folder.saved()["last"]))
    return [
        *_wrong_folder(folder.path),
        *_wrong_metrics(report.metrics, trial),
        *_wrong_side(trial.run().fit),
        *_lost_weights(trial.engine.lost_weights(untrained)),
        *_wrong_weights(report.parameters, start, best, trial),
    ]


def _fit(trial: Trial, cut: UseCase[Any]) -> tuple[RunFolder, Report]:
    plugins = cast("Plugins", HalfKept(trial.subject.plugins, trial.half))
    try:
        return fit(Plan(trial.run(), cut, plugins, Content()), runs=trial.folder, name=trial.use_case.name)
    except UserError:
        for checkpoint in RunFolder(trial.folder / trial.use_case.name).saved().values():
            for fault in pickled(checkpoint):
                trial.tell(RELOAD.name, fault)
        raise


def _wrong_folder(folder: Path) -> Iterator[Fault]:
    for name in (METRICS_FILE, REPORT_FILE, "state.json"):
        if not (folder / name).is_file():
            yield Fault(f"The run leaves no {name}.", "Leave the files of the run folder to the core.")
    if json.loads((folder / "state.json").read_text(encoding="utf-8")).get("state") != "finished":
        yield Fault("The run ends in another state than finished.", "Leave state.json to the core.")


def _wrong_metrics(metrics: Mapping[str, float], trial: Trial) -> Iterator[Fault]:
    logged = {name: value for name, value in metrics.items() if not name.startswith("test/")}
    for name in logged:
        if not _NAME.fullmatch(name):
            yield Fault(
                f"The model reports the metric '{name}'.",
                "Log it as train/NAME in the training step or validation/NAME in the validation step.",
            )
    for part, step in (("train", "training_step"), ("validation", "validation_step")):
        if not any(name.startswith(f"{part}/") for name in logged):
            yield Fault(f"The model reports no metric {part}/NAME.", f'Log one in {step}: self.log("{part}/loss", …).')
    for name, value in logged.items():
        if not math.isfinite(value):
            yield Fault(
                f"The metric {name} is {value} after {trial.run().fit.epochs} epochs of a few batches.",
                "Look for a logarithm or a root of zero, a division by zero, or a learning rate that is too high.",
            )
    if not any(name.startswith("test/") for name in metrics):
        yield Fault("Nothing is reported of the held-out part.", "Log metrics in the validation step.")


def _wrong_side(options: FitConfig) -> Iterator[Fault]:
    """Find a watched metric whose name says that its best is its worst."""
    kind = options.monitor.rpartition("/")[2].rpartition("_")[2].lower()
    best = "min" if kind in _SMALL_IS_GOOD else "max" if kind in _LARGE_IS_GOOD else options.mode
    if options.mode != best:
        yield Fault(
            f"With fit.mode {options.mode} the best checkpoint is that of the worst {options.monitor}.",
            f'Say "mode": "{best}" beside "monitor" in the defaults of the use case.',
        )


def _lost_weights(attributes: list[str]) -> Iterator[Fault]:
    for attribute in attributes:
        yield Fault(
            f"The weights of the layers in {attribute} are neither trained nor saved.",
            "Keep layers in a torch.nn.ModuleList or ModuleDict, not in a plain list or dict.",
        )


def _wrong_weights(parameters: int, start: list[Weight], end: list[Weight], trial: Trial) -> Iterator[Fault]:
    if not parameters:
        yield Fault("The model has nothing to train: 0 parameters.", "Give it layers whose weights are trainable.")
        return
    import numpy as np

    trained = [(before, after) for before, after in zip(start, end, strict=True) if before.trainable]
    broken = [after.name for _, after in trained if not np.isfinite(after.values).all()]
    if broken:
        yield Fault(
            f"After a few batches {', '.join(broken[:3])} hold values that are not finite.",
            "Lower the learning rate, or look for what in the loss divides by zero.",
        )
    still = [after.name for before, after in trained if np.array_equal(before.values, after.values)]
    if still and len(still) == len(trained):
        yield Fault(
            f"Training changes no weight: {', '.join(still[:3])} are as they were built.",
            "Give the model's own parameters to the optimiser, with a learning rate above 0, and a loss that depends "
            "on them.",
        )
    elif still:
        yield Fault(
            f"Training never changes {', '.join(still[:3])}{' and others' if len(still) > 3 else ''}, "
            "which count as trainable.",
            "Give them to the optimiser and let the loss depend on them; those that are meant to stay are set to "
            f"{_FREEZE[trial.use_case.engine]}.",
        )


_FREEZE = {"lightning": "requires_grad=False", "keras": "trainable=False"}
