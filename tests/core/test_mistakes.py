"""Each mistake that people make is refused in a few lines that say where, what was expected, and what is near."""

import io
import os
import re
from contextlib import redirect_stderr, redirect_stdout

import pytest
from conftest import HERE, Finished, install
from mistakes import FILES
from mistakes_elsewhere import ELSEWHERE

from itwinai_core.cli import installed, main

MISTAKES = [*FILES, *ELSEWHERE]
IDS = [f"{number}: {mistake.what}" for number, mistake in enumerate(MISTAKES, start=1)]
MOST_LINES = 8
"""Most lines that any one mistake may cost a reader."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make every mistake once, with the toys and both plugins installed, and return what the program said of each."""
    with pytest.MonkeyPatch.context() as patch:
        site = tmp_path_factory.mktemp("site")
        install(site, "toys", "toys")
        patch.syspath_prepend(site)
        patch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(HERE)]))
        patch.setenv("COLUMNS", "160")
        for name in [name for name in os.environ if name.startswith("ITWINAI")]:
            patch.delenv(name)
        installed.cache_clear()
        yield [said_of(mistake, tmp_path_factory.mktemp("mistake")) for mistake in MISTAKES]
        installed.cache_clear()


def said_of(mistake, folder):
    """Return what the program says of one mistake, made in an empty folder."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        for name, value in mistake.variables.items():
            patch.setenv(name, value)
        if mistake.file is not None:
            content = mistake.file if isinstance(mistake.file, bytes) else mistake.file.encode()
            (folder / "run.yaml").write_bytes(content)
        with pytest.raises(SystemExit) as ended:
            main(["fit", *(mistake.words or ["run.yaml"])])
    return Finished(ended.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(params=range(len(MISTAKES)), ids=IDS)
def pair(request, made):
    """Return each mistake in turn with what was said of it."""
    return MISTAKES[request.param], made[request.param]


def test_there_are_many_mistakes_of_each_kind():
    assert len(MISTAKES) >= 75
    assert sum(mistake.file is not None for mistake in MISTAKES) >= 60
    assert sum(bool(mistake.variables) for mistake in MISTAKES) >= 5
    assert len({mistake.what for mistake in MISTAKES}) == len(MISTAKES)


def test_a_mistake_is_refused_in_a_few_lines(pair):
    mistake, finished = pair
    assert finished.code == 2
    assert finished.out == ""
    assert finished.err.startswith("Error: ")
    assert "Traceback" not in finished.err
    assert len(finished.err.strip().splitlines()) <= min(mistake.lines, MOST_LINES)
    assert not re.search(r"\binvalid\b|\bplease\b|pydantic|Input should", finished.err, re.IGNORECASE)


def test_a_mistake_is_told_with_its_place_and_what_was_meant(pair):
    mistake, finished = pair
    assert mistake.said in finished.err
    if mistake.at:
        assert f"run.yaml, line {mistake.at[0]}, column {mistake.at[1]}" in finished.err
    if mistake.variables:
        assert all(name in finished.err for name in mistake.variables)


def test_the_page_of_mistakes_is_what_the_program_says(made, hold_page):
    rows = [
        f"| {number} | {mistake.what} | {shown(mistake)} | {code(finished.err.strip())} |"
        for number, (mistake, finished) in enumerate(zip(MISTAKES, made, strict=True), start=1)
    ]
    table = "\n".join(["| | mistake | as it is made | what is said |", "| --- | --- | --- | --- |", *rows])
    print(table)  # noqa: T201 - for those who read the log of the tests
    hold_page("mistakes.md", table)


def shown(mistake):
    """Return a mistake as it is made: variables, command line, run file."""
    parts = [f"{name}={value}" for name, value in mistake.variables.items()]
    if mistake.words:
        parts.append(" ".join(["fit", *mistake.words]))
    elif mistake.file is not None:
        parts.append(mistake.file if isinstance(mistake.file, str) else repr(mistake.file)[2:-1])
    return code("\n".join(parts))


def code(text):
    """Return text as code inside of a table of Markdown, its lines kept."""
    return "<br>".join(f"`` {line} ``" if "`" in line else f"`{line}`" for line in cell(text) if line.strip())


def cell(text):
    """Yield the lines of a text as they can stand in a cell of a table."""
    for line in text.splitlines():
        visible = "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in line.replace("\t", "→"))
        yield visible.replace("|", "\\|").replace("  ", "\u00a0\u00a0")
