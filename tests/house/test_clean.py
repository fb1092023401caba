"""No file names a machine, a promise without an issue, or a word that says nothing."""

import ast
import re

import pytest

TEXT = {".cfg", ".ipynb", ".json", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml", ""}
MACHINE = re.compile(r"(?<![\w.])/(?:root|home|work|opt|Users|mnt|srv)/\w|(?<![\w.])/tmp/\w")
PROMISE = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b(?!\(#\d+\)|:? #\d+)")
CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
EMPTY_WORDS = {"common", "component", "handler", "helper", "helpers", "manager", "misc", "util", "utils"}
LARGEST = 2_000_000
"""Size of a file that a clone may carry [bytes]."""


@pytest.fixture(scope="session")
def texts(root, files):
    """Return the text of every file that is meant to be read."""
    readable = [path for path in files if path.suffix in TEXT]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in readable}


def found(pattern, texts):
    """Return where a pattern is, as ``path:line``."""
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in texts.items()
        for match in pattern.finditer(text)
    ]


def packages(root, python_files):
    """Return the Python files that are installed with a package."""
    return [path for path in python_files if re.match(r"itwinai_core|plugins", str(path.relative_to(root)))]


def test_no_path_of_a_machine_is_named(texts):
    assert found(MACHINE, texts) == []


def test_every_promise_has_an_issue_number(texts):
    assert found(PROMISE, texts) == []


def test_no_conflict_is_left_unresolved(texts):
    assert found(CONFLICT, texts) == []


def test_no_file_is_too_large_for_a_clone(root, files):
    assert [str(path.relative_to(root)) for path in files if path.stat().st_size > LARGEST] == []


def test_packages_never_print(root, python_files):
    printed = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in packages(root, python_files)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "breakpoint"}
    ]
    assert printed == []


def test_rooms_and_classes_have_names_of_the_domain(root, python_files):
    rooms = {path.stem for path in packages(root, python_files)}
    classes = {
        node.name
        for path in packages(root, python_files)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    words = {word.lower(): name for name in rooms | classes for word in re.findall(r"[A-Z]?[a-z]+", name)}
    assert {name for word, name in words.items() if word in EMPTY_WORDS} == set()


@pytest.mark.parametrize("line", ["see /" + "root/data", "cd '/" + "tmp/venv'", "# TO" + "DO later"])
def test_what_must_not_stand_in_a_file_is_seen(line):
    assert found(MACHINE, {"a": line}) + found(PROMISE, {"a": line}) != []


def test_a_promise_with_an_issue_number_may_stand():
    assert found(PROMISE, {"a": "# TO" + "DO(#12): stream"}) == []
