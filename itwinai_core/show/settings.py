"""What the verbs about settings print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from itwinai_core.config import describe_fields
from itwinai_core.show.tables import new_table, print_json, print_out

if TYPE_CHECKING:
    from itwinai_core.config import RunConfig
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


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
