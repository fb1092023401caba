"""What is written of a run can be read again, and says what each key means."""

import pytest
from pydantic import Field
from toys import ToySettings

from itwinai_core import Config
from itwinai_core.config.loader import parse_yaml
from itwinai_core.config.validate import validate
from itwinai_core.config.write import describe_fields, to_commented_yaml, to_yaml


@pytest.fixture
def run():
    content = {"use_case": "toy", "fit": {"epochs": 7, "trackers": ["wandb"], "patience": None}, "seed": 3}
    return validate(content, ToySettings)


@pytest.mark.parametrize("write", [to_yaml, to_commented_yaml])
def test_a_written_run_reads_back_as_the_same_run(run, write):
    assert validate(parse_yaml(write(run)).values, ToySettings) == run


class Words(Config):
    """Text of every kind."""

    word: str = "no"
    """Text."""

    words: tuple[str, ...] = ()
    """Several."""

    by_name: dict[str, str] = Field(default_factory=dict)
    """By name."""


@pytest.mark.parametrize("write", [to_yaml, to_commented_yaml])
@pytest.mark.parametrize(
    "word",
    [
        "no",
        "1e3",
        "3",
        "0o7",
        "null",
        "12:30",
        "",
        " x ",
        "a: b",
        "- a",
        "#",
        "'",
        '"',
        "a\nb",
        "\t",
        "ä😀",
        "x " * 90,
        "~",
    ],
)
def test_any_text_survives_being_written(write, word):
    run = validate({"use_case": "toy", "settings": {"word": word, "words": [word], "by_name": {word: word}}}, Words)
    assert run.settings.word == word
    assert validate(parse_yaml(write(run)).values, Words) == run


def test_the_commented_run_explains_every_key(run):
    lines = to_commented_yaml(run).splitlines()
    for index, line in enumerate(lines):
        if line.strip() and not line.strip().startswith("#"):
            assert lines[index - 1].strip().startswith("#"), line


def test_the_commented_run_fits_a_screen(run):
    assert max(len(line) for line in to_commented_yaml(run).splitlines()) <= 100


def test_every_plain_key_is_described_with_type_and_default(run):
    fields = {key: (kind, value, meaning) for key, kind, value, meaning in describe_fields(run)}
    assert fields["settings.model.kind"] == ("line | constant", "line", "Shape of the function.")
    assert fields["fit.epochs"][:2] == ("int > 0", 7)
    assert fields["fit.patience"][:2] == ("int >= 0 | null", None)
    assert fields["fit.trackers"][:2] == ("list of str", ["wandb"])
    assert fields["fit.shuffle"][:2] == ("true | false", True)
    assert fields["settings.data.noise"][0] == "float >= 0"
    assert fields["fit.monitor"][0] == "train/METRIC or validation/METRIC"
    assert "fit" not in fields
    assert all(meaning for _, _, meaning in fields.values())
