"""The verb that checks a plugin before it is released."""

from __future__ import annotations

import time

import click

from itwinai_core.cli.door import example, json_option, verbs


@verbs.command(
    "check-plugin", short_help="Check that a plugin keeps the contract.", epilog=example("itwinai check-plugin virgo")
)
@click.argument("name", required=False)
@click.option("--only", multiple=True, metavar="CHECK", help="Make this check only; may be given several times.")
@click.option(
    "--use-case",
    "use_cases",
    multiple=True,
    metavar="NAME",
    help="Sample and train this use case only, of several that it offers.",
)
@click.option(
    "--limit",
    type=click.FloatRange(min=1),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest that one check may take.",
)
@click.option("--list", "listed", is_flag=True, help="List the checks, and make none.")
@json_option
def check_plugin(  # noqa: PLR0913 - an argument for each option
    name: str | None, only: tuple[str, ...], use_cases: tuple[str, ...], limit: float, *, listed: bool, as_json: bool
) -> int:
    """Check the installed plugin NAME: its wheel, its hooks, its settings, and how it trains.

    Each failed check says what is wrong and what to change. The exit code is 1 where one failed.
    """
    from itwinai_core.progress import track
    from itwinai_core.show import checks as show
    from itwinai_core.testing.checks import CHECKS
    from itwinai_core.testing.contract import Subject
    from itwinai_core.testing.runner import chosen, gathered, verdicts_of

    if listed:
        show.checks(CHECKS, as_json=as_json)
        return 0
    if name is None:
        raise click.UsageError("Name a plugin, as `itwinai list-plugins` does, or give --list.")
    wanted = chosen(only)
    subject, began = Subject(name), time.monotonic()
    known = verdicts_of(subject, only=wanted, use_cases=use_cases, limit=limit)
    made = list(track(known, f"Checking {name}", total=len(wanted)))
    verdicts = gathered(subject, made, time.monotonic() - began)
    show.verdicts(verdicts, as_json=as_json)
    return 0 if verdicts.passed else 1
