"""The tutorial does what it says: its files make a plugin, and its commands print what it shows."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tutorial
from environments import Environment

PAGE = tutorial.PAGE.read_text(encoding="utf-8")
STEPS = list(tutorial.steps(PAGE))
FILES = [step for step in STEPS if isinstance(step, tutorial.File)]
COMMANDS = [step for step in STEPS if isinstance(step, tutorial.Command)]
RUFF = Path(sys.executable).with_name("ruff")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Return an environment in which a reader follows the page."""
    environment = Environment(tmp_path_factory.mktemp("reader"), beside=True)
    # The page starts with no other plugin installed.
    environment.variables["ITWINAI_PLUGINS"] = "tides"
    return environment


@pytest.fixture(scope="module")
def project(reader):
    """Return the folder that the page makes, empty at first."""
    folder = reader.folder / "itwinai-tides"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def followed(reader, project):
    """Follow the page from top to bottom; return each command with what it printed."""
    done = []
    for step in STEPS:
        if isinstance(step, tutorial.Command):
            finished = tutorial.run(step.line, project, reader.variables)
            done.append((step, finished))
        elif step.note != tutorial.KERAS:
            tutorial.write(step, project)
    return done


def test_every_block_is_a_file_or_a_command():
    assert len(FILES) > 10
    assert {step.note for step in FILES} == {"", tutorial.METHODS, tutorial.KERAS}
    assert len(COMMANDS) > 10
    assert all(step.line for step in COMMANDS)


def test_a_block_without_a_name_is_seen():
    with pytest.raises(ValueError, match="A block of python has no name above it: x = 1"):
        list(tutorial.steps("Text.\n\n```python\nx = 1\n```\n"))


def test_the_page_shows_the_verbs_that_an_author_needs():
    typed = {line.split()[1] for line in (step.line for step in COMMANDS) if line.startswith("itwinai ")}
    assert {"list-plugins", "describe", "fit", "evaluate", "predict", "check-plugin", "new-plugin"} <= typed


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("took 3 s\n", "took 41.5 s\n", True),
        ("a  b\n", "a b  \n", True),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\nd\n", "a\nd\n", True),
        ("a\n...\nd\n", "a\nb\n", False),
        ("loss 1\n", "lass 1\n", False),
        ("a\n", "a\nb\n", False),
        ("", "something\n", False),
        ("x -1e-3\n─────\n", "x 20\n\n", True),
    ],
)
def test_output_agrees_but_for_numbers_and_spaces(shown, printed, same):
    assert tutorial.agrees(shown, printed) is same


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_command_prints_what_the_page_shows(followed):
    wrong = [
        f"$ {step.line}\n{finished.stdout}"
        for step, finished in followed
        if not tutorial.agrees(step.shown, finished.stdout)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_commands_fail_where_the_page_shows_it_and_nowhere_else(followed):
    wrong = [
        (step.line, finished.returncode) for step, finished in followed if finished.returncode != expected_code(step)
    ]
    assert wrong == []


def expected_code(step):
    """Return the exit code that goes with what the page shows."""
    if step.shown.startswith("Error:"):
        return 2
    return 1 if re.search(r"\b\d+ failed\b", step.shown) else 0


@pytest.mark.slow
def test_the_wheel_of_the_page_works_without_its_folder(reader, project, followed):
    assert followed
    (wheel,) = (project / "dist").glob("*.whl")
    reader.install("--force-reinstall", "--no-deps", wheel)
    shutil.move(project, project.with_name("away"))
    (listed,) = (
        entry for entry in json.loads(reader.run("itwinai", "list-plugins", "--json")) if entry["name"] == "tides"
    )
    assert listed["status"] == "working"
    reader.run("itwinai", "fit", "tides", "fit.epochs=1", "settings.days=60", "--name", "again")
    assert "harbour.csv: " in reader.run("itwinai", "predict", "again", "sample:harbour")
    shutil.move(project.with_name("away"), project)


@pytest.mark.slow
def test_with_keras_the_named_changes_are_all_that_is_needed(reader, project, followed):
    assert followed
    (model,) = (step for step in FILES if step.note == tutorial.KERAS)
    tutorial.write(model, project)
    swaps = dict(tutorial.SWAPS.findall(PAGE))
    assert set(swaps) == {"LightningUseCase", "Forecaster", "itwinai-core[lightning]"}
    for path in ("pyproject.toml", "itwinai_tides/plugin.py"):
        text = (project / path).read_text(encoding="utf-8")
        for lightning, keras in swaps.items():
            text = text.replace(lightning, keras)
        (project / path).write_text(text, encoding="utf-8")
    reader.install("--no-deps", "--force-reinstall", project)
    reader.run("itwinai", "fit", "tides", "fit.epochs=2", "--name", "keras")
    metrics = json.loads((reader.folder / "runs" / "keras" / "report.json").read_text(encoding="utf-8"))["metrics"]
    assert metrics["test/error_m"] < metrics["test/error_25h_m"]


@pytest.mark.skipif(not RUFF.exists(), reason="ruff is not installed beside this Python")
def test_the_code_of_the_page_is_laid_out_as_ruff_does(tmp_path):
    for step in FILES:
        tutorial.write(step, tmp_path / "keras" if step.note == tutorial.KERAS else tmp_path)
    for arguments in (["check", "--select=E4,E7,E9,F"], ["format", "--line-length=120", "--check", "--diff"]):
        command = [RUFF, *arguments, "--isolated", "."]
        done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_licence_of_the_page_is_the_one_that_a_new_plugin_gets():
    (shown,) = (step.text for step in FILES if step.path == "LICENSE")
    template = tutorial.PAGE.parents[1] / "itwinai_core" / "new_plugin" / "templates" / "licenses" / "mit.jinja"
    body = re.compile(r"Copyright.*\n")
    assert body.sub("", shown) == body.sub("", template.read_text(encoding="utf-8"))
