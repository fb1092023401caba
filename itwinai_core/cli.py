"""The command line: one short function a verb, each a thin door to its story."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itwinai_core import show
from itwinai_core.errors import FitInterruptedError, UserError
from itwinai_core.progress import stderr_console

if TYPE_CHECKING:
    from itwinai_core.plugins import Plugins

_INTERRUPTED = 130  # what a shell reports of a process that Ctrl-C ended


class _Verbs(click.Group):
    """The core's verbs, and those that plugins bring."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *sorted(installed().commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or installed().commands.get(cmd_name)


@functools.cache
def installed() -> Plugins:
    """Return all installed plugins, loaded once a process."""
    from itwinai_core.plugins import Plugins

    return Plugins(verbs=verbs.commands)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; a mistake of the user ends in one message and exit code 2."""
    try:
        code = verbs.main(arguments, prog_name="itwinai", standalone_mode=False)
    except UserError as error:
        stderr_console().print(f"Error: {error}", markup=False, soft_wrap=True)
        code = 2
    except MemoryError as error:
        reason = str(error) or "the machine's memory is used up"
        stderr_console().print(
            f"Error: There is not enough memory: {reason}.\nAsk for less data, a smaller batch, or a coarser grid.",
            markup=False,
            soft_wrap=True,
        )
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2
    except (FitInterruptedError, KeyboardInterrupt, click.Abort):
        stderr_console().print("Interrupted.")
        code = _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output, e.g. `head`, has seen enough.
        sys.stderr.close()
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _example(text: str) -> str:
    return f"\b\nExample:\n  {text}"


_runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default="runs",
    envvar="ITWINAI_RUNS",
    show_default=True,
    show_envvar=True,
    help="Folder that holds the runs.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group(
    cls=_Verbs,
    epilog=_example("itwinai fit virgo fit.epochs=5"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="itwinai-core", prog_name="itwinai")
def verbs() -> None:
    """Train scientific models from installable plugins: on a laptop today, on a cluster tomorrow."""


@verbs.command("list-plugins", epilog=_example("itwinai list-plugins --json"))
@_json_option
def list_plugins(*, as_json: bool) -> None:
    """List installed plugins and their use cases; broken ones with their reason."""
    show.plugins(installed().installed, as_json=as_json)


@verbs.command(epilog=_example("itwinai describe virgo"))
@click.argument("use_case")
@_json_option
def describe(use_case: str, *, as_json: bool) -> None:
    """Show what USE_CASE trains, and each of its settings with its default."""
    from itwinai_core.fit import plan

    planned = plan(use_case, (), installed())
    show.use_case(planned.use_case, planned.run, installed().plugin_of(planned.use_case), as_json=as_json)


@verbs.command(epilog=_example("itwinai init virgo > run.yaml"))
@click.argument("use_case")
def init(use_case: str) -> None:
    """Print a complete run file of USE_CASE, commented, to edit and fit."""
    from itwinai_core.config import to_commented_yaml
    from itwinai_core.fit import plan

    planned = plan(use_case, (), installed())
    click.echo(f"# {planned.use_case.summary}\n# Train it with: itwinai fit FILE [key.path=value ...]")
    click.echo(to_commented_yaml(planned.run), nl=False)


@verbs.command(epilog=_example("itwinai fit virgo settings.model.name=decoder fit.epochs=5 --name first"))
@click.argument("use_case_or_file")
@click.argument("overrides", nargs=-1, metavar="[KEY.PATH=VALUE]...")
@click.option("--name", help="Name of the run and of its folder.  [default: use case and time]")
@_runs_option
def fit(use_case_or_file: str, overrides: tuple[str, ...], name: str | None, runs: Path) -> None:
    """Train USE_CASE_OR_FILE, a use case by name or a YAML run file, and judge it on held-out data.

    Any key of the run can be set as key.path=value; the value is read as YAML.
    """
    from itwinai_core.fit import fit as fit_run
    from itwinai_core.fit import plan

    planned = plan(use_case_or_file, overrides, installed())
    folder, report = fit_run(planned, runs=runs, name=name)
    show.report(folder, report)


@verbs.command(epilog=_example("itwinai evaluate runs/first"))
@click.argument("run")
@_runs_option
def evaluate(run: str, runs: Path) -> None:
    """Judge the best checkpoint of RUN, a name or a folder, on its held-out data once more."""
    from itwinai_core.evaluate import evaluate as evaluate_run
    from itwinai_core.trained import TrainedRun

    trained = TrainedRun.find(run, runs, installed())
    show.evaluation(trained.folder, evaluate_run(trained))


@verbs.command(epilog=_example("itwinai predict first sample:gw170814"))
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
@_runs_option
def predict(run: str, inputs: tuple[str, ...], output: Path | None, overrides: tuple[str, ...], runs: Path) -> None:
    """Apply the best checkpoint of RUN, a name or a folder, to your own data.

    INPUT is a file, a folder, or sample:NAME for real data that comes with the plugin.
    """
    from itwinai_core.predict import predict as predict_run
    from itwinai_core.trained import TrainedRun

    trained = TrainedRun.find(run, runs, installed(), overrides)
    show.prediction(predict_run(trained, inputs, output=output))


@verbs.command("runs", epilog=_example("itwinai runs"))
@_runs_option
@_json_option
def list_runs(runs: Path, *, as_json: bool) -> None:
    """List all runs with their state: running, finished, interrupted or failed."""
    from itwinai_core.run_folder import RunFolder

    show.runs(RunFolder.all_in(runs), runs, as_json=as_json)
