"""Laws that hold for every key of every use case that is installed: a slip in any of them is told, at its place."""

import re

import pytest
from toys import KerasLine

from itwinai_core.config.loader import dump_yaml
from itwinai_core.config.near import near_match, nearest
from itwinai_core.config.shape import key_paths, keys_at, slot_at
from itwinai_core.config.validate import run_class
from itwinai_core.config.write import describe_fields, to_commented_yaml
from itwinai_core.errors import UserError
from itwinai_core.fit import plan
from itwinai_core.plugins import Plugins

PLUGINS = Plugins()
NAMES = [use_case.name for plugin in PLUGINS.installed for use_case in plugin.use_cases]
LEAF = re.compile(r"^(?P<indent> *)(?P<key>\w+): (?P<value>.+)$")


def leaves():
    """Yield each plain key of each use case with its line in a complete run file, counted from 0."""
    for name in NAMES:
        lines = to_commented_yaml(plan(name, [], PLUGINS).run).splitlines()
        sections: list[str] = []
        for number, line in enumerate(lines):
            if section := re.match(r"^( *)(\w+):$", line):
                sections = [*sections[: len(section[1]) // 2], section[2]]
            elif leaf := LEAF.match(line):
                around = sections[: len(leaf["indent"]) // 2]
                yield pytest.param(lines, number, leaf, id=".".join([name, *around, leaf["key"]]))


LEAVES = list(leaves())


def refusal(folder, lines):
    """Return what is said of a run file."""
    (folder / "run.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(UserError) as refused:
        plan("run.yaml", [], PLUGINS)
    assert len(str(refused.value).splitlines()) <= 4
    return str(refused.value)


def changed(lines, number, line):
    """Return the lines with one of them changed."""
    return [*lines[:number], line, *lines[number + 1 :]]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_key_of_the_use_cases_is_among_them():
    assert {"virgo.settings.model.name", "cyclones.settings.data.variables"} <= {leaf.id for leaf in LEAVES}
    known = {f"{name}.{key}" for name in NAMES for key, *_ in describe_fields(plan(name, [], PLUGINS).run)}
    assert {leaf.id for leaf in LEAVES} == known


@pytest.mark.parametrize(("lines", "number", "leaf"), LEAVES)
def test_a_slip_in_any_key_is_told_with_the_key_that_was_meant(folder, lines, number, leaf):
    key = leaf["key"]
    for slip in {key.upper(), key.replace("_", "-"), key.replace("_", ""), f"{key}x", key[1:] + key[:1]} - {key}:
        if nearest(slip, [key]) != key:
            continue  # a key of one letter has no slip that could be told from another key
        said = refusal(folder, changed(lines, number, f"{leaf['indent']}{slip}: {leaf['value']}"))
        assert re.search(rf"Did you mean '([\w.]+\.)?{key}'", said), said
        assert f"run.yaml, line {number + 1}, column {len(leaf['indent']) + 1}" in said or "use_case" in said


@pytest.mark.parametrize(("lines", "number", "leaf"), LEAVES)
@pytest.mark.parametrize("wrong", ["{wrong: {deeply: 1}}", "[[[wrong]]]"])
def test_a_value_of_another_kind_in_any_key_is_told_at_its_place(folder, lines, number, leaf, wrong):
    said = refusal(folder, changed(lines, number, f"{leaf['indent']}{leaf['key']}: {wrong}"))
    column = len(leaf["indent"]) + len(leaf["key"]) + 3
    assert re.search(rf"run\.yaml, line {number + 1}, column ({column}|{column + 1})$", said, re.MULTILINE), said
    assert "expected " in said


@pytest.mark.parametrize(("lines", "number", "leaf"), LEAVES)
def test_any_key_at_the_top_is_told_with_its_path(folder, lines, number, leaf):
    if not leaf["indent"]:
        return
    use_case = re.search(r"^use_case: (\S+)$", "\n".join(lines), re.MULTILINE)[1]
    said = refusal(folder, [f"use_case: {use_case}", f"{leaf['key']}: {leaf['value']}"])
    schema = run_class(PLUGINS.use_case(use_case).settings)
    meant = [".".join(map(str, path)) for path in key_paths(schema) if path[-1] == leaf["key"]]
    assert any(f"'{path}'" in said for path in meant), said
    assert "run.yaml, line 2, column 1" in said


@pytest.mark.parametrize(("lines", "number", "leaf"), LEAVES)
def test_a_tab_before_any_key_is_told_at_its_place(folder, lines, number, leaf):
    said = refusal(folder, changed(lines, number, "\t" + lines[number].lstrip()))
    assert f"run.yaml, line {number + 1}, column 1: a tab stands here" in said


@pytest.mark.parametrize(("lines", "number", "leaf"), LEAVES)
def test_any_key_that_stands_twice_is_told_with_both_lines(folder, lines, number, leaf):
    said = refusal(folder, [*lines[: number + 1], *lines[number:]])
    assert f"line {number + 2}, column {len(leaf['indent']) + 1}: the key '{leaf['key']}' stands twice" in said
    assert f"first on line {number + 1}" in said


@pytest.mark.parametrize("name", NAMES)
def test_every_bound_is_where_it_is_said_to_be(folder, name):
    """A number just outside of each bound is refused with the bound in the message."""
    schema = run_class(PLUGINS.use_case(name).settings)
    checked = 0
    for path in key_paths(schema):
        wanted = slot_at(schema, path)
        for constraint in wanted.constraints:
            for attribute, outside in (("gt", 0), ("ge", -1), ("lt", 0), ("le", 1)):
                bound = getattr(constraint, attribute, None)
                if bound is None:
                    continue
                with pytest.raises(UserError) as refused:
                    plan(name, [f"{'.'.join(map(str, path))}={bound + outside}"], PLUGINS)
                assert f"found {bound + outside}" in str(refused.value)
                assert f" {bound:g}" in str(refused.value) or f" {bound}" in str(refused.value)
                checked += 1
    assert checked > 5


@pytest.mark.parametrize("name", NAMES)
def test_every_key_can_be_set_by_a_variable_of_its_name(name):
    run = plan(name, [], PLUGINS).run
    for key, _, value, _ in describe_fields(run):
        variable = "ITWINAI__" + key.upper().replace(".", "__")
        written = dump_yaml(value).removesuffix("...\n").strip()
        planned = plan(name, [], PLUGINS, {variable: written} if key != "use_case" else {})
        assert planned.run == run
        assert key == "use_case" or planned.content.origins[tuple(key.split("."))][-1].kind == "environment"


def test_what_is_known_is_sorted_into_sections():
    schema = run_class(KerasLine.settings)
    assert set(keys_at(schema, ())) == {"use_case", "seed", "fit", "strategy", "settings"}
    assert near_match("sttings", keys_at(schema, ())) == " Did you mean 'settings'?"
