"""Where a value of a run comes from: a default, a file, a variable, the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from itwinai_core.printable import printable

KeyPath = tuple[str | int, ...]
"""Keys and indices of list items, from the top of the run down."""

VARIABLE = "ITWINAI__"
"""What variables that set a value of a run start with; the key path follows, ``__`` for each dot."""

_LONGEST = 80


@dataclass(frozen=True)
class Mark:
    """A place in a text."""

    line: int
    """Counted from 1."""

    column: int
    """Counted from 1."""

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


@dataclass(frozen=True)
class Place:
    """Where a value stands in a text."""

    key: Mark
    """Where its key starts; for an item of a list, the item."""

    value: Mark
    """Where the value itself starts."""


@dataclass(frozen=True)
class Origin:
    """What set a value."""

    kind: Literal["core", "use case", "file", "environment", "command line"]
    """Who said it, the weakest first: a default of the core or of the use case, a file, a variable, an override."""

    name: str
    """The use case, the file, the variable with its value, or the override."""

    place: Place | None = None
    """Line and column, in a file."""

    def __str__(self) -> str:
        return self.at(None)

    def at(self, mark: Mark | None) -> str:
        """Return the origin in words, with a line and a column where it is a file."""
        name = self.name if len(self.name) <= _LONGEST or self.kind == "file" else f"{self.name[:_LONGEST]}…"
        name = printable(name)
        if self.kind == "file":
            return f"{name}, {mark or self.place.value}" if self.place else name
        if self.kind == "environment":
            return f"environment variable {name}"
        if self.kind == "command line":
            return f"command line: {name}"
        return "default of the core" if self.kind == "core" else f"default of {name}"

    @property
    def of_key(self) -> str:
        """The origin in words, pointing to the key."""
        return self.at(self.place.key if self.place else None)
