"""Run files and overrides become plain values, or one message with the place."""

import pytest

from itwinai_core import ConfigError
from itwinai_core.config import merged, read_run_file, with_overrides
from itwinai_core.config.read import parse_override


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fit.epochs=3", 3),
        ("a.b=1e-3", 1e-3),
        ("a.b=-2E5", -2e5),
        ("a.b=.5e1", 5.0),
        ("a.b=1.5", 1.5),
        ("a.b=null", None),
        ("a.b=[wandb, csv]", ["wandb", "csv"]),
        ("a.b=decoder", "decoder"),
        ("a.b=x=y", "x=y"),
        ("a.b=", None),
        ("a.b='1e-3'", "1e-3"),
        ("a.b=true", True),
    ],
)
def test_the_value_of_an_override_is_read_as_yaml(text, value):
    keys, parsed = parse_override(text)
    assert keys == text.split("=", 1)[0].split(".")
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize("text", ["fit.epochs", "=3", "fit..epochs=3", ".fit=1", "a.b=[1", "a.b='x", "a={x: 1, x: 2}"])
def test_what_is_no_override_is_refused_with_its_text(text):
    with pytest.raises(ConfigError) as refused:
        parse_override(text)
    assert text in str(refused.value)


def test_overrides_reach_into_sections_and_leave_the_file_as_it_was():
    content = {"fit": {"epochs": 1, "patience": 2}}
    changed = with_overrides(content, ["fit.epochs=5", "settings.model.name=unet", "seed=3"])
    assert changed == {"fit": {"epochs": 5, "patience": 2}, "settings": {"model": {"name": "unet"}}, "seed": 3}
    assert content == {"fit": {"epochs": 1, "patience": 2}}


def test_an_override_through_a_plain_value_is_refused():
    with pytest.raises(ConfigError, match=r"fit\.epochs holds 1"):
        with_overrides({"fit": {"epochs": 1}}, ["fit.epochs.more=2"])


def test_merging_goes_section_by_section_and_copies():
    lower, upper = {"fit": {"epochs": 1, "patience": 2}, "seed": 1}, {"fit": {"epochs": 9}, "new": [1]}
    result = merged(lower, upper)
    assert result == {"fit": {"epochs": 9, "patience": 2}, "seed": 1, "new": [1]}
    result["new"].append(2)
    assert upper["new"] == [1]


def test_a_run_file_is_read(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("use_case: x\nfit:\n  epochs: 2\n", encoding="utf-8")
    assert read_run_file(path) == {"use_case": "x", "fit": {"epochs": 2}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"fit: [1, 2\n", "line 2, column 1"),
        (b"fit:\n\tepochs: 1\n", "line 2, column 1"),
        (b"fit: 1\nfit: 2\n", "line 2, column 1: the key 'fit' stands twice"),
        (b"fit:\n  epochs: 1\n  epochs: 2\n", "line 3, column 3: the key 'epochs' stands twice"),
        (b"", "found nothing"),
        (b"- a\n- b\n", "found list"),
        (b"just words\n", "found str"),
        (b"\xff\xfe\x00", "byte 0 is not UTF-8"),
        (b"a: \x00\n", "special characters are not allowed"),
        (b"!!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
    ],
)
def test_a_broken_run_file_gives_its_place_and_what_is_wrong(tmp_path, content, said):
    path = tmp_path / "run.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        read_run_file(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_missing_run_file_tells_how_to_write_one(tmp_path):
    with pytest.raises(ConfigError, match=r"There is no run file .*\n.*itwinai init"):
        read_run_file(tmp_path / "absent.yaml")


def test_a_run_file_that_cannot_be_read_says_why(tmp_path, monkeypatch):
    def refuse(self, **options):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "run.yaml"
    path.write_text("a: 1")
    monkeypatch.setattr(type(path), "read_text", refuse)
    with pytest.raises(ConfigError, match=r"run\.yaml cannot be read: Permission denied"):
        read_run_file(path)
