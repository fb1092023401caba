"""The verb writes all of a plugin or nothing, and says what to type next."""

import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from itwinai_core.cli import verbs
from itwinai_core.errors import UserError
from itwinai_core.new_plugin.author import git_user
from itwinai_core.new_plugin.choices import ENGINES, LICENSES, Choices
from itwinai_core.new_plugin.render import render
from itwinai_core.new_plugin.write import write


def written(folder, **options):
    """Return the folder of a plugin that was written below another."""
    return write(Choices("tides", **{"engine": "lightning"} | options), folder)


def test_what_is_there_stays_as_it_is(tmp_path):
    place = tmp_path / "itwinai-tides"
    for make in (place.mkdir, place.rmdir, place.touch, place.unlink, lambda: place.symlink_to("nowhere")):
        make()
        before = sorted(path.name for path in tmp_path.rglob("*"))
        if before:
            with pytest.raises(UserError, match="is there already, and it stays as it is"):
                written(tmp_path)
            assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device"), RuntimeError])
def test_a_failure_half_way_leaves_nothing(tmp_path, monkeypatch, error):
    write_bytes, count = Path.write_bytes, itertools.count()

    def fail_later(path, content):
        if next(count) == 7:
            raise error
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail_later)
    with pytest.raises((UserError, KeyboardInterrupt, RuntimeError)):
        written(tmp_path / "new" / "folder")
    assert next(count) == 8
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="itwinai-tides cannot be written: Not a directory"):
        written(tmp_path / "file" / "below")


def test_others_may_read_what_was_written(tmp_path):
    assert written(tmp_path / "new").stat().st_mode & 0o777 == 0o755
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["itwinai-tides"]


def test_the_author_is_who_git_says(tmp_path, monkeypatch):
    git = tmp_path / "git"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_user() == ""
    git.write_text('#!/bin/sh\n[ "$*" = "config user.name" ] && echo "Zoë Q"\n', encoding="utf-8")
    git.chmod(0o755)
    assert git_user() == "Zoë Q"
    git.write_text("#!/bin/sh\necho nobody; exit 1\n")
    assert git_user() == ""


def test_the_verb_writes_the_plugin_and_says_what_to_type_next(itwinai):
    done = itwinai("new-plugin", "itwinai-tides", "--engine", "lightning", "--author", "Ada", "--license", "MIT")
    assert done.code == 0, done.err
    assert "Copyright (c)" in Path("itwinai-tides/LICENSE").read_text(encoding="utf-8")
    lines = [line.strip() for line in done.out.splitlines()]
    assert "cd itwinai-tides" in lines
    assert "itwinai fit tides --name first" in lines
    assert unknown_verbs(lines) == []


def test_the_readme_names_only_verbs_and_files_that_there_are():
    files = {path: content.decode() for path, content in render(Choices("tides", "keras")).items()}
    lines = re.findall(r"^(itwinai [^`\n]*)$", files["README.md"], re.MULTILINE)
    assert len(lines) >= 5
    assert unknown_verbs(lines) == []
    for path in re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", files["README.md"], re.MULTILINE):
        assert path in files or any(name.startswith(path) for name in files), path


def test_a_summary_that_ends_in_a_dot_reads_well_before_a_colon():
    readme = render(Choices("tides", "keras", summary="Finds tides."))["README.md"].decode()
    assert "Finds tides: a plugin of" in readme


def test_the_templating_library_waits_for_the_verb():
    code = "import itwinai_core.cli, sys; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def unknown_verbs(lines):
    """Return the verbs of command lines that the program does not have."""
    typed = [shlex.split(line, comments=True)[1] for line in lines if line.startswith("itwinai ")]
    return [verb for verb in typed if verbs.get_command(click.Context(verbs), verb) is None]


def test_a_folder_whose_name_has_a_space_can_be_pasted(itwinai):
    done = itwinai("new-plugin", "tides", "--engine", "keras", "--output", "my plugins")
    assert "cd 'my plugins/itwinai-tides'" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["toys", "--engine", "keras"], "'toys' is taken: toys is installed here and offers it"),
        (["torch-line", "--engine", "keras"], "'torch-line' is taken: toys is installed here"),
        (["tides"], "Missing option '--engine'"),
        (["tides", "--engine", "jax"], "'jax' is not one of 'lightning', 'keras'"),
        (["tides", "--engine", "keras", "--license", "none"], "'none' is not one of 'apache-2.0'"),
    ],
)
def test_a_mistake_is_one_message_and_writes_nothing(itwinai, arguments, message):
    done = itwinai("new-plugin", *arguments)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert list(Path.cwd().iterdir()) == []


def test_the_help_lists_engines_and_licences(itwinai):
    shown = itwinai("new-plugin", "--help").out
    assert all(choice in shown for choice in (*ENGINES, *LICENSES))
