"""What somebody meant who wrote a value of another form: a number in quotes, yes for true, one word for a list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

from itwinai_core.config.expected import written
from itwinai_core.config.near import nearest
from itwinai_core.config.shape import LISTS, Slot, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TRUE = {"yes", "y", "on", "true", "t", "1"}
_FALSE = {"no", "n", "off", "false", "f", "0"}
_ENDLESS = {"nan", "inf", "infinity"}
_NULL = {"none", "null", "nil", "nan", "~", ""}
_AROUND = " \n\"'\u201c\u201d\u201e\u2018\u2019"
_DASHES = "\u2212\u2013"
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"


def hint(value: Any, wanted: Slot, path: str) -> str:
    """Return a sentence on what was meant by a value that does not fit, with a space before it, or nothing.

    Args:
        value: What stands there.
        wanted: What may stand there.
        path: Its key path, as it is shown.
    """
    members = wanted.members()
    for said in _meant(value, members, path):
        if said:
            return f" {said}"
    return ""


def _meant(value: Any, members: list[Slot], path: str) -> Iterator[str]:
    kinds = [get_origin(member.annotation) or member.annotation for member in members]
    # Where one file or a list of them may stand, a text without a comma is one file.
    one_file = Path in kinds and isinstance(value, str) and "," not in value
    if any(kind in LISTS for kind in kinds) and not one_file:
        yield _list(value)
    for member in members:
        if member.sections():
            yield _section(value, member, path)
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list | dict):
        yield f"Write {written(value[0]).strip(chr(39))} without brackets."
    if type(None) in kinds and isinstance(value, str) and value.casefold() in _NULL:
        yield "Did you mean null?"
    if bool in kinds:
        yield _truth(value)
    if isinstance(value, str) and (int in kinds or float in kinds):
        yield _number(value)
    if isinstance(value, str) and Path in kinds:
        yield _file(Path(value))
    yield from (_choice(value, member) for member in members)
    if str in kinds and value is not None and not isinstance(value, str | list | dict):
        yield f"Write '{written(value)}', in quotes."


def _truth(value: Any) -> str:
    word = str(value).casefold().strip()
    return "Did you mean true?" if word in _TRUE else "Did you mean false?" if word in _FALSE else ""


def _number(text: str) -> str:
    """Return how a number in another style of writing is written."""
    bare = text.strip(_AROUND).translate({ord(sign): "-" for sign in _DASHES})
    for pattern, say in _NUMBERS:
        if found := re.fullmatch(pattern, bare, re.ASCII):
            return say(found)
    return "Write a finite number." if bare.strip("+-.").casefold() in _ENDLESS else ""


def _result(one: float, sign: str, other: float) -> str:
    """Return what a power, a quotient or a product comes to."""
    try:
        return f"{one * other if sign == '*' else one / other if sign == '/' else one**other:.12g}"
    except ArithmeticError:
        return "one number"


_NUMBERS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (_NUMBER, lambda found: f"Write {found[0]} without quotes."),
    (
        r"[-+]?\d{1,3}([_' ]\d{3})+(\.\d+)?|[-+]?\d+(_\d+)+|[-+]?\d{1,3}(,\d{3}){2,}",
        lambda found: f"Write {re.sub(r'[^-+.0-9]', '', found[0])}: digits stand together.",
    ),
    (
        r"([-+]?[1-9]\d{,2}),(\d{3})",
        lambda found: f"Write {found[1]}{found[2]}, or {found[1]}.{found[2]} for a fraction.",
    ),
    (r"([-+]?\d*),(\d+([eE][-+]?\d+)?)", lambda found: f"Write {found[1]}.{found[2]}, with a point."),
    (rf"({_NUMBER})\s*%", lambda found: f"Write {float(found[1]) / 100:g}."),
    (
        rf"({_NUMBER})\s*(\*\*|[/^*])\s*({_NUMBER})",
        lambda found: f"Write {_result(float(found[1]), found[2], float(found[3]))}: nothing is computed here.",
    ),
    (
        rf"{_NUMBER}\s*([kMG](Hz|g|Pa)|[muµn](Hz|m|s)|m|cm|Pa|min(ute)?s?|h|hrs?|hours?|d|days?|weeks?|years?|rad)",
        lambda _: "Write the number alone, in the unit that `itwinai describe` shows.",
    ),
    (rf"({_NUMBER})#.*", lambda found: f"Write {found[1]}, and a space before the remark."),
    (rf"({_NUMBER})\s*([^\W\d].*|[,;].*|°.*)", lambda found: f"Write {found[1]}, the number alone."),
    (r"\d+(:\d+)+(\.\d+)?", lambda _: "Write one number: a time is none."),
    (r"\d+-\d+-\d+.*", lambda _: "Write one number: a date is none."),
)
"""Other ways of writing a number, and what to say of each."""


def _file(path: Path) -> str:
    """Return what was meant by the path of a file that is not there."""
    if path.parts[:1] == ("~",):
        return f"Write {path.expanduser()}: ~ means nothing here."
    if "$" in str(path):
        return "Write the path out: variables of a shell mean nothing here."
    if path.is_dir():
        return "This is a folder."
    if not path.parent.is_dir():
        return f"There is no folder '{path.parent}'."
    near = nearest(path.name, [found.name for found in path.parent.iterdir() if found.is_file()])
    return f"Did you mean '{path.with_name(near)}'?" if near else ""


def _list(value: Any) -> str:
    if isinstance(value, str):
        return _list_in_text(value)
    if value is None:
        return "Write [] for none."
    if isinstance(value, dict):
        return "Set the whole list, e.g. [one, other]."
    return f"Write [{written(value)}]." if not isinstance(value, list) else ""


def _list_in_text(text: str) -> str:
    if text.startswith("-") and re.fullmatch(r"(-\S+\s*)+", text):
        return "Each item needs a dash and a space after it."
    if run := re.fullmatch(r"(\d+) *(?:-|\.\.+|:|to) *(\d+)", text):
        return f"Write each: [{run[1]}, {int(run[1]) + 1}, ..., {run[2]}]."
    if "(" in text[1:]:
        return "Write its items in brackets: nothing is computed here."
    items = [item for item in re.split(r"[,;\s]+", text.strip("()[]")) if item]
    return f"Write [{', '.join(items)}]." if items else "Write [] for none."


def _section(value: Any, member: Slot, path: str) -> str:
    """Return what was meant by something that is not keys and values."""
    if isinstance(value, list):
        return "Write its keys without dashes."
    known = [key for section in member.sections() for key in section.model_fields]
    if isinstance(value, str):
        if pair := re.match(r"([A-Za-z_][\w-]*)\s*[:=]\s*(\S+)", value):
            return f"Write {nearest(pair[1], known) or pair[1]}: {pair[2]}, with a colon and a space."
        if len(word := value.split()) == 2 and nearest(word[0], known):
            return f"Write {nearest(word[0], known)}: {word[1]}, with a colon and a space."
    if not isinstance(value, dict | None):
        alone = "name" if "name" in known else known[0] if len(known) == 1 else ""
        return f"Did you mean '{path}.{alone}'?" if alone else ""
    return ""


def _choice(value: Any, member: Slot) -> str:
    """Return the nearest choice, or what fits a pattern."""
    if isinstance(value, str):
        for constraint in member.constraints:
            if isinstance(constraint, Wording) and (near := constraint.near(value)):
                return f"Did you mean '{near}'?"
    choices = {str(choice): choice for choice in member.choices}
    if value is None or isinstance(value, list | dict) or not choices:
        return ""
    word = written(value).strip("'")
    if isinstance(value, bool):
        near = next((name for name in choices if name.casefold() in (_TRUE if value else _FALSE)), "")
    else:
        ending = [name for name in choices if name.endswith(word)] if not isinstance(value, str) else []
        near = nearest(word, choices) or (ending[0] if len(ending) == 1 else "")
    if not near:
        return ""
    if word == near:
        return f"Write '{near}', in quotes." if isinstance(choices[near], str) else f"Write {near} without quotes."
    return f"Did you mean '{near}'?" if isinstance(choices[near], str) else f"Did you mean {near}?"
