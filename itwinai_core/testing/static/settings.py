"""Whether every setting is described, has a default, refuses nonsense, and is read by something."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from itwinai_core.config import Config, RunConfig
from itwinai_core.testing.contract import Check, Fault, NotCheckedError, Subject
from itwinai_core.testing.static.bounds import forgotten_bounds
from itwinai_core.testing.static.code import Code
from itwinai_core.testing.static.nonsense import lets_pass
from itwinai_core.testing.static.units import lacks_its_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

_FILLING = {"a", "an", "and", "of", "or", "option", "parameter", "setting", "settings", "the", "this", "to", "value"}
_WHOLE = {"model_dump", "model_dump_json", "model_fields", "model_copy", "__dict__", "asdict", "vars", "getattr"}
"""With one of these the code may read settings that it does not name."""

# In brackets, so that a search for marks that are left in this code does not find it.
_PLACEHOLDER = re.compile(r"(?:TO[D]O|TBD|FIX[M]E|XX[X])\b|[?.]+$")

_TAKEN = ("use_case", "seed", "fit", "strategy", "settings")


@dataclass(frozen=True)
class Setting:
    """One field of a section."""

    section: type[BaseModel]
    key: str
    """Path from ``settings``, with dots."""
    name: str
    field: FieldInfo

    @property
    def sections(self) -> list[type[BaseModel]]:
        """Classes of the sections that its value may be; none where it is a plain value."""
        return list(sections_in(self.field.annotation))


def find(subject: Subject) -> list[Fault]:
    """Return what is wrong with the settings of a plugin's use cases."""
    classes = {use_case.settings: use_case.name for use_case in subject.use_cases}
    if not classes:
        raise NotCheckedError("it offers no use case")
    code = Code.read(subject.folder)
    read = _read(code)
    faults: list[Fault] = []
    for settings, use_case in classes.items():
        faults += _names_of_the_run(settings)
        fields = list(walk(settings))
        for section in dict.fromkeys([settings, *(inner for field in fields for inner in field.sections)]):
            faults += _section(section)
        for setting in fields:
            faults += _setting(setting, code)
            if read is not None and not setting.sections and setting.name not in read:
                faults.append(_unread(setting))
        faults += forgotten_bounds([setting for setting in fields if not _has_validator(setting)])
        faults += _default(settings, use_case, faults)
    return list(dict.fromkeys(faults))


def walk(section: type[BaseModel], path: str = "", above: tuple[type[BaseModel], ...] = ()) -> Iterator[Setting]:
    """Yield every field of a section and of those inside it."""
    for name, field in section.model_fields.items():
        setting = Setting(section, f"{path}{name}", name, field)
        yield setting
        for inner in setting.sections:
            if inner not in above:
                yield from walk(inner, f"{path}{name}.", (*above, section))


def sections_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the classes of sections that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from sections_in(argument)


def _section(section: type[BaseModel]) -> Iterator[Fault]:
    name, place = section.__name__, _place(section)
    if not issubclass(section, Config):
        yield Fault(
            f"{place}: the section {name} is no Config, so it takes keys that there are not, and can be changed.",
            f"Write class {name}(Config), with Config from itwinai_core.",
        )
        return
    for key, wanted, else_ in (
        ("extra", "forbid", "takes keys that there are not, so a misspelt one is lost without a word"),
        ("frozen", True, "can be changed after it was validated, so the run that is written is not the one that ran"),
        ("allow_inf_nan", False, "takes infinite numbers, and what is no number at all"),
        ("validate_default", True, "does not look at its own defaults"),
        ("arbitrary_types_allowed", None, "takes objects that no file can hold"),
    ):
        found = section.model_config.get(key)
        if found != wanted and not (wanted is None and not found):
            yield Fault(
                f"{place}: the section {name} sets {key} to {found!r}: it {else_}.",
                f"Take {key} out of the model_config of {name}.",
            )


def _setting(setting: Setting, code: Code) -> Iterator[Fault]:
    place, key, field = _place(setting.section), setting.key, setting.field
    words = set(re.findall(r"[a-z]+", (field.description or "").lower())) - _FILLING
    name = set(re.findall(r"[a-z]+", setting.name.lower()))
    if (
        not words
        or _PLACEHOLDER.match(field.description or "")
        or len((field.description or "").strip()) < (4 if setting.sections else 8)
    ):
        yield Fault(
            f"{place}: the setting {key} is described nowhere.",
            "Say under the field, in a docstring, what it means and in which unit.",
        )
    elif words <= name and not setting.sections:
        yield Fault(
            f"{place}: the description of the setting {key} says its name again: '{field.description}'.",
            "Say what it means, and in which unit.",
        )
    elif not setting.sections and lacks_its_unit(setting):
        yield Fault(
            f"{place}: the setting {key} is a number without a unit: '{field.description}'.",
            "Put the unit into the description, e.g. [m] or [Hz], or say that it is a share, a factor, dimensionless.",
        )
    if field.is_required():
        yield Fault(
            f"{place}: the setting {key} has no default, so `itwinai fit` needs a file.",
            "Give it a value that trains on a laptop.",
        )
    if field.exclude:
        yield Fault(f"{place}: the setting {key} is left out where a run is written.", "Take exclude away.")
    for reason in lets_pass(setting, code):
        yield Fault(
            f"{place}: the setting {key} takes {reason}.",
            "Give it the type that it needs: a number with bounds, a Literal, a list of one type, or a section.",
        )
    if hasattr(BaseModel, setting.name) or setting.name.startswith("model_"):
        yield Fault(f"{place}: the setting {key} has a name that pydantic uses itself.", "Choose another name.")


def _names_of_the_run(settings: type[BaseModel]) -> Iterator[Fault]:
    for name in _TAKEN:
        if name in settings.model_fields:
            yield Fault(
                f"{_place(settings)}: settings.{name} is called like {name} of the run itself.",
                f"Read run.{name}, or choose another name.",
            )


def _has_validator(setting: Setting) -> bool:
    """Return whether a validator of the section looks at a field; one of the whole section may look at any."""
    found = setting.section.__pydantic_decorators__
    named = {name for validator in found.field_validators.values() for name in validator.info.fields}
    return bool(found.model_validators) or bool(named & {setting.name, "*"})


def _unread(setting: Setting) -> Fault:
    return Fault(
        f"{_place(setting.section)}: nothing reads the setting {setting.key}.",
        f"Use .{setting.name} where it should count, or remove it.",
    )


def _default(settings: type[BaseModel], use_case: str, known: list[Fault]) -> Iterator[Fault]:
    try:
        RunConfig[settings].model_validate({"use_case": use_case, "settings": {}})  # type: ignore[valid-type]
    except ValidationError as error:
        if not any("has no default" in fault.problem for fault in known):
            for details in error.errors():
                key = ".".join(map(str, details["loc"]))
                yield Fault(
                    f"The defaults of '{use_case}' do not fit its own settings: {key}: {details['msg']}.",
                    f"Give {key} a default inside its bounds.",
                )


def _read(code: Code) -> set[str] | None:
    """Return the names that the code reads from objects; None where it may read any."""
    found = set()
    for module in code.modules.values():
        checked = {
            id(part)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.FunctionDef) and any("validator" in ast.unparse(one) for one in node.decorator_list)
            for part in ast.walk(node)
        }
        for node in ast.walk(module.tree):
            name = getattr(node, "attr", getattr(node, "id", ""))
            if name in _WHOLE:
                return None
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and id(node) not in checked:
                found.add(node.attr)
            elif isinstance(node, ast.MatchClass):
                found.update(node.kwd_attrs)
    return found


def _place(section: type[BaseModel]) -> str:
    try:
        _, line = inspect.findsource(section)
        module = inspect.getmodule(section)
        return f"{module.__name__ if module else section.__module__}:{line + 1}"
    except (OSError, TypeError):
        return section.__qualname__


CHECK = Check("settings", "every setting is described, has a default, refuses nonsense, and counts", find)
