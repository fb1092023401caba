"""Land lies where land is."""

import numpy as np
import pytest

from itwinai_cyclones import terrain


@pytest.mark.parametrize(
    ("place", "latitude", "longitude"),
    [("Sahara", 23, 10), ("Brazil", -10, -55), ("Australia", -25, 134), ("Siberia", 62, 100), ("Antarctica", -80, 90)],
)
def test_continents_are_land(place, latitude, longitude):
    assert terrain.land_at([latitude], [longitude])[0] > 0.9


@pytest.mark.parametrize(("latitude", "longitude"), [(0, -150), (-40, 80), (30, -45), (15, 170), (50, -179.99)])
def test_oceans_are_sea(latitude, longitude):
    assert terrain.land_at([latitude], [longitude])[0] < 0.1


def test_29_percent_of_the_earth_is_land():
    share = terrain.land_share()
    weight = np.cos(np.radians(90 - (np.arange(720) + 0.5) * 0.25))
    assert np.average(share.mean(axis=1), weights=weight) == pytest.approx(0.29, abs=0.015)


def test_land_has_no_seam_at_greenwich():
    latitude = np.linspace(-60, 75, 50)
    np.testing.assert_allclose(
        terrain.land_at(latitude, np.full(50, 1e-6)), terrain.land_at(latitude, np.full(50, 360 - 1e-6)), atol=1e-3
    )


def test_the_sea_is_no_distance_from_the_sea():
    distance = terrain.km_from_the_sea(np.array([0.0, 36.0, -30.0]), np.array([-150.0, 18.0, 100.0]))
    np.testing.assert_array_equal(distance, 0)  # the second is in the Mediterranean


def test_alice_springs_is_nine_hundred_kilometres_inland():
    assert terrain.km_from_the_sea(np.array([-23.7]), np.array([133.9]))[0] == pytest.approx(900, abs=150)


def test_lakes_are_no_sea():
    assert terrain.km_from_the_sea(np.array([42.0]), np.array([50.5]))[0] > 300  # the Caspian


def test_tibet_is_high_and_the_pacific_is_not():
    height = terrain.high_ground_at(np.array([[33.0], [0.0]]), np.array([[88.0, 200.0]]))
    assert height[0, 0] == pytest.approx(1)
    assert height[1, 1] == 0


@pytest.mark.parametrize(
    ("city", "latitude", "longitude"),
    [("Darwin", -12.4, 130.9), ("Miami", 25.8, -80.3), ("Manila", 14.6, 121.1), ("Dakar", 14.7, -17.3)],
)
def test_harbours_lie_by_the_sea(city, latitude, longitude):
    assert terrain.km_from_the_sea(np.array([latitude]), np.array([longitude]))[0] < 60, city


def test_a_turn_around_the_globe_changes_nothing():
    latitude, longitude = np.array([-23.7, 23.0, 0.0]), np.array([133.9, 10.0, -150.0])
    near, far = terrain.km_from_the_sea(latitude, longitude), terrain.km_from_the_sea(latitude, longitude + 360)
    np.testing.assert_allclose(near, far, atol=1e-6)
    np.testing.assert_allclose(
        terrain.land_at(latitude, longitude), terrain.land_at(latitude, longitude - 360), atol=1e-6
    )


def test_the_distance_grows_no_faster_than_the_way_inland():
    latitude = np.full(60, -23.7)
    longitude = np.linspace(113.0, 133.9, 60)
    distance = terrain.km_from_the_sea(latitude, longitude)
    way = np.diff(longitude) * 111.19 * np.cos(np.radians(23.7))
    assert (np.abs(np.diff(distance)) <= way + 45).all()  # a cell and its diagonal


def test_the_poles_are_ice_and_water():
    assert terrain.land_at([-90.0], [0.0])[0] > 0.9
    assert terrain.land_at([90.0], [0.0])[0] < 0.1
