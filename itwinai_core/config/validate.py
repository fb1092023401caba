"""Turns plain values into a validated run; refuses what does not fit and converts nothing."""

from __future__ import annotations

import itertools
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from itwinai_core.config.content import Content
from itwinai_core.config.schema import Config, RunConfig
from itwinai_core.config.shape import slot_at
from itwinai_core.errors import ConfigError, PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from itwinai_core.config.complaints import Complaint
    from itwinai_core.config.places import KeyPath


def validate(content: Content | Mapping[str, Any], settings: type[Config]) -> RunConfig[Any]:
    """Return the run that ``content`` describes, with the settings of its use case typed.

    Values are taken as a file gives them: text is no number, and a number is no truth value. A list serves as a tuple,
    text as a path or a date, and ``1e3`` as a whole number.

    Args:
        content: A run's keys, all sources laid over one another.
        settings: The settings class of the use case.

    Raises:
        ConfigError: for each key or value that does not fit, where it stands, what was expected, and what is near.
        PluginError: the settings class cannot be built, or does not fit its own defaults.
    """
    from itwinai_core.config.complaints import truths_for_choices

    given = content if isinstance(content, Content) else Content(dict(content))
    schema = run_class(settings)
    values = {"settings": {}, **_without_empty_sections(given, schema)}
    run, complaints = _checked(values, schema)
    complaints = complaints or list(truths_for_choices(values, schema))
    if run is None or complaints:
        from itwinai_core.config.refusal import refusal

        raise refusal(complaints, given, schema)
    return run


def check_use_case(content: Content, shown: str) -> None:
    """See that a run names a use case.

    Args:
        content: The run's keys.
        shown: The run, as the user names it.

    Raises:
        ConfigError: it names none; where its key is misspelt, that is said.
    """
    from itwinai_core.config.complaints import Complaint
    from itwinai_core.config.near import nearest
    from itwinai_core.config.refusal import refusal

    if "use_case" in content.values:
        if isinstance(content.values["use_case"], str):
            return
        raise refusal([Complaint(("use_case",), "string_type", "", content.values["use_case"])], content, RunConfig)
    for key in content.values:
        if key not in RunConfig.model_fields and nearest(key, RunConfig.model_fields) == "use_case":
            raise refusal([Complaint((key,), "extra_forbidden", "", content.values[key])], content, RunConfig)
    raise ConfigError(
        f"{shown}: the run must say which use_case it trains, as `itwinai list-plugins` names it.\n"
        "Write at its top: use_case: NAME"
    )


def run_class(settings: type[Config]) -> type[RunConfig[Any]]:
    """Return the class of runs with these settings.

    Raises:
        PluginError: pydantic cannot build it, e.g. because a type has no name or no schema.
    """
    try:
        schema: type[RunConfig[Any]] = RunConfig[settings]  # type: ignore[valid-type]  # a class chosen at run time
        schema.model_rebuild()
    except Exception as error:  # a plugin's annotations may raise anything
        raise PluginError(_failed(settings, "cannot be built", error)) from error
    return schema


def _checked(values: dict[str, Any], schema: type[RunConfig[Any]]) -> tuple[RunConfig[Any] | None, list[Complaint]]:
    """Validate as JSON, in which lists are tuples and text is a path, and strictly: nothing else is converted."""
    try:
        return schema.model_validate_json(to_json(values, inf_nan_mode="constants"), strict=True), []
    except ValidationError as error:
        from itwinai_core.config.complaints import complaints

        found = complaints(error, values, schema)
    except Exception as error:  # a rule of the plugin's own may raise anything
        settings = schema.model_fields["settings"].annotation
        raise PluginError(_failed(settings, "failed while it checked the run", error)) from error
    meant = {one.path: int(one.value) for one in found if one.kind == "int_type" and _is_whole(one.value)}
    for one in found:
        if not isinstance(one.value, str | int | float | list | tuple | dict | None):
            meant.update(_as_json(one.path, schema))
    return _checked(_with(values, meant), schema) if meant else (None, found)


def _failed(settings: Any, what: str, error: Exception) -> str:
    reason = next(iter(str(error).strip().splitlines()), "")
    return (
        f"The settings class {settings.__module__}.{settings.__qualname__} {what}: {type(error).__name__}: {reason}\n"
        "That is a mistake in the plugin, not in the run: only its authors can mend it."
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _as_json(path: KeyPath, schema: type[RunConfig[Any]]) -> dict[KeyPath, Any]:
    """Return a default as JSON has it: a path, for one, is text there, and pydantic wants it so of defaults too."""
    keys = tuple(itertools.takewhile(lambda key: isinstance(key, str), path))
    around = slot_at(schema, keys[:-1])
    for section in around.sections() if around else []:
        field = section.model_fields.get(str(keys[-1]))
        with suppress(PydanticSerializationError):
            if field and not field.is_required():
                return {keys: to_jsonable_python(field.get_default(call_default_factory=True, validated_data={}))}
    return {}


def _with(values: dict[str, Any], meant: Mapping[KeyPath, Any]) -> dict[str, Any]:
    """Return the values with others at some paths; sections that are not there yet are made."""
    changed = deepcopy(values)
    for (*around, last), value in meant.items():
        inner: Any = changed
        for key in around:
            inner = inner.setdefault(key, {}) if isinstance(inner, dict) else inner[key]
        inner[last] = value
    return changed


def _without_empty_sections(given: Content, schema: type[RunConfig[Any]]) -> dict[str, Any]:
    """Leave out sections of a file under which nothing stands, e.g. because every line is commented out."""

    def kept(values: dict[str, Any], path: KeyPath) -> dict[str, Any]:
        result = {}
        for key, value in values.items():
            if isinstance(value, dict):
                result[key] = kept(value, (*path, key))
            elif value is not None or not _is_empty_section(given, (*path, key), schema):
                result[key] = value
        return result

    return kept(given.values, ())


def _is_empty_section(given: Content, path: KeyPath, schema: type[RunConfig[Any]]) -> bool:
    wanted = slot_at(schema, path)
    if wanted is None or not wanted.sections() or len(wanted.sections()) < len(wanted.members()):
        return False
    origins = given.origins.get(path)
    return origins is None or origins[-1].kind == "file"
