"""What others wrote comes out on one line, and leaves the terminal as it is."""

import pytest

from itwinai_core.printable import on_one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain öß", "plain öß"), ("\x1b[2Jgone", r"\x1b[2Jgone"), ("a\rb", r"a\rb"), ("\ud800", r"\ud800")],
)
def test_signs_that_move_the_cursor_are_spelt_out(text, shown):
    assert printable(text) == shown
    assert printable(text).isprintable()


def test_lines_become_one():
    assert on_one_line("one\n  two\tthree\n", 80) == "one two three"


@pytest.mark.parametrize("length", [10, 11, 5000])
def test_a_long_text_is_cut_with_dots(length):
    shown = on_one_line("x" * length, 10)
    assert len(shown) == 10
    assert shown.endswith("...") == (length > 10)
