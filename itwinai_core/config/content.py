"""The values of a run before they are validated, laid over one another, each with what set it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from itwinai_core.config.places import KeyPath, Origin


@dataclass(frozen=True)
class Content:
    """Plain values, and where each key, section and item comes from."""

    values: dict[str, Any] = field(default_factory=dict)
    """As in a run file."""

    origins: dict[KeyPath, tuple[Origin, ...]] = field(default_factory=dict)
    """For each key path what set it, the strongest last: those before it are hidden by it."""

    @classmethod
    def of(cls, values: Mapping[str, Any], origin: Origin) -> Content:
        """Return values that all come from one place."""
        plain = {key: _plain(value) for key, value in values.items()}
        return cls(plain, dict.fromkeys(_paths(plain, ()), (origin,)))

    def over(self, lower: Content) -> Content:
        """Return the values of ``lower`` with these laid over them, section by section; both stay as they are."""
        origins = dict(lower.origins)
        if () in self.origins:
            origins[()] = origins.get((), ()) + self.origins[()]
        values = self._laid(lower.values, self.values, (), origins)
        return Content(values, origins)

    def holds(self, path: KeyPath) -> bool:
        """Return whether there is a value at a path."""
        value: Any = self.values
        for key in path:
            inside = isinstance(value, dict) and key in value
            if not inside and not (isinstance(value, list | tuple) and isinstance(key, int) and key < len(value)):
                return False
            value = value[key]
        return True

    def origin(self, path: KeyPath) -> Origin | None:
        """Return what set the value at a path, or the nearest section around it; None where nothing did."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.origins:
                return self.origins[path[:length]][-1]
        return None

    def inside(self, path: KeyPath) -> list[Origin]:
        """Return what set the values of a section: the section itself first, then others, each once."""
        found = [self.origins[path][-1]] if path in self.origins else []
        kinds = {(origin.kind, origin.name) for origin in found}
        for below, (*_, origin) in self.origins.items():
            if len(below) > len(path) and below[: len(path)] == path and (origin.kind, origin.name) not in kinds:
                kinds.add((origin.kind, origin.name))
                found.append(origin)
        return found

    def _laid(
        self, lower: dict[str, Any], upper: dict[str, Any], path: KeyPath, origins: dict[KeyPath, tuple[Origin, ...]]
    ) -> dict[str, Any]:
        values = dict(lower)
        for key, value in upper.items():
            at = (*path, key)
            below = lower.get(key)
            origins[at] = origins.get(at, ()) + self.origins.get(at, ())
            if isinstance(below, dict) and isinstance(value, dict):
                values[key] = self._laid(below, value, at, origins)
            elif isinstance(below, dict) and value is None and self._is_in_a_file(at):
                continue  # a section under which nothing stands, e.g. because every line is commented out
            else:
                values[key] = value
                for hidden in [known for known in origins if len(known) > len(at) and known[: len(at)] == at]:
                    del origins[hidden]
                inner = {known: found for known, found in self.origins.items() if known[: len(at)] == at != known}
                origins.update(inner)
        return values

    def _is_in_a_file(self, path: KeyPath) -> bool:
        return any(origin.kind == "file" for origin in self.origins.get(path, ()))


def merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``lower`` with the values of ``upper`` laid over it, section by section; both stay as they are."""
    return deepcopy(Content(dict(upper)).over(Content(dict(lower))).values)


def _plain(value: Any) -> Any:
    return {key: _plain(inner) for key, inner in value.items()} if isinstance(value, Mapping) else value


def _paths(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Yield the path of each key and item below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))
