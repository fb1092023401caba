"""Centres of several networks are joined on the sphere: each member once, whatever the order or the meridian."""

import itertools

import numpy as np
import pytest

from itwinai_cyclones.detections import Centre
from itwinai_cyclones.ensembles import together
from itwinai_cyclones.geodesy import great_circle_km


def centre(latitude, longitude, score=0.8, msl=980.0, wind=25.0):
    return Centre(latitude, longitude, score, msl, wind)


def places(centres):
    return [(one.latitude, one.longitude) for one in centres]


def test_what_several_found_is_one_centre_between_them():
    (one,) = together([[centre(10.0, 140.0, 0.6)], [centre(10.4, 140.0, 0.8, 978.0)]], 350, 2)
    assert one.latitude == pytest.approx(10.4 - 0.4 * 0.6 / 1.4, abs=1e-3)
    assert one.longitude == pytest.approx(140)
    assert (one.score, one.msl, one.members) == (pytest.approx(0.7), 979, 2)
    assert one.spread == pytest.approx(np.std([0.6, 0.8], ddof=1))


def test_the_wind_is_that_of_the_members_that_read_one():
    nan = float("nan")
    (one,) = together([[centre(10.0, 140.0, wind=nan)], [centre(10.0, 140.0, wind=30.0)]], 350, 2)
    assert one.wind == 30
    (none,) = together([[centre(10.0, 140.0, wind=nan)], [centre(10.0, 140.0, wind=nan)]], 350, 2)
    assert np.isnan(none.wind)


def test_one_network_is_its_own_ensemble():
    own = [centre(10.0, 140.0, 0.9), centre(-12.0, 60.0, 0.5)]
    assert together([own], 350, 1) == own
    assert np.isnan(together([own], 350, 1)[0].spread)


def test_what_too_few_found_is_left_out():
    members = [[centre(10.0, 140.0)], [centre(10.0, 140.2), centre(-15.0, 70.0)], []]
    assert [one.members for one in together(members, 350, 2)] == [2]
    assert sorted(one.members for one in together(members, 350, 1)) == [1, 2]


def test_no_centre_stands_for_two_of_one_member():
    near = [centre(10.0, 140.0), centre(10.0, 141.0)]
    found = together([near, [centre(10.0, 140.1), centre(10.0, 141.2)]], 350, 1)
    assert [one.members for one in found] == [2, 2]
    assert sorted(round(one.longitude, 2) for one in found) == [140.05, 141.1]


def test_groups_are_no_wider_than_the_distance():
    """A chain of centres, each near the next, is not one centre."""
    chain = [[centre(10.0, 140.0 + 2 * number)] for number in range(4)]
    found = together(chain, 350, 1)
    assert len(found) == 2
    assert sum(one.members for one in found) == 4


@pytest.mark.parametrize("meridian", [0.0, 180.0, 359.9])
def test_both_sides_of_a_meridian_meet(meridian):
    members = [[centre(-20.0, (meridian - 0.5) % 360)], [centre(-20.0, (meridian + 0.5) % 360)]]
    (one,) = together(members, 350, 2)
    assert great_circle_km(one.latitude, one.longitude, -20.0, meridian) < 1


def test_neither_the_order_of_members_nor_a_turn_of_the_globe_matters():
    generator = np.random.default_rng(5)
    truth = generator.uniform((-35, 0), (35, 360), (12, 2))
    members = [
        [
            centre(north + generator.normal(0, 0.5), (east + generator.normal(0, 0.5)) % 360, generator.uniform(0.3, 1))
            for north, east in truth
            if generator.random() < 0.8
        ]
        for _ in range(4)
    ]
    ours = together(members, 350, 2)
    assert len(ours) > 5
    for order in itertools.islice(itertools.permutations(members), 1, None, 5):
        np.testing.assert_allclose(places(together(order, 350, 2)), places(ours))
    turned = [[centre(c.latitude, (c.longitude + 77) % 360, c.score) for c in member] for member in members]
    back = [(north, (east - 77) % 360) for north, east in places(together(turned, 350, 2))]
    np.testing.assert_allclose(back, places(ours), atol=1e-9)


def test_more_members_scatter_less():
    generator = np.random.default_rng(6)
    errors = []
    for count in (1, 9):
        away = [
            great_circle_km(10.0, 140.0, *places(together(members, 500, 1))[0])
            for members in (
                [[centre(*(np.array([10.0, 140.0]) + generator.normal(0, 0.3, 2)))] for _ in range(count)]
                for _ in range(40)
            )
        ]
        errors.append(np.mean(away))
    assert errors[1] < 0.5 * errors[0]


def test_nothing_found_is_nothing():
    assert together([[], []], 350, 1) == []
