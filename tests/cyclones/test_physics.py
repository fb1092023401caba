"""The physical check follows the water of a bowl, the warmth of a core, and probabilities that add up."""

import numpy as np
import pytest

from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.physics import HIGHEST, NARROW, WEIGHTS, WIDE, closed, likelihood, rise_around, warmth
from itwinai_cyclones.regrid import model_axes

PLACE = (15.0, 140.0)


def distance():
    latitude, longitude = model_axes()
    return great_circle_km(*PLACE, latitude[:, None], longitude[None, :])


@pytest.fixture(scope="module")
def cone():
    """Pressure that rises by 1 hPa each 100 km, up to 12 hPa."""
    return (1000 + np.minimum(distance() / 100, 12)).astype(np.float32)


@pytest.mark.parametrize("degrees", [1.0, 2.0, 5.5])
def test_the_rise_that_closes_within_a_distance_is_the_pressure_there(cone, degrees):
    assert rise_around(cone, *PLACE, degrees, 12) == pytest.approx(degrees * 111.2 / 100, abs=0.35)


def test_no_more_is_asked_for_than_the_highest(cone):
    assert rise_around(cone, *PLACE, 5.5, 3.0) == 3


def test_on_a_plain_nothing_rises():
    assert rise_around(np.full((721, 1440), 1010, dtype=np.float32), *PLACE, 2.0, 8.0) == 0


def test_the_rise_is_that_up_to_which_contours_close(cone):
    rise = rise_around(cone, *PLACE, 2.0, 8.0)
    assert closed(cone, *PLACE, rise - 0.01, 2.0)
    assert not closed(cone, *PLACE, rise + 0.1, 2.0)


def test_a_gap_in_the_rim_lets_the_water_out(cone):
    latitude, longitude = model_axes()
    valley = cone.copy()
    rows = np.abs(latitude - PLACE[0]) < 0.3
    valley[np.ix_(rows, longitude > PLACE[1])] = 1000.5
    assert rise_around(valley, *PLACE, 2.0, 8.0) <= 0.6 < rise_around(cone, *PLACE, 2.0, 8.0)


@pytest.mark.parametrize("warmer", [2.5, -1.5])
def test_a_core_is_as_warm_as_it_is_above_the_air_around_it(warmer):
    aloft = (240 + warmer * (distance() < 300)).astype(np.float32)
    fields = np.stack([np.zeros_like(aloft), aloft, aloft + 20])
    assert warmth(fields, ("msl", "t_300", "t_500"), *PLACE) == pytest.approx(warmer, abs=1e-3)
    assert warmth(fields[:2], ("msl", "t_500"), *PLACE) == pytest.approx(warmer, abs=1e-3)


def test_without_temperatures_the_warmth_is_not_known():
    assert warmth(np.zeros((2, 721, 1440), dtype=np.float32), ("msl", "gust"), *PLACE) is None


def test_a_slope_of_temperature_is_no_warm_core():
    latitude, _ = model_axes()
    slope = np.repeat((250 - 0.5 * np.abs(latitude))[:, None], 1440, axis=1).astype(np.float32)
    assert warmth(slope[None], ("t_300",), *PLACE) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("core", [None, 1.0])
def test_a_surer_network_and_a_steeper_low_make_a_cyclone_likelier(core):
    assert likelihood(0.5, 2, 2, core) < likelihood(0.8, 2, 2, core) < likelihood(0.8, 6, 6, core) < 1
    # The same depth, but only farther out: a wide low.
    assert likelihood(0.6, 1, 10, core) < likelihood(0.6, 1, 1, core)


def test_a_warm_core_makes_a_cyclone_likelier_and_a_cold_one_less_likely():
    assert likelihood(0.6, 2, 2, -1.0) < likelihood(0.6, 2, 2, 0.0) < likelihood(0.6, 2, 2, 2.0)


def test_evidence_beyond_the_highest_counts_no_more():
    assert likelihood(0.6, 8, 12, 4.0) == likelihood(0.6, 50, 60, 20.0)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_the_surest_scores_are_probabilities_too(score):
    assert likelihood(score, 0, 0, None) == pytest.approx(score, abs=1e-6)


def test_the_odds_are_those_of_the_weights():
    odds = {score: (p := likelihood(score, 3, 5, None)) / (1 - p) for score in (0.4, 0.7)}
    ratio = (0.7 / 0.3) / (0.4 / 0.6)
    assert np.log(odds[0.7] / odds[0.4]) == pytest.approx(WEIGHTS[False][1] * np.log(ratio))


def test_the_distances_are_in_order():
    assert NARROW < WIDE
    assert set(HIGHEST) == {"narrow", "wide", "core"}
