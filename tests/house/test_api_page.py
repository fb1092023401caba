"""The page of the API promise names what there is to rely on: every name, every variable, and no other."""

import ast
import importlib
import os
import re
import subprocess
import sys
from importlib.metadata import version

import pytest
from packaging.specifiers import SpecifierSet

from itwinai_core import API_VERSION
from itwinai_core.cli.door import _INTERRUPTED

DOORS = ["itwinai_core", "itwinai_core.testing"]
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
OWN_KEYS = re.compile(r"ITWINAI__[A-Z_]+")
ASKING = {"get", "getenv", "setdefault"}


@pytest.fixture(scope="module")
def page(root):
    """Return the text of the page."""
    return (root / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def modules(root):
    """Return the modules of the core, parsed; templates are no code of the core."""
    found = (root / "itwinai_core").rglob("*.py")
    return {str(path.relative_to(root)): ast.parse(path.read_text(encoding="utf-8")) for path in found}


def section(page, heading):
    """Return the text below a heading, up to the next."""
    return re.split(r"^#+ ", page.partition(f"{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def named_first(text):
    """Return what stands in code in the first column of the tables of a text."""
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def constants(modules):
    """Return the texts that names stand for, anywhere in the core."""
    known = {}
    for tree in modules.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                targets = [target for target in node.targets for target in getattr(target, "elts", [target])]
                values = getattr(node.value, "elts", [node.value])
                for target, value in zip(targets, values, strict=False):
                    if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                        known.setdefault(target.id, set()).add(value.value)
    return known


def asked(tree):
    """Yield the expressions that name a variable which a module reads from the environment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING:
            if node.func.attr == "getenv" or is_environment(node.func.value):
                yield node.args[0]
        elif isinstance(node, ast.Subscript) and is_environment(node.value) and isinstance(node.ctx, ast.Load):
            yield node.slice
        elif isinstance(node, ast.Compare) and any(is_environment(side) for side in node.comparators):
            yield node.left
        elif isinstance(node, ast.keyword) and node.arg == "envvar":
            yield node.value


def is_environment(node):
    """Return whether an expression is `os.environ`."""
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def variables_read(modules):
    """Return the environment variables that the core reads by name; ones that it forms are no names."""
    known, found = constants(modules), set()
    for tree in modules.values():
        for expression in asked(tree):
            if isinstance(expression, ast.Constant):
                found.add(expression.value)
            elif isinstance(expression, ast.Name):
                found |= {text for text in known.get(expression.id, ()) if isinstance(text, str)}
    # A name that a function is handed stands for whatever its callers name, which is a constant of the same form.
    own = {text for texts in known.values() for text in texts if isinstance(text, str)}
    found |= {text for text in own if re.fullmatch(r"ITWINAI(_[A-Z]+)+", text) and text != "ITWINAI_API"}
    return {name for name in found if VARIABLE.fullmatch(name)}


@pytest.mark.parametrize("door", DOORS)
def test_every_public_name_is_on_the_page_and_no_other(page, door):
    text = section(page, "### Names to import").partition(f"`{door}` is")[2]
    text = text.partition("`itwinai_core.testing` is")[0] if door == "itwinai_core" else text
    assert sorted(named_first(text)) == sorted(importlib.import_module(door).__all__)


def test_every_variable_that_the_core_reads_is_on_the_page(page, modules):
    text = section(page, "### Environment variables")
    read = variables_read(modules)
    assert len(read) >= 8
    assert read - set(re.findall(r"`([A-Z_]+)`", text)) == set()


def test_the_page_names_no_variable_that_the_core_does_not_read(page, modules):
    named = {name for name in named_first(section(page, "### Environment variables")) if not OWN_KEYS.fullmatch(name)}
    assert named - variables_read(modules) == set()


def test_a_variable_of_every_form_is_seen():
    code = (
        "A, B = 'VAR_A', 'VAR_B'\n"
        "os.environ[A]\nos.environ.get(B)\nos.getenv('VAR_C')\nos.environ.setdefault('VAR_D', '1')\n"
        "'VAR_E' in os.environ\noption(envvar='VAR_F')\nos.environ['VAR_G'] = '1'\n"
    )
    assert variables_read({"x.py": ast.parse(code)}) == {f"VAR_{letter}" for letter in "ABCDEF"}


def test_the_exit_codes_of_the_page_are_those_of_the_program(page):
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", section(page, "### The command line"), re.MULTILINE)]
    assert codes == [0, 1, 2, _INTERRUPTED]


def test_the_release_keeps_the_promise_of_its_number():
    assert version("itwinai-core").rpartition(".")[0] == API_VERSION


def test_the_ranges_of_the_page_hold_the_promise_of_today(page):
    (api,) = re.findall(r'^ITWINAI_API = "([^"]+)"$', page, re.MULTILINE)
    assert SpecifierSet(api).contains(API_VERSION)
    (core,) = re.findall(r'^dependencies = \["itwinai-core\[lightning\]([^"]+)"\]$', page, re.MULTILINE)
    assert SpecifierSet(core).contains(version("itwinai-core"))


def installed(folder, *, core=">=0.1,<0.2", api=">=0.1,<0.2"):
    """Install a plugin that offers nothing and was written for these ranges; return its folder."""
    info, package = folder / "itwinai_tides-1.0.dist-info", folder / "itwinai_tides"
    for made in (info, package):
        made.mkdir(parents=True)
    (info / "entry_points.txt").write_text("[itwinai]\ntides = itwinai_tides.plugin\n")
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: itwinai-tides\nVersion: 1.0\nRequires-Dist: itwinai-core{core}\n"
    )
    (package / "__init__.py").write_text("")
    (package / "plugin.py").write_text(f'ITWINAI_API = "{api}"\n')
    return folder


@pytest.mark.parametrize("ranges", [{"api": ">=0.2,<0.3"}, {"core": ">=0.2,<0.3"}], ids=["api", "core"])
def test_a_plugin_outside_of_its_range_is_set_aside_in_the_words_of_the_page(page, tmp_path, ranges):
    listed = subprocess.run(
        [sys.executable, "-m", "itwinai_core", "list-plugins"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed(tmp_path / "site", **ranges))},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    shown = re.findall(r"^```text\n(itwinai-tides 1\.0 is set aside.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(shown) == 2
    patterns = [re.sub(r"line\\ \d+", r"line\\ \\d+", re.escape(text)).replace("…", r"\S*") for text in shown]
    assert sum(bool(re.search(pattern, listed)) for pattern in patterns) == 1, listed
