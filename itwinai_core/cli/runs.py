"""Verbs about runs: describe, configure, train, judge, apply."""

from __future__ import annotations

from pathlib import Path

import click

from itwinai_core.cli.door import example, installed, json_option, runs_option, verbs
from itwinai_core.show import runs as show
from itwinai_core.show import settings as show_settings


@verbs.command(epilog=example("itwinai describe virgo"))
@click.argument("use_case")
@json_option
def describe(use_case: str, *, as_json: bool) -> None:
    """Show what USE_CASE trains, and each of its settings with its default."""
    from itwinai_core.fit import plan

    planned = plan(use_case, (), installed())
    show_settings.use_case(planned.use_case, planned.run, installed().plugin_of(planned.use_case), as_json=as_json)


@verbs.command(epilog=example("itwinai init virgo > run.yaml"))
@click.argument("use_case")
def init(use_case: str) -> None:
    """Print a complete run file of USE_CASE, commented, to edit and fit."""
    from itwinai_core.config import to_commented_yaml
    from itwinai_core.fit import plan

    planned = plan(use_case, (), installed())
    click.echo(f"# {planned.use_case.summary}\n# Train it with: itwinai fit FILE [key.path=value ...]")
    click.echo(to_commented_yaml(planned.run), nl=False)


@verbs.command(epilog=example("itwinai fit virgo settings.model.name=decoder fit.epochs=5 --name first"))
@click.argument("use_case_or_file")
@click.argument("overrides", nargs=-1, metavar="[KEY.PATH=VALUE]...")
@click.option("--name", help="Name of the run and of its folder.  [default: use case and time]")
@runs_option
def fit(use_case_or_file: str, overrides: tuple[str, ...], name: str | None, runs: Path) -> None:
    """Train USE_CASE_OR_FILE, a use case by name or a YAML run file, and judge it on held-out data.

    Any key of the run can be set as key.path=value; the value is read as YAML.
    """
    from itwinai_core.fit import fit as fit_run
    from itwinai_core.fit import plan

    planned = plan(use_case_or_file, overrides, installed())
    folder, report = fit_run(planned, runs=runs, name=name)
    show.report(folder, report)


@verbs.command(epilog=example("itwinai evaluate runs/first"))
@click.argument("run")
@runs_option
def evaluate(run: str, runs: Path) -> None:
    """Judge the best checkpoint of RUN, a name or a folder, on its held-out data once more."""
    from itwinai_core.evaluate import evaluate as evaluate_run
    from itwinai_core.trained import TrainedRun

    trained = TrainedRun.find(run, runs, installed())
    show.evaluation(trained.folder, evaluate_run(trained))


@verbs.command(epilog=example("itwinai predict first sample:gw170814"))
@click.argument("run")
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to make for the results.  [default: one in the run's predictions/]",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY.PATH=VALUE",
    help="Change a setting for this prediction, e.g. a threshold; may be given several times.",
)
@runs_option
def predict(run: str, inputs: tuple[str, ...], output: Path | None, overrides: tuple[str, ...], runs: Path) -> None:
    """Apply the best checkpoint of RUN, a name or a folder, to your own data.

    INPUT is a file, a folder, or sample:NAME for real data that comes with the plugin.
    """
    from itwinai_core.predict import predict as predict_run
    from itwinai_core.trained import TrainedRun

    trained = TrainedRun.find(run, runs, installed(), overrides)
    show.prediction(predict_run(trained, inputs, output=output))


@verbs.command("runs", epilog=example("itwinai runs"))
@runs_option
@json_option
def list_runs(runs: Path, *, as_json: bool) -> None:
    """List all runs with their state: running, finished, interrupted or failed."""
    from itwinai_core.run_folder import RunFolder

    show.runs(RunFolder.all_in(runs), runs, as_json=as_json)
