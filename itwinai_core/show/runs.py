"""What the verbs about runs print as their result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.show.tables import new_table, print_json, print_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from itwinai_core.predict import Prediction
    from itwinai_core.report import Report
    from itwinai_core.run_folder import RunFolder


def report(folder: RunFolder, result: Report) -> None:
    """Print what a fit reached and what to open."""
    _metrics(result.metrics)
    early = ", stopped early" if result.stopped_early else ""
    print_out(f"{result.epochs} epochs in {result.duration:.0f} s{early}; the best is epoch {result.best_epoch}.")
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
        print_out(line)
    _print_files(result.folder, [str(path.relative_to(result.folder)) for path in result.files])


def runs(folders: Sequence[RunFolder], place: Path, *, as_json: bool) -> None:
    """Print every run with its state."""
    entries = [_run_entry(folder) for folder in folders]
    if as_json:
        print_json(entries)
        return
    if not entries:
        print_out(f"There are no runs in {place} yet. Make one with: itwinai fit USE_CASE")
        return
    table = new_table("run", "use case", "state", "epochs", "best", "checkpoints", "started", "took [s]")
    for entry in entries:
        shown = entry | {
            "checkpoints": ", ".join(entry["checkpoints"]),
            "started": (entry["started"] or "")[:16].replace("T", " "),
        }
        del shown["reason"]
        table.add_row(*("" if cell is None else str(cell) for cell in shown.values()))
    print_out(table)
    for entry in entries:
        if entry["reason"]:
            print_out(f"{entry['run']} failed: {entry['reason']}")


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
    table = new_table("metric", "value")
    for name, value in sorted(metrics.items()):
        table.add_row(name, "not a number" if value is None else f"{value:.4g}")
    print_out(table)


def _print_files(folder: Path, names: Iterable[str]) -> None:
    print_out(f"In {folder}:")
    for name in names:
        if (folder / name).exists():
            print_out(f"  {name}")
