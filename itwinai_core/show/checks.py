"""What `itwinai check-plugin` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.show.tables import new_table, print_json, print_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_core.testing import Verdicts
    from itwinai_core.testing.contract import Check


def verdicts(found: Verdicts, *, as_json: bool) -> None:
    """Print what each check says, and below what is wrong and what to change."""
    if as_json:
        print_json(found.as_dict())
        return
    table = new_table("check", "what holds", "result", "seconds")
    for verdict in found.verdicts:
        seconds = f"{verdict.seconds:.1f}" if verdict.seconds else ""
        table.add_row(verdict.check, verdict.promise, verdict.state, seconds)
    print_out(table)
    for verdict in found.verdicts:
        if verdict.faults:
            print_out(f"{verdict.check} failed:")
            for line in verdict.lines():
                print_out(f"  {line}")
        elif verdict.reason:
            print_out(f"{verdict.check} was skipped: {verdict.reason}.")
    print_out(f"{found.plugin} {found.version}: {_summary(found)} in {found.seconds:.0f} s.")


def checks(known: Sequence[Check[Any]], *, as_json: bool) -> None:
    """Print the checks that there are."""
    if as_json:
        print_json([{"check": check.name, "promise": check.promise} for check in known])
        return
    table = new_table("check", "what holds where it passes")
    for check in known:
        table.add_row(check.name, check.promise)
    print_out(table)


def _summary(found: Verdicts) -> str:
    states = [verdict.state for verdict in found.verdicts]
    counts = [(states.count(state), state) for state in ("passed", "failed", "skipped")]
    return ", ".join(f"{count} {state}" for count, state in counts if count)
