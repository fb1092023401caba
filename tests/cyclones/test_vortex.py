"""The vortex obeys the balance it is built on."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from itwinai_cyclones import vortex
from itwinai_cyclones.vortex import Vortex

STORM = Vortex(latitude=15.0, longitude=140.0, deficit=50.0, radius=60.0, shape=1.4)


def grid(centre, reach=8.0, step=0.25):
    latitude = np.arange(centre[0] - reach, centre[0] + reach + step / 2, step)[:, None]
    longitude = np.arange(centre[1] - reach, centre[1] + reach + step / 2, step)[None, :]
    return latitude, longitude


def test_the_deficit_is_whole_in_the_centre_and_gone_far_away():
    deficit = vortex.holland_deficit(np.array([0.0, 60.0, 1e5]), STORM)
    assert deficit[0] == pytest.approx(50.0)
    assert deficit[1] == pytest.approx(50 * (1 - np.exp(-1)))
    assert deficit[2] < 0.01


@pytest.mark.parametrize("distance", [30.0, 60.0, 150.0, 400.0])
def test_gradient_wind_balances_pressure_centrifugal_and_coriolis_force(distance):
    small = 1e-3
    slope = -(
        vortex.holland_deficit(np.array([distance + small]), STORM)
        - vortex.holland_deficit(np.array([distance - small]), STORM)
    ) / (2 * small)
    force = 100 * slope[0] / 1000 / vortex.AIR_DENSITY  # hPa/km to Pa/m
    wind = vortex.gradient_wind(np.array([distance]), STORM)[0]
    balance = wind**2 / (1000 * distance) + abs(float(vortex.coriolis(STORM.latitude))) * wind
    assert balance == pytest.approx(force, rel=1e-4)


def test_the_wind_is_highest_near_the_radius_of_highest_wind():
    found = minimize_scalar(
        lambda distance: -vortex.gradient_wind(np.array([distance]), STORM)[0], bounds=(5, 300), method="bounded"
    )
    assert found.x == pytest.approx(60.0, rel=0.05)


def test_deficit_and_wind_are_each_others_inverse():
    wind = np.array([20.0, 34.0, 64.0, 137.0])
    np.testing.assert_allclose(6.7 * vortex.deficit_of_wind(wind) ** 0.644, wind, rtol=1e-9)


def test_strong_storms_are_small_and_far_storms_are_large():
    assert vortex.radius_of_highest_wind(140, 15) < vortex.radius_of_highest_wind(40, 15)
    assert vortex.radius_of_highest_wind(80, -35) > vortex.radius_of_highest_wind(80, -10)


def test_shape_stays_within_what_was_observed():
    radius, latitude = np.meshgrid(np.linspace(10, 300, 30), np.linspace(-50, 50, 21))
    shape = vortex.shape_of(radius, latitude)
    assert shape.min() >= 0.9
    assert shape.max() <= 1.9


def test_an_analysis_weakens_strong_storms_most_and_spreads_all():
    weak, strong = vortex.as_analysed(10.0, 40.0), vortex.as_analysed(90.0, 20.0)
    assert 0.65 < weak[0] / 10 < 0.75
    assert 0.4 < strong[0] / 90 < 0.5
    assert weak[1] > 55
    assert strong[1] > 55


@pytest.mark.parametrize(("latitude", "sense"), [(15.0, 1), (-15.0, -1)])
def test_winds_turn_cyclonically_in_both_hemispheres(latitude, sense):
    storm = Vortex(latitude, 140.0, 50.0, 60.0, 1.4)
    axes = grid((latitude, 140.0))
    parts = vortex.footprint(storm, *axes)
    middle = parts["msl"].shape[0] // 2
    assert np.sign(parts["v10"][middle, middle + 4]) == sense  # east of the centre, northwards in the north
    assert np.sign(parts["u10"][middle + 4, middle]) == -sense  # rows go north here


def test_winds_blow_inwards_near_the_surface():
    parts = vortex.footprint(STORM, *grid((15.0, 140.0)))
    middle = parts["msl"].shape[0] // 2
    assert parts["u10"][middle, middle + 4] < 0
    assert parts["u10"][middle, middle - 4] > 0


def test_a_moving_storm_is_stronger_on_one_side():
    still = vortex.footprint(STORM, *grid((15.0, 140.0)))
    moving = vortex.footprint(Vortex(15.0, 140.0, 50.0, 60.0, 1.4, motion=(0.0, 8.0)), *grid((15.0, 140.0)))
    middle = still["v10"].shape[0] // 2
    right, left = np.abs(moving["v10"][middle, middle + 3]), np.abs(moving["v10"][middle, middle - 3])
    assert right > left + 2
    np.testing.assert_allclose(moving["msl"], still["msl"])


def test_the_storm_ends_where_the_taper_ends():
    latitude, longitude = grid((15.0, 140.0), reach=14.0, step=0.5)
    parts = vortex.footprint(STORM, latitude, longitude)
    corner = {name: part[0, 0] for name, part in parts.items() if name in {"msl", "u10", "v10"}}
    assert all(abs(value) < 1e-9 for value in corner.values())


def test_the_core_is_warm_and_warmer_aloft():
    parts = vortex.footprint(STORM, *grid((15.0, 140.0)))
    assert parts["t_300"].max() == pytest.approx(0.14 * 50, rel=0.02)
    assert 0 < parts["t_500"].max() < parts["t_300"].max()


def test_a_storm_astride_greenwich_is_whole():
    here = vortex.footprint(Vortex(15.0, 0.0, 50.0, 60.0, 1.4), *grid((15.0, 0.0)))
    there = vortex.footprint(STORM, *grid((15.0, 140.0)))
    for name, part in here.items():
        np.testing.assert_allclose(part, there[name], atol=1e-9)


@pytest.mark.parametrize("shape", [1.0, 1.4, 1.9])
def test_a_peaked_storm_is_stronger_inside_and_weaker_outside(shape):
    flat = Vortex(15.0, 140.0, 50.0, 60.0, 0.9)
    peaked = Vortex(15.0, 140.0, 50.0, 60.0, shape)
    inside, outside = np.array([60.0]), np.array([700.0])
    assert vortex.gradient_wind(inside, peaked) > vortex.gradient_wind(inside, flat)
    assert vortex.holland_deficit(outside, peaked) < vortex.holland_deficit(outside, flat)


def test_a_storm_on_the_equator_has_a_wind_all_the_same():
    wind = vortex.gradient_wind(np.array([60.0]), Vortex(0.0, 140.0, 50.0, 60.0, 1.4))
    assert 30 < wind[0] < 60


def test_a_storm_is_the_same_on_every_meridian():
    for east in (0.0, 90.0, 179.75, 359.0):
        parts = vortex.footprint(Vortex(-15.0, east, 50.0, 60.0, 1.4), *grid((-15.0, east)))
        assert parts["msl"].min() == pytest.approx(-50, abs=0.5)
        assert np.isfinite(parts["u10"]).all()


def test_the_taper_falls_smoothly_from_one_to_nothing():
    distance = np.linspace(0, 1200, 400)
    weight = vortex.taper(distance)
    assert weight[0] == 1
    assert weight[-1] == 0
    assert (np.diff(weight) <= 1e-12).all()
    assert np.abs(np.diff(weight)).max() < 0.02


def test_coriolis_vanishes_at_the_equator_and_is_odd():
    assert vortex.coriolis(0.0) == 0
    assert vortex.coriolis(-30.0) == -vortex.coriolis(30.0)
    assert vortex.coriolis(30.0) == pytest.approx(7.2921e-5, rel=1e-4)  # the Earth turns once a sidereal day
