"""Settings of every shape that plugins use are read from what a file can give, and told in their own words."""

import datetime as dt
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, FilePath, PositiveFloat, PositiveInt

from itwinai_core import Config, ConfigError
from itwinai_core.config.validate import validate
from itwinai_core.errors import PluginError


def refusal(settings):
    with pytest.raises(ConfigError) as refused:
        validate({"use_case": "toy", "settings": settings}, Rich)
    first, *lines = str(refused.value).splitlines()
    assert first == "The run does not fit its settings:"
    return [line.strip() for line in lines]


class Cosine(Config):
    """A schedule."""

    kind: Literal["cosine"] = "cosine"
    """Which."""

    warmup: PositiveInt = 1
    """Epochs."""


class Stairs(Config):
    """Another schedule."""

    kind: Literal["stairs"] = "stairs"
    """Which."""

    steps: tuple[int, ...] = ()
    """Epochs."""


class Size(Enum):
    """Choices that are an enumeration."""

    SMALL = "small"
    LARGE = "large"


class Layer(Config):
    """An item of a list of sections."""

    width: Annotated[int, Field(ge=1, multiple_of=8)] = 8
    """Units."""


class Rich(Config):
    """One setting of each shape that plugins use."""

    path: Path | None = None
    """A path."""

    file: FilePath | None = None
    """A file that is there."""

    day: dt.date = dt.date(2024, 1, 31)
    """A date."""

    size: Size = Size.SMALL
    """An enumeration."""

    power: Literal[1, 2, 4] = 1
    """A choice of numbers."""

    flag: bool = False
    """A truth value."""

    rate: PositiveFloat | None = None
    """A number or none."""

    either: int | list[int] = 1
    """One or several."""

    pair: tuple[float, float] = (0.0, 1.0)
    """Two numbers."""

    weights: dict[str, PositiveFloat] = {}  # noqa: RUF012 - pydantic copies it
    """Numbers by name."""

    classes: dict[int, float] = {}  # noqa: RUF012
    """Numbers by number."""

    anything: Any = None
    """Whatever."""

    code: Annotated[str, Field(pattern=r"^[A-Z]\d$", examples=["V1", "H1"])] = "V1"
    """A detector."""

    plain: Annotated[str, Field(pattern=r"^[a-z]+$", max_length=3)] = "abc"
    """Letters."""

    schedule: Annotated[Cosine | Stairs, Field(discriminator="kind")] = Cosine()
    """A section of one of two kinds."""

    extra: Layer | None = None
    """A section that may be left out."""

    either_section: Layer | Cosine = Layer()
    """A section of one of two kinds, told apart by its keys."""

    layers: tuple[Layer, ...] = ()
    """Sections in a list."""


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"path": 3}, "path: found 3, expected path | null."),
        ({"file": "absent.h5"}, "file: found 'absent.h5', expected path | null, of a file that is there."),
        ({"day": "31.1.2024"}, "day: found '31.1.2024', expected date."),
        ({"size": "Small"}, "size: found 'Small', expected small | large. Did you mean 'small'?"),
        ({"power": 3}, "power: found 3, expected 1 | 2 | 4."),
        ({"power": True}, "power: found true, expected 1 | 2 | 4. Did you mean 1?"),
        ({"power": "2"}, "power: found the text '2', expected 1 | 2 | 4. Write 2 without quotes."),
        ({"flag": "On"}, "flag: found 'On', expected true | false. Did you mean true?"),
        ({"flag": 0}, "flag: found 0, expected true | false. Did you mean false?"),
        ({"flag": "maybe"}, "flag: found 'maybe', expected true | false."),
        ({"rate": -1}, "rate: found -1, expected float > 0 | null."),
        ({"rate": "none"}, "rate: found 'none', expected float > 0 | null. Did you mean null?"),
        ({"rate": "50%"}, "rate: found '50%', expected float > 0 | null. Write 0.5."),
        ({"rate": "1,500"}, "rate: found '1,500', expected float > 0 | null. Write 1500, or 1.500 for a fraction."),
        ({"either": "x"}, "either: found 'x', expected int | list of int. Write [x]."),
        ({"either": [1, "x"]}, "either.1: found 'x', expected int."),
        ({"pair": [1]}, "pair: found [1], expected list of 2: [float, float]."),
        ({"pair": [1, 2, 3]}, "pair: found [1, 2, 3], expected list of 2: [float, float]."),
        ({"pair": [1, "x"]}, "pair.1: found 'x', expected float."),
        ({"weights": {"a": 0}}, "weights.a: found 0, expected float > 0."),
        ({"weights": [1]}, "weights: found [1], expected a mapping of str to float > 0."),
        ({"code": "v1"}, "code: found 'v1', expected str, e.g. V1 or H1."),
        ({"plain": "ABC"}, "plain: found 'ABC', expected str, at most 3 characters, of the form ^[a-z]+$."),
        (
            {"schedule": {"kind": "cosin"}},
            "schedule.kind: found 'cosin', expected cosine | stairs. Did you mean 'cosine'?",
        ),
        ({"schedule": {}}, "schedule.kind: found nothing (null), expected cosine | stairs."),
        (
            {"schedule": {"kind": "stairs", "stepz": 1}},
            "schedule.stepz: no such key. Did you mean 'steps'?",
        ),
        ({"extra": {"widht": 8}}, "extra.widht: no such key. Did you mean 'width'?"),
        ({"extra": 3}, "extra: found 3, expected a section | null. Did you mean 'settings.extra.width'?"),
        ({"either_section": {"warmup": 0}}, "either_section.warmup: found 0, expected int > 0."),
        ({"layers": [{"width": 8}, {"width": 9}]}, "layers.1.width: found 9, expected int >= 1 and a multiple of 8."),
        ({"layers": [{"wdith": 8}]}, "layers.0.wdith: no such key. Did you mean 'width'?"),
        ({"layers": {"width": 8}}, "layers: found a section with the key width, expected list of a section."),
    ],
)
def test_settings_of_each_shape_are_told_in_their_own_words(settings, line):
    assert refusal(settings)[0].startswith(f"settings.{line}")


def test_values_serve_as_what_a_file_can_give_for_them():
    settings = {
        "path": "a/b",
        "day": "2024-02-29",
        "size": "large",
        "either": [1.0, 2],
        "pair": [1, 2],
        "classes": {"0": 1, "1": 2.5},
        "anything": {"a": [1.0, None]},
        "layers": [{"width": 16}],
    }
    run = validate({"use_case": "toy", "settings": settings}, Rich)
    assert run.settings.path == Path("a/b")
    assert run.settings.day == dt.date(2024, 2, 29)
    assert run.settings.size is Size.LARGE
    assert run.settings.either == [1, 2]
    assert run.settings.pair == (1.0, 2.0)
    assert run.settings.classes == {0: 1.0, 1: 2.5}
    assert run.settings.layers == (Layer(width=16),)
    assert isinstance(run.settings.anything["a"][0], float)


def test_an_empty_section_that_may_be_none_is_none():
    assert validate({"use_case": "toy", "settings": {"extra": None}}, Rich).settings.extra is None


class Paths(Config):
    """Defaults that are no JSON, alone, in a list, in a mapping, and beside null."""

    one: Path = Path("one.csv")
    """A path."""

    many: tuple[Path, ...] = (Path("a"), Path("b"))
    """Paths."""

    named: dict[str, Path] = Field(default_factory=lambda: {"a": Path("x")})
    """Paths by name."""

    other: Path | None = Path("other")
    """A path, or none."""

    price: Decimal = Decimal("1.5")
    """A decimal number."""


class AroundPaths(Config):
    """A section with paths in a section."""

    inner: Paths = Paths()
    """Paths."""

    wide: int = 3
    """A number."""


def test_a_default_that_is_no_json_is_kept():
    assert validate({"use_case": "x"}, Paths).settings == Paths()
    run = validate({"use_case": "x", "settings": {"inner": {"other": "set"}}}, AroundPaths)
    assert run.settings.inner == Paths(other=Path("set"))


def test_a_default_that_is_neither_json_nor_fits_is_the_plugins_mistake():
    class Odd(Config):
        """An object for a number."""

        size: int = object()
        """A number."""

        file: Path = 3
        """A path."""

    with pytest.raises(PluginError) as refused:
        validate({"use_case": "x"}, Odd)
    assert "settings.size: found" in str(refused.value)
    assert "settings.file: found 3, expected path." in str(refused.value)
