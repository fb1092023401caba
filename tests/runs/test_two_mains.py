"""The command and the module are the same program."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

COMMAND = [str(Path(sys.executable).with_name("itwinai"))]
MODULE = [sys.executable, "-m", "itwinai_core"]
SECONDS = re.compile(r"(?<=working) +[\d.]+ *$", re.MULTILINE)  # that a plugin took to load, this time


def output(command):
    """Return what a command prints, on both streams, and its exit code."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return SECONDS.sub("", done.stdout), done.stderr, done.returncode


@pytest.mark.parametrize(
    "arguments", [["--version"], ["list-plugins"], ["fit", "--help"], ["describe", "nothing"]], ids=" ".join
)
def test_both_doors_say_the_same(arguments):
    assert output([*COMMAND, *arguments]) == output([*MODULE, *arguments])


def test_the_version_is_that_of_the_distribution():
    stdout, _, code = output([*COMMAND, "--version"])
    assert version("itwinai-core") in stdout
    assert code == 0
