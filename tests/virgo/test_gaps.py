"""Times without data are found whatever marks them, and pieces of a channel come together in order of time."""

import itertools

import numpy as np
import pytest

from itwinai_virgo.channels import Channel, StrainError
from itwinai_virgo.gaps import joined, recorded, runs, told

RATE = 64.0


def channel(values, start=1000.0, rate=RATE):
    """Return a channel of some samples."""
    return Channel("V1:X", np.asarray(values, dtype=float), rate, start, "")


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_runs_cover_the_chosen_samples_and_no_others(rng, size):
    chosen = rng.random(size) < 0.5
    again = np.zeros(size, dtype=bool)
    for first, last in runs(chosen):
        assert first < last
        again[first:last] = True
    assert (again == chosen).all()
    assert all(before[1] < after[0] for before, after in itertools.pairwise(runs(chosen)))


def test_a_channel_that_recorded_throughout_stays_as_it_is(rng):
    whole = channel(rng.normal(size=500))
    (found,) = recorded(whole)
    assert found is whole


@pytest.mark.parametrize("mark", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_cut_out(rng, mark):
    values = rng.normal(size=500)
    values[:10] = values[100:164] = values[300] = mark
    parts = recorded(channel(values))
    assert [part.gps_start for part in parts] == [1000.0 + first / RATE for first in (10, 164, 301)]
    assert [len(part.values) for part in parts] == [90, 136, 199]
    for part in parts:
        first = round((part.gps_start - 1000.0) * RATE)
        assert (part.values == values[first : first + len(part.values)]).all()


def test_a_second_of_zeros_is_a_gap_and_less_of_them_is_data(rng):
    values = rng.normal(size=1000)
    values[100:163] = 0.0
    values[500:564] = 0.0
    parts = recorded(channel(values))
    assert [len(part.values) for part in parts] == [500, 436]


def test_a_slow_channel_may_be_zero_for_a_second():
    assert len(recorded(channel([1.0, 0.0, 2.0, 3.0], rate=1.0))) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros(300), "V1:X is zero throughout"),
        (np.zeros(3), "V1:X is zero throughout"),
        (np.full(300, np.nan), "V1:X has no data: none of its 300 samples is a number"),
    ],
)
def test_a_channel_that_never_recorded_is_refused(values, message):
    with pytest.raises(StrainError, match=message):
        recorded(channel(values))


def test_pieces_that_follow_one_another_are_one_in_any_order(rng):
    values = rng.normal(size=192)
    pieces = [channel(values[first : first + 64], 1000.0 + first / RATE) for first in (128, 0, 64)]
    (found,) = joined(pieces)
    assert (found.values == values).all()
    assert found.gps_start == 1000.0


def test_pieces_with_time_between_them_stay_apart():
    found = joined([channel(np.ones(64), 1002.0), channel(np.ones(64), 1000.0)])
    assert [part.gps_start for part in found] == [1000.0, 1002.0]


def test_the_same_time_twice_is_refused():
    with pytest.raises(StrainError, match=r"V1:X is given twice for GPS 1000.500 to 1001.000"):
        joined([channel(np.ones(64)), channel(np.ones(64), 1000.5)])


def test_a_change_of_rate_is_refused():
    with pytest.raises(StrainError, match=r"64 Hz at GPS 1000.000 and 32 Hz at 1001.000"):
        joined([channel(np.ones(64)), channel(np.ones(32), 1001.0, 32.0)])


def test_many_gaps_are_counted():
    spans = [(float(start), start + 0.5) for start in range(6)]
    assert told(spans[:1]) == "GPS 0.000 to 0.500"
    assert told(spans).endswith("3.000 to 3.500, and 2 more")
