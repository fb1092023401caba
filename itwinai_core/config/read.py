"""Reads run files, variables of the environment and command-line overrides, each value with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from itwinai_core.config.content import Content
from itwinai_core.config.near import near_match, nearest
from itwinai_core.config.places import VARIABLE, Mark, Origin, Place
from itwinai_core.config.schema import RunConfig
from itwinai_core.config.shape import key_paths, keys_at
from itwinai_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import BaseModel

    from itwinai_core.config.places import KeyPath

_EXAMPLE = "Write key.path=value, for example fit.epochs=20."
_EXAMPLE_VARIABLE = "ITWINAI__FIT__EPOCHS=20"


def read_run_file(path: Path, use_cases: Collection[str] = ()) -> Content:
    """Return what a YAML run file holds, each value with its line and column.

    Args:
        path: The file.
        use_cases: Names that may have been meant where there is no such file.

    Raises:
        ConfigError: the file is missing, is not UTF-8 text, does not parse, repeats a key, or is no mapping.
    """
    from itwinai_core.config.loader import YamlMistakeError, parse_yaml

    text = _text_of(path, use_cases)
    try:
        document = parse_yaml(text)
    except YamlMistakeError as error:
        raise ConfigError(f"{path}, {error.mark}: {error}.") from None
    if not isinstance(document.values, dict):
        raise ConfigError(_no_mapping(path, document.values, document.places.get(())))
    return Content(document.values, {at: (Origin("file", str(path), place),) for at, place in document.places.items()})


def read_overrides(texts: Iterable[str], use_case: str = "") -> Content:
    """Return what overrides of the form ``key.path=value`` set; the values are read as YAML.

    Args:
        texts: The overrides.
        use_case: The use case, where the command line names it in place of a file.

    Raises:
        ConfigError: an override has another form, its value does not parse, or two of them set one key.
    """
    given = list(texts)
    content = Content.of({"use_case": use_case} if use_case else {}, Origin("command line", use_case))
    for index, text in enumerate(given):
        around = [given[index - 1] if index else "", *given[index + 1 : index + 3]]
        path, value = parse_override(text, around)
        content = _with(content, path, value, Origin("command line", text))
    return content


def read_environment(variables: Mapping[str, str], schema: type[BaseModel]) -> Content:
    """Return what variables such as ``ITWINAI__FIT__EPOCHS=20`` set; the values are read as YAML.

    Args:
        variables: The environment; what is not for a run is left alone.
        schema: The run's class, whose keys a variable names whatever their capitals.

    Raises:
        ConfigError: a variable that is meant for a run names no key, or its value does not parse.
    """
    content = Content()
    for name, value in sorted(variables.items()):
        if not name.upper().startswith("ITWINAI_") or "__" not in name.lstrip("_"):
            continue
        keys = name.removeprefix(VARIABLE).split("__")
        if not name.startswith(VARIABLE) or not all(keys):
            raise ConfigError(
                f"The environment variable {name} names no key of a run.\n"
                f"Write it as in {_EXAMPLE_VARIABLE}: capitals, and two underscores before each key."
            )
        shown = f"environment variable {name}={value}"
        path = _as_spelt(keys, schema)
        content = _with(content, path, _value(value, shown), Origin("environment", f"{name}={value}"))
    return content


def parse_override(text: str, around: Sequence[str] = ()) -> tuple[list[str], Any]:
    """Split ``key.path=value`` into its keys and its value, which is read as YAML.

    Args:
        text: One word of the command line.
        around: The word before it and those after it, in which a stray ``=`` or value may stand.

    Raises:
        ConfigError: there is no ``=``, a key is empty, or the value does not parse.
    """
    path, equals, value = text.partition("=")
    keys = [key.strip() for key in path.split(".")]
    if not equals or not all(keys):
        raise ConfigError(f"'{text}' is not an override.\n{_mended(text, around) or _EXAMPLE}")
    return keys, _value(value, f"override '{text}'")


def override_of_option(words: Sequence[str], option: str, *, is_near_option: bool) -> str:
    """Return what to say of an option that is a key of the run, e.g. ``--fit.epochs=3`` or ``--epochs 3``, or nothing.

    Args:
        words: The words of the command line after the verb.
        option: The option that there is not, as click read it.
        is_near_option: Whether it is like an option that there is.
    """
    given = next((word for word in words if word.startswith(option)), option)
    name, equals, value = given.lstrip("-").partition("=")
    known = {str(path[-1]): path for path in key_paths(RunConfig)}
    keys: KeyPath = (name,) if "." in name else known.get(nearest(name, known), ())
    if not keys or (is_near_option and "." not in name and not equals):
        return ""
    if "name" in keys_at(RunConfig, keys):
        keys = (*keys, "name")
    after = words[words.index(given) + 1 : words.index(given) + 2] if given in words else []
    value = value if equals else next((word for word in after if "=" not in word), "VALUE")
    shown = f"{'.'.join(map(str, keys))}={value}"
    return f"There is no option '{given.partition('=')[0]}'.\nA key is set without dashes: {shown}"


def _value(text: str, shown: str) -> Any:
    from itwinai_core.config.loader import YamlMistakeError, parse_yaml

    try:
        return parse_yaml(text).values
    except YamlMistakeError as error:
        raise ConfigError(f"The value of {shown} does not parse:\n{error}.") from None


def _with(content: Content, path: Sequence[str], value: Any, origin: Origin) -> Content:
    """Return content of one strength with one more value in it."""
    for key in reversed(path):
        value = {key: value}
    added = Content.of(value, origin)
    for at, (earlier, *_) in content.origins.items():
        # Sections may be gone through again; what is set, plain value or section, may not be set again.
        if at in added.origins and not (_is_section(content, at) and _is_section(added, at)):
            raise ConfigError(
                f"'{'.'.join(map(str, at))}' is set twice:\n  {earlier}\n  {added.origins[at][0]}\nLeave one of them."
            )
    return added.over(content)


def _is_section(content: Content, path: KeyPath) -> bool:
    value: Any = content.values
    for key in path:
        value = value[key]
    return isinstance(value, dict)


def _as_spelt(keys: Sequence[str], schema: type[BaseModel]) -> list[str]:
    """Return the keys of a variable as the settings spell them; what they do not know in small letters."""
    path: list[str] = []
    for key in keys:
        known = {name.casefold(): name for name in keys_at(schema, tuple(path))}
        path.append(known.get(key.casefold(), key.lower()))
    return path


def _mended(text: str, around: Sequence[str]) -> str:
    """Return what was probably meant by a word that is no override, or nothing."""
    before, after, last = [*around, "", "", ""][:3]
    key = r"[A-Za-z_][\w.-]*"
    if before.endswith("=") and re.fullmatch(key + "=", before):
        return f"Write {before}{text}, without a space."
    if re.fullmatch(key, text) and after == "=" and last:
        return f"Write {text}={last}, without spaces."
    if text.endswith((".yaml", ".yml")):
        return "Name either a use case or a run file, and then the keys to change."
    if re.fullmatch(key, text) and "." in text and after and "=" not in after:
        return f"Write {text}={after}, with an equals sign."
    if pair := re.fullmatch(rf"({key}):\s*(\S.*)", text):
        return f"Write {pair[1]}={pair[2]}, with an equals sign."
    path, equals, value = text.partition("=")
    keys = [key for key in path.split(".") if key.strip()]
    return f"Write {'.'.join(keys)}={value}, with one dot between keys." if equals and keys else ""


def _absent(path: Path, use_cases: Collection[str]) -> str:
    """Return what to say of a run file that is not there."""
    is_file = path.suffix in {".yaml", ".yml"}
    beside = path.parent.iterdir() if path.parent.is_dir() else ()
    near = near_match(path.name, [found.name for found in beside if found.is_file() or not is_file])
    if not near and path.stem in use_cases:
        near = f" Did you mean the use case '{path.stem}'?"
    if not is_file:
        return f"There is no run file '{path}', and no run's folder.{near}"
    return f"There is no run file '{path}'.{near}\nWrite one with: itwinai init USE_CASE > {path}"


def _text_of(path: Path, use_cases: Collection[str]) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(_absent(path, use_cases)) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ConfigError(f"{path}, {Mark(1, 1)}: this is UTF-16, not UTF-8. Save the file as UTF-8.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        byte = f"0x{content[error.start]:02x}"
        raise ConfigError(f"{path}, {mark}: the byte {byte} is not UTF-8. Save the file as UTF-8.") from None


def _no_mapping(path: Path, values: Any, place: Place | None) -> str:
    """Return what to say of a run file that holds something else than keys and values."""
    if values is None:
        return f"{path} is empty: no key stands in it.\nWrite a complete one with: itwinai init USE_CASE > {path.name}"
    where = f"{path}, {place.value}" if place else str(path)
    if isinstance(values, list):
        return f"{where}: a list stands where a run file has keys.\nWrite its keys without dashes, e.g. use_case: NAME."
    pair = re.match(r"([A-Za-z_][\w.-]*)\s*[:=]\s*(\S+)", str(values))
    meant = f"{pair[1]}: {pair[2]}" if pair else f"use_case: {str(values).split()[0]}" if str(values).split() else ""
    return f"{where}: a run file has keys and values, found only text.\nWrite {meant or 'use_case: NAME'}"
