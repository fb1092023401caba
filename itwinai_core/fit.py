"""The story of `itwinai fit`: from a run to a folder with a trained, judged model."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.config import RunConfig
from itwinai_core.config.content import Content
from itwinai_core.config.files import check_files
from itwinai_core.config.places import Origin
from itwinai_core.config.read import read_environment, read_overrides, read_run_file
from itwinai_core.config.validate import check_use_case, run_class, validate
from itwinai_core.config.write import to_yaml
from itwinai_core.curves import draw_curves
from itwinai_core.engines import engine
from itwinai_core.engines.contract import FitJob
from itwinai_core.environment import describe_environment
from itwinai_core.errors import ConfigError, FitInterruptedError, PluginError, UserError
from itwinai_core.judge import judge
from itwinai_core.report import Report
from itwinai_core.run_folder import (
    CURVES_FILE,
    METRICS_FILE,
    REPORT_FILE,
    RUN_FILE,
    RunFolder,
    now,
    write_json,
)
from itwinai_core.trained import TrainedRun
from itwinai_core.whole_files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from itwinai_core.config.places import KeyPath
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
    content: Content = field(default_factory=Content)
    """What the run was made from, each value with its origin."""


def plan(target: str, overrides: Iterable[str], plugins: Plugins, environment: Mapping[str, str] | None = None) -> Plan:
    """Return the run that a use case's name or a run file describes.

    The use case's defaults give way to the file, the file to the environment, the environment to the overrides.

    Args:
        target: A use case by name, a run file, or a run's folder.
        overrides: Values to set, as ``key.path=value``.
        plugins: What is installed.
        environment: Variables, of which those like ``ITWINAI__FIT__EPOCHS`` set a value; by default none.

    Raises:
        ConfigError: the run does not fit.
        PluginError: the use case, the strategy or a tracker is not installed.
    """
    file, overridden = _read(target, overrides, plugins)
    variables = read_environment(environment or {}, RunConfig)
    use_case = _use_case(overridden.over(variables.over(file)), target, plugins)
    variables = read_environment(environment or {}, run_class(use_case.settings))
    defaults = Content.of(use_case.defaults, Origin("use case", use_case.name))
    content = overridden.over(variables.over(file.over(defaults)))
    run = validate(content, use_case.settings)
    check_files(content, run)
    with _placed(content, ("strategy", "name")):
        plugins.strategy(run.strategy.name, use_case.engine)
    for index, tracker in enumerate(run.fit.trackers):
        with _placed(content, ("fit", "trackers", index)):
            plugins.tracker(tracker).check()
    return Plan(run, use_case, plugins, content)


def _read(target: str, overrides: Iterable[str], plugins: Plugins) -> tuple[Content, Content]:
    """Return what the run file holds, and what the command line sets: of a target that is no file the ``use_case``."""
    path = Path(target)
    if "=" in target:
        raise ConfigError(f"'{target}' sets a key, of which run?\nName a use case or a run file before it.")
    if (path / RUN_FILE).is_file():
        return read_run_file(path / RUN_FILE), read_overrides(overrides)
    names = {use_case.name for plugin in plugins.installed for use_case in plugin.use_cases}
    if path.is_dir() and target not in names:
        runs = [folder.path.name for folder in RunFolder.all_in(path)]
        inside = f" It holds runs: {', '.join(runs)}." if runs else ""
        raise ConfigError(f"'{target}' is a folder without {RUN_FILE}.{inside}\nName a run file, or a run's folder.")
    if path.is_file() or {".", "/"} & set(target):
        return read_run_file(path, names), read_overrides(overrides)
    return Content(), read_overrides(overrides, use_case=target)


def _use_case(content: Content, target: str, plugins: Plugins) -> UseCase[Any]:
    """Return the use case that a run names.

    Raises:
        ConfigError: it names none.
        PluginError: no working plugin offers it.
    """
    check_use_case(content, target)
    name = content.values["use_case"]
    with _placed(content, ("use_case",)):
        try:
            return plugins.use_case(name)
        except PluginError as error:
            files = [path for path in (f"{name}.yaml", f"{name}.yml", f"runs/{name}") if Path(path).exists()]
            if name != target or not files:
                raise
            raise PluginError(f"{error}\nDid you mean the file '{files[0]}'?") from None


@contextmanager
def _placed(content: Content, path: KeyPath) -> Iterator[None]:
    """Say in an error about a value where that stands."""
    try:
        yield
    except UserError as error:
        if path not in content.origins:
            raise
        section = ".".join(map(str, path[:-1]))
        message = str(error).replace(f"{section}:", f"{section}.{path[-1]}:", 1) if isinstance(path[-1], int) else error
        raise type(error)(f"{message}\n    {content.origins[path][-1]}") from None


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
