"""Says of each key and value that does not fit what was found, where it stands, what was expected, and what is near."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from itwinai_core.config.expected import expectation, found, listed
from itwinai_core.config.hints import hint
from itwinai_core.config.misplaced import longer, right_paths
from itwinai_core.config.places import VARIABLE
from itwinai_core.config.shape import Slot, keys_at, slot_at
from itwinai_core.errors import ConfigError, PluginError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

    from itwinai_core.config.complaints import Complaint
    from itwinai_core.config.content import Content
    from itwinai_core.config.places import KeyPath
    from itwinai_core.errors import UserError

_MOST = 10
# What a type's name and limits do not say.
_MORE = {
    "finite_number": "a finite {}",
    "path_not_file": "{}, of a file that is there",
    "path_not_directory": "{}, of a folder that is there",
    "path_exists": "{}, at which nothing is yet",
    "date_past": "{}, in the past",
    "date_future": "{}, in the future",
}


def refusal(complaints: Sequence[Complaint], given: Content, schema: type[BaseModel]) -> UserError:
    """Return what to raise for a run that does not fit: the user's mistakes, or the plugin's where it made one."""
    mistakes = [Mistake(complaint, given, schema) for complaint in complaints]
    plugins = [mistake for mistake in mistakes if mistake.is_the_plugins]
    if plugins:
        settings = schema.model_fields["settings"].annotation
        name = f"{settings.__module__}.{settings.__qualname__}" if isinstance(settings, type) else str(settings)
        said = [line for mistake in plugins[:_MOST] for line in mistake.lines()]
        first = f"The defaults of the use case do not fit its settings class {name}:"
        last = "That is a mistake in the plugin, not in the run: only its authors can mend it."
        return PluginError("\n".join([first, *said, last]))
    said = [line for mistake in mistakes[:_MOST] for line in mistake.lines()]
    more = [f"  and {len(mistakes) - _MOST} more"] if len(mistakes) > _MOST else []
    return ConfigError("\n".join(["The run does not fit its settings:", *said, *more]))


def shown_path(path: KeyPath) -> str:
    """Return a key path with dots between its keys; a key that would be misread stands in quotes."""
    return ".".join(_shown(str(key)) for key in path)


def _shown(key: str) -> str:
    return key if key and key.isprintable() and not set(key) & set(" .=:'\"") else repr(key)


@dataclass(frozen=True)
class Mistake:
    """One key or value that does not fit."""

    complaint: Complaint
    given: Content
    schema: type[BaseModel]

    @property
    def is_the_plugins(self) -> bool:
        """Whether nothing but defaults are involved: of the settings class, or of the use case."""
        path, kind, *_ = self.complaint
        if kind == "missing":
            return False
        if not self.given.holds(path):
            return True
        return bool(self.given.origins) and all(origin.kind == "use case" for origin in self.given.inside(path))

    def lines(self) -> list[str]:
        """Return what is wrong, and below it where, and what was expected."""
        path, kind, message, *_ = self.complaint
        if kind == "extra_forbidden":
            return self._unknown_key()
        if kind == "missing":
            wanted = expectation(slot_at(self.schema, path) or Slot(Any))
            said = f"  {shown_path(path)}: this key is needed."
            return [said, *self._place(path, of_key=True), f"    expected {wanted}"]
        if _is_a_rule(kind):
            said = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
            return [f"  {shown_path(path)}: {said}", *self._places_inside(path, said)]
        return self._wrong_value()

    def _unknown_key(self) -> list[str]:
        path, *_, value, _ = self.complaint
        around, word = path[:-1], str(path[-1])
        right = right_paths(self.schema, path, value)
        if self._kind(path) in ("environment", "command line"):
            # All of what was typed is one path: its other keys are part of what was meant.
            right = [longer(self.schema, meant, value) for meant in right]
        is_near = bool(right) and right[0][:-1] == around
        names = [str(meant[-1]) if is_near else shown_path(meant) for meant in right]
        hinted = f" Did you mean {' or '.join(f'{chr(39)}{name}{chr(39)}' for name in names)}?" if names else ""
        lines = [f"  {shown_path(path)}: no such key.{hinted}", *self._place(path, of_key=True)]
        if pair := re.fullmatch(r"\s*([\w.-]+)\s*[=:]\s*(.+?)\s*", word):
            lines.append(f"    write {right[0][-1] if right else pair[1]}: {pair[2]}, with a colon and a space")
        elif word.isdecimal() and value is None:
            lines.append("    a comma ends a value here: write a number with a point")
        elif is_near or not right:
            known = sorted(keys_at(self.schema, around))
            lines.append(f"    expected one of: {listed(known)}" if known else "    expected no keys")
        elif "." in word and self._kind(path) == "file":
            lines.append(f"    in a file, {right[0][-1]} stands on a line of its own below {shown_path(right[0][:-1])}")
        elif self._kind(path) == "environment":
            lines.append(f"    as a variable, {VARIABLE}{'__'.join(map(str, right[0])).upper()}")
        elif len(right[0]) == 1:
            lines.append(f"    it stands at the top of the run, not in {shown_path(around)}")
        return lines

    def _wrong_value(self) -> list[str]:
        path, kind, _, value, details = self.complaint
        wanted = slot_at(self.schema, path) or Slot(Any)
        if kind.startswith("union_tag"):
            # The key that chooses between sections does not fit, not the section.
            key = str(details["discriminator"]).strip("'")
            choices = [slot_at(section, (key,)) for section in wanted.sections()]
            path, value = (*path, key), value.get(key)
            wanted = Slot(Literal[tuple(choice for one in choices if one for choice in one.choices)])
        expected = _MORE.get(kind, "{}").format(expectation(wanted))
        meant = hint(value, wanted, shown_path(path))
        keys = keys_at(self.schema, path)
        below = [f"    with keys out of: {listed(sorted(keys))}"] if keys else []
        return [f"  {shown_path(path)}: found {_found(value)}, expected {expected}.{meant}", *self._place(path), *below]

    def _kind(self, path: KeyPath) -> str:
        origin = self.given.origin(path)
        return origin.kind if origin else ""

    def _place(self, path: KeyPath, *, of_key: bool = False) -> list[str]:
        origin = self.given.origin(path)
        return [f"    {origin.of_key if of_key else origin}"] if origin else []

    def _places_inside(self, path: KeyPath, said: str) -> list[str]:
        """Return where values stand that a rule speaks of: one value, those it names, or a section.

        Args:
            path: What the rule belongs to.
            said: The rule's words.
        """
        if not isinstance(self.complaint.value, dict):
            return self._place(path)
        words = re.findall(r"\w+", said)
        named = [
            (words.index(at[-1]), origins[-1])
            for at, origins in self.given.origins.items()
            if len(at) > len(path) and at[: len(path)] == path and at[-1] in words and not self._is_section(at)
        ]
        origins = [origin for _, origin in sorted(named, key=lambda pair: pair[0])] or self.given.inside(path)
        shown = dict.fromkeys(origin.of_key for origin in origins if origin.kind != "use case")
        return [f"    {'; '.join([*shown][:3])}"] if shown else []

    def _is_section(self, path: KeyPath) -> bool:
        wanted = slot_at(self.schema, path)
        return wanted is not None and bool(wanted.sections())


def _is_a_rule(kind: str) -> bool:
    """Return whether a complaint comes from a rule of the plugin's own, whose words are kept."""
    from pydantic_core.core_schema import ErrorType

    return kind in {"value_error", "assertion_error"} or kind not in {*get_args(ErrorType), *_MORE}


def _found(value: Any) -> str:
    """Return what was found; text that would be a number or the like without quotes is called text."""
    from itwinai_core.config.loader import is_plain_text

    return found(value) if not isinstance(value, str) or is_plain_text(value) else f"the text {found(value)}"
