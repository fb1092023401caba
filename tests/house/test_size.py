"""Files and functions are short enough to be read in one go."""

import ast

LONGEST_FILE = 300
LONGEST_FUNCTION = 50

# Path from the root, and why it is better in one piece.
LONGER_FILES: dict[str, str] = {}
# "path::function", and why it is better in one piece.
LONGER_FUNCTIONS: dict[str, str] = {}


def functions(text):
    """Yield the name and the length of each function of a module [lines]."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def test_files_are_short(root, python_files):
    lengths = {str(path.relative_to(root)): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files}
    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE and name not in LONGER_FILES}
    assert too_long == {}


def test_functions_are_short(root, python_files):
    lengths = {
        f"{path.relative_to(root)}::{name}": lines
        for path in python_files
        for name, lines in functions(path.read_text(encoding="utf-8"))
    }
    too_long = {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION and name not in LONGER_FUNCTIONS}
    assert too_long == {}


def test_exceptions_are_still_needed(root, python_files):
    names = {str(path.relative_to(root)) for path in python_files}
    assert set(LONGER_FILES) <= names
    assert {name.partition("::")[0] for name in LONGER_FUNCTIONS} <= names


def test_length_of_a_function_counts_its_first_and_last_line():
    assert list(functions("def f():\n    x = 1\n    return x\n")) == [("f", 3)]
