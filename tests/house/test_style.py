"""The examples of the style page are taken from the code, and still stand there."""

import re
import textwrap

import pytest

EXAMPLE = re.compile(r"^`([\w./-]+)`:\n+```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ANY_PYTHON = re.compile(r"^```python$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root):
    """Return the text of the style page."""
    return (root / "docs" / "style.md").read_text(encoding="utf-8")


def stands_in(fragment, source):
    """Return whether whole lines of code stand in a source, at any depth of indentation."""
    depths = (textwrap.indent(fragment, " " * 4 * depth) for depth in range(4))
    return any(f"\n{indented}" in f"\n{source}\n" for indented in depths)


def test_examples_are_taken_from_the_code(root, page):
    gone = [
        f"{path}: {fragment.splitlines()[0]}"
        for path, fragment in EXAMPLE.findall(page)
        if not stands_in(fragment, (root / path).read_text(encoding="utf-8"))
    ]
    assert gone == []


def test_every_example_says_where_it_is_from(page):
    assert len(EXAMPLE.findall(page)) == len(ANY_PYTHON.findall(page)) >= 6


def test_an_example_that_is_no_longer_there_is_seen():
    source = "class A:\n    def f(self):\n        return 1\n"
    assert stands_in("def f(self):\n    return 1\n", source)
    assert not stands_in("def f(self):\n    return 2\n", source)
    assert not stands_in("return\n", source)
