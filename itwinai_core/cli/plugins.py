"""Verbs about plugins: what is installed, and whether it works."""

from __future__ import annotations

from itwinai_core.cli.door import example, installed, json_option, verbs
from itwinai_core.show import plugins as show


@verbs.command("list-plugins", epilog=example("itwinai list-plugins --json"))
@json_option
def list_plugins(*, as_json: bool) -> None:
    """List installed plugins and their use cases; broken ones with their reason."""
    show.plugins(installed().installed, as_json=as_json)
