"""What the checks say of a plugin: a verdict each, and all of them together."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.testing.contract import Fault

State = Literal["passed", "failed", "skipped"]


@dataclass
class Verdict:
    """What one check says of a plugin."""

    check: str
    """Name of the check."""

    promise: str
    """What holds where it passed."""

    faults: list[Fault] = field(default_factory=list)
    """What is wrong; nothing where it passed."""

    reason: str = ""
    """Why it was not made; empty where it was."""

    seconds: float = 0.0
    """Time that it took, over all use cases [s]."""

    @property
    def state(self) -> State:
        """Whether the promise holds."""
        if self.faults:
            return "failed"
        return "skipped" if self.reason else "passed"

    def verify(self) -> None:
        """See that the promise holds.

        Raises:
            AssertionError: it does not; the message says what is wrong and what to change.
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        if self.faults:
            raise AssertionError(f"{self.promise}: not so.\n" + "\n".join(self.lines()))

    def lines(self) -> Iterator[str]:
        """Yield what is wrong and what to change, line by line."""
        for fault in self.faults:
            yield from fault.problem.splitlines()
            yield from (f"  {line}" for line in fault.change.splitlines())

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "check": self.check,
            "promise": self.promise,
            "state": self.state,
            "faults": [asdict(fault) for fault in self.faults],
            "reason": self.reason or None,
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True)
class Verdicts:
    """What all checks say of a plugin."""

    plugin: str
    """Distribution of the plugin."""

    version: str
    """Version of the distribution."""

    verdicts: list[Verdict]
    """One for each check that was asked for, the cheapest first."""

    seconds: float
    """Time that all of it took [s]."""

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not any(verdict.faults for verdict in self.verdicts)

    def of(self, check: str) -> Verdict:
        """Return the verdict of one check.

        Raises:
            KeyError: it was not asked for.
        """
        for verdict in self.verdicts:
            if verdict.check == check:
                return verdict
        raise KeyError(check)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "plugin": self.plugin,
            "version": self.version,
            "passed": self.passed,
            "seconds": round(self.seconds, 2),
            "checks": [verdict.as_dict() for verdict in self.verdicts],
        }
