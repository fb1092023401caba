"""What is wrong with a text that is not YAML, in plain words, and where the mistake is rather than where it showed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from itwinai_core.config.loader import ODD_SPACE, about_odd_space
from itwinai_core.config.near import nearest
from itwinai_core.config.places import Mark

if TYPE_CHECKING:
    from collections.abc import Callable

Found = tuple[str, Mark]
"""What is wrong and what to do, and where."""

_CLOSING = {"[": "]", "{": "}"}
_KEY = r"""(?:- +)*(?:[^\W\d][\w.-]*|"[^"]*"|'[^']*')"""


@dataclass(frozen=True)
class Fault:
    """What PyYAML reports, and the text."""

    problem: str
    context: str
    at: Mark
    """Where the problem showed."""
    since: Mark
    """Where that began which could not be finished."""
    lines: list[str]

    @property
    def line(self) -> str:
        """The line where the problem showed."""
        return self.lines[self.at.line - 1] if self.at.line <= len(self.lines) else ""

    def above(self) -> int:
        """Return the number of the line before this one that holds anything, or 0."""
        for number in range(self.at.line - 1, 0, -1):
            if self.lines[number - 1].split("#")[0].strip():
                return number
        return 0


def fault_of(error: yaml.YAMLError, text: str) -> Found:
    """Return what is wrong with a text, and where."""
    if isinstance(error, yaml.reader.ReaderError):
        return _unprintable(text, error.position)
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"this is not YAML: {error}", Mark(1, 1)
    at = _counted_from_one(error.problem_mark)
    since = _counted_from_one(error.context_mark) if error.context_mark else at
    fault = Fault(error.problem or "", error.context or "", at, since, text.splitlines())
    words = f"{fault.context}: {fault.problem}"
    for look in (_tab, _odd_space, _open_quote, *(look for part, look in _LOOKS.items() if part in words)):
        found = look(fault)
        if found:
            return found
    return f"this is not YAML: {fault.problem}", at


def _unprintable(text: str, position: int) -> Found:
    before = text[:position]
    mark = Mark(before.count("\n") + 1, position - before.rfind("\n"))
    return f"the control character U+{ord(text[position]):04X} stands here. Remove it", mark


def _counted_from_one(mark: yaml.Mark | None) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)


def _tab(fault: Fault) -> Found | None:
    if "'\\t'" not in fault.problem:
        return None
    return "a tab stands here, where YAML wants spaces. Put spaces in its place", fault.at


def _odd_space(fault: Fault) -> Found | None:
    """Find a sign that looks like a space, or like none, where a line begins or after its colon or dash."""
    for number in range(min(fault.since.line, fault.above() or fault.at.line), fault.at.line + 1):
        line = fault.lines[number - 1] if number <= len(fault.lines) else ""
        if stands := re.search(rf"(?:^\s*|[:-] *){ODD_SPACE}", line):
            return about_odd_space(line[stands.end() - 1]), Mark(number, stands.end())
    return None


def _open_quote(fault: Fault) -> Found | None:
    """Find a quote that is closed too late: by the end of the text, or by the quote that opens another value."""
    if fault.context == "while scanning a quoted scalar":
        return "the quote that opens here is not closed", fault.since
    for token in _tokens(fault):
        lines = token.end_mark.line - token.start_mark.line
        quoted = isinstance(token, yaml.ScalarToken) and token.style in ("'", '"')
        if quoted and lines and token.end_mark.line + 1 == fault.at.line:
            return "the quote that opens here is not closed on its line", _counted_from_one(token.start_mark)
    return None


def _open_bracket(fault: Fault) -> Found | None:
    """Find a bracket that is open where the text ends, or that another kind of bracket closes."""
    opened: list[yaml.Token] = []
    for token in _tokens(fault):
        if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
            opened.append(token)
        elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
            closing = "]" if isinstance(token, yaml.FlowSequenceEndToken) else "}"
            if not opened:
                return f"'{closing}' closes nothing: no bracket is open here", _counted_from_one(token.start_mark)
            opening = "[" if isinstance(opened.pop(), yaml.FlowSequenceStartToken) else "{"
            if _CLOSING[opening] != closing:
                said = f"'{opening}' is closed by '{closing}'. Close it with '{_CLOSING[opening]}'"
                return said, _counted_from_one(token.start_mark)
    if not opened:
        return None
    opening = "[" if isinstance(opened[-1], yaml.FlowSequenceStartToken) else "{"
    return f"the '{opening}' that opens here is not closed", _counted_from_one(opened[-1].start_mark)


def _tokens(fault: Fault) -> list[yaml.Token]:
    """Return the words of the text, up to one that is none."""
    tokens = []
    try:
        for token in yaml.scan("\n".join(fault.lines) + "\n", Loader=yaml.SafeLoader):
            tokens.append(token)  # noqa: PERF402 - what comes before an error is kept
    except yaml.YAMLError:
        pass
    return tokens


def _missing_comma(fault: Fault) -> Found | None:
    if not fault.context.startswith("while parsing a flow"):
        return None
    words = re.search(r"(\S+)\s*$", fault.line[: fault.at.column - 1])
    if fault.line[fault.at.column - 1 : fault.at.column] == ":" and words:
        return f"a comma is missing before {words[1]}", Mark(fault.at.line, words.start() + 1)
    return "a comma is missing before this", fault.at


def _colon_too_many(fault: Fault) -> Found | None:
    """Tell a second colon on a line from a line that goes on from the one above."""
    before = fault.line[: fault.at.column - 1]
    if re.search(r":\s", before):
        said = "a second ': ' stands on one line. Put a section's keys on lines of their own, or text in quotes"
        return said, fault.at
    return _below(fault)


def _below(fault: Fault) -> Found:
    """Return why a line cannot stand below the one above it."""
    above = fault.above()
    if above and (found := _no_key(fault.lines[above - 1], above)):
        return found
    depth = _depth(fault.line)
    if above and depth > _depth(fault.lines[above - 1]):
        said = "this line is indented deeper than the line above, which holds a value already"
        return f"{said}. Start both in one column", Mark(fault.at.line, depth + 1)
    return "the indentation of this line fits no line above. Start it in the column of its neighbours", fault.at


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _no_colon(fault: Fault) -> Found | None:
    line = fault.lines[fault.since.line - 1] if fault.since.line <= len(fault.lines) else ""
    return _no_key(line, fault.since.line) or ("no colon stands after this key", fault.since)


def _no_key(line: str, number: int) -> Found | None:
    """Return what keeps a line from being a key and a value, where it looks like one."""
    bare = line.partition(" #")[0].rstrip()
    start = len(bare) - len(bare.lstrip()) + 1
    if tight := re.match(rf"\s*({_KEY}):(?=[^\s/])(.*)", bare):
        return f"a space is missing after the colon. Write {tight[1]}: {tight[2]}", Mark(number, tight.start(2) + 1)
    if equals := re.match(r"\s*([\w.-]+)\s*=\s*(.*)", bare):
        return f"an equals sign stands where YAML has a colon. Write {equals[1]}: {equals[2]}", Mark(number, start)
    if word := re.match(r"\s*([\w.-]+)(\s+[^:]*)?$", bare):
        return f"no colon stands after '{word[1]}'. Write {word[1]}:{word[2] or ''}", Mark(number, start)
    return None


def _item_behind_key(fault: Fault) -> Found:
    return "a list item starts on a line of its own; on one line write [one, other]", fault.at


def _out_of_step(fault: Fault) -> Found:
    """Tell apart what stands where a block should have ended or a document should have begun."""
    what = fault.problem.rpartition("found ")[2].strip("'")
    for number, line in enumerate(fault.lines[: fault.at.line], start=1):
        if toml := re.match(r"(\[([\w.-]+)\])\s*$", line):
            return f"{toml[1]} is how TOML begins a section. Write {toml[2]}: and indent its keys", Mark(number, 1)
    if what == "?" and fault.lines[fault.since.line - 1].lstrip().startswith("-"):
        return "a key stands where a list item is expected, which starts with '- '", fault.at
    if what in ("<block mapping start>", "<block sequence start>", "?"):
        return _below(fault)
    return _STRAY.get(what, _ENDED), fault.at


_ENDED = "the value ends before this. Put the whole of it in quotes; inside of ' write a quote as ''"
_STRAY = {
    "-": "a list item stands where a key is expected",
    ":": "no key stands before this colon",
    ",": "a comma stands outside of brackets. Put text with a comma in quotes",
}
"""By PyYAML's word for what it found."""


def _second_document(fault: Fault) -> Found:
    return "a second document starts here. A run file holds one: remove this line", fault.at


def _reserved(fault: Fault) -> Found:
    sign = fault.line[fault.at.column - 1 : fault.at.column]
    return f"text cannot start with '{sign}' without quotes. Put it in quotes", fault.at


def _alias(fault: Fault) -> Found:
    mark = fault.since if fault.context else fault.at
    return "'*' refers to an anchor, which is not there. Put text that starts with '*' in quotes", mark


def _unknown_alias(fault: Fault) -> Found:
    name = fault.problem.partition("'")[2].rpartition("'")[0]
    near = nearest(name, [token.value for token in _tokens(fault) if isinstance(token, yaml.AnchorToken)])
    meant = f"Write *{near}" if near else f"Set it with &{name} above, or put text that starts with '*' in quotes"
    return f"'*{name}' refers to an anchor, and none above has this name. {meant}", fault.at


def _anchor(fault: Fault) -> Found:
    mark = fault.since if fault.context else fault.at
    return "'&' sets an anchor, which needs a name. Put text that starts with '&' in quotes", mark


def _second_anchor(fault: Fault) -> Found:
    return f"the anchor of line {fault.since.line} is set once more here. Give it another name", fault.at


def _tag(fault: Fault) -> Found:
    return "'!' starts a tag, which means nothing here. Put text that starts with '!' in quotes", fault.since


def _escape(fault: Fault) -> Found:
    sign = fault.line[fault.at.column - 1 : fault.at.column]
    said = f"'\\{sign}' is no escape. Use single quotes, in which a backslash is a plain character"
    return said, Mark(fault.at.line, max(fault.at.column - 1, 1))


def _block_text(fault: Fault) -> Found:
    sign = fault.line[fault.since.column - 1 : fault.since.column]
    return f"'{sign}' starts text on the lines below it. Put text that starts with '{sign}' in quotes", fault.since


def _question(fault: Fault) -> Found:
    return "'?' starts a key, which cannot stand here. Put text that starts with '?' in quotes", fault.at


def _directive(fault: Fault) -> Found:
    return "a line that starts with '%' is an instruction to the reader of YAML. Remove it", fault.at


_LOOKS: dict[str, Callable[[Fault], Found | None]] = {
    "scanning an alias": _alias,
    "scanning an anchor": _anchor,
    "scanning a tag": _tag,
    "parsing a tag": _tag,
    "scanning a directive": _directive,
    "scanning a double-quoted scalar": _escape,
    "scanning a block scalar": _block_text,
    "expected ',' or": _open_bracket,
    "expected the node content": _open_bracket,
    "but got": _missing_comma,
    "found ']'": _open_bracket,
    "found '}'": _open_bracket,
    "mapping values are not allowed": _colon_too_many,
    "could not find expected ':'": _no_colon,
    "sequence entries are not allowed": _item_behind_key,
    "another document": _second_document,
    "but found": _out_of_step,
    "mapping keys are not allowed": _question,
    "cannot start any token": _reserved,
    "undefined alias": _unknown_alias,
    "second occurrence": _second_anchor,
    "incompatible YAML document": _directive,
    "duplicate YAML directive": _directive,
}
"""By a part of PyYAML's words: where to look, in this order."""
