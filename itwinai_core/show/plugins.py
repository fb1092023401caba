"""What the verbs about plugins print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.show.tables import new_table, print_json, print_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_core.plugins import Plugin


def plugins(found: Sequence[Plugin], *, as_json: bool) -> None:
    """Print every installed plugin, and for a set-aside one why."""
    if as_json:
        print_json([_plugin_entry(plugin) for plugin in found])
        return
    if not found:
        print_out("No plugin is installed. Two to start with: pip install itwinai-virgo itwinai-cyclones")
        return
    table = new_table("plugin", "version", "use case", "engine", "what it trains")
    for plugin in found:
        for use_case in plugin.use_cases:
            table.add_row(plugin.distribution, plugin.version, use_case.name, use_case.engine, use_case.summary)
        if plugin.problem:
            table.add_row(plugin.distribution, plugin.version, "-", "-", "set aside, see below")
    print_out(table)
    for plugin in found:
        if plugin.problem:
            print_out(
                f"{plugin.distribution} {plugin.version} is set aside: {plugin.problem}\n"
                f"  Mend it with: pip install --upgrade {plugin.distribution}, "
                f"or be rid of it with: pip uninstall {plugin.distribution}"
            )


def _plugin_entry(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "status": "set aside" if plugin.problem else "working",
        "problem": plugin.problem or None,
        "use_cases": [
            {"name": offered.name, "engine": offered.engine, "summary": offered.summary} for offered in plugin.use_cases
        ],
    }
