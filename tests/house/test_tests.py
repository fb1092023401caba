"""Tests weigh at least as much as the code that they hold."""

import pytest

PACKAGES = {
    "itwinai_core": ["core", "house", "runs"],  # the rules and the whole runs hold the core
    "plugins/itwinai-virgo/itwinai_virgo": ["virgo"],
    "plugins/itwinai-cyclones/itwinai_cyclones": ["cyclones"],
}


def lines(folder, files):
    """Return the number of lines with something on them in these files below a folder."""
    inside = [path for path in files if path.is_relative_to(folder)]
    return sum(1 for path in inside for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_at_least_as_many_lines_of_tests_as_of_code(root, files, python_files, package):
    # Seeded faults and hostile plugins are written down as data: what a test is fed is part of it.
    tests = [path for path in files if path.suffix in {".py", ".toml", ".yaml"}]
    code = lines(root / package, python_files)
    assert code > 0
    assert sum(lines(root / "tests" / folder, tests) for folder in PACKAGES[package]) >= code
