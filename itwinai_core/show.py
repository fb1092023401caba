"""What the verbs print as their result: tables on standard output, or JSON."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from itwinai_core.config import describe_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.table import Table

    from itwinai_core.config import RunConfig
    from itwinai_core.plugins import Plugin
    from itwinai_core.predict import Prediction
    from itwinai_core.report import Report
    from itwinai_core.run_folder import RunFolder
    from itwinai_core.use_case import UseCase


def plugins(found: Sequence[Plugin], *, as_json: bool) -> None:
    """Print every installed plugin, and for a set-aside one why."""
    if as_json:
        _print_json([_plugin_entry(plugin) for plugin in found])
        return
    if not found:
        _print("No plugin is installed. Two to start with: pip install itwinai-virgo itwinai-cyclones")
        return
    table = _table("plugin", "version", "use case", "engine", "what it trains")
    for plugin in found:
        for use_case in plugin.use_cases:
            table.add_row(plugin.distribution, plugin.version, use_case.name, use_case.engine, use_case.summary)
        if plugin.problem:
            table.add_row(plugin.distribution, plugin.version, "-", "-", "set aside, see below")
    _print(table)
    for plugin in found:
        if plugin.problem:
            _print(
                f"{plugin.distribution} {plugin.version} is set aside: {plugin.problem}\n"
                f"  Mend it with: pip install --upgrade {plugin.distribution}, "
                f"or be rid of it with: pip uninstall {plugin.distribution}"
            )


def use_case(described: UseCase[Any], run: RunConfig[Any], plugin: Plugin, *, as_json: bool) -> None:
    """Print a use case and each key of its run."""
    samples = {name: str(path) for name, path in described.samples().items()}
    fields = list(describe_fields(run))
    if as_json:
        keys = ("key", "type", "default", "description")
        settings = [dict(zip(keys, field, strict=True)) for field in fields]
        _print_json(
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
    _print(f"{described.name}: {described.summary}")
    _print(f"Engine {described.engine}, from {plugin.distribution} {plugin.version}")
    for name in samples:
        _print(f"Real data at hand: itwinai predict RUN sample:{name}")
    table = _table("key", "default", "type", "meaning")
    for key, kind, value, description in fields:
        table.add_row(key, _plain(value), kind, description)
    _print(table)


def report(folder: RunFolder, result: Report) -> None:
    """Print what a fit reached and what to open."""
    _metrics(result.metrics)
    early = ", stopped early" if result.stopped_early else ""
    _print(f"{result.epochs} epochs in {result.duration:.0f} s{early}; the best is epoch {result.best_epoch}.")
    pictures = [name for name in result.artefacts if name.endswith(".png")]
    _print_files(folder.path, ["report.json", "curves.png", *pictures])


def evaluation(folder: RunFolder, metrics: Mapping[str, float]) -> None:
    """Print how good a model is on held-out data."""
    _metrics(metrics)
    pictures = sorted((folder.path / "artefacts").rglob("*.png"))
    names = [str(path.relative_to(folder.path)) for path in pictures]
    _print_files(folder.path, ["evaluation.json", *names])


def prediction(result: Prediction) -> None:
    """Print what was found, and where the files are."""
    for line in result.findings:
        _print(line)
    _print_files(result.folder, [str(path.relative_to(result.folder)) for path in result.files])


def runs(folders: Sequence[RunFolder], place: Path, *, as_json: bool) -> None:
    """Print every run with its state."""
    entries = [_run_entry(folder) for folder in folders]
    if as_json:
        _print_json(entries)
        return
    if not entries:
        _print(f"There are no runs in {place} yet. Make one with: itwinai fit USE_CASE")
        return
    table = _table("run", "use case", "state", "epochs", "best", "checkpoints", "started", "took [s]")
    for entry in entries:
        shown = entry | {
            "checkpoints": ", ".join(entry["checkpoints"]),
            "started": (entry["started"] or "")[:16].replace("T", " "),
        }
        del shown["reason"]
        table.add_row(*("" if cell is None else str(cell) for cell in shown.values()))
    _print(table)
    for entry in entries:
        if entry["reason"]:
            _print(f"{entry['run']} failed: {entry['reason']}")


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


def _run_entry(folder: RunFolder) -> dict[str, Any]:
    state, result = folder.state(), folder.read_report()
    return {
        "run": folder.path.name,
        "use_case": state.get("use_case"),
        "state": state["state"],
        "epochs": state.get("epochs"),
        "best_epoch": result.get("best_epoch"),
        "checkpoints": list(folder.saved()),
        "started": state.get("started"),
        "duration": result.get("duration"),
        "reason": state.get("reason") or None,
    }


def _metrics(metrics: Mapping[str, float | None]) -> None:
    table = _table("metric", "value")
    for name, value in sorted(metrics.items()):
        table.add_row(name, "not a number" if value is None else f"{value:.4g}")
    _print(table)


def _print_files(folder: Path, names: Iterable[str]) -> None:
    _print(f"In {folder}:")
    for name in names:
        if (folder / name).exists():
            _print(f"  {name}")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(first: str, *columns: str) -> Table:
    """Return an empty table; its first column, which says what a row is about, is never folded."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(first, no_wrap=True, overflow="ignore")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(content: Any) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # A file or a pipe has no width: rows stay whole.
        console.width = 140
    console.print(content, markup=False, soft_wrap=isinstance(content, str))


def _print_json(content: Any) -> None:
    import click

    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
