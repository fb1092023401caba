"""A new plugin gets a name that clashes with nothing, and texts that a package can carry."""

import ast
import builtins

import pytest

from itwinai_core.errors import UserError
from itwinai_core.new_plugin.choices import ENGINES, Choices
from itwinai_core.new_plugin.names import checked_name
from itwinai_core.new_plugin.render import render


@pytest.mark.parametrize("typed", ["tides", "itwinai-tides"])
def test_the_prefix_of_a_name_may_be_typed_or_not(typed):
    assert checked_name(typed, {}) == "tides"


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Tides", "tides"),
        ("sea_ice", "sea-ice"),
        ("sea--ice", "sea-ice"),
        ("itwinai_tides", "tides"),
        ("tides-", "tides"),
        ("-tides", "tides"),
        ("my plugin!", "my-plugin"),
        ("3d", ""),
        ("itwinai-", ""),
        ("", ""),
        ("été", "t"),
        ("../tides", "tides"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_one_that_can(typed, near):
    with pytest.raises(UserError, match="cannot name a plugin") as refused:
        checked_name(typed, {})
    assert str(refused.value).partition("Try ")[2] == (f"'{near}'." if near else "")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("class", "a word of the Python language"),
        ("core", "itwinai-core is installed here"),
        ("slope", "third-party is installed here and offers it"),
        ("itwinai", "the core's own"),
        ("itwinai-itwinai-x", "the core's own"),
        ("a" * 41, "its length is 41"),
        ("a", "its length is 1"),
    ],
)
def test_a_name_that_would_clash_is_refused_with_its_reason(name, why):
    with pytest.raises(UserError, match=why):
        checked_name(name, {"slope": "third-party"})


def test_a_package_that_is_there_already_takes_its_name(tmp_path, monkeypatch):
    assert checked_name("sea-ice", {}) == "sea-ice"
    (tmp_path / "itwinai_sea_ice").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match="a Python package itwinai_sea_ice"):
        checked_name("sea-ice", {})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"author": "Ada\nLovelace"}, "--author is one line"),
        ({"author": "Ada\x00"}, "--author is one line"),
        ({"summary": "a\u2028b"}, "--summary is one line"),
        ({"summary": " "}, "--summary is empty"),
        ({"summary": "long " * 50}, "--summary is 250 characters long"),
        ({"email": "ada"}, "'ada' is no address"),
        ({"email": "Ada <ada@example.org>"}, "is no address"),
        ({"email": "ada@localhost"}, "is no address"),
    ],
)
def test_texts_that_no_package_can_carry_are_refused(options, message):
    with pytest.raises(UserError, match=message):
        Choices("tides", "keras", **options)


@pytest.mark.parametrize(
    "name", ["any", "path", "config", "settings", "none", "true", "i", "estimator", "run-config", "lightning-use-case"]
)
def test_the_class_of_a_use_case_hides_no_other_name(name):
    for engine in ENGINES:
        choices = Choices(name, engine)
        for path, text in render(choices).items():
            if path.endswith(".py"):
                tree = ast.parse(text)
                imported = {
                    alias.asname or alias.name
                    for node in tree.body
                    if isinstance(node, ast.ImportFrom | ast.Import)
                    for alias in node.names
                }
                defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
                assert not imported & defined
        assert choices.class_name not in dir(builtins)
