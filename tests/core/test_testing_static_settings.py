"""Settings are described, have defaults, refuse nonsense and count; a run of them can be written and read again."""

import pytest
from small_plugins import PLUGIN, told

from itwinai_core.testing.contract import NotCheckedError
from itwinai_core.testing.static import schema, settings

HEAD = '''"""The front door."""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, computed_field, field_serializer, model_validator
from pydantic import field_validator

from itwinai_core import Config, DataSplits, LightningUseCase, hookimpl


class Inner(Config):
    """A section."""

    kind: Literal["a", "b"] = "a"
    """Which of two kinds."""


'''
USE_CASE = PLUGIN.partition("\n\n\nclass Small")[2]


@pytest.fixture
def with_fields(small):
    """Return a function that makes a plugin with settings of given lines, all of which its code reads."""

    def make(text, *, reads=("size", "kind", "inner"), options=""):
        lines = "\n".join(f"    {line}" if line else "" for line in text.splitlines())
        body = f'class Settings(Config):\n    """The settings section of a small run."""\n{options}\n{lines}\n'
        read = "".join(f"\n\ndef read_{name}(x):\n    return x.{name}\n" for name in reads)
        return small({"small/plugin.py": f"{HEAD}{body}\n\nclass Small{USE_CASE}{read}"})

    return make


SIZE = 'size: int = 3\n"""Edge of the small thing [m]."""\n'


@pytest.mark.parametrize(
    "text",
    [
        SIZE,
        'inner: Inner = Inner()\n"""A section."""\n',
        'size: float = Field(default=0.5, ge=0, le=1, description="How much of it is used")\n',
        'size: tuple[Literal["a", "b"], ...] = ("a",)\n"""Which of them, in this order."""\n',
        'size: Path | None = None\n"""File to read; null generates it."""\n',
        'size: dict[str, float] = {"a": 1.0}\n"""Weight of each part, by its name."""\n',
        'size: Literal["auto"] | int = "auto"\n"""How many; auto counts them."""\n',
        'size: int | str = "all"\n"""How many, or the name of a list of them."""\n',
        'size: datetime.date = datetime.date(2020, 1, 1)\n"""First day of the record."""\n',
        'size: Annotated[tuple[PositiveFloat, float], Field(min_length=2)] = (1, 2)\n"""Two edges [m]."""\n',
        'size: str = "H1"\n"""Channel to read, as the file names it."""\n',
    ],
)
def test_good_settings_have_no_fault(with_fields, text):
    subject = with_fields(text)
    assert settings.find(subject) == []
    assert schema.find(subject) == []


def test_settings_of_no_use_case_cannot_be_looked_at(small):
    subject = small({"small/plugin.py": PLUGIN.replace("return [Small()]", "return []")})
    for check in (settings, schema):
        with pytest.raises(NotCheckedError, match="it offers no use case"):
            check.find(subject)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size: int = 3\n", "the setting size is described nowhere"),
        ('size: int = 3\n"""..."""\n', "the setting size is described nowhere"),
        ('size: int = 3\n"""TBD: describe it."""\n', "the setting size is described nowhere"),
        ('size: int = 3\n"""The size."""\n', "the description of the setting size says its name again"),
        ("inner: Inner = Inner()\n", "the setting inner is described nowhere"),
        ('size: int\n"""Edge of the small thing [m]."""\n', "the setting size has no default"),
        (
            'size: PositiveFloat = -1\n"""Edge of the small thing [m]."""\n',
            "do not fit its own settings: settings.size",
        ),
        ('size: Any = 3\n"""Edge of the small thing [m]."""\n', "takes anything at all"),
        ('size: object = 3\n"""Edge of the small thing [m]."""\n', "takes anything at all"),
        ('size: dict = {}\n"""Options of the small thing."""\n', "takes any dict, whatever is in it"),
        ('size: list = []\n"""Parts of the small thing."""\n', "takes any list, whatever is in it"),
        ('size: dict[str, Any] = {}\n"""Options of the small thing."""\n', "takes anything at all"),
        ('size: Mapping = {}\n"""Options of the small thing."""\n', "takes any Mapping, whatever is in it"),
        ('size: str | int | float | bool = 1\n"""Edge of the small thing [m]."""\n', "takes nearly anything"),
        ('size: float = 3.0\n"""Edge of the small thing."""\n', "is a number without a unit"),
        ('size: tuple[float, float] = (1.0, 2.0)\n"""Lowest and highest edge."""\n', "is a number without a unit"),
        ('size: float | None = None\n"""Edge of the small thing; null measures it."""\n', "is a number without a unit"),
        ('seed: int = 3\n"""Seed of the small thing."""\n', "settings.seed is called like seed of the run itself"),
        ('copy: int = 3\n"""Edge of the small thing [m]."""\n', "a name that pydantic uses itself"),
        ('size: int = Field(3, exclude=True)\n"""Edge of it [m]."""\n', "is left out where a run is written"),
    ],
)
@pytest.mark.filterwarnings("ignore:Field name")
def test_a_setting_that_does_not_fit_is_named(with_fields, text, words):
    reads = ("size", "kind", "inner", "seed", "copy")
    assert words in told(settings.find(with_fields(text, reads=reads)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ('    model_config = {"extra": "allow"}\n', "sets extra to 'allow'"),
        ('    model_config = ConfigDict(extra="ignore")\n', "sets extra to 'ignore'"),
        ("    model_config = ConfigDict(frozen=False)\n", "can be changed after it was validated"),
        ("    model_config = ConfigDict(allow_inf_nan=True)\n", "takes infinite numbers"),
        ("    model_config = ConfigDict(validate_default=False)\n", "does not look at its own defaults"),
        ("    model_config = ConfigDict(arbitrary_types_allowed=True)\n", "takes objects that no file can hold"),
    ],
)
def test_a_section_that_opens_what_config_closes_is_named(with_fields, options, words):
    assert words in told(settings.find(with_fields(SIZE, options=options)))


def test_a_section_that_is_no_config_is_named(small):
    text = HEAD.replace("class Inner(Config)", "class Inner(BaseModel)")
    body = 'class Settings(Config):\n    """Options."""\n\n    inner: Inner = Inner()\n    """A section."""\n\n\n'
    said = told(settings.find(small({"small/plugin.py": f"{text}{body}class Small{USE_CASE}"})))
    assert "the section Inner is no Config" in said
    assert f"small.plugin:{text.splitlines().index('class Inner(BaseModel):') + 1}: " in said


def test_a_setting_that_nothing_reads_is_named(with_fields):
    text = SIZE + '\ndepth: int = 3\n"""How deep it is searched."""\n'
    assert "nothing reads the setting depth" in told(settings.find(with_fields(text)))


def test_a_setting_that_only_its_validator_reads_is_named(with_fields):
    text = SIZE + (
        '\ndepth: int = 3\n"""How deep it is searched."""\n\n@model_validator(mode="after")\n'
        "def _fits(self):\n    assert self.depth\n    return self\n"
    )
    assert "nothing reads the setting depth" in told(settings.find(with_fields(text)))


@pytest.mark.parametrize("reader", ["x.model_dump()", "vars(x)", "getattr(x, 'de' + 'pth')"])
def test_code_that_may_read_every_setting_is_believed(with_fields, reader):
    text = SIZE + f'\ndepth: int = 3\n"""How deep it is searched."""\n\ndef all(x):\n    return {reader}\n'
    assert settings.find(with_fields(text)) == []


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("edge", "Edge of the small thing [m]"),
        ("edge", "Edge of the small thing (km)"),
        ("edge", "Edge of the small thing in metres"),
        ("delay", "Seconds between two looks"),
        ("speed", "Way that it goes in km per hour"),
        ("level", "Share of the samples that are kept"),
        ("level", "Factor on the energy"),
        ("level", "How much, dimensionless"),
        ("level", "Part of the time that is left out"),
        ("learning_rate", "How fast it goes at the start"),
        ("weight_decay", "How much each update takes away"),
        ("slope", "Ratio of rise and run"),
        ("window", "Width of what is looked at in pixels"),
        ("limit", "Least probability at which it is told"),
    ],
)
def test_a_unit_can_be_said_in_many_ways(with_fields, name, description):
    assert settings.find(with_fields(f'{name}: float = 0.5\n"""{description}."""\n', reads=(name,))) == []


@pytest.mark.parametrize(
    "description",
    [
        "Edge of the small thing",
        "Level that counts as a flood",
        "Least wind within 300 km of a centre",
        "Rate that every channel is brought down to",
        "Time left out between two parts; at least a window",
        "Distance within which a contour must close",
    ],
)
def test_a_number_of_something_needs_its_unit(with_fields, description):
    assert "without a unit" in told(settings.find(with_fields(f'size: float = 0.5\n"""{description}."""\n')))


@pytest.mark.parametrize(
    ("text", "words", "change"),
    [
        (
            SIZE
            + '\n@computed_field\n@property\ndef area(self) -> int:\n    """Its area."""\n    return self.size**2\n',
            "settings.area",
            "Make area plain properties",
        ),
        ('size: int = Field(3, alias="edge")\n"""Edge of the small thing [m]."""\n', "settings.size", "Take the alias"),
        (
            SIZE + '\n@field_serializer("size")\ndef _said(self, value):\n    return f"{value} m"\n',
            "settings.size",
            "written as it is read",
        ),
        (
            SIZE + '\n@field_validator("size")\n@classmethod\ndef _more(cls, value):\n    return value + 1\n',
            "settings.size is 4, and 5 after it was read again",
            "leave alone what it made itself",
        ),
    ],
)
def test_a_run_that_does_not_come_back_is_named_with_what_keeps_it(with_fields, text, words, change):
    said = told(schema.find(with_fields(text)))
    assert "The default run of 'small'" in said
    assert words in said
    assert change in said


def test_a_value_other_than_the_default_must_come_back_too(with_fields):
    text = (
        'kind: Literal["auto", "Loud"] = "auto"\n"""How loud it is."""\n\n@field_serializer("kind")\n'
        "def _said(self, value):\n    return value.lower()\n"
    )
    said = told(schema.find(with_fields(text)))
    assert "A run of 'small' with another settings.kind does not survive being written" in said


@pytest.mark.parametrize(
    ("reader", "found"),
    [
        ("TABLE[x.size]", "any word, where the code knows big, small alone"),
        ("x.size == 'big' or x.size == 'small'", "any word, where the code knows big, small alone"),
        ("x.size == 'auto'", ""),
        ("x.size in ('big', 'small')", "any word, where the code knows big, small alone"),
        ("rows[x.size]", ""),
        ("x.size == other", ""),
        ("x.size != ''", ""),
    ],
)
def test_a_word_that_is_one_of_a_few_is_a_literal(with_fields, reader, found):
    text = f'size: str = "big"\n"""How large it is."""\n\ndef use(x, rows, other):\n    return {reader}\n'
    subject = with_fields(text)
    module = subject.folder / "plugin.py"
    module.write_text(module.read_text() + "\n\nTABLE = {'big': 2, 'small': 1}\n")
    said = told(settings.find(subject))
    assert found in said
    assert bool(said) is bool(found)


def test_settings_that_no_file_can_hold_have_no_schema(with_fields):
    text = 'size: Callable[[], int] = int\n"""How the edge of the small thing is found."""\n'
    assert "No JSON Schema can be made of the settings of 'small'" in told(schema.find(with_fields(text)))


def test_a_section_that_takes_any_key_is_named(with_fields):
    subject = with_fields(SIZE, options='    model_config = ConfigDict(extra="ignore")\n')
    assert "The section settings of 'small' takes a key that there is not" in told(schema.find(subject))


def test_settings_without_a_default_run_have_nothing_to_write(with_fields):
    subject = with_fields('size: int\n"""Edge of the small thing [m]."""\n')
    assert "'small' has no default run" in told(schema.find(subject))
