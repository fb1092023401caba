"""Verbs about plugins: what is installed, whether it works, more of it, and less."""

from __future__ import annotations

import click

from itwinai_core.cli.door import example, installed, json_option, verbs
from itwinai_core.show import plugins as show

_FOR_PIP = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


@verbs.command(
    "list-plugins",
    short_help="List installed plugins; broken ones with their reason.",
    epilog=example("itwinai list-plugins --json"),
)
@json_option
def list_plugins(*, as_json: bool) -> None:
    """List installed plugins and their use cases; broken ones with their reason.

    ITWINAI_PLUGINS=virgo,tides leaves out all others; ITWINAI_PLUGINS_OFF=tides leaves out those.
    """
    show.plugins(installed().installed, as_json=as_json)


@verbs.command(short_help="Examine frameworks, devices, and each plugin alone.", epilog=example("itwinai doctor"))
@json_option
def doctor(*, as_json: bool) -> None:
    """Examine the environment: frameworks, devices, and each plugin in a process of its own."""
    from itwinai_core.doctor import examine
    from itwinai_core.plugins import Plugins

    show.examination(examine(Plugins(verbs=verbs.commands, alone=True)), as_json=as_json)


@verbs.command(
    context_settings=_FOR_PIP,
    short_help="Install plugins by pip, next to this program.",
    epilog=example("itwinai install itwinai-virgo"),
)
@click.argument("packages", nargs=-1, required=True, type=click.UNPROCESSED, metavar="PACKAGE...")
def install(packages: tuple[str, ...]) -> None:
    """Install plugins by pip into the environment of this program; options of pip may follow."""
    from itwinai_core.packages import pip

    pip("install", packages)
    show.plugins(installed().installed, as_json=False)


@verbs.command(
    context_settings=_FOR_PIP, short_help="Remove plugins by pip.", epilog=example("itwinai uninstall itwinai-virgo")
)
@click.argument("packages", nargs=-1, required=True, type=click.UNPROCESSED, metavar="PACKAGE...")
def uninstall(packages: tuple[str, ...]) -> None:
    """Remove plugins by pip from the environment of this program; options of pip may follow."""
    from itwinai_core.packages import pip

    pip("uninstall", packages)
