"""Whether a run of a use case can be written, read again, and described to an editor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from itwinai_core.config import RunConfig
from itwinai_core.config.content import merged
from itwinai_core.config.loader import parse_yaml
from itwinai_core.config.validate import validate
from itwinai_core.config.write import to_commented_yaml, to_yaml
from itwinai_core.errors import ConfigError
from itwinai_core.testing.contract import Check, Fault, NotCheckedError, Subject
from itwinai_core.testing.static.other_values import other_runs
from itwinai_core.testing.static.settings import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from itwinai_core.use_case import UseCase

_NOBODYS_KEY = "no_such_key"


def find(subject: Subject) -> list[Fault]:
    """Return where a run of a plugin's use cases does not survive being written, or cannot be described."""
    if not subject.use_cases:
        raise NotCheckedError("it offers no use case")
    return [fault for use_case in subject.use_cases for fault in _of_use_case(use_case)]


def _of_use_case(use_case: UseCase[Any]) -> Iterator[Fault]:
    content = merged(use_case.defaults, {"use_case": use_case.name})
    try:
        run = validate(content, use_case.settings)
    except ConfigError as error:
        yield Fault(
            f"'{use_case.name}' has no default run: {' '.join(line.strip() for line in str(error).splitlines()[1:])}",
            "Give every setting a default that fits.",
        )
        return
    faults = list(_round_trips(run, use_case))
    yield from faults
    if not faults:
        for key, other in other_runs(run):
            yield from _survives(other, use_case, key)
    yield from _described(use_case)
    yield from _closed(use_case, content)


def _round_trips(run: RunConfig[Any], use_case: UseCase[Any]) -> Iterator[Fault]:
    ways: dict[str, Callable[[], Any]] = {
        "as YAML": lambda: parse_yaml(to_yaml(run)).values,
        "as commented YAML": lambda: parse_yaml(to_commented_yaml(run)).values,
        "as JSON": lambda: json.loads(json.dumps(run.model_dump(mode="json"))),
    }
    found: dict[str, str] = {}
    for way, read in ways.items():
        try:
            again = validate(read(), use_case.settings)
        except ConfigError as error:
            found.setdefault(" ".join(line.strip() for line in str(error).splitlines()[1:]), way)
        except Exception as error:  # noqa: BLE001 - a plugin's own validators and serialisers
            found.setdefault(f"{type(error).__name__}: {error}", way)
        else:
            for key, before, after in _differences(run, again):
                found.setdefault(f"{key} is {before!r}, and {after!r} after it was read again", way)
    for reason, way in found.items():
        yield Fault(
            f"The default run of '{use_case.name}', written {way}, does not come back: {reason}",
            _change(use_case),
        )


def _change(use_case: UseCase[Any]) -> str:
    for setting in walk(use_case.settings):
        computed = setting.section.model_computed_fields
        if computed:
            return f"Make {', '.join(computed)} plain properties: a computed field is written, and no run may set it."
        if setting.field.alias or setting.field.validation_alias or setting.field.serialization_alias:
            return f"Take the alias of {setting.key} away: a setting has one name."
    return (
        "Let every value be written as it is read: a serialiser needs a validator that reads its words, and a "
        "validator must leave alone what it made itself."
    )


def _survives(run: RunConfig[Any], use_case: UseCase[Any], key: str) -> Iterator[Fault]:
    """Find a value, other than the default, that is lost on the way to a file and back."""
    try:
        again = validate(parse_yaml(to_yaml(run)).values, use_case.settings)
        lost = [
            f"{name} is {before!r}, and {after!r} after it was read again"
            for name, before, after in _differences(run, again)
        ]
    except Exception as error:  # noqa: BLE001 - a plugin's own validators and serialisers
        lost = [" ".join(str(error).split())]
    if lost:
        yield Fault(
            f"A run of '{use_case.name}' with another {key} does not survive being written: {lost[0]}",
            f"Let {key} be written as it is read.",
        )


def _differences(before: BaseModel, after: BaseModel, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    for name in type(before).model_fields:
        one, other = getattr(before, name), getattr(after, name, None)
        if isinstance(one, BaseModel) and isinstance(other, BaseModel):
            yield from _differences(one, other, f"{path}{name}.")
        elif one != other:
            yield f"{path}{name}", one, other


def _described(use_case: UseCase[Any]) -> Iterator[Fault]:
    try:
        schema = RunConfig[use_case.settings].model_json_schema()  # type: ignore[name-defined]  # chosen at run time
        json.dumps(schema)
    except Exception as error:  # noqa: BLE001 - pydantic raises several kinds
        yield Fault(
            f"No JSON Schema can be made of the settings of '{use_case.name}': {str(error).splitlines()[0]}",
            "Give every setting a type that JSON knows: numbers, text, lists, Literal, Path, or sections of these.",
        )
        return
    for name, section in {"": schema, **schema.get("$defs", {})}.items():
        for key, entry in section.get("properties", {}).items():
            inner = schema.get("$defs", {}).get(entry.get("$ref", "").rpartition("/")[2], {})
            if not (entry.get("description") or inner.get("description")):
                yield Fault(
                    f"The JSON Schema of '{use_case.name}' does not describe {name or 'the run'}.{key}.",
                    "Say under the field, in a docstring, what it means.",
                )


def _closed(use_case: UseCase[Any], content: dict[str, Any]) -> Iterator[Fault]:
    """Find sections that take a key that there is not."""
    sections = {"settings"} | {
        f"settings.{setting.key}"
        for setting in walk(use_case.settings)
        if isinstance(setting.field.annotation, type) and setting.sections
    }
    for path in sorted(sections):
        wrong: dict[str, Any] = {_NOBODYS_KEY: 1}
        for key in reversed(path.split(".")):
            wrong = {key: wrong}
        try:
            validate(merged(content, wrong), use_case.settings)
        except (ConfigError, ValidationError):
            continue
        yield Fault(
            f"The section {path} of '{use_case.name}' takes a key that there is not, without a word.",
            "Make its class a Config, without a model_config or a validator that lets other keys through.",
        )


CHECK = Check("schema", "a run can be written, read again, and described to an editor", find)
