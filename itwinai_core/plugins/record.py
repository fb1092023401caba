"""What is known of one installed plugin: who it is, what it offers, and why it was set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from itwinai_core.printable import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

_SHOWN = 80

Claim = tuple[str, str]
"""A kind, e.g. ``use case``, and a name that only one plugin may take."""


def shown(value: object) -> str:
    """Return a value on one short line, the same each time, whatever its own ``repr`` does."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a plugin's own code
        text = f"a {type(value).__name__}"
    return on_one_line(re.sub(r" at 0x[0-9a-f]+", "", text), _SHOWN)


@dataclass(frozen=True)
class Diagnosis:
    """Why a plugin was set aside, and what mends it."""

    reason: str
    """One line."""

    mend: str
    """The command that mends it, or what its author changes."""

    file: str = ""
    """Where it went wrong, as far as that is known."""

    line: int = 0
    """Line in that file, counted from 1; 0 where unknown."""

    @property
    def place(self) -> str:
        """File and line, or nothing."""
        return f"{self.file}, line {self.line}" if self.line else self.file


@dataclass(frozen=True)
class OfferedUseCase:
    """What a listing says of a use case."""

    name: str
    engine: str
    summary: str


@dataclass(frozen=True)
class Offers:
    """The names of all that a plugin offers."""

    use_cases: tuple[OfferedUseCase, ...] = ()
    strategies: tuple[tuple[str, str], ...] = ()
    """Pairs of name and engine."""
    trackers: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    def claims(self) -> Iterator[Claim]:
        """Yield each name that no other plugin may take."""
        yield from (("use case", offered.name) for offered in self.use_cases)
        yield from (("strategy", f"{name} for {engine}") for name, engine in self.strategies)
        yield from (("tracker", name) for name in self.trackers)
        yield from (("command", name) for name in self.commands)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Offers:
        """Return what came through JSON."""
        return cls(
            use_cases=tuple(OfferedUseCase(**offered) for offered in plain["use_cases"]),
            strategies=tuple((name, engine) for name, engine in plain["strategies"]),
            trackers=tuple(plain["trackers"]),
            commands=tuple(plain["commands"]),
        )


@dataclass
class Plugin:
    """One installed package that says it is a plugin, working or not."""

    point: EntryPoint
    """Its entry point."""

    distribution: str
    """Name of the package that offers it."""

    version: str = ""
    """Version of that package."""

    core_range: str = ""
    """Versions of the core that the package asks for, e.g. ``>=0.1,<0.2``; empty where it asks for any."""

    editable: bool = False
    """Whether it is installed from a source folder that its author works in."""

    offers: Offers = field(default_factory=Offers)
    """What it offers."""

    seconds: float = 0.0
    """Time that loading it took [s]."""

    noise: str = ""
    """What it printed while it was loaded."""

    off: str = ""
    """What switched it off, an environment variable; empty where it is on."""

    diagnosis: Diagnosis | None = None
    """Why it was set aside; None where it works or is off."""

    @property
    def name(self) -> str:
        """Name of its entry point, by which users call it."""
        return self.point.name

    @property
    def package(self) -> str:
        """Import package of its module."""
        return self.module.partition(".")[0]

    @property
    def module(self) -> str:
        """Module that its entry point names, with dots; what stands behind it, as extras in brackets, is left out."""
        return re.split(r"[:\s\[]", self.point.value.strip())[0]

    @property
    def use_cases(self) -> tuple[OfferedUseCase, ...]:
        """What it offers for training."""
        return self.offers.use_cases

    @property
    def status(self) -> Literal["working", "set aside", "off"]:
        """Whether it takes part."""
        if self.off:
            return "off"
        return "set aside" if self.diagnosis else "working"

    @property
    def problem(self) -> str:
        """Why it was set aside, in one line; empty where it was not."""
        return self.diagnosis.reason if self.diagnosis else ""

    @property
    def title(self) -> str:
        """Distribution and version."""
        return f"{self.distribution} {self.version}".strip()

    def removal(self) -> str:
        """Return the command that takes the package out."""
        return f"pip uninstall {self.distribution}"

    def renewal(self) -> str:
        """Return what to do about a fault inside the package: its author mends it, others look for a newer release."""
        if self.editable:
            return f"mend it there, or leave it out with ITWINAI_PLUGINS_OFF={self.name}"
        return f"pip install --upgrade {self.distribution}, or be rid of it: {self.removal()}"
