"""A run that does not fit is refused line by line, with what is near."""

import pytest
from pydantic import model_validator
from toys import ToySettings

from itwinai_core import Config, ConfigError, RunConfig
from itwinai_core.config import did_you_mean, validate


def refusal(content):
    with pytest.raises(ConfigError) as refused:
        validate({"use_case": "toy", **content}, ToySettings)
    first, *lines = str(refused.value).splitlines()
    assert first == "The run does not fit its settings:"
    return [line.strip() for line in lines]


def test_an_empty_run_has_every_default():
    run = validate({"use_case": "toy"}, ToySettings)
    assert isinstance(run, RunConfig)
    assert run.settings == ToySettings()
    assert run.fit.monitor == "validation/loss"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ({"fitt": {}}, "fitt: no such key. Did you mean 'fit'?"),
        ({"fit": {"epoch": 3}}, "fit.epoch: no such key. Did you mean 'epochs'?"),
        ({"settings": {"slop": 1}}, "settings.slop: no such key. Did you mean 'slope'?"),
        (
            {"settings": {"model": {"learning_rat": 1}}},
            "settings.model.learning_rat: no such key. Did you mean 'learning_rate'?",
        ),
        ({"settings": {"zzz": 1}}, "settings.zzz: no such key. Known: data, fail, model, slope."),
        (
            {"fit": {"epochs": "many"}},
            "fit.epochs: Input should be a valid integer, unable to parse string as an integer, got 'many'",
        ),
        ({"fit": {"epochs": 0}}, "fit.epochs: Input should be greater than 0, got 0"),
        (
            {"settings": {"model": {"kind": "lien"}}},
            "settings.model.kind: Input should be 'line' or 'constant', got 'lien'. Did you mean 'line'?",
        ),
        (
            {"strategy": {"precision": "bfloat"}},
            "strategy.precision: Input should be 'float32' or 'bfloat16', got 'bfloat'. Did you mean 'bfloat16'?",
        ),
        ({"seed": -1}, "seed: Input should be greater than or equal to 0, got -1"),
        ({"seed": 2**32}, "seed: Input should be less than 4294967296, got 4294967296"),
    ],
)
def test_each_mistake_is_a_line_with_path_value_and_near_match(content, line):
    assert refusal(content) == [line]


def test_a_section_that_is_a_value_is_refused():
    (line,) = refusal({"fit": 3})
    assert line.startswith("fit: Input should be a valid dictionary")


def test_a_monitor_without_split_is_refused():
    (line,) = refusal({"fit": {"monitor": "loss"}})
    assert line.startswith("fit.monitor: String should match pattern")


def test_all_mistakes_are_told_at_once():
    assert len(refusal({"fit": {"epochs": 0, "batchsize": 3}, "sed": 1})) == 3


def test_a_rule_about_several_values_is_told_without_the_whole_section():
    class Pair(Config):
        """Two values that must differ."""

        one: int = 1
        """One."""

        other: int = 2
        """Other."""

        @model_validator(mode="after")
        def _differ(self):
            if self.one == self.other:
                raise ValueError(f"one and other are both {self.one}. Choose two.")
            return self

    with pytest.raises(ConfigError) as refused:
        validate({"use_case": "toy", "settings": {"one": 2}}, Pair)
    assert str(refused.value).splitlines()[1:] == ["  settings: one and other are both 2. Choose two."]


def test_a_run_without_use_case_says_so():
    with pytest.raises(ConfigError, match="use_case: this key is needed"):
        validate({}, ToySettings)


def test_an_empty_section_is_its_defaults():
    run = validate({"use_case": "toy", "fit": None, "settings": {"model": None, "slope": 3}}, ToySettings)
    assert run.fit.epochs == 10
    assert run.settings == ToySettings(slope=3)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value):
    (line,) = refusal({"settings": {"slope": value}})
    assert line.startswith("settings.slope: Input should be a finite number")


def test_settings_are_frozen():
    run = validate({"use_case": "toy"}, ToySettings)
    with pytest.raises(ValueError, match="frozen"):
        run.settings.slope = 3


def test_defaults_are_validated_too():
    class Wrong(Config):
        """A mistake in a plugin."""

        width: int = "wide"
        """Width."""

    with pytest.raises(ConfigError, match=r"settings\.width"):
        validate({"use_case": "toy"}, Wrong)


def test_without_anything_known_no_hint_is_given():
    assert did_you_mean("x", []) == ""
