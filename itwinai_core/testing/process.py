"""A process of its own, in which a plugin is loaded and tried: whatever it does there harms nothing else."""

from __future__ import annotations

import argparse
import faulthandler
import os
import re
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.errors import UserError
from itwinai_core.testing.checks import DETERMINISM, ONE_BATCH_FIT, ROLES, RUN_FOLDER
from itwinai_core.testing.contract import Fault, LoadError, NotCheckedError, Subject
from itwinai_core.testing.journal import Journal
from itwinai_core.testing.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itwinai_core.testing.contract import Check
    from itwinai_core.testing.trial import Trial


_CACHE = re.compile(r"MPLCONFIGDIR|\w+_(CACHE|CACHE_DIR|CACHE_HOME|HOME)")
"""Variables by which libraries are told where to keep things."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the checks of one role, and write a journal of them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("plugin", help="entry point or distribution")
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("folder", type=Path, help="where the journal and all else goes")
    parser.add_argument("--use-case")
    parser.add_argument("--only", action="append", default=[], help="use case to look at, of several")
    parser.add_argument("--fitted", type=Path, help="folder of a finished run")
    parser.add_argument("--checks", nargs="*", default=[], help="those of the role that are to be made")
    given = parser.parse_args(arguments)
    faulthandler.enable()
    journal = Journal(given.folder / "journal")
    subject = Subject(given.plugin, only=given.only)
    chosen = [check for check in ROLES[given.role] if check.name in given.checks]
    if given.role == "look":
        _look(subject, chosen, journal)
    elif trial := _trial(subject, given, chosen, journal):
        _try(trial, given.role, chosen, journal)
    journal.done()


def _look(subject: Subject, chosen: Sequence[Check[Any]], journal: Journal) -> None:
    """Tell what the plugin offers, and make the checks that need no training."""
    try:
        plugins = subject.plugins
    except LoadError as error:
        journal.broken(error.fault)
    else:
        journal.offers([offered.name for offered in plugins.installed[0].use_cases])
    told: dict[str, str] = {}
    for check in chosen:
        journal.begun(check.name)
        began = time.monotonic()
        faults: list[Fault] = []
        reason = ""
        try:
            faults = check.find(subject)
        except NotCheckedError as error:
            reason = str(error)
        except LoadError as error:
            if error.fault.problem in told:
                reason = f"the plugin does not load: see {told[error.fault.problem]}"
            else:
                faults = [error.fault]
        told |= {fault.problem: check.name for fault in faults}
        journal.ended(check.name, faults, reason, time.monotonic() - began)


def _trial(subject: Subject, given: argparse.Namespace, chosen: Sequence[Check[Any]], journal: Journal) -> Trial | None:
    """Return the use case, loaded, with its framework, and watch what it does from its first line on.

    Where the framework is not installed, that is told, and there is nothing to return.
    """
    caches = [Path(value) for name, value in os.environ.items() if _CACHE.fullmatch(name)]
    allowed = [given.folder / "runs" / given.use_case, Path(tempfile.gettempdir()), *filter(None, [given.fitted])]
    watch = Watch(subject.owns, allowed, [*caches, Path.home() / ".keras"], journal.seen)
    watch.start()
    if given.role == "second":
        from itwinai_core.testing.disturbing import disturb

        disturb()
    from itwinai_core.testing.trial import Trial

    use_case = subject.plugins.use_case(given.use_case)
    trial = Trial(subject, use_case, given.folder / "runs", watch, journal.seen, given.fitted)
    try:
        _ = trial.engine
    except UserError as error:
        for check in chosen:
            faults = [trial.fault(error, "Install it beside the plugin.")] if check is chosen[0] else []
            journal.ended(check.name, faults, f"the engine does not start: see {chosen[0].name}", 0.0)
        return None
    return trial


def _try(trial: Trial, role: str, chosen: Sequence[Check[Trial]], journal: Journal) -> None:
    """Make the checks that train, one after the other; all that follows a fit that failed is left out."""
    failed = False
    here = Path.cwd()
    for check in chosen:
        journal.begun(check.name)
        began = time.monotonic()
        faults: list[Fault] = []
        reason = "the quick run does not train: see one-batch-fit" if failed else ""
        try:
            faults = [] if failed else check.find(trial)
        except NotCheckedError as error:
            reason = str(error)
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever a plugin raises is a finding
            faults = [trial.fault(error)]
            failed = role != "apply" and trial.fitted is None
        journal.ended(check.name, faults, reason, time.monotonic() - began)
        if check is ONE_BATCH_FIT and not failed:
            _pass_on(trial, journal)
        if Path.cwd() != here:
            journal.seen(RUN_FOLDER.name, _moved(trial))
            os.chdir(here)


def _pass_on(trial: Trial, journal: Journal) -> None:
    """Leave what the other processes compare with and go on from."""
    from itwinai_core.testing.repeating import keep

    try:
        faults = keep(trial, trial.folder)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is a finding
        faults = [trial.fault(error, "Let build_data and the sources answer each time that they are asked.")]
    for fault in faults:
        journal.seen(DETERMINISM.name, fault)
    if trial.fitted:
        journal.fitted(trial.fitted)


def _moved(trial: Trial) -> Fault:
    return Fault(
        f"The use case '{trial.use_case.name}' changes the working directory, to {Path.cwd()}.",
        "Leave it: paths that the user gives are relative to it. Build paths from the folder that a method is given.",
    )


if __name__ == "__main__":
    main()
