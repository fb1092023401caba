"""A run that does not fit is refused: what was found, where, what was expected, what is near; nothing is converted."""

import pytest
from pydantic import ValidationError, field_validator, model_validator
from toys import ToySettings

from itwinai_core import Config, ConfigError, RunConfig
from itwinai_core.config.content import Content
from itwinai_core.config.places import Mark, Origin, Place
from itwinai_core.config.validate import validate
from itwinai_core.errors import PluginError


def refusal(content, settings=ToySettings):
    with pytest.raises(ConfigError) as refused:
        validate({"use_case": "toy", **content}, settings)
    first, *lines = str(refused.value).splitlines()
    assert first == "The run does not fit its settings:"
    return [line.strip() for line in lines]


def fault(content, settings):
    with pytest.raises(PluginError) as refused:
        validate({"use_case": "toy", **content}, settings)
    return str(refused.value)


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
        ({"settings": {"zzz": 1}}, "settings.zzz: no such key."),
        ({"settings": {"noise": 1}}, "settings.noise: no such key. Did you mean 'settings.data.noise'?"),
        ({"fit": {"epochs": "many"}}, "fit.epochs: found 'many', expected int > 0."),
        ({"fit": {"epochs": 0}}, "fit.epochs: found 0, expected int > 0."),
        (
            {"settings": {"model": {"kind": "lien"}}},
            "settings.model.kind: found 'lien', expected line | constant. Did you mean 'line'?",
        ),
        (
            {"strategy": {"precision": "bfloat"}},
            "strategy.precision: found 'bfloat', expected float32 | bfloat16. Did you mean 'bfloat16'?",
        ),
        ({"seed": 2**32}, "seed: found 4294967296, expected int >= 0 and < 4294967296."),
        ({"fit": 3}, "fit: found 3, expected a section."),
        (
            {"fit": {"monitor": "loss"}},
            "fit.monitor: found 'loss', expected train/METRIC or validation/METRIC. Did you mean 'validation/loss'?",
        ),
    ],
)
def test_each_mistake_is_a_line_with_path_value_and_near_match(content, line):
    assert refusal(content)[0] == line


@pytest.mark.parametrize(
    "value",
    ["3", True, 3.5, None, [3], {"a": 3}, "three"],
)
def test_nothing_is_taken_for_a_whole_number_that_is_none(value):
    assert refusal({"fit": {"epochs": value}})[0].startswith("fit.epochs: found")


@pytest.mark.parametrize("value", [1, 0, "yes", "true", "no", 1.0, None])
def test_nothing_is_taken_for_a_truth_value_that_is_none(value):
    assert refusal({"fit": {"shuffle": value}})[0].startswith("fit.shuffle: found")


@pytest.mark.parametrize("value", [3, True, None, ["a"]])
def test_nothing_is_taken_for_text_that_is_none(value):
    assert refusal({"strategy": {"name": value}})[0].startswith("strategy.name: found")


@pytest.mark.parametrize("value", [3.0, 3e3])
def test_a_whole_number_may_be_written_as_a_fraction(value):
    run = validate({"use_case": "toy", "fit": {"epochs": value}, "settings": {"slope": 2.0}}, ToySettings)
    assert run.fit.epochs == value
    assert type(run.fit.epochs) is int


def test_a_whole_number_written_as_a_fraction_keeps_its_range():
    assert refusal({"fit": {"epochs": -3.0}})[0] == "fit.epochs: found -3, expected int > 0."


def test_a_key_elsewhere_is_named_with_its_path_and_a_top_key_as_such():
    assert refusal({"settings": {"seed": 3}}) == [
        "settings.seed: no such key. Did you mean 'seed'?",
        "it stands at the top of the run, not in settings",
    ]


def test_a_key_that_stands_in_several_sections_is_named_in_each():
    class Part(Config):
        """A section."""

        share: float = 0.5
        """Share."""

    class Parts(Config):
        """Two sections of one class."""

        train: Part = Part()
        """One."""

        test: Part = Part()
        """Other."""

    (line,) = refusal({"settings": {"share": 0.1}}, Parts)
    assert line.endswith("Did you mean 'settings.train.share' or 'settings.test.share'?")


def test_all_mistakes_are_told_at_once_up_to_a_number():
    assert (
        len([line for line in refusal({"fit": {"epochs": 0, "batchsize": 3}, "sed": 1}) if "expected one" in line]) == 2
    )
    lines = refusal({"fit": {f"banana{number}": number for number in range(15)}})
    assert lines[-1] == "and 5 more"
    assert len(lines) == 21


def test_a_long_value_is_shortened():
    (line,) = refusal({"fit": {"epochs": "x" * 1000}})
    assert len(line) < 120


def test_a_key_that_could_be_misread_stands_in_quotes():
    assert refusal({"fit": {"\u00a0epochs": 3}})[0] == r"fit.'\xa0epochs': no such key. Did you mean 'epochs'?"


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

    @field_validator("one")
    @classmethod
    def _not_seven(cls, value):
        assert value != 7, "one is seven"
        return 1 // (value - 9) and value


def test_a_rule_about_several_values_is_told_without_the_whole_section():
    assert refusal({"settings": {"one": 2}}, Pair) == ["settings: one and other are both 2. Choose two."]


def test_a_rule_says_where_its_section_stands_and_what_reaches_into_it():
    file = Content.of({"use_case": "toy", "settings": {"one": 3}}, Origin("file", "run.yaml"))
    line = Content.of({"settings": {"other": 3}}, Origin("command line", "settings.other=3"))
    with pytest.raises(ConfigError, match="both 3") as refused:
        validate(line.over(file), Pair)
    assert str(refused.value).splitlines()[-1] == "    run.yaml; command line: settings.other=3"


def test_a_rule_says_where_the_values_stand_that_it_names():
    places = {("settings",): 2, ("settings", "one"): 3, ("settings", "other"): 4}
    file = Content(
        {"use_case": "toy", "settings": {"one": 3, "other": 3}},
        {path: (Origin("file", "run.yaml", Place(Mark(line, 1), Mark(line, 9))),) for path, line in places.items()},
    )
    with pytest.raises(ConfigError, match="one and other are both 3") as refused:
        validate(file, Pair)
    assert str(refused.value).splitlines()[-1] == "    run.yaml, line 3, column 1; run.yaml, line 4, column 1"


def test_a_rule_about_one_value_keeps_its_words():
    assert refusal({"settings": {"one": 7}}, Pair)[0].startswith("settings.one: one is seven")


def test_a_rule_that_fails_is_the_plugins_mistake():
    assert "Pair failed while it checked the run: ZeroDivisionError" in fault({"settings": {"one": 9}}, Pair)


def test_a_run_without_use_case_says_so():
    with pytest.raises(ConfigError, match="use_case: this key is needed"):
        validate({}, ToySettings)


def test_a_setting_without_default_is_asked_for():
    class Needed(Config):
        """A setting that only the user can know."""

        station: str
        """Name of the station."""

    assert refusal({}, Needed) == ["settings.station: this key is needed.", "expected str"]


def test_an_empty_section_is_its_defaults():
    run = validate({"use_case": "toy", "fit": None, "settings": {"model": None, "slope": 3}}, ToySettings)
    assert run.fit.epochs == 10
    assert run.settings == ToySettings(slope=3)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value):
    assert "expected a finite float" in refusal({"settings": {"slope": value}})[0]


def test_settings_are_frozen():
    run = validate({"use_case": "toy"}, ToySettings)
    with pytest.raises(ValidationError, match="frozen"):
        run.settings.slope = 3


def test_a_default_that_does_not_fit_is_the_plugins_mistake():
    class Wrong(Config):
        """A mistake in a plugin."""

        width: int = "wide"
        """Width."""

    said = fault({}, Wrong)
    assert "do not fit its settings class" in said
    assert "settings.width: found 'wide', expected int." in said
    assert "only its authors can mend it" in said


def test_a_default_of_the_use_case_that_does_not_fit_is_the_plugins_mistake():
    defaults = Content.of({"fit": {"epoch": 20}}, Origin("use case", "toy"))
    with pytest.raises(PluginError, match=r"fit\.epoch: no such key\. Did you mean 'epochs'\?"):
        validate(Content.of({"use_case": "toy"}, Origin("command line", "toy")).over(defaults), ToySettings)


def test_settings_that_cannot_be_built_are_the_plugins_mistake():
    class Unbuildable(Config):
        """A type that nobody knows."""

        width: "Nowhere" = 1  # noqa: F821
        """Width."""

    assert "Unbuildable cannot be built" in fault({}, Unbuildable)


def test_users_of_the_class_keep_pythons_freedom():
    """Only files are strict: a plugin's own code makes settings as pydantic does."""
    assert ToySettings(slope="3").slope == 3.0
