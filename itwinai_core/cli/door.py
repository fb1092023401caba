"""The program: its verbs, those that plugins bring, and how a command ends."""

from __future__ import annotations

import functools
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
    """Run one command; a mistake of the user ends in one message and exit code 2.

    Args:
        arguments: Words after the program's name; by default those of this process, which ends with the command.
    """
    # pydantic would read the entry points of all installed packages, for plugins of its own that settings do not need.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        code = verbs.main(arguments, prog_name="itwinai", standalone_mode=False)
    except UserError as error:
        click.echo(f"Error: {error}", err=True)
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
    except (FitInterruptedError, KeyboardInterrupt, click.Abort) as error:
        told = str(error) if isinstance(error, KeyboardInterrupt) else ""
        stderr_console().print(f"Interrupted. {told}".rstrip(), markup=False, soft_wrap=True)
        code = _INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output, e.g. `head`, has seen enough.
        sys.stderr.close()
        code = 1
    if arguments is None:
        _close_stdout()
    sys.exit(code if isinstance(code, int) else 0)


def _close_stdout() -> None:
    """Send nowhere what is printed from here on: what a plugin prints at exit must not end up in somebody's JSON."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def example(text: str) -> str:
    """Return the epilog of a verb's help: one command line to start from."""
    return f"\b\nExample:\n  {text}"


runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default="runs",
    envvar="ITWINAI_RUNS",
    show_default=True,
    show_envvar=True,
    help="Folder that holds the runs.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group(
    cls=_Verbs,
    epilog=example("itwinai fit virgo fit.epochs=5"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="itwinai-core", prog_name="itwinai")
def verbs() -> None:
    """Train scientific models from installable plugins: on a laptop today, on a cluster tomorrow."""
