"""Verbs about runs: describe, configure, train, judge, apply."""

from __future__ import annotations

import os
from pathlib import Path

import click

from itwinai_core.cli.door import example, installed, json_option, runs_option, verbs
from itwinai_core.errors import ConfigError
from itwinai_core.show import runs as show


class _RunCommand(click.Command):
    """A verb that takes ``key.path=value``; a key that is given as an option is named, with the right form."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from itwinai_core.config.read import override_of_option

            meant = override_of_option(words, error.option_name, is_near_option=bool(error.possibilities))
            if not meant:
                raise
            raise ConfigError(meant) from None


@verbs.command(short_help="Show what a use case trains, and its settings.", epilog=example("itwinai describe virgo"))
@click.argument("use_case")
@json_option
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of its run files, for an editor.")
def describe(use_case: str, *, as_json: bool, as_schema: bool) -> None:
    """Show what USE_CASE trains, and each of its settings with its default."""
    from itwinai_core.fit import plan
    from itwinai_core.show import settings as show_settings

    planned = plan(use_case, (), installed())
    if as_schema:
        show_settings.schema(planned)
    else:
        show_settings.use_case(planned.use_case, planned.run, installed().plugin_of(planned.use_case), as_json=as_json)


@verbs.command(
    short_help="Print a complete, commented run file.", epilog=example("itwinai init virgo --output run.yaml")
)
@click.argument("use_case")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write in place of printing; the schema for your editor is put beside it.",
)
def init(use_case: str, output: Path | None) -> None:
    """Print a complete run file of USE_CASE, commented, to edit and fit."""
    from itwinai_core.fit import plan
    from itwinai_core.show import settings as show_settings

    planned = plan(use_case, (), installed())
    if output is None:
        click.echo(show_settings.run_file(planned), nl=False)
    else:
        show_settings.written(planned, output)


@verbs.command(
    cls=_RunCommand,
    short_help="Show each value of a run, and what sets it.",
    epilog=example("itwinai explain run.yaml fit.epochs=20"),
)
@click.argument("use_case_or_file")
@click.argument("overrides", nargs=-1, metavar="[KEY.PATH=VALUE]...")
@json_option
def explain(use_case_or_file: str, overrides: tuple[str, ...], *, as_json: bool) -> None:
    """Show each value that `fit` would train with, and what sets it.

    That is a default, the run file, a variable of the environment, or the command line.
    """
    from itwinai_core.fit import plan
    from itwinai_core.show import settings as show_settings

    planned = plan(use_case_or_file, overrides, installed(), os.environ)
    show_settings.origins(planned.run, planned.content, as_json=as_json)


@verbs.command(
    cls=_RunCommand,
    short_help="Train a use case or a run file, and judge it.",
    epilog=example("itwinai fit virgo settings.model.name=decoder fit.epochs=5 --name first"),
)
@click.argument("use_case_or_file")
@click.argument("overrides", nargs=-1, metavar="[KEY.PATH=VALUE]...")
@click.option("--name", help="Name of the run and of its folder.  [default: use case and time]")
@runs_option
def fit(use_case_or_file: str, overrides: tuple[str, ...], name: str | None, runs: Path) -> None:
    """Train USE_CASE_OR_FILE, a use case by name or a YAML run file, and judge it on held-out data.

    Any key of the run can be set as key.path=value, or by a variable such as ITWINAI__FIT__EPOCHS; the value is read
    as YAML.
    """
    from itwinai_core.fit import fit as fit_run
    from itwinai_core.fit import plan
    from itwinai_core.show import settings as show_settings

    planned = plan(use_case_or_file, overrides, installed(), os.environ)
    show_settings.from_environment(planned.content)
    folder, report = fit_run(planned, runs=runs, name=name)
    show.report(folder, report)


@verbs.command(
    short_help="Judge the best checkpoint of a run once more.", epilog=example("itwinai evaluate runs/first")
)
@click.argument("run")
@runs_option
def evaluate(run: str, runs: Path) -> None:
    """Judge the best checkpoint of RUN, a name or a folder, on its held-out data once more."""
    from itwinai_core.evaluate import evaluate as evaluate_run
    from itwinai_core.trained import TrainedRun

    trained = TrainedRun.find(run, runs, installed())
    show.evaluation(trained.folder, evaluate_run(trained))


@verbs.command(
    short_help="Apply the best checkpoint of a run to your data.",
    epilog=example("itwinai predict first sample:gw170814"),
)
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


@verbs.command("runs", short_help="List all runs with their state.", epilog=example("itwinai runs"))
@runs_option
@json_option
def list_runs(runs: Path, *, as_json: bool) -> None:
    """List all runs with their state: running, finished, interrupted or failed."""
    from itwinai_core.run_folder import RunFolder

    show.runs(RunFolder.all_in(runs), runs, as_json=as_json)
