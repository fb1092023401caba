"""What the verbs about settings print and write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from itwinai_core.config.explain import explained
from itwinai_core.config.json_schema import json_schema
from itwinai_core.config.write import describe_fields, to_commented_yaml
from itwinai_core.errors import RunError
from itwinai_core.progress import stderr_console
from itwinai_core.show.tables import new_table, print_json, print_out
from itwinai_core.whole_files import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from itwinai_core.config import RunConfig
    from itwinai_core.config.content import Content
    from itwinai_core.config.places import Origin
    from itwinai_core.fit import Plan
    from itwinai_core.plugins import Plugin
    from itwinai_core.use_case import UseCase


def use_case(described: UseCase[Any], run: RunConfig[Any], plugin: Plugin, *, as_json: bool) -> None:
    """Print a use case and each key of its run."""
    samples = {name: str(path) for name, path in described.samples().items()}
    fields = list(describe_fields(run))
    if as_json:
        keys = ("key", "type", "default", "description")
        settings = [dict(zip(keys, field, strict=True)) for field in fields]
        print_json(
            {
                "name": described.name,
                "summary": described.summary,
                "engine": described.engine,
                "plugin": plugin.distribution,
                "version": plugin.version,
                "samples": samples,
                "settings": settings,
            }
        )
        return
    print_out(f"{described.name}: {described.summary}")
    print_out(f"Engine {described.engine}, from {plugin.distribution} {plugin.version}")
    for name in samples:
        print_out(f"Real data at hand: itwinai predict RUN sample:{name}")
    table = new_table("key", "default", "type", "meaning")
    for key, kind, value, description in fields:
        table.add_row(key, _plain(value), kind, description)
    print_out(table)


def schema(planned: Plan) -> None:
    """Print the JSON Schema of the run files of a use case."""
    print_json(_schema(planned))


def run_file(planned: Plan) -> str:
    """Return a complete, commented run file, which names the schema that an editor checks it by."""
    name = planned.use_case.name
    return (
        f"# yaml-language-server: $schema={name}.schema.json\n"
        f"# An editor checks this file once that is beside it: itwinai describe {name} --schema > {name}.schema.json\n"
        f"# {planned.use_case.summary}\n"
        "# Train it with: itwinai fit FILE [key.path=value ...]\n"
        f"{to_commented_yaml(planned.run)}"
    )


def written(planned: Plan, output: Path) -> None:
    """Write a run file and the schema beside it; neither takes the place of another file.

    Raises:
        RunError: a file is there already, or cannot be written.
    """
    beside = output.with_name(f"{planned.use_case.name}.schema.json")
    described = json.dumps(_schema(planned), indent=2, ensure_ascii=False) + "\n"
    if output.exists():
        raise RunError(f"{output} is there already, and it stays as it is.\nChoose another --output.")
    try:
        if not beside.exists():
            write_new(beside, described)
        elif beside.read_text(encoding="utf-8") != described:
            raise RunError(f"{beside} is there already, and is not of this version. Remove it, or write elsewhere.")
        write_new(output, run_file(planned))
    except OSError as error:
        raise RunError(f"{output} cannot be written: {error.strerror}.") from None
    print_out(f"Wrote {output}, and {beside} for your editor.\nTrain it with: itwinai fit {output}")


def origins(run: RunConfig[Any], content: Content, *, as_json: bool) -> None:
    """Print every value of a run with what set it."""
    values = list(explained(run, content))
    if as_json:
        print_json(
            [
                {
                    "key": value.key,
                    "value": value.value,
                    "origin": _origin_entry(value.origin),
                    "hidden": [_origin_entry(hidden) for hidden in value.hidden],
                }
                for value in values
            ]
        )
        return
    table = new_table("key", "value", "set by")
    for value in values:
        over = "".join(f", over {hidden}" for hidden in value.hidden)
        table.add_row(value.key, _plain(value.value), f"{value.origin}{over}")
    print_out(table)


def from_environment(content: Content) -> None:
    """Say on standard error which values of a run the environment sets, if any."""
    names = dict.fromkeys(origins[-1].name for origins in content.origins.values() if origins[-1].kind == "environment")
    if names:
        stderr_console().print(f"Set by the environment: {', '.join(names)}", markup=False, soft_wrap=True)


def _schema(planned: Plan) -> dict[str, Any]:
    choices = {
        "strategy.name": planned.plugins.strategy_names(planned.use_case.engine),
        "fit.trackers": planned.plugins.tracker_names,
    }
    return json_schema(planned.run, planned.use_case.summary, choices)


def _origin_entry(origin: Origin) -> dict[str, Any]:
    mark = origin.place.value if origin.place else None
    return {
        "kind": origin.kind,
        "name": origin.name or None,
        "line": mark and mark.line,
        "column": mark and mark.column,
    }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
