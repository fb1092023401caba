"""The story of `itwinai fit`: from a run to a folder with a trained, judged model."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.config import merged, read_run_file, to_yaml, validate, with_overrides
from itwinai_core.curves import draw_curves
from itwinai_core.engines import engine
from itwinai_core.engines.contract import FitJob
from itwinai_core.environment import describe_environment
from itwinai_core.errors import ConfigError, FitInterruptedError
from itwinai_core.judge import judge
from itwinai_core.report import Report
from itwinai_core.run_folder import (
    CURVES_FILE,
    METRICS_FILE,
    REPORT_FILE,
    RUN_FILE,
    RunFolder,
    now,
    write_atomically,
    write_json,
)
from itwinai_core.trained import TrainedRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from itwinai_core.config import RunConfig
    from itwinai_core.engines.contract import Engine, FitOutcome
    from itwinai_core.plugins import Plugins
    from itwinai_core.sources import DataSplits
    from itwinai_core.tracker import Tracker
    from itwinai_core.use_case import UseCase


@dataclass(frozen=True)
class Plan:
    """A validated run with what will carry it out."""

    run: RunConfig[Any]
    use_case: UseCase[Any]
    plugins: Plugins


def plan(target: str, overrides: Iterable[str], plugins: Plugins) -> Plan:
    """Return the run that a use case's name or a run file describes, overrides applied.

    Raises:
        ConfigError: the run does not fit.
        PluginError: the use case, the strategy or a tracker is not installed.
    """
    content = with_overrides(_read(target), overrides)
    name = content.get("use_case")
    if not isinstance(name, str):
        raise ConfigError(f"{target}: the run must say which use_case it trains, as `itwinai list-plugins` names it.")
    use_case = plugins.use_case(name)
    run = validate(merged(use_case.defaults, content), use_case.settings)
    plugins.strategy(run.strategy.name, use_case.engine)
    for tracker in run.fit.trackers:
        plugins.tracker(tracker).check()
    return Plan(run, use_case, plugins)


def _read(target: str) -> dict[str, Any]:
    """Return what a run file holds, or a run's folder, or the name of a use case stands for."""
    path = Path(target)
    if (path / RUN_FILE).is_file():
        return read_run_file(path / RUN_FILE)
    if path.is_file() or path.suffix in {".yaml", ".yml"} or "/" in target:
        return read_run_file(path)
    return {"use_case": target}


def fit(planned: Plan, *, runs: Path, name: str | None = None) -> tuple[RunFolder, Report]:
    """Train, judge on held-out data, and leave everything in a new run folder.

    Raises:
        FitInterruptedError: the user stopped it; the folder says so and holds the last checkpoint.
    """
    run, use_case = planned.run, planned.use_case
    driver = engine(use_case.engine)
    folder = RunFolder.create(runs, name or _free_name(run.use_case, runs))
    write_atomically(folder.run_file, to_yaml(run))
    folder.write_state("running", use_case=run.use_case)
    begun, started = time.monotonic(), now()
    with _recorded(folder, planned), _tracked(folder, planned) as trackers:
        planned.plugins.tell("itwinai_before_fit", use_case=use_case, run=run)
        use_case.prepare(run)
        data = use_case.build_data(run)
        _check_splits(data)
        outcome = _train(driver, planned, data, folder, trackers)
        _draw(folder, planned, outcome.best_epoch)
        trained = TrainedRun(folder, run, use_case, folder.checkpoints / f"best{driver.suffix}")
        judged = judge(trained, *trained.load(), data)
        report = replace(
            _report(driver, planned, data, folder, outcome),
            started=started,
            duration=round(time.monotonic() - begun, 3),
            metrics={**outcome.metrics, **judged},
        )
        write_json(folder.path / REPORT_FILE, report.as_dict())
        folder.write_state("finished", epochs=outcome.epochs)
    planned.plugins.tell("itwinai_after_fit", use_case=use_case, run=run, report=report)
    return folder, report


def _free_name(use_case: str, runs: Path) -> str:
    """Return a name from use case and time; fits that start in the same second get a number each."""
    base = name = f"{use_case}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    number = 1
    while (runs / name).exists():
        number += 1
        name = f"{base}-{number}"
    return name


def _train(
    driver: Engine, planned: Plan, data: DataSplits, folder: RunFolder, trackers: Sequence[Tracker]
) -> FitOutcome:
    run, use_case = planned.run, planned.use_case

    def on_epoch(metrics: Mapping[str, float], epoch: int, updates: int) -> None:
        for tracker in trackers:
            tracker.log(metrics, epoch=epoch, step=updates)
        folder.write_state("running", epochs=epoch)

    strategy = planned.plugins.strategy(run.strategy.name, use_case.engine)
    return driver.fit(FitJob(use_case, run, data, strategy, folder.checkpoints, on_epoch))


def _draw(folder: RunFolder, planned: Plan, best_epoch: int) -> None:
    title = f"{folder.path.name}: {planned.use_case.summary}"
    draw_curves(folder.path / METRICS_FILE, folder.path / CURVES_FILE, title=title, best_epoch=best_epoch)


def _report(driver: Engine, planned: Plan, data: DataSplits, folder: RunFolder, outcome: FitOutcome) -> Report:
    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    plugin = planned.plugins.plugin_of(planned.use_case)
    artefacts = (path for path in (folder.path / "artefacts").rglob("*") if path.is_file())
    return Report(
        use_case=planned.run.use_case,
        started="",
        duration=0.0,
        epochs=outcome.epochs,
        best_epoch=outcome.best_epoch,
        stopped_early=outcome.stopped_early,
        parameters=outcome.parameters,
        samples={name: len(source) for name, source in splits.items() if source is not None},
        metrics=outcome.metrics,
        checkpoints={name: f"checkpoints/{name}{driver.suffix}" for name in ("best", "last")},
        artefacts=sorted(str(path.relative_to(folder.path)) for path in artefacts),
        environment=describe_environment(("itwinai-core", plugin.distribution, "numpy", *driver.packages)),
    )


def _check_splits(data: DataSplits) -> None:
    for name in ("train", "validation", "test"):
        source = getattr(data, name)
        if source is not None and len(source) == 0:
            raise ConfigError(f"The {name} part of the data is empty.\nGive the run more data, or other splits.")


@contextmanager
def _recorded(folder: RunFolder, planned: Plan) -> Iterator[None]:
    """Write into the folder how the fit ended, whichever way it ends."""
    try:
        yield
    except BaseException as error:
        interrupted = isinstance(error, FitInterruptedError | KeyboardInterrupt)
        reason = "" if interrupted else f"{type(error).__name__}: {error}"
        folder.write_state("interrupted" if interrupted else "failed", reason=reason)
        if (folder.path / METRICS_FILE).exists():
            _draw(folder, planned, best_epoch=0)
        planned.plugins.tell("itwinai_fit_failed", use_case=planned.use_case, run=planned.run, error=error)
        raise


@contextmanager
def _tracked(folder: RunFolder, planned: Plan) -> Iterator[list[Tracker]]:
    """Start the CSV file and the trackers that were asked for, and close them however the fit ends."""
    names = dict.fromkeys(("csv", *planned.run.fit.trackers))
    trackers = [planned.plugins.tracker(name)() for name in names]
    for tracker in trackers:
        tracker.start(planned.run, folder.path)
    state = "failed"
    try:
        yield trackers
        state = "finished"
    except (FitInterruptedError, KeyboardInterrupt):
        state = "interrupted"
        raise
    finally:
        for tracker in trackers:
            tracker.finish(state)
