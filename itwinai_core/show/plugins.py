"""What the verbs about plugins print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.config.near import near_match
from itwinai_core.plugins.find import unknown_names
from itwinai_core.show.tables import new_table, print_json, print_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_core.doctor import Examination
    from itwinai_core.plugins import Plugin


def plugins(found: Sequence[Plugin], *, as_json: bool) -> None:
    """Print every installed plugin, and for a set-aside one why."""
    if as_json:
        print_json([entry(plugin) for plugin in found])
        return
    if not found:
        print_out("No plugin is installed. Two to start with: itwinai install itwinai-virgo itwinai-cyclones")
        return
    offered = [use_case for plugin in found for use_case in plugin.use_cases if plugin.status == "working"]
    if offered:
        print_out(_use_case_table(found))
        print_out("")
    print_out(_plugin_table(found))
    for text in remarks(found):
        print_out(f"\n{text}")


def examination(found: Examination, *, as_json: bool) -> None:
    """Print what a doctor found: the environment, the frameworks, the plugins, and what to do."""
    if as_json:
        print_json(
            {
                "environment": found.environment,
                "frameworks": [vars(framework) for framework in found.frameworks],
                "engines": found.engines,
                "plugins": [entry(plugin) for plugin in found.plugins],
                "remarks": found.remarks,
            }
        )
        return
    here = found.environment
    print_out(f"itwinai-core {here['itwinai-core']} with API {here['api']}, Python {here['python']}")
    print_out(f"  {here['executable']}")
    print_out(f"  {here['platform']}, {here['processors']} processors, {here['memory_gib']} GiB of memory")
    for name, value in here["variables"].items():
        print_out(f"  {name}={value}")
    table = new_table("framework", "version", "state", "load [s]", "devices")
    for framework in found.frameworks:
        state = framework.problem or ("loads" if framework.version else "not installed")
        seconds = f"{framework.seconds:.1f}" if framework.version else ""
        table.add_row(framework.name, framework.version, state, seconds, ", ".join(framework.devices))
    print_out("")
    print_out(table)
    print_out("")
    for engine, state in found.engines.items():
        print_out(f"The {engine} engine {state}.")
    print_out("")
    plugins(found.plugins, as_json=False)
    for remark in found.remarks:
        print_out(f"\n{remark}")
    working = sum(plugin.status == "working" for plugin in found.plugins)
    print_out(f"\n{working} of {len(found.plugins)} plugins work, {len(found.set_aside)} are set aside.")


def remarks(found: Sequence[Plugin]) -> list[str]:
    """Return why plugins are set aside, at most three lines each, and what in the environment names none."""
    texts = [diagnosis(plugin) for plugin in found if plugin.diagnosis]
    known = [name for plugin in found for name in (plugin.name, plugin.distribution)]
    for variable, name in unknown_names(found):
        texts.append(f"{variable} names '{name}', and no installed plugin is called so.{near_match(name, known)}")
    return texts


def diagnosis(plugin: Plugin) -> str:
    """Return what is wrong with a plugin, where, and what mends it: at most three lines."""
    found = plugin.diagnosis
    if found is None:
        return ""
    place = [f"  in {found.place}"] if found.place else []
    return "\n".join([f"{plugin.title} is set aside: {found.reason}", *place, f"  to mend it: {found.mend}"])


def entry(plugin: Plugin) -> dict[str, Any]:
    """Return what is known of a plugin as plain values."""
    found = plugin.diagnosis
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "core_range": plugin.core_range or None,
        "status": plugin.status,
        "switched_off_by": plugin.off or None,
        "seconds": plugin.seconds,
        "use_cases": [
            {"name": offered.name, "engine": offered.engine, "summary": offered.summary} for offered in plugin.use_cases
        ]
        if plugin.status == "working"
        else [],
        "diagnosis": {"reason": found.reason, "file": found.file, "line": found.line, "mend": found.mend}
        if found
        else None,
    }


def _use_case_table(found: Sequence[Plugin]) -> Any:
    table = new_table("use case", "what it trains")
    for plugin in found:
        for use_case in plugin.use_cases if plugin.status == "working" else ():
            table.add_row(use_case.name, use_case.summary)
    return table


def _plugin_table(found: Sequence[Plugin]) -> Any:
    table = new_table("plugin", "version", "use case", "engine", "core", "status", "load [s]")
    for plugin in found:
        working = plugin.status == "working"
        table.add_row(
            plugin.distribution,
            plugin.version,
            "\n".join(offered.name for offered in plugin.use_cases) if working else "-",
            "\n".join(offered.engine for offered in plugin.use_cases) if working else "-",
            plugin.core_range or "any",
            f"off by {plugin.off}" if plugin.off else plugin.status,
            f"{plugin.seconds:.2f}",
        )
    return table
