"""One examination of a plugin: the processes that it needs, in which order, and what all of them say together."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itwinai_core.config.near import did_you_mean
from itwinai_core.errors import PluginError
from itwinai_core.testing.checks import (
    ASSESS_AND_PREDICT,
    CHECKS,
    DETERMINISM,
    ONE_BATCH_FIT,
    OVERFIT,
    ROLES,
    RUN_FOLDER,
    WATCHED,
)
from itwinai_core.testing.contract import Fault, LoadError
from itwinai_core.testing.jobs import Job
from itwinai_core.testing.traces import Traces, left_behind
from itwinai_core.testing.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from itwinai_core.testing.contract import Subject

_PAUSE = 0.02  # [s]
_MOST_FAULTS = 5
_STATIC = {check.name for check in ROLES["look"]}
_AT_THE_END = {DETERMINISM.name, *(check.name for check in WATCHED)}
_UNTRAINED = f"the quick run does not train: see {ONE_BATCH_FIT.name}"


@dataclass
class _Found:
    """What one check found in one use case, or in the plugin as a whole."""

    faults: list[Fault] = field(default_factory=list)
    reason: str = ""
    seconds: float = 0.0
    ended: bool = False


class Examination:
    """Checks of one plugin, made in several processes at once."""

    def __init__(
        self, subject: Subject, wanted: Collection[str], use_cases: Collection[str], limit: float, place: Path
    ) -> None:
        """Prepare to check.

        Args:
            subject: The plugin.
            wanted: Names of the checks.
            use_cases: Names of the use cases to train; all where there are none.
            limit: Time that one check may take [s].
            place: Empty folder for all processes.
        """
        self._subject, self._wanted, self._limit, self._place = subject, set(wanted), limit, place
        self._found: dict[str, dict[str, _Found]] = defaultdict(lambda: defaultdict(_Found))
        self._yielded: set[str] = set()
        self._asked = use_cases
        self._use_cases: list[str] = []
        self._loads = self._concluded = False
        self._jobs: list[Job] = []
        self._waiting: list[Job] = []
        self._at_once = max(2, min(4, len(os.sched_getaffinity(0))))

    def verdicts(self) -> Iterator[Verdict]:
        """Yield each verdict as soon as it is known."""
        traces = self._traces()
        looks = [check.name for check in ROLES["look"] if check.name in self._wanted]
        self._start(Job(self._subject, "look", looks, self._place / "look", only=self._asked))
        while any(not job.over for job in self._jobs):
            time.sleep(_PAUSE)
            for job in [*self._jobs]:
                for entry in job.entries(self._limit):
                    self._take(job, entry)
            running = sum(not job.over for job in self._jobs if job.role != "look")
            ready = [job for job in self._waiting if job.role != "apply" or job.fitted]
            for job in ready[: max(self._at_once - running, 0)]:
                self._waiting.remove(job)
                self._start(job)
            yield from self._known()
        self._conclude(traces)
        yield from self._known()

    def end(self) -> None:
        """End what still runs."""
        for job in self._jobs:
            if not job.over:
                job.kill()

    def _traces(self) -> Traces | None:
        try:
            return Traces(self._subject.folder, edited=self._subject.project is not None)
        except LoadError:
            return None

    def _job(self, role: str, checks: list[str], use_case: str = "") -> Job:
        return Job(self._subject, role, checks, self._place / f"{role}-{use_case}", use_case=use_case)

    def _start(self, job: Job) -> None:
        self._jobs.append(job)
        job.start()

    def _plan(self, offered: list[str]) -> None:
        """Put the processes that train into the queue."""
        for name in self._asked:
            if name not in offered:
                raise PluginError(f"The plugin offers no use case '{name}'.{did_you_mean(name, offered)}")
        self._loads = True
        self._use_cases = [name for name in offered if name in self._asked or not self._asked]
        wanted = self._wanted - _STATIC
        watched = wanted & {check.name for check in WATCHED}
        for name in self._use_cases if wanted else ():
            for role, needed in (
                ("first", {ONE_BATCH_FIT.name} if wanted != {OVERFIT.name} else set()),
                ("second", set()),
                ("apply", {ASSESS_AND_PREDICT.name} if watched else set()),
            ):
                checks = [check.name for check in ROLES[role] if check.name in wanted | needed]
                if checks:
                    self._waiting.append(self._job(role, checks, name))

    def _take(self, job: Job, entry: dict[str, Any]) -> None:
        kind = entry["kind"]
        found = self._found[entry["check"]][job.use_case] if entry.get("check") else _Found()
        if kind == "offers":
            self._plan(entry["use_cases"])
        elif kind == "broken":
            self._unloaded(entry["fault"])
        elif kind == "seen":
            found.faults.append(entry["fault"])
        elif kind == "ended":
            found.faults += entry["faults"]
            found.reason, found.seconds, found.ended = entry["reason"], entry["seconds"], True
        elif kind == "fitted":
            for other in (job, *self._waiting):
                if other.use_case == job.use_case:
                    other.fitted = Path(entry["folder"])
        elif kind == "dead":
            self._of_death(job, entry)

    def _unloaded(self, fault: Fault) -> None:
        """Say of a plugin that does not load so: in the first check that nothing else says it of."""
        first, *others = [check.name for check in CHECKS if check.name in self._wanted]
        if first not in _STATIC:
            self._found[first][""] = _Found([fault], ended=True)
            for name in others:
                self._found[name][""] = _Found(reason=f"the plugin does not load: see {first}", ended=True)

    def _of_death(self, job: Job, entry: dict[str, Any]) -> None:
        """Blame the check that was being made, and say of those that were to follow why they are not made."""
        if job.role == "look" and not self._loads:
            self._unloaded(entry["fault"])
        blamed = next(filter(None, (entry["check"], *job.checks)), "")
        if blamed:
            self._found[blamed][job.use_case].faults.append(entry["fault"])
            self._found[blamed][job.use_case].ended = True
        for name in job.checks:
            found = self._found[name][job.use_case]
            if not found.ended:
                found.reason, found.ended = f"its process ended before: see {blamed}", True

    def _conclude(self, traces: Traces | None) -> None:
        """Compare what the processes left, and say why checks were not made that no process came to."""
        self._concluded = True
        for use_case in self._use_cases:
            jobs = {job.role: job for job in self._jobs if job.use_case == use_case}
            self._compare(use_case, jobs)
            for job in jobs.values():
                self._look_behind(job)
        if traces and self._use_cases:
            found = self._found[RUN_FOLDER.name][self._use_cases[0]]
            found.faults += [] if found.faults else traces.changes()
        for name in self._wanted:
            missing = "the plugin offers no use case" if self._loads else "the plugin does not load"
            for use_case in self._use_cases if name not in _STATIC else [""]:
                found = self._found[name][use_case]
                found.reason = found.reason or ("" if found.ended or found.faults else _UNTRAINED)
                found.ended = True
            if not self._found[name]:
                self._found[name][""] = _Found(reason=missing, ended=True)

    def _compare(self, use_case: str, jobs: dict[str, Job]) -> None:
        found = self._found[DETERMINISM.name][use_case]
        first, second = jobs.get("first"), jobs.get("second")
        if first is None or second is None or not first.fitted:
            # What keeps a fit from ending is told once.
            self._found[DETERMINISM.name][use_case] = _Found(reason=_UNTRAINED, ended=True)
        elif not found.faults:
            from itwinai_core.testing.repeating import compare

            found.faults += compare(first.place / "runs", second.place / "runs", use_case)
        for check in WATCHED:
            self._found[check.name][use_case].ended = bool(first and first.fitted)

    def _look_behind(self, job: Job) -> None:
        """Add the files that compiled code left, which no audit event tells of."""
        found = self._found[RUN_FOLDER.name][job.use_case]
        told = " ".join(fault.problem for fault in found.faults)
        for place, what in ((job.work, "the working directory"), (job.home, "the user's home")):
            found.faults += [fault for fault in left_behind(place, what) if fault.problem.split()[2] not in told]

    def _known(self) -> Iterator[Verdict]:
        """Yield what is complete and was not yielded yet, a fit that failed even where it was not asked for."""
        for check in CHECKS:
            found = self._found.get(check.name, {})
            wanted = check.name in self._wanted or (
                check is ONE_BATCH_FIT and any(one.faults for one in found.values())
            )
            expected = [""] if check.name in _STATIC or not self._use_cases else self._use_cases
            complete = all(name in found and found[name].ended for name in expected)
            late = check.name in _AT_THE_END and not self._concluded
            if wanted and complete and not late and check.name not in self._yielded:
                self._yielded.add(check.name)
                yield self._verdict(check.name, check.promise, found)

    def _verdict(self, name: str, promise: str, found: dict[str, _Found]) -> Verdict:
        several = len(self._use_cases) > 1
        faults = [
            replace(fault, problem=f"{use_case}: {fault.problem}") if several and use_case else fault
            for use_case, one in found.items()
            for fault in _first(dict.fromkeys(one.faults))
        ]
        reasons = [one.reason for one in found.values()]
        reason = reasons[0] if all(reasons) and not faults else ""
        return Verdict(name, promise, faults, reason, sum(one.seconds for one in found.values()))


def _first(faults: Collection[Fault]) -> list[Fault]:
    """Return the first few of many faults: when they are mended, the others are seen."""
    rest = len(faults) - _MOST_FAULTS
    return [*faults] if rest <= 0 else [*[*faults][:-rest], Fault(f"And {rest} more like these.", "Mend these first.")]
