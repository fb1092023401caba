"""JSON Schema of a whole run file, by which editors complete and check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from itwinai_core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from itwinai_core.config.schema import RunConfig

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_VALUES = {"const", "default", "enum", "examples"}


def json_schema(run: RunConfig[Any], summary: str, choices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the JSON Schema of the run files of one use case.

    It takes what the loader takes, sections under which nothing stands among it, and refuses what the loader refuses,
    but for what a schema cannot say: rules about several values, and infinite numbers.

    Args:
        run: The use case's default run, whose values become the defaults.
        summary: One line about the use case.
        choices: Names that a key may hold or list, by key path, where they depend on what is installed.
    """
    schema = _generated(type(run))
    definitions = schema.pop("$defs", {})
    schema = _inlined(schema, definitions, ())
    _set_defaults(schema, run.model_dump(mode="json"))
    properties = schema["properties"]
    for path, names in choices.items():
        key = schema
        for part in path.split("."):
            key = key["properties"][part]
        key.get("items", key)["enum"] = list(names)
    properties["use_case"]["const"] = properties["use_case"].pop("default")
    needed = [key for key in schema["required"] if key != "settings" or "required" in properties["settings"]]
    return {
        "$schema": DIALECT,
        **schema,
        "title": f"Run of the use case {run.use_case}",
        "description": summary,
        "required": needed,
        # Only settings that hold themselves, as in a tree, still point to their definition.
        **({"$defs": definitions} if "#/$defs/" in str(schema) else {}),
    }


def _generated(run_class: type[RunConfig[Any]]) -> dict[str, Any]:
    import warnings

    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of defaults that are no JSON: the defaults are set below
            return run_class.model_json_schema()
    except PydanticInvalidForJsonSchema as error:
        settings = run_class.model_fields["settings"].annotation
        raise PluginError(
            f"The settings class {getattr(settings, '__qualname__', settings)} has no JSON Schema: {error.message}.\n"
            "That is a mistake in the plugin: only its authors can mend it."
        ) from None


def _inlined(part: Any, definitions: Mapping[str, Any], around: tuple[str, ...]) -> Any:
    """Return a part of a schema with each section in the place where it is used, so that each has its own defaults."""
    if isinstance(part, list):
        return [_inlined(item, definitions, around) for item in part]
    if not isinstance(part, dict):
        return part
    name = str(part.get("$ref", "")).removeprefix("#/$defs/")
    if name in definitions and name not in around:
        beside = {key: value for key, value in part.items() if key != "$ref"}
        return _inlined({**definitions[name], **beside}, definitions, (*around, name))
    inlined = {}
    for key, value in part.items():
        if key == "properties":
            inlined[key] = {name: _inlined(inner, definitions, around) for name, inner in value.items()}
        elif key in _VALUES:
            inlined[key] = value
        elif key != "title":  # a key's name again, in capitals
            inlined[key] = _inlined(value, definitions, around)
    return inlined


def _set_defaults(schema: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Give each key the default of this use case, and let each section stand empty."""
    for key, part in schema.get("properties", {}).items():
        if isinstance(values.get(key), dict) and "properties" in part:
            part.pop("default", None)
            _set_defaults(part, values[key])
            if "required" not in part:
                part["type"] = ["object", "null"]
        elif key in values:
            part["default"] = values[key]
