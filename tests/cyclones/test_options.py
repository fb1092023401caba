"""Options of the verbs are numbers that one can reckon with, lists of names, and formats that there are."""

import click
import pytest

from itwinai_core import ConfigError
from itwinai_cyclones.options import NOT_NEGATIVE, POSITIVE, chosen_formats, listed
from itwinai_cyclones.plugin import cyclones

KNOWN = ("csv", "netcdf", "parquet")


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "-1", "ten", ""])
@pytest.mark.parametrize("kind", [POSITIVE, NOT_NEGATIVE])
def test_what_is_no_number_or_none_of_the_range_is_refused(kind, text):
    with pytest.raises(click.BadParameter):
        kind.convert(text, None, None)


def test_a_number_within_the_range_is_taken():
    assert POSITIVE.convert("1e-3", None, None) == 0.001
    assert NOT_NEGATIVE.convert("0", None, None) == 0
    with pytest.raises(click.BadParameter):
        POSITIVE.convert("0", None, None)


def test_no_verb_takes_a_number_that_may_be_infinite():
    numbers = [
        option.type
        for verb in cyclones.commands.values()
        for option in verb.params
        if isinstance(option.type, click.types.FloatParamType)
    ]
    assert len(numbers) >= 5
    assert set(map(id, numbers)) <= {id(POSITIVE), id(NOT_NEGATIVE)}


@pytest.mark.parametrize(
    ("texts", "names"),
    [(["a,b", "c"], ("a", "b", "c")), (["a , b,,a"], ("a", "b")), (["", ","], ()), ([], ())],
)
def test_lists_have_commas_or_are_given_again_and_name_each_once(texts, names):
    assert listed(texts) == names


def test_formats_are_those_that_there_are():
    assert chosen_formats(["netcdf, csv", "netcdf"], KNOWN) == ("netcdf", "csv")
    with pytest.raises(ConfigError, match="--format is 'grib'; there is csv, netcdf, parquet"):
        chosen_formats(["grib"], KNOWN)


def test_parquet_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr("itwinai_cyclones.options.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'itwinai-cyclones\[parquet\]'"):
        chosen_formats(["parquet"], KNOWN)
