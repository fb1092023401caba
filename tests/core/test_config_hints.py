"""What is expected, what was found, and what was meant are said in the words of someone who writes YAML."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, NonNegativeInt, PositiveFloat, PositiveInt

from itwinai_core.config import FitConfig
from itwinai_core.config.expected import expectation, found, listed, type_name
from itwinai_core.config.hints import hint
from itwinai_core.config.shape import key_paths, keys_at, slot, slot_at


class Named(BaseModel):
    """A section with a name."""

    name: str = ""
    width: int = 1


class Lonely(BaseModel):
    """A section of one key."""

    width: int = 1


class Outer(BaseModel):
    """Sections within sections."""

    inner: Named = Named()
    maybe: Lonely | None = None
    several: tuple[Lonely, ...] = ()
    by_name: dict[str, Lonely] = {}


WORDS = [
    (int, "int"),
    (PositiveInt, "int > 0"),
    (Annotated[int, Field(ge=16, multiple_of=16)], "int >= 16 and a multiple of 16"),
    (Annotated[float, Field(gt=0, le=32768)], "float > 0 and <= 32768"),
    (Annotated[float, Field(ge=0.25)], "float >= 0.25"),
    (PositiveFloat | None, "float > 0 | null"),
    (Annotated[float | None, Field(gt=0)], "float > 0 | null"),
    (bool, "true | false"),
    (str, "str"),
    (Annotated[str, Field(min_length=1)], "str, at least 1 character"),
    (Annotated[str, Field(pattern="^a+$")], "str, of the form ^a+$"),
    (Annotated[str, Field(pattern="^a+$", examples=["a", "aa"])], "str, e.g. a or aa"),
    (Path, "path"),
    (dt.date, "date"),
    (Any, "anything"),
    (Literal["a", "b"], "a | b"),
    (Literal[1, 2] | None, "1 | 2 | null"),
    (list[int], "list of int"),
    (list, "list"),
    (tuple[str, ...], "list of str"),
    (set[PositiveInt], "list of int > 0"),
    (tuple[float, float], "list of 2: [float, float]"),
    (Annotated[tuple[PositiveInt, ...], Field(min_length=2)], "list of int > 0, at least 2 items"),
    (Annotated[tuple[NonNegativeInt, ...], Field(max_length=1)], "list of int >= 0, at most 1 item"),
    (int | list[int], "int | list of int"),
    (dict[str, PositiveInt], "a mapping of str to int > 0"),
    (dict, "a mapping of str to anything"),
    (Named, "a section"),
    (Named | None, "a section | null"),
    (tuple[Named, ...], "list of a section"),
]


@pytest.mark.parametrize(
    ("annotation", "said"), WORDS, ids=[f"{number}: {pair[1]}" for number, pair in enumerate(WORDS)]
)
def test_a_type_is_named_with_its_range_and_choices(annotation, said):
    assert expectation(slot(annotation)) == said


def test_a_field_is_named_like_its_type():
    assert type_name(FitConfig.model_fields["min_delta"]) == "float >= 0"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing (null)"),
        (True, "true"),
        (3, "3"),
        (1e-5, "1e-05"),
        (float("-inf"), "-.inf"),
        (float("nan"), ".nan"),
        ("a b", "'a b'"),
        ("a\nb", r"'a\nb'"),
        ([1, "x", None], "[1, 'x', null]"),
        ([{"a": 1}], "[{a: 1}]"),
        ({}, "an empty section {}"),
        ({"a": 1}, "a section with the key a"),
        ({"a": 1, "b": {}}, "a section with the keys a, b"),
    ],
)
def test_what_was_found_is_shown_as_it_stands_in_a_file(value, said):
    assert found(value) == said


@pytest.mark.parametrize("value", ["x" * 500, list(range(500)), {f"key{number}": 1 for number in range(99)}])
def test_what_was_found_is_shortened(value):
    assert len(found(value)) <= 90
    assert "…" in found(value)


def test_very_many_names_are_cut_between_two_of_them():
    names = [f"name{number:02}" for number in range(60)]
    shown = listed(names).split(", ")
    assert shown[:-1] == names[: len(shown) - 1]
    assert shown[-1] == f"{60 - len(shown) + 1} more"
    assert listed(names[:5]) == "name00, name01, name02, name03, name04"


NUMBER, WHOLE, TRUTH, TEXT = slot(float), slot(PositiveInt), slot(bool), slot(str)

HINTS = [
    ("3", WHOLE, "Write 3 without quotes."),
    ("1e-3", NUMBER, "Write 1e-3 without quotes."),
    ("1_000", WHOLE, "Write 1000: digits stand together."),
    ("1 000 000", NUMBER, "Write 1000000: digits stand together."),
    ("1,000,000", NUMBER, "Write 1000000: digits stand together."),
    ("1,500", NUMBER, "Write 1500, or 1.500 for a fraction."),
    ("0,25", NUMBER, "Write 0.25, with a point."),
    ("-1,5e3", NUMBER, "Write -1.5e3, with a point."),
    ("25%", NUMBER, "Write 0.25."),
    ("16 Hz", NUMBER, "Write 16, the number alone."),
    ("16Hz", NUMBER, "Write 16, the number alone."),
    ("90°", NUMBER, "Write 90, the number alone."),
    ("3,", WHOLE, "Write 3, the number alone."),
    ("12:30:00", NUMBER, "Write one number: a time is none."),
    ("2024-01-31", NUMBER, "Write one number: a date is none."),
    ("Infinity", NUMBER, "Write a finite number."),
    ("-inf", NUMBER, "Write a finite number."),
    ("many", NUMBER, ""),
    ("3\n", WHOLE, "Write 3 without quotes."),
    ("3#many", WHOLE, "Write 3, and a space before the remark."),
    ("range(2015, 2018)", slot(list[int]), "Write its items in brackets: nothing is computed here."),
    ("4 kHz", NUMBER, "Write the number alone, in the unit that `itwinai describe` shows."),
    ("1h", WHOLE, "Write the number alone, in the unit that `itwinai describe` shows."),
    ("\u201c3\u201d", WHOLE, "Write 3 without quotes."),
    ("\u22123", WHOLE, "Write -3 without quotes."),
    ("10^-3", NUMBER, "Write 0.001: nothing is computed here."),
    ("2**10", WHOLE, "Write 1024: nothing is computed here."),
    ("1/8", NUMBER, "Write 0.125: nothing is computed here."),
    ("60 * 40", WHOLE, "Write 2400: nothing is computed here."),
    ("1/0", NUMBER, "Write one number: nothing is computed here."),
    ([3], WHOLE, "Write 3 without brackets."),
    ([3, 4], WHOLE, ""),
    (None, WHOLE, ""),
    ("Yes", TRUTH, "Did you mean true?"),
    ("F", TRUTH, "Did you mean false?"),
    (1, TRUTH, "Did you mean true?"),
    (2, TRUTH, ""),
    ("None", slot(int | None), "Did you mean null?"),
    ("nil", slot(Path | None), "Did you mean null?"),
    (3, TEXT, "Write '3', in quotes."),
    (True, TEXT, "Write 'true', in quotes."),
    (None, TEXT, ""),
    ("a, b", slot(tuple[str, ...]), "Write [a, b]."),
    ("(a b)", slot(list[str]), "Write [a, b]."),
    ("", slot(list[str]), "Write [] for none."),
    (None, slot(list[str]), "Write [] for none."),
    (3, slot(list[int]), "Write [3]."),
    ("2..5", slot(list[int]), "Write each: [2, 3, ..., 5]."),
    ("-a -b", slot(list[str]), "Each item needs a dash and a space after it."),
    ({"0": "a"}, slot(list[str]), "Set the whole list, e.g. [one, other]."),
    ("unet", slot(Named), "Did you mean 'a.key.name'?"),
    (3, slot(Lonely), "Did you mean 'a.key.width'?"),
    (3, slot(Outer), ""),
    ("width:3", slot(Named), "Write width: 3, with a colon and a space."),
    ("widh = 3", slot(Named), "Write width: 3, with a colon and a space."),
    ("width 3", slot(Named), "Write width: 3, with a colon and a space."),
    ([{"width": 3}], slot(Named), "Write its keys without dashes."),
    (None, slot(Named), ""),
    ("Unet", slot(Literal["unet", "decoder"]), "Did you mean 'unet'?"),
    (32, slot(Literal["float32", "bfloat16"]), "Did you mean 'float32'?"),
    (3, slot(Literal["3", "4"]), "Write '3', in quotes."),
    ("3", slot(Literal[3, 4]), "Write 3 without quotes."),
    (False, slot(Literal["no", "yes"]), "Did you mean 'no'?"),
    ("banana", slot(Literal["unet", "decoder"]), ""),
    ([1, 2], slot(Literal[1, 2]), ""),
]


@pytest.mark.parametrize(
    ("value", "wanted", "said"), HINTS, ids=[f"{number}: {row[0]!r}" for number, row in enumerate(HINTS)]
)
def test_what_was_meant_by_a_value_is_said(value, wanted, said):
    assert hint(value, wanted, "a.key").strip() == said


@pytest.mark.parametrize(
    ("word", "metric"),
    [
        ("val/loss", "validation/loss"),
        ("valid_loss", "validation/loss"),
        ("val-loss", "validation/loss"),
        ("validation.loss", "validation/loss"),
        ("dev/f1", "validation/f1"),
        ("test/loss", "validation/loss"),
        ("eval_accuracy", "validation/accuracy"),
        ("training/loss", "train/loss"),
        ("train_loss", "train/loss"),
        ("TRAIN/Loss", "train/loss"),
        ("loss", "validation/loss"),
        ("slope_error", "validation/slope_error"),
        ("validation/f1-score", "validation/f1_score"),
        ("validation//loss", "validation/loss"),
        ("validation/", ""),
        ("", ""),
    ],
)
def test_a_metric_in_another_tools_style_is_told_in_ours(word, metric):
    said = hint(word, slot_at(FitConfig, ("monitor",)), "fit.monitor")
    assert said == (f" Did you mean '{metric}'?" if metric else "")


def test_keys_are_found_through_lists_unions_and_mappings():
    assert keys_at(Outer, ()) == ["inner", "maybe", "several", "by_name"]
    assert keys_at(Outer, ("maybe",)) == ["width"]
    assert keys_at(Outer, ("several", 3)) == ["width"]
    assert keys_at(Outer, ("by_name", "any")) == ["width"]
    assert keys_at(Outer, ("inner", "width")) == []
    assert keys_at(Outer, ("nothing", "at", "all")) == []


def test_all_key_paths_are_found_once():
    paths = list(key_paths(Outer))
    assert ("inner", "name") in paths
    assert ("maybe", "width") in paths
    assert len(paths) == len(set(paths)) == 7
