"""Notes which parts of a data set are read, without being in the way of whoever reads them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itwinai_core.sources import DataSplits

if TYPE_CHECKING:
    from itwinai_core.sources import Source


@dataclass
class Read:
    """What was read of a data set."""

    samples: set[str] = field(default_factory=set)
    """Parts of which samples were asked for."""

    touched: set[str] = field(default_factory=set)
    """Parts of which anything was asked for, the length included."""

    kept: list[Any] = field(default_factory=list)
    """What was handed out: it may close at its end what it shares with the original."""


def noted(data: DataSplits, read: Read) -> DataSplits:
    """Return the same parts, which note what is read of them.

    A part is of its own class still, or of one below it; where that cannot be, it is handed on as it is.
    """
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    return DataSplits(**{name: None if part is None else _noted(part, name, read) for name, part in parts.items()})  # type: ignore[arg-type]  # train and validation are there


def _noted(part: Source, name: str, read: Read) -> Any:
    kind: Any = type(part)

    def item(self: Any, index: int) -> Any:
        read.samples.add(name)
        read.touched.add(name)
        return kind.__getitem__(self, index)

    def attribute(self: Any, wanted: str) -> Any:
        read.touched.add(name)
        if wanted == "__getitems__":
            read.samples.add(name)
        return kind.__getattribute__(self, wanted)

    try:
        twin = copy.copy(part)
        watched = type(kind.__name__, (kind,), {"__slots__": (), "__getitem__": item, "__getattribute__": attribute})
        object.__setattr__(twin, "__class__", watched)
    except Exception:  # noqa: BLE001 - a plugin's own class, which may refuse any of it
        read.touched.add(name)
        return part
    read.kept.append(twin)
    return twin
