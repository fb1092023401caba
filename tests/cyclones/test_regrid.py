"""Interpolation is exact where it must be, and closes around the globe."""

import numpy as np
import pytest
from scipy.interpolate import BarycentricInterpolator

from itwinai_cyclones.regrid import Regrid, cubic_weights, model_axes, source_axes


def wave(latitude, longitude):
    return np.cos(np.radians(latitude))[:, None] * np.cos(np.radians(3 * longitude))[None, :]


@pytest.mark.parametrize("points", [np.arange(12.0), np.cumsum(np.random.default_rng(1).uniform(0.5, 2, 12))])
def test_cubics_are_kept_exactly(points):
    targets = np.linspace(points[0], points[-1], 57)
    weights = cubic_weights(points, targets)
    np.testing.assert_allclose(weights @ (points**3 - 2 * points), targets**3 - 2 * targets, rtol=1e-9, atol=1e-9)


def test_weights_are_those_of_the_polynomial_through_four_points():
    points, values = np.array([0.0, 1.0, 2.5, 3.0]), np.array([4.0, -1.0, 2.0, 0.5])
    targets = np.linspace(0, 3, 11)
    expected = BarycentricInterpolator(points, values)(targets)
    np.testing.assert_allclose(cubic_weights(points, targets) @ values, expected, rtol=1e-12)


def test_weights_sum_to_one():
    weights = cubic_weights(np.arange(10.0), np.linspace(0, 9, 33))
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)


def test_the_models_own_grid_comes_back_unchanged():
    field = wave(*model_axes())
    np.testing.assert_allclose(Regrid(*model_axes(), model_axes())(field), field, atol=1e-6)


@pytest.mark.parametrize("start", [0, -180, 37])
@pytest.mark.parametrize("turned", [False, True])
def test_the_way_a_file_counts_degrees_does_not_matter(start, turned):
    latitude, longitude = source_axes(1.0)
    longitude = longitude + start
    latitude = latitude[::-1] if turned else latitude
    field = Regrid(latitude, longitude, model_axes())(wave(latitude, longitude))
    np.testing.assert_allclose(field, wave(*model_axes()), atol=2e-5)


def test_there_is_no_seam_at_greenwich():
    latitude, longitude = source_axes(1.0)
    noise = np.random.default_rng(2).standard_normal((181, 360))
    straight = Regrid(latitude, longitude, model_axes())(noise)
    rolled = Regrid(latitude, longitude, model_axes())(np.roll(noise, 90, axis=1))
    np.testing.assert_allclose(np.roll(straight, 360, axis=1), rolled, atol=1e-5)


def test_columns_are_put_in_order():
    latitude, longitude = source_axes(2.0)
    shuffled = np.random.default_rng(5).permutation(len(longitude))
    field = wave(latitude, longitude[shuffled])
    found = Regrid(latitude, longitude, model_axes(), columns=np.argsort(shuffled))(field)
    np.testing.assert_allclose(found, Regrid(latitude, longitude, model_axes())(wave(latitude, longitude)), atol=1e-6)


def test_a_minimum_between_grid_points_is_found_between_them():
    latitude, longitude = source_axes(1.0)
    bowl = (latitude[:, None] - 20.4) ** 2 + (longitude[None, :] - 130.6) ** 2
    fine = Regrid(latitude, longitude, model_axes())(bowl)
    row, column = np.unravel_index(fine.argmin(), fine.shape)
    assert abs(90 - row / 4 - 20.4) <= 0.15
    assert abs(column / 4 - 130.6) <= 0.15


@pytest.mark.parametrize("resolution", [0.25, 0.5, 1.0, 2.0])
def test_source_grids_reach_both_poles_and_close_the_circle(resolution):
    latitude, longitude = source_axes(resolution)
    assert (latitude[0], latitude[-1]) == (90, -90)
    assert longitude[0] == 0
    assert longitude[-1] + resolution == pytest.approx(360)
    np.testing.assert_allclose(np.diff(latitude), -resolution)


def test_a_constant_field_stays_constant():
    latitude, longitude = source_axes(2.0)
    field = Regrid(latitude, longitude, model_axes())(np.full((91, 180), 1013.25))
    np.testing.assert_allclose(field, 1013.25, rtol=1e-6)


def test_beyond_the_last_row_the_field_goes_on_as_it_ends():
    latitude = np.linspace(80, -80, 161)
    longitude = np.arange(360.0)
    field = Regrid(latitude, longitude, model_axes())(np.repeat(latitude[:, None], 360, axis=1))
    np.testing.assert_allclose(field[:40], 80, atol=1e-4)
    np.testing.assert_allclose(field[-40:], -80, atol=1e-4)
