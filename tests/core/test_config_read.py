"""Run files, overrides and variables become plain values with their places, or one message with the place."""

import pytest
from toys import ToySettings

from itwinai_core import ConfigError
from itwinai_core.config.content import Content, merged
from itwinai_core.config.places import Origin
from itwinai_core.config.read import override_of_option, parse_override, read_environment, read_overrides, read_run_file
from itwinai_core.config.validate import run_class

SCHEMA = run_class(ToySettings)


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
        ("a.b=no", "no"),
    ],
)
def test_the_value_of_an_override_is_read_as_yaml(text, value):
    keys, parsed = parse_override(text)
    assert keys == text.split("=", 1)[0].split(".")
    assert parsed == value
    assert type(parsed) is type(value)


def test_spaces_around_a_key_and_a_value_do_not_matter():
    assert parse_override("fit . epochs = 3") == (["fit", "epochs"], 3)


@pytest.mark.parametrize("text", ["fit.epochs", "=3", "fit..epochs=3", ".fit=1", "a.b=[1", "a.b='x", "a={x: 1, x: 2}"])
def test_what_is_no_override_is_refused_with_its_text(text):
    with pytest.raises(ConfigError) as refused:
        parse_override(text)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["fit.epochs", "20"], "Write fit.epochs=20,"),
        (["fit.epochs=", "20"], "Write fit.epochs=20,"),
        (["fit.epochs", "=", "20"], "Write fit.epochs=20,"),
        (["fit.epochs:20"], "Write fit.epochs=20,"),
        (["fit...epochs=20"], "Write fit.epochs=20,"),
        (["fit.epochs", "seed=3"], "Write key.path=value"),
        (["first"], "Write key.path=value"),
        (["other.yml"], "Name either a use case or a run file"),
    ],
)
def test_what_was_probably_meant_by_words_that_are_no_override_is_said(words, meant):
    with pytest.raises(ConfigError) as refused:
        read_overrides(words)
    assert meant in str(refused.value)


@pytest.mark.parametrize(
    ("words", "option", "meant"),
    [
        (["virgo", "--fit.epochs=3"], "--fit.epochs", "fit.epochs=3"),
        (["virgo", "--settings.data.q", "3"], "--settings.data.q", "settings.data.q=3"),
        (["virgo", "--batch-size", "4"], "--batch-size", "fit.batch_size=4"),
        (["virgo", "-fit.epochs=3"], "-f", "fit.epochs=3"),
        (["virgo", "--epochs"], "--epochs", "fit.epochs=VALUE"),
        (["virgo", "--epochs", "seed=3"], "--epochs", "fit.epochs=VALUE"),
    ],
)
def test_an_option_that_is_a_key_is_told_as_an_override(words, option, meant):
    assert override_of_option(words, option, is_near_option=False).endswith(f": {meant}")


def test_an_option_that_is_no_key_is_left_to_the_command_line():
    assert override_of_option(["virgo", "--zzz"], "--zzz", is_near_option=False) == ""
    assert override_of_option(["virgo", "--mode", "x"], "--mode", is_near_option=True) == ""


def test_overrides_reach_into_sections_and_leave_the_file_as_it_was():
    file = Content({"fit": {"epochs": 1, "patience": 2}})
    changed = read_overrides(["fit.epochs=5", "settings.model.name=unet", "seed=3"]).over(file)
    assert changed.values == {"fit": {"epochs": 5, "patience": 2}, "settings": {"model": {"name": "unet"}}, "seed": 3}
    assert file.values == {"fit": {"epochs": 1, "patience": 2}}


def test_overrides_say_what_they_set():
    content = read_overrides(["fit={epochs: 3, trackers: [csv]}", "fit.patience=2"])
    names = {path: origin.name for path, (*_, origin) in content.origins.items() if path != ("fit",)}
    assert names == {
        ("fit", "epochs"): "fit={epochs: 3, trackers: [csv]}",
        ("fit", "trackers"): "fit={epochs: 3, trackers: [csv]}",
        ("fit", "trackers", 0): "fit={epochs: 3, trackers: [csv]}",
        ("fit", "patience"): "fit.patience=2",
    }


@pytest.mark.parametrize(
    "texts",
    [
        ["seed=1", "seed=1"],
        ["fit.epochs=1", "fit={epochs: 2}"],
        ["fit=3", "fit.epochs=1"],
        ["fit.trackers=[a]", "fit.trackers=[b]"],
    ],
)
def test_a_key_that_is_set_twice_is_refused_with_both_texts(texts):
    with pytest.raises(ConfigError, match="is set twice") as refused:
        read_overrides(texts)
    assert all(text in str(refused.value) for text in texts)


def test_a_use_case_on_the_command_line_counts_as_an_override():
    assert read_overrides(["seed=1"], use_case="toy").values == {"use_case": "toy", "seed": 1}
    with pytest.raises(ConfigError, match="'use_case' is set twice"):
        read_overrides(["use_case=other"], use_case="toy")


def test_merging_goes_section_by_section_and_copies():
    lower, upper = {"fit": {"epochs": 1, "patience": 2}, "seed": 1}, {"fit": {"epochs": 9}, "new": [1]}
    result = merged(lower, upper)
    assert result == {"fit": {"epochs": 9, "patience": 2}, "seed": 1, "new": [1]}
    result["new"].append(2)
    assert upper["new"] == [1]


def test_what_is_laid_over_hides_what_is_below_and_remembers_it():
    lower = Content.of({"fit": {"epochs": 1, "trackers": ["a", "b"]}}, Origin("file", "low"))
    upper = Content.of({"fit": {"trackers": ["c"]}}, Origin("command line", "up"))
    content = upper.over(lower)
    assert content.values == {"fit": {"epochs": 1, "trackers": ["c"]}}
    assert [origin.name for origin in content.origins["fit", "trackers"]] == ["low", "up"]
    assert [origin.name for origin in content.origins["fit", "trackers", 0]] == ["up"]
    assert ("fit", "trackers", 1) not in content.origins
    assert content.origin(("fit", "epochs", "deeper")).name == "low"
    assert content.origin(("seed",)) is None


def test_laying_over_is_associative():
    first = Content.of({"a": {"b": 1, "c": [1, 2]}, "d": 4}, Origin("use case", "1"))
    second = Content.of({"a": {"b": {"e": 5}}, "d": {"f": 6}}, Origin("environment", "2"))
    third = Content.of({"a": {"c": 3}, "d": {"g": 7}}, Origin("command line", "3"))
    assert third.over(second).over(first).values == third.over(second.over(first)).values
    assert third.over(second).over(first).origins == third.over(second.over(first)).origins


def test_an_empty_section_of_a_file_changes_nothing_and_one_of_the_command_line_does():
    defaults = Content.of({"fit": {"epochs": 3}}, Origin("use case", "toy"))
    assert Content.of({"fit": None}, Origin("file", "run.yaml")).over(defaults).values == {"fit": {"epochs": 3}}
    assert read_overrides(["fit=null"]).over(defaults).values == {"fit": None}


def test_a_run_file_is_read_with_the_place_of_each_value(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("use_case: x\nfit:\n  epochs: 2\n", encoding="utf-8")
    content = read_run_file(path)
    assert content.values == {"use_case": "x", "fit": {"epochs": 2}}
    assert str(content.origin(("fit", "epochs"))) == f"{path}, line 3, column 11"
    assert content.origin(("fit", "epochs")).of_key == f"{path}, line 3, column 3"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"fit: [1, 2\n", ", line 1, column 6: the '[' that opens here is not closed."),
        (b"fit:\n\tepochs: 1\n", ", line 2, column 1: a tab stands here"),
        (b"fit: 1\nfit: 2\n", ", line 2, column 1: the key 'fit' stands twice, first on line 1."),
        (b"", " is empty"),
        (b"- a\n- b\n", ", line 1, column 1: a list stands where a run file has keys."),
        (b"just words\n", ", line 1, column 1: a run file has keys and values, found only text."),
        (b"'   '\n", "Write use_case: NAME"),
        (b"3\n", "found only text"),
        (b"a: 1\nb: \xfc\n", ", line 2, column 4: the byte 0xfc is not UTF-8."),
        ("a: ä\nb: ".encode() + b"\xff", ", line 2, column 4: the byte 0xff"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"a: \x00\n", ", line 1, column 4: the control character U+0000"),
    ],
)
def test_a_broken_run_file_gives_its_place_and_what_is_wrong(tmp_path, content, said):
    path = tmp_path / "run.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        read_run_file(path)
    assert f"{path}{said}" in str(refused.value) or said in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_missing_run_file_tells_how_to_write_one(tmp_path):
    with pytest.raises(ConfigError, match=r"There is no run file .*\n.*itwinai init"):
        read_run_file(tmp_path / "absent.yaml")


def test_a_missing_run_file_is_told_what_is_near(tmp_path):
    (tmp_path / "run.yaml").write_text("a: 1")
    with pytest.raises(ConfigError, match=r"Did you mean 'run\.yaml'\?"):
        read_run_file(tmp_path / "rnu.yaml")
    with pytest.raises(ConfigError, match="There is no run file"):
        read_run_file(tmp_path / "nowhere" / "run.yaml")


def test_a_run_file_that_cannot_be_read_says_why(tmp_path, monkeypatch):
    def refuse(self, **options):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "run.yaml"
    path.write_text("a: 1")
    monkeypatch.setattr(type(path), "read_bytes", refuse)
    with pytest.raises(ConfigError, match=r"run\.yaml cannot be read: Permission denied"):
        read_run_file(path)


def test_variables_set_values_by_their_path():
    variables = {
        "ITWINAI__FIT__EPOCHS": "20",
        "ITWINAI__SETTINGS__MODEL__LEARNING_RATE": "1e-3",
        "ITWINAI__fit__Trackers": "[csv]",
        "ITWINAI_RUNS": "elsewhere",
        "HOME": "/",
    }
    content = read_environment(variables, SCHEMA)
    assert content.values == {
        "fit": {"epochs": 20, "trackers": ["csv"]},
        "settings": {"model": {"learning_rate": 1e-3}},
    }
    assert str(content.origin(("fit", "epochs"))) == "environment variable ITWINAI__FIT__EPOCHS=20"


def test_a_variable_finds_a_key_whatever_its_capitals():
    from itwinai_core import Config

    class Capitals(Config):
        """Settings as a physicist names them."""

        T_max: float = 1.0
        """Highest temperature [K]."""

    content = read_environment({"ITWINAI__SETTINGS__T_MAX": "3"}, run_class(Capitals))
    assert content.values == {"settings": {"T_max": 3}}


@pytest.mark.parametrize("name", ["ITWINAI_FIT__EPOCHS", "ITWINAI__FIT__", "ITWINAI__", "itwinai__fit__epochs"])
def test_a_variable_that_is_meant_for_a_run_and_names_no_key_is_refused(name):
    with pytest.raises(ConfigError, match=name):
        read_environment({name: "1"}, SCHEMA)


def test_two_variables_for_one_key_are_refused():
    with pytest.raises(ConfigError, match="'seed' is set twice"):
        read_environment({"ITWINAI__SEED": "1", "ITWINAI__seed": "2"}, SCHEMA)
