"""Options of the verbs are numbers that one can reckon with."""

import click
import pytest

from itwinai_cyclones.options import NOT_NEGATIVE, POSITIVE
from itwinai_cyclones.plugin import cyclones


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
