"""Laws of the sphere, and an independent formula."""

import numpy as np
import pytest

from itwinai_cyclones.geodesy import EARTH_RADIUS, great_circle_km, signed_longitude, to_degrees, to_pixels


@pytest.fixture
def places():
    generator = np.random.default_rng(3)
    return generator.uniform(-90, 90, (2, 500)), generator.uniform(-540, 540, (2, 500))


def test_distance_is_the_angle_between_unit_vectors(places):
    latitude, longitude = np.radians(places)
    vectors = np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=-1
    )
    across = np.linalg.norm(np.cross(vectors[0], vectors[1]), axis=-1)
    angle = np.arctan2(across, (vectors[0] * vectors[1]).sum(axis=-1))
    found = great_circle_km(places[0][0], places[1][0], places[0][1], places[1][1])
    np.testing.assert_allclose(found, EARTH_RADIUS * angle, rtol=1e-7)


def test_distance_is_the_same_both_ways_and_obeys_the_triangle(places):
    (a, b), (east_a, east_b) = places
    there = great_circle_km(a, east_a, b, east_b)
    np.testing.assert_allclose(there, great_circle_km(b, east_b, a, east_a), rtol=1e-9, atol=1e-6)
    assert (there <= great_circle_km(a, east_a, 0, 0) + great_circle_km(0, 0, b, east_b) + 1e-6).all()


def test_a_turn_around_the_globe_changes_no_distance(places):
    (a, b), (east_a, east_b) = places
    np.testing.assert_allclose(
        great_circle_km(a, east_a, b, east_b), great_circle_km(a, east_a + 360, b, east_b - 720), rtol=1e-9, atol=1e-6
    )


def test_a_quarter_of_the_equator_is_as_long_as_the_way_to_the_pole():
    assert great_circle_km(0, 0, 0, 90) == pytest.approx(great_circle_km(0, 33, 90, -12))


def test_neighbouring_points_keep_their_distance():
    metre = 1e-3 / 111.19
    assert great_circle_km(20, 140, 20 + metre, 140) == pytest.approx(1e-3, rel=1e-3)


def test_pixels_and_degrees_are_each_others_inverse(places):
    latitude, longitude = places[0][0], places[1][0]
    north, east = to_degrees(*to_pixels(latitude, longitude))
    np.testing.assert_allclose(north, latitude, atol=1e-9)
    np.testing.assert_allclose(east, longitude % 360, atol=1e-9)


@pytest.mark.parametrize(("pixel", "place"), [((0, 0), (90, 0)), ((360, 720), (0, 180)), ((720, 1440), (-90, 0))])
def test_the_grid_starts_at_the_north_pole_and_at_greenwich(pixel, place):
    assert tuple(float(value) for value in to_degrees(*pixel)) == place


def test_signed_longitudes_name_the_same_meridian():
    longitude = np.array([-540, -181, -180, -1, 0, 179.5, 180, 359, 719])
    signed = signed_longitude(longitude)
    assert ((signed >= -180) & (signed < 180)).all()
    np.testing.assert_allclose(np.cos(np.radians(signed)), np.cos(np.radians(longitude)), atol=1e-12)
    np.testing.assert_allclose(np.sin(np.radians(signed)), np.sin(np.radians(longitude)), atol=1e-12)


def test_a_pixel_is_28_kilometres_from_north_to_south():
    (north, south), east = to_degrees([360, 361], 100)
    assert great_circle_km(north, east, south, east) == pytest.approx(27.8, abs=0.1)
