"""Pressure minima are where no neighbour is lower."""

import numpy as np
import pytest

from itwinai_cyclones.baselines import pressure_minima


def bowls(*places, shape=(60, 80)):
    """Return a pressure with a bowl around each row and column."""
    rows, columns = np.indices(shape)
    squares = [(rows - row) ** 2 + (columns - column) ** 2 for row, column in places]
    return (1000 + 0.1 * np.min(squares, axis=0)).astype(np.float32)


@pytest.mark.parametrize("places", [[(20, 30)], [(20, 30), (45, 60)], [(8, 8), (8, 40), (50, 70)]])
def test_each_bowl_has_one_minimum(places):
    rows, columns = pressure_minima(bowls(*places))
    assert sorted(zip(rows.tolist(), columns.tolist(), strict=True)) == places


def test_of_two_bowls_near_each_other_the_deeper_one_counts():
    msl = bowls((20, 30), (20, 36))
    msl[20, 36] -= 1
    rows, columns = pressure_minima(msl)
    assert (rows.tolist(), columns.tolist()) == ([20], [36])
    assert len(pressure_minima(msl, reach=2)[0]) == 2


def test_a_pressure_that_falls_beyond_the_edge_has_no_minimum():
    assert len(pressure_minima(bowls((0, 40)))[0]) == 0
    assert len(pressure_minima(bowls((30, 79)))[0]) == 0
