"""Tests weigh at least as much as the code that they hold."""

import pytest

PACKAGES = {
    "core": "itwinai_core",
    "virgo": "plugins/itwinai-virgo/itwinai_virgo",
    "cyclones": "plugins/itwinai-cyclones/itwinai_cyclones",
}


def lines(folder, files):
    """Return the number of lines with something on them in the Python files below a folder."""
    inside = [path for path in files if path.is_relative_to(folder)]
    return sum(1 for path in inside for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


@pytest.mark.parametrize("tests", PACKAGES)
def test_a_package_has_at_least_as_many_lines_of_tests_as_of_code(root, python_files, tests):
    code = lines(root / PACKAGES[tests], python_files)
    assert code > 0
    assert lines(root / "tests" / tests, python_files) >= code
