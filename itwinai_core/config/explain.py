"""Says of each value of a run what set it, and what it hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itwinai_core.config.places import Origin
from itwinai_core.config.write import describe_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.config.content import Content
    from itwinai_core.config.schema import RunConfig


@dataclass(frozen=True)
class Explained:
    """One value of a run."""

    key: str
    """Its path, with dots."""

    value: Any
    """As it stands in a run file."""

    origin: Origin
    """What set it."""

    hidden: tuple[Origin, ...]
    """What else set it, in vain; the strongest first. A default of the core goes without saying."""


def explained(run: RunConfig[Any], content: Content) -> Iterator[Explained]:
    """Yield every value of a run with its origin.

    Args:
        run: The validated run.
        content: What it was made from.
    """
    by_key = {".".join(map(str, path)): origins for path, origins in content.origins.items()}
    for key, _, value, _ in describe_fields(run):
        inside = key.startswith("settings.")
        default = Origin("use case", run.use_case) if inside else Origin("core", "")
        *hidden, origin = by_key.get(key, (default,))
        yield Explained(key, value, origin, tuple(reversed(hidden)))
