"""YAML of run files: every value with its line and column; words stay words; what is wrong is said plainly."""

import itertools
import json
import re

import pytest
import yaml

from itwinai_core.config.loader import YamlMistakeError, dump_yaml, is_plain_text, parse_yaml
from itwinai_core.config.places import Mark, Place

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 8)}]\n" for before, name in itertools.pairwise("abcdefghi")
)
TEXT = """\
use_case: x  # y
fit:
  list: [a, b]
  years:
    - 1
    - c: 2
set: {a: "b c", d: |
  e
  }
"""


def test_each_key_and_value_has_its_place():
    text = 'use_case: line\nfit:\n  epochs: 3\n  names: [csv, "wandb"]\n  years:\n    - 1990\n    - {a: 1}\n'
    document = parse_yaml(text)
    places = document.places
    assert places["use_case",] == Place(Mark(1, 1), Mark(1, 11))
    assert places["fit", "epochs"] == Place(Mark(3, 3), Mark(3, 11))
    assert places["fit", "names", 1].value == Mark(4, 16)
    assert places["fit", "years", 0].value == Mark(6, 7)
    assert places["fit", "years", 1, "a"] == Place(Mark(7, 8), Mark(7, 11))
    assert places["fit",] == Place(Mark(2, 1), Mark(3, 3))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("Off", "Off"),
        ("12:30", "12:30"),
        ("2024-01-31", "2024-01-31"),
        ("1_000", "1_000"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("+1.5E+2", 150.0),
        ("-.inf", float("-inf")),
        ("True", True),
        ("~", None),
        ("", None),
        ("'3'", "3"),
        ("!!str 3", "3"),
        ("!!float 3", 3.0),
        ("x#y", "x#y"),
        ("=", "="),
    ],
)
def test_scalars_are_those_of_yaml_1_2(written, value):
    parsed = parse_yaml(f"a: {written}\n").values["a"]
    assert parsed == value
    assert type(parsed) is type(value)


def test_what_both_versions_of_yaml_read_alike_is_read_like_pyyaml_reads_it():
    text = "a: [1, 2.5, x, 'y', null, true]\nb:\n  - c: |\n      text\n    d: >-\n      folded\n      text\n"
    assert parse_yaml(text).values == yaml.safe_load(text)


def test_json_is_read_as_it_is():
    content = {"a": [1, 2.5, None, True, "no", {"b": "1e3"}], "c": {"d": "ä€😀"}}
    assert parse_yaml(json.dumps(content, ensure_ascii=False, indent=2)).values == content


def test_merged_sections_keep_the_place_where_they_are_written():
    text = "one: &one {a: 1, b: 2}\ntwo:\n  <<: *one\n  b: 3\n"
    document = parse_yaml(text)
    assert document.values["two"] == {"a": 1, "b": 3}
    assert document.places["two", "a"].key == Mark(1, 12)
    assert document.places["two", "b"].value == Mark(4, 6)


def test_an_alias_stands_where_it_is_written():
    places = parse_yaml("seed: &s 7\nfit: {epochs: *s}\none: &one {a: 1}\ntwo: *one\n").places
    assert places["fit", "epochs"] == Place(Mark(2, 7), Mark(2, 15))
    assert places["two",] == Place(Mark(4, 1), Mark(4, 6))
    assert places["two", "a"].value == Mark(3, 15)


def test_of_several_merged_sections_the_first_counts():
    text = "one: &one {a: 1}\ntwo: &two {a: 2, b: 2}\nthree: {<<: [*one, *two]}\n"
    assert parse_yaml(text).values["three"] == yaml.safe_load(text)["three"] == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "1e3",
        "0o7",
        "010",
        "12:30",
        "2024-01-31",
        ".inf",
        "null",
        "",
        "<<",
        "=",
        " a ",
        "a: b",
        "- a",
        "#",
        "é",
        "\t",
    ],
)
def test_text_that_is_written_is_read_as_the_same_text_by_both_versions_of_yaml(text):
    written = dump_yaml({"a": text, "b": [text]})
    assert parse_yaml(written).values == {"a": text, "b": [text]}
    assert yaml.safe_load(written) == {"a": text, "b": [text]}


def test_long_text_is_written_on_one_line():
    assert dump_yaml("a b " * 50).count("\n") == 1


@pytest.mark.parametrize(
    ("text", "is_plain"), [("3", False), ("true", False), ("abc", True), ("12:30", True), ("", False)]
)
def test_text_that_needs_quotes_is_known(text, is_plain):
    assert is_plain_text(text) is is_plain


MISTAKES = {
    "a:\tb\n": ("a tab stands here", (1, 3)),
    "a: 1\n  \tb: 2\n": ("a tab stands here", (2, 3)),
    'a: "x\n': ("the quote that opens here is not closed", (1, 4)),
    "a: 'x\nb: 'y'\n": ("the quote that opens here is not closed", (1, 4)),
    "a: [1, 2\n": ("the '[' that opens here is not closed", (1, 4)),
    "a: [1, {b: 2\nc: 3\n": ("the '{' that opens here is not closed", (1, 8)),
    "a: [\n": ("the '[' that opens here is not closed", (1, 4)),
    "a: [1, 2}\n": ("'[' is closed by '}'. Close it with ']'", (1, 9)),
    "a: [1]]\n": ("']' closes nothing", (1, 7)),
    "a: {b: 1}}\n": ("'}' closes nothing", (1, 10)),
    '{"a": 1\n"b": 2}\n': ('a comma is missing before "b"', (2, 1)),
    "a: {b: 1 c: 2}\n": ("a comma is missing before c", (1, 10)),
    "a: b: c\n": ("a second ': ' stands on one line", (1, 5)),
    "a: b:\n": ("a second ': ' stands on one line", (1, 5)),
    "a: 1\n  b: 2\n": ("indented deeper than the line above", (2, 3)),
    "a: 1\n# remark\n\n  b: 2\n": ("indented deeper than the line above", (4, 3)),
    "  a: 1\nb: 2\n": ("the indentation of this line fits no line above", (2, 1)),
    "a:\n  b: 1\n c: 2\n": ("the indentation of this line fits no line above", (3, 2)),
    "a:1\nb: 2\n": ("a space is missing after the colon. Write a: 1", (1, 3)),
    "b: 2\na:1\n": ("a space is missing after the colon. Write a: 1", (2, 3)),
    "a:1 # x\nb: 2\n": ("a space is missing after the colon. Write a: 1", (1, 3)),
    "a\nb: 2\n": ("no colon stands after 'a'. Write a:", (1, 1)),
    "a:\n  b 1\n  c: 2\n": ("no colon stands after 'b'. Write b: 1", (2, 3)),
    "b: 1\na = 2\n": ("Write a: 2", (2, 1)),
    "b: 1\n(x) y z\n": ("no colon stands after this key", (2, 1)),
    "- a\nb: 1\n": ("a key stands where a list item is expected", (2, 1)),
    "a: 1\n- b\n": ("a list item stands where a key is expected", (2, 1)),
    "a: - b\n": ("a list item starts on a line of its own", (1, 4)),
    "a: 'x' y\n": ("the value ends before this", (1, 8)),
    'a: "x", b\n': ("a comma stands outside of brackets", (1, 7)),
    ": 3\n": ("no key stands before this colon", (1, 1)),
    "a: *b\n": ("'*b' refers to an anchor, and none above has this name. Set it with &b above", (1, 4)),
    "a: &base 1\nb: *bsae\n": ("Write *base", (2, 4)),
    "a:\n\u00a0\u00a0b: 1\n": ("U+00A0, no-break space, stands where YAML wants a plain space", (2, 1)),
    "a:\u00a0b\nc: 1\n": ("U+00A0", (1, 3)),
    "a:\n  b: 1\n  c:\u20031\n": ("U+2003, em space", (3, 5)),
    "a: \u00a01\n": ("U+00A0", (1, 4)),
    "a: 1\u00a0\n": ("U+00A0", (1, 5)),
    "e\u200bpochs: 1\n": ("U+200B, zero width space", (1, 2)),
    BOMB: ("aliases repeat more than 10000 values", (1, 23)),
    "a: *.h5\n": ("Put text that starts with '*' in quotes", (1, 4)),
    "a: & b\n": ("Put text that starts with '&' in quotes", (1, 4)),
    "a: &b 1\nc: &b 2\n": ("the anchor of line 1 is set once more", (2, 4)),
    "a: !b 1\n": ("'!b' is a tag that means nothing here", (1, 4)),
    "a: !!set {b}\n": ("'!!set' is a tag", (1, 4)),
    "a: !<\n": ("'!' starts a tag", (1, 4)),
    "a: `b`\n": ("text cannot start with '`' without quotes", (1, 4)),
    'a: "\\d"\n': ("'\\d' is no escape", (1, 5)),
    'a: "\\xZZ"\n': ("is no escape", (1, 6)),
    'a: "\\ud800"\n': ("this cannot be read as text", (1, 4)),
    "a: > 3\n": ("'>' starts text on the lines below it", (1, 4)),
    "a: |x\n": ("'|' starts text on the lines below it", (1, 4)),
    "a: 1\n---\nb: 2\n": ("a second document starts here", (2, 1)),
    "%YAML 9.0\n---\na: 1\n": ("a line that starts with '%'", (1, 1)),
    "%YAML x\n---\na: 1\n": ("a line that starts with '%'", (1, 7)),
    "[a]\nb = 1\n": ("[a] is how TOML begins a section", (1, 1)),
    "# x\n[a.b]\nc = 1\n": ("[a.b] is how TOML begins a section", (2, 1)),
    "? [a, b]\n: 1\n": ("a list stands where a key is expected", (1, 3)),
    "a: {{ b }}\n": ("a section in braces stands where a key is expected", (1, 5)),
    "a: {<<: 3}\n": ("'<<' merges a section", (1, 9)),
    "a: &a [*a]\n": ("this value holds itself", (1, 8)),
    "a: !!int x\n": ("this cannot be read as a whole number", (1, 4)),
    "a: !!bool 3\n": ("this cannot be read as true or false", (1, 4)),
    f"a: {'9' * 5000}\n": ("this cannot be read as a whole number", (1, 4)),
    "a: \x1b\n": ("the control character U+001B stands here", (1, 4)),
    "[" * 500: ("brackets stand within brackets too many times", (1, 1)),
}


@pytest.mark.parametrize("text", ["a: 'x\u00a0'\n", "a: 10\u00a0km\n", "a: 1  # \u00a0x\n", "# \u00a0\na: 1\n"])
def test_a_space_that_does_not_break_may_stand_in_text_and_remarks(text):
    assert list(parse_yaml(text).values) == ["a"]


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: repr(text)[:30])
def test_a_mistake_is_told_in_plain_words_at_its_place(text):
    said, place = MISTAKES[text]
    with pytest.raises(YamlMistakeError) as refused:
        parse_yaml(text)
    assert said in str(refused.value)
    assert (refused.value.mark.line, refused.value.mark.column) == place


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: repr(text)[:30])
def test_no_word_of_the_parser_is_left_in_a_message(text):
    with pytest.raises(YamlMistakeError) as refused:
        parse_yaml(text)
    assert not re.search(r"<block|<scalar|token|mapping values|simple key|flow|stream|constructor", str(refused.value))


def told(text):
    """Return what is said of a text, and where, or nothing where it is read."""
    try:
        parse_yaml(text)
    except YamlMistakeError as error:
        return str(error), error.mark
    return "", Mark(1, 1)


def test_a_text_cut_off_anywhere_is_read_or_told_with_a_place_inside():
    """Half a file is what an editor that crashed, or a copy that was cut, leaves."""
    for end in range(len(TEXT)):
        said, mark = told(TEXT[:end])
        assert "this is not YAML" not in said, TEXT[:end]
        assert 1 <= mark.line <= TEXT[:end].count("\n") + 1


@pytest.mark.parametrize("sign", list("\t:,[]{}'\"#&*!|>%@`-?=\\\n"))
def test_a_stray_sign_anywhere_is_read_or_told_in_plain_words(sign):
    for place in range(len(TEXT)):
        text = TEXT[:place] + sign + TEXT[place:]
        assert "this is not YAML" not in told(text)[0], text
