"""The YAML of run files, as plain values with line and column of each: safe, no key twice, words stay words.

It is YAML 1.2 as editors read it: ``no`` and ``12:30`` are text, ``1e-3`` is a number.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from itwinai_core.config.places import KeyPath, Mark, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = {f"{_TAG}{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map")}
_BASES = {"0o": 8, "0x": 16}
_NEVER = 2**31
_MOST_ALIASED = 10_000  # aliases of aliases multiply: ten lines of ten make ten thousand million values

ODD_SPACE = "[\u00a0\u00ad\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]"
"""Signs that look like a space, or like nothing, and that YAML takes for letters."""


class YamlMistakeError(Exception):
    """Text that is not YAML as run files use it.

    Args:
        problem: What is wrong, and what to do.
        mark: Where.
    """

    def __init__(self, problem: str, mark: Mark) -> None:
        super().__init__(problem)
        self.mark = mark


@dataclass(frozen=True)
class Document:
    """What a text holds."""

    values: Any
    """Plain values: dictionaries, lists, text, numbers, truth values, None."""

    places: dict[KeyPath, Place]
    """Where each key and item stands; the whole text under the empty path."""


def parse_yaml(text: str) -> Document:
    """Return the plain values that a YAML text describes, and where they stand.

    Raises:
        YamlMistakeError: the text does not parse, a mapping repeats a key, or a value is none of the plain ones.
    """
    try:
        root = _RunLoader(text).get_single_node()
        reading = _Reading()
        return Document(None if root is None else reading.value(root, ()), reading.places)
    except yaml.YAMLError as error:
        from itwinai_core.config.faults import fault_of

        raise YamlMistakeError(*fault_of(error, text)) from None
    except RecursionError:
        raise YamlMistakeError("brackets stand within brackets too many times", Mark(1, 1)) from None


class _RunLoader(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML's reading up to nodes, with the scalars of YAML 1.2."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node; what an alias stands for with the place of the alias."""
        is_alias = self.check_event(yaml.AliasEvent)
        mark = self.peek_event().start_mark if is_alias else None  # type: ignore[no-untyped-call]  # PyYAML's stubs
        node = super().compose_node(parent, index)
        if mark is None or node is None:
            return node
        node = copy(node)
        node.start_mark = mark
        return node


SCALARS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    "merge": (r"<<", ["<"]),
}
"""What is read as something else than text where it stands without quotes: pattern and first letters."""


class _RunDumper(yaml.SafeDumper):
    """PyYAML's safe writing; text that YAML 1.1 or 1.2 takes for something else is put in quotes."""


for _name, (_pattern, _first) in SCALARS.items():
    _resolver = (f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$", re.ASCII), _first)
    _RunLoader.add_implicit_resolver(*_resolver)
    _RunDumper.add_implicit_resolver(*_resolver)


def dump_yaml(values: Any) -> str:
    """Return plain values as YAML that reads back as the same values; text is never wrapped."""
    return yaml.dump(values, Dumper=_RunDumper, sort_keys=False, allow_unicode=True, width=_NEVER)


class _Reading:
    """Turns nodes into plain values and keeps where they stood."""

    def __init__(self) -> None:
        self.places: dict[KeyPath, Place] = {}
        self._open: list[int] = []
        self._read: set[int] = set()
        self._again = 0

    def value(self, node: yaml.Node, path: KeyPath, key: yaml.Node | None = None) -> Any:
        """Return the plain value of a node, which stands at ``path``."""
        start = _mark(node)
        self.places[path] = Place(_mark(key) if key else start, start)
        if node.tag not in _PLAIN_TAGS:
            raise YamlMistakeError(_about_tag(node.tag), start)
        if id(node) in self._open:
            raise YamlMistakeError("this value holds itself: an alias stands inside of what it refers to", start)
        self._again += id(node) in self._read
        self._read.add(id(node))
        if self._again > _MOST_ALIASED:
            raise YamlMistakeError(f"aliases repeat more than {_MOST_ALIASED} values. Write what is meant", start)
        self._open.append(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return {name: self.value(inner, (*path, name), at) for name, (at, inner) in self._entries(node).items()}
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self._open.pop()
        return _scalar(node)

    def _entries(self, node: yaml.MappingNode) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Return what stands under each key of a mapping; what is merged into it gives way to its own."""
        own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, inner in node.value:
            if key.tag == f"{_TAG}merge":
                for source in _merge_sources(inner):
                    merged = {**self._entries(source), **merged}
                continue
            name = _key(key)
            if name in own:
                first = own[name][0].start_mark.line + 1
                raise YamlMistakeError(f"the key '{name}' stands twice, first on line {first}. Leave one", _mark(key))
            own[name] = (key, inner)
        return {**merged, **own}


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


def _key(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        kind = "a list" if isinstance(node, yaml.SequenceNode) else "a section in braces"
        raise YamlMistakeError(
            f"{kind} stands where a key is expected. Put text that starts with a bracket in quotes", _mark(node)
        )
    _see_spaces(node, ODD_SPACE)
    return str(node.value)


def _see_spaces(node: yaml.Node, pattern: str) -> None:
    """Refuse a sign that looks like a space, in text without quotes, where it was meant to be one."""
    if isinstance(node, yaml.ScalarNode) and not node.style and (stands := re.search(pattern, node.value)):
        start = _mark(node)
        sign = stands.end() - 1
        raise YamlMistakeError(about_odd_space(node.value[sign]), Mark(start.line, start.column + sign))


def about_odd_space(sign: str) -> str:
    """Return what to say of a sign that looks like a space and is none."""
    import unicodedata

    name = unicodedata.name(sign, "a separator").lower()
    return f"U+{ord(sign):04X}, {name}, stands where YAML wants a plain space or nothing. Put that in its place"


def _merge_sources(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        if not isinstance(source, yaml.MappingNode):
            raise YamlMistakeError("'<<' merges a section, given by an alias: <<: *name", _mark(source))
        yield source


def _about_tag(tag: str) -> str:
    shown = tag.replace(_TAG, "!!")
    return f"'{shown}' is a tag that means nothing here. Put text that starts with '!' in quotes"


def _scalar(node: yaml.Node) -> Any:
    _see_spaces(node, rf"^{ODD_SPACE}|:{ODD_SPACE}|{ODD_SPACE}$")
    text, kind = str(node.value), node.tag.removeprefix(_TAG)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return {"true": True, "false": False}[text.lower()]
        if kind == "int":
            return int(text[2:], _BASES[text[:2]]) if text[:2] in _BASES else int(text)
        if kind == "float":
            return float(re.sub(r"\.(?=[a-zA-Z])", "", text))
        text.encode()
    except (ValueError, KeyError):
        # A tag that does not fit its text, half of a surrogate pair, or a number of thousands of digits.
        raise YamlMistakeError(f"this cannot be read as {_KINDS[kind]}", _mark(node)) from None
    return text


_KINDS = {"bool": "true or false", "int": "a whole number", "float": "a number", "str": "text"}


def is_plain_text(text: str) -> bool:
    """Return whether text stays text where it stands without quotes."""
    return not any(re.fullmatch(pattern, text, re.ASCII) for pattern, _ in SCALARS.values())
