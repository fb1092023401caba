"""A file that a run reads is there, or the run is refused before anything is imported that takes seconds."""

from pathlib import Path

import pytest
from pydantic import Field

from itwinai_core import Config, ConfigError, InputFile
from itwinai_core.config.content import Content
from itwinai_core.config.files import check_files
from itwinai_core.config.places import Origin
from itwinai_core.config.validate import validate


class Gauge(Config):
    """A section within a list."""

    level: InputFile
    """Water level."""


class Files(Config):
    """Settings with files in every place where one may stand."""

    one: InputFile | None = None
    """One file, or none."""

    default: InputFile = Path("default.csv")
    """A file that has a name already."""

    many: tuple[InputFile, ...] = ()
    """Several files."""

    named: dict[str, InputFile] = Field(default_factory=dict)
    """Files by name."""

    gauges: tuple[Gauge, ...] = ()
    """Sections with a file each."""

    output: Path = Path("out")
    """A path that is not read."""


def check(settings, kind="command line"):
    content = Content.of({"use_case": "toy", "settings": settings}, Origin(kind, "it"))
    check_files(content, validate(content, Files))


def refusal(settings):
    with pytest.raises(ConfigError) as refused:
        check(settings)
    return str(refused.value).splitlines()


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in a folder with two files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "level.csv").touch()
    (tmp_path / "sub").mkdir()
    return tmp_path


def test_a_file_that_is_there_is_no_mistake():
    check({"one": "level.csv", "many": ["level.csv"], "named": {"a": "level.csv"}, "gauges": [{"level": "level.csv"}]})
    check({})
    check({"one": None})


def test_a_file_that_is_not_there_is_named_with_its_setting_and_what_set_it():
    assert refusal({"one": "absent.h5"}) == [
        "The run does not fit its settings:",
        "  settings.one: found 'absent.h5', expected path | null, of a file that is there.",
        "    command line: it",
    ]


@pytest.mark.parametrize(
    ("settings", "at"),
    [
        ({"many": ["level.csv", "x"]}, "settings.many.1"),
        ({"named": {"a": "x"}}, "settings.named.a"),
        ({"gauges": [{"level": "x"}]}, "settings.gauges.0.level"),
        ({"default": "x"}, "settings.default"),
    ],
)
def test_it_is_found_wherever_it_may_stand(settings, at):
    assert refusal(settings)[1].startswith(f"  {at}: found 'x', expected path, of a file that is there.")


def test_every_missing_file_is_named():
    assert sum("of a file that is there" in line for line in refusal({"one": "a", "many": ["b", "c"]})) == 3


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("level.cvs", "Did you mean 'level.csv'?"),
        ("sub", "This is a folder."),
        ("${DATA}/level.csv", "Write the path out"),
        ("nowhere/level.csv", "There is no folder 'nowhere'."),
    ],
)
def test_what_was_meant_is_said(path, said):
    assert said in refusal({"one": path})[1]


def test_a_home_folder_is_written_out(here):
    assert f"Write {here}/level.csv: ~ means nothing here." in refusal({"one": "~/level.csv"})[1]


def test_a_path_that_is_not_read_may_be_that_of_nothing():
    check({"output": "absent"})


def test_a_file_that_only_a_default_names_is_left_to_the_use_case():
    check({"one": "absent.h5"}, kind="use case")
