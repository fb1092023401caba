"""Tables on standard output, or JSON."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


def new_table(first: str, *columns: str) -> Table:
    """Return an empty table; its first column, which says what a row is about, is never folded."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(first, no_wrap=True, overflow="ignore")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def print_out(content: Any) -> None:
    """Print text or a table on standard output."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # A file or a pipe has no width: rows stay whole.
        console.width = 140
    console.print(content, markup=False, soft_wrap=isinstance(content, str))


def print_json(content: Any) -> None:
    """Print plain values as JSON on standard output."""
    import click

    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
