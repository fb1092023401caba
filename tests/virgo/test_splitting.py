"""Parts share no time, have the share asked for of the time with data, and a guard between them."""

import itertools

import pytest

from itwinai_virgo.splitting import blocks, row_blocks


def inside(stretches, span):
    """Return the time with data inside a span."""
    return sum(max(0.0, min(stop, span[1]) - max(start, span[0])) for start, stop in stretches)


STRETCHES = [
    [(1000.0, 2000.0)],
    [(1000.0, 1300.0), (1400.0, 2100.0)],
    [(1000.0, 1850.0), (5000.0, 5030.0), (9000.0, 9120.0)],
    [(float(start), start + 10.0) for start in range(0, 2000, 20)],
]


@pytest.mark.parametrize("stretches", STRETCHES)
@pytest.mark.parametrize("shares", [(0.12, 0.12), (0.2, 0.05), (0.3, 0.3)])
def test_shares_are_of_the_time_with_data(stretches, shares):
    total = sum(stop - start for start, stop in stretches)
    train, validation, test = blocks(stretches, *shares, guard=8.0)
    assert inside(stretches, test) == pytest.approx(shares[1] * total)
    assert inside(stretches, validation) == pytest.approx(shares[0] * total)
    assert inside(stretches, train) == pytest.approx((1 - sum(shares)) * total - 16.0)


@pytest.mark.parametrize("stretches", STRETCHES)
@pytest.mark.parametrize("guard", [8.0, 30.0])
def test_parts_follow_one_another_with_at_least_the_guard_between(stretches, guard):
    parts = blocks(stretches, 0.12, 0.12, guard)
    assert parts[0][0] == stretches[0][0]
    assert parts[-1][1] == stretches[-1][1]
    for before, after in itertools.pairwise(parts):
        assert after[0] - before[1] >= guard - 1e-9


@pytest.mark.parametrize("stretches", STRETCHES[1:])
def test_no_part_starts_or_ends_in_a_gap(stretches):
    for start, stop in blocks(stretches, 0.13, 0.17, 9.0):
        assert any(first <= start < last for first, last in stretches)
        assert any(first < stop <= last for first, last in stretches)


def test_a_part_without_time_stops_before_it_starts():
    parts = blocks([(0.0, 20.0)], 0.1, 0.1, 16.0)
    assert min(stop - start for start, stop in parts) < 0


@pytest.mark.parametrize("rows", [100, 1000, 750_000])
@pytest.mark.parametrize("guard", [1, 4])
def test_rows_are_split_in_order_with_rows_left_out_between(rows, guard):
    train, validation, test = row_blocks(rows, 0.12, 0.15, guard)
    assert (train.start, test.stop) == (0, rows)
    assert validation.start - train.stop == test.start - validation.stop == guard
    assert len(validation) + guard == pytest.approx(0.12 * rows + guard, abs=guard + 1)
    assert len(test) == pytest.approx(0.15 * rows, abs=1)


def test_too_few_rows_leave_an_empty_part():
    assert not all(map(len, row_blocks(4, 0.12, 0.12, 2)))
