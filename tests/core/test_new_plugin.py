"""A new plugin is complete and clean, whatever its author is called."""

import ast
import itertools
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from itwinai_core.api import API_VERSION
from itwinai_core.new_plugin.choices import ENGINES, LICENSES, Choices
from itwinai_core.new_plugin.render import render
from itwinai_core.new_plugin.write import write

ROOT = Path(__file__).parents[2]
RUFF = Path(sys.executable).with_name("ruff")
LONGEST = "a-name-that-is-as-long-as-a-name-may-be1"
AUTHORS = ["Ada Lovelace", 'O\'Brien "Q" <x@y>', "Zoë Żółć 李", "back\\slash {{ name }} {% raw %}", ""]
PLAIN = ("tides", "", "Water level at a harbour")
ODD = (LONGEST, "o'b+x@mail.example.org", 'It\'s a "plugin" with \\ and {{ braces }}')
ALL = [
    Choices(name, engine, license=terms, author=author, email=email, summary=summary)
    for (name, email, summary), engine, terms, author in itertools.product([PLAIN, ODD], ENGINES, LICENSES, AUTHORS)
]


def texts(choices):
    """Return the files of a plugin as text."""
    return {path: content.decode() for path, content in render(choices).items()}


@pytest.fixture(scope="module")
def rendered():
    """Return each combination of choices with its files."""
    return [(choices, texts(choices)) for choices in ALL]


def test_every_plugin_has_the_same_files_but_for_its_package(rendered):
    shapes = {tuple(path.replace(choices.package, "package") for path in files) for choices, files in rendered}
    assert len(shapes) == 1
    (paths,) = shapes
    assert {
        *(".github/workflows/publish.yml", ".github/workflows/tests.yml", ".gitignore", "CHANGELOG.md", "LICENSE"),
        *("README.md", "pyproject.toml", "package/__init__.py", "package/data.py", "package/model.py"),
        *("package/plugin.py", "package/py.typed", "package/settings.py", "tests/test_contract.py"),
    } <= set(paths)


def test_no_mark_of_a_template_is_left(rendered):
    for choices, files in rendered:
        if "{{" not in choices.summary + choices.author:
            for path, text in files.items():
                assert not re.search(r"\{\{|\{%|%\}|\{#", text.replace("${{ matrix.python }}", "")), path


def test_every_file_ends_its_last_line_and_leaves_no_space_at_an_end(rendered):
    for _, files in rendered:
        for path, text in files.items():
            assert path.endswith("py.typed") or text.endswith("\n"), path
            assert not text.endswith("\n\n"), path
            assert not re.search(r"[ \t]+$", text, re.MULTILINE), path


def test_the_project_says_what_its_author_chose(rendered):
    for choices, files in rendered:
        project = tomllib.loads(files["pyproject.toml"])["project"]
        assert project["name"] == f"itwinai-{choices.name}"
        assert project["description"] == choices.summary
        assert project["license"] == LICENSES[choices.license]
        (author,) = project["authors"]
        assert author["name"] == (choices.author or f"The itwinai-{choices.name} developers")
        assert author.get("email", "") == choices.email


def test_a_plugin_asks_for_the_core_that_wrote_it_and_no_later_minor_version():
    for engine, extra in ENGINES.items():
        files = texts(Choices("tides", engine))
        project = tomllib.loads(files["pyproject.toml"])["project"]
        major, minor, _ = version("itwinai-core").split(".")
        assert f"itwinai-core[{extra}]>={major}.{minor},<{major}.{int(minor) + 1}" in project["dependencies"]
        assert project["entry-points"] == {"itwinai": {"tides": "itwinai_tides.plugin"}}
        major, minor = API_VERSION.split(".")
        line = f'ITWINAI_API = ">={major}.{minor},<{major}.{int(minor) + 1}"'
        assert line in files["itwinai_tides/plugin.py"].splitlines()


def test_the_contract_is_switched_on():
    files = texts(Choices("sea-ice", "keras"))
    options = tomllib.loads(files["pyproject.toml"])["tool"]["pytest"]["ini_options"]
    assert options["addopts"] == ["-p", "itwinai_core.testing.pytest_plugin"]
    assert options["itwinai_plugin"] == "sea-ice"
    assert options["filterwarnings"] == ["error"]
    assert "plugin_check.verify()" in files["tests/test_contract.py"]


def test_every_module_is_python_and_says_what_it_is_for(rendered):
    for _, files in rendered:
        for path, text in files.items():
            if path.endswith(".py"):
                assert ast.get_docstring(ast.parse(text, path)), path


def test_the_summary_is_kept_to_the_letter_in_the_code(rendered):
    for choices, files in rendered:
        tree = ast.parse(files[f"{choices.package}/plugin.py"])
        (found,) = (
            node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and node.targets[0].id == "summary"
        )
        assert found == choices.summary


@pytest.mark.parametrize("engine", ENGINES)
def test_the_use_case_takes_less_than_sixty_lines(engine):
    files = texts(Choices("tides", engine))
    assert len(files["itwinai_tides/plugin.py"].splitlines()) < 60
    code = [
        line
        for path in ("plugin", "settings")
        for line in ast.unparse(without_docstrings(files[f"itwinai_tides/{path}.py"])).splitlines()
        if line.strip()
    ]
    assert len(code) < 60


def without_docstrings(text):
    """Return a module's tree without the strings that stand alone in it."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(getattr(node, "body", None), list):
            node.body = [line for line in node.body if not is_text(line)] or node.body
    return tree


def is_text(line):
    """Return whether a statement is a docstring."""
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def test_workflows_test_every_python_that_the_package_serves(rendered):
    for _, files in rendered:
        workflow = yaml.safe_load(files[".github/workflows/tests.yml"])
        assert workflow["permissions"] == {"contents": "read"}
        job = workflow["jobs"]["tests"]
        classifiers = tomllib.loads(files["pyproject.toml"])["project"]["classifiers"]
        served = [found.group(1) for line in classifiers if (found := re.search(r":: (3\.\d+)$", line))]
        assert job["strategy"]["matrix"]["python"] == served
        assert [step["run"] for step in job["steps"] if "run" in step][-1] == "pytest"


def test_publishing_needs_no_token_and_may_do_nothing_else():
    text = texts(Choices("tides", "keras"))[".github/workflows/publish.yml"]
    workflow = yaml.safe_load(text)
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert workflow[True] == {"release": {"types": ["published"]}}  # YAML 1.1 takes the key `on` for a truth value
    assert "permissions" not in build
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"] == "pypi"
    assert publish["needs"] == "build"
    assert [step["uses"].partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]
    assert "secrets." not in text


def test_the_licence_names_the_year_and_the_author(rendered):
    for choices, files in rendered:
        first = files["LICENSE"].partition("NO WARRANTY")[0]
        owner = choices.author or f"The {choices.distribution} developers"
        assert re.search(rf"Copyright (\(c\) )?20\d\d,? {re.escape(owner)}$", first, re.MULTILINE | re.IGNORECASE)


@pytest.mark.skipif(not RUFF.exists(), reason="ruff is not installed beside this Python")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["xy", "warning", "settings", LONGEST])
def test_linter_and_formatter_find_nothing(tmp_path, engine, name):
    folder = write(Choices(name, engine, summary='Says "yes" \\ and it\'s "no"'), tmp_path)
    for arguments in (["check"], ["format", "--check"], ["format", "--check", "--isolated"]):
        done = subprocess.run([RUFF, *arguments, "."], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_every_template_is_in_what_is_published(tmp_path, target):
    build = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.iterdir()
    if target == "wheel":
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
    else:
        with tarfile.open(archive) as opened:
            names = [name.partition("/")[2] for name in opened.getnames()]
    folder = ROOT / "itwinai_core" / "new_plugin" / "templates"
    there = {str(path.relative_to(ROOT)) for path in folder.rglob("*") if path.is_file()}
    assert len(there) > 20
    assert there <= set(names)
