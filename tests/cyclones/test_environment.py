"""The weather around the storms has the size of real weather, and closes around the globe."""

import numpy as np
import pytest

from itwinai_cyclones import terrain
from itwinai_cyclones.environment import Low, draw_lows, low_deficit, surroundings, waves
from itwinai_cyclones.regrid import source_axes

AXES = source_axes(1.0)
LATITUDE, LONGITUDE = AXES[0][:, None], AXES[1][None, :]


@pytest.fixture(scope="module")
def week():
    """Return seven independent fields of each variable, shape ``(7, 181, 360)``."""
    generator = np.random.default_rng(11)
    days = [surroundings(0.2, generator) for _ in range(7)]
    return {name: np.stack([day[name] for day in days]) for name in days[0]}


def band(values, south, north):
    rows = (AXES[0] >= south) & (AXES[0] <= north)
    return values[:, rows]


def test_the_same_chance_gives_the_same_weather():
    one = surroundings(0.5, np.random.default_rng(4))
    two = surroundings(0.5, np.random.default_rng(4))
    for name, field in one.items():
        np.testing.assert_array_equal(field, two[name])


def test_pressure_is_high_in_the_subtropics_and_low_around_antarctica(week):
    msl = week["msl"]
    assert band(msl, -35, -25).mean() > band(msl, -5, 5).mean() + 2
    assert band(msl, -68, -60).mean() < 995


def test_pressure_hardly_changes_near_the_equator_and_much_in_the_storm_tracks(week):
    assert band(week["msl"], -8, 8).std() < 3.5
    assert band(week["msl"], 45, 65).std() > 6


def test_trade_winds_blow_from_the_east_and_westerlies_from_the_west(week):
    sea = terrain.land_at(LATITUDE, LONGITUDE) < 0.2
    u = np.where(sea, week["u10"], np.nan)
    assert np.nanmean(band(u, 8, 16)) < -2
    assert np.nanmean(band(u, -52, -45)) > 1


def test_winds_are_as_strong_as_an_analysis_shows_them(week):
    speed = np.hypot(week["u10"], week["v10"])
    assert 3 < band(speed, -60, 60).mean() < 8
    assert np.percentile(band(speed, -20, 20), 99.9) < 20


def test_land_slows_the_wind(week):
    speed = np.hypot(week["u10"], week["v10"]).mean(axis=0)
    share = terrain.land_at(LATITUDE, LONGITUDE)
    rows = (np.abs(AXES[0]) < 40)[:, None]
    assert speed[(share > 0.9) & rows].mean() < 0.75 * speed[(share < 0.1) & rows].mean()


def test_high_ground_roughens_the_pressure(week):
    rough = np.abs(np.diff(week["msl"], n=2, axis=2))
    rows, columns = slice(90 - 37, 90 - 28), slice(80, 96)
    assert rough[:, rows, columns].mean() > 2 * rough[:, rows, 190:206].mean()


def test_winds_turn_around_lows_with_the_low_on_the_left_in_the_north(week):
    msl, v = week["msl"], week["v10"]
    rises_eastwards = np.roll(msl, -1, axis=2) - np.roll(msl, 1, axis=2)
    north = np.corrcoef(band(rises_eastwards, 35, 60).ravel(), band(v, 35, 60).ravel())[0, 1]
    south = np.corrcoef(band(rises_eastwards, -60, -35).ravel(), band(v, -60, -35).ravel())[0, 1]
    assert north > 0.3
    assert south < -0.3


def test_there_is_no_seam_in_the_wind_at_the_equator(week):
    steps = np.abs(np.diff(week["v10"], axis=1)).mean(axis=(0, 2))
    assert steps[88:92].max() < 2 * np.median(steps[60:120])


def test_it_is_colder_aloft_and_towards_the_poles(week):
    assert (week["t_300"] < week["t_500"] - 5).all()
    assert band(week["t_500"], -10, 10).mean() > band(week["t_500"], 60, 80).mean() + 15


@pytest.mark.parametrize("scale", [1.5, 6.0])
def test_waves_have_unit_size_and_the_scale_asked_for(scale):
    noise = waves((181, 360), scale, np.random.default_rng(1))
    assert noise.std() == pytest.approx(1, abs=0.25)
    shift = round(scale)
    correlation = np.mean(noise * np.roll(noise, shift, axis=1)) / np.mean(noise**2)
    # A Gaussian of deviation s over white noise has the correlation exp(-d²/4s²) at distance d.
    assert correlation == pytest.approx(np.exp(-(shift**2) / (4 * scale**2)), abs=0.12)


def test_waves_close_around_the_globe():
    noise = waves((60, 120), 4.0, np.random.default_rng(1))
    across = np.abs(noise[:, 0] - noise[:, -1]).mean()
    assert across < 2 * np.abs(np.diff(noise, axis=1)).mean()


def test_lows_lie_outside_the_deep_tropics():
    generator = np.random.default_rng(8)
    lows = [low for _ in range(40) for low in draw_lows(generator)]
    assert min(abs(low.latitude) for low in lows) >= 10
    deep = [low for low in lows if low.depth > 15]
    assert min(abs(low.latitude) for low in deep) >= 35
    assert {np.sign(low.latitude) for low in lows} == {-1, 1}


def test_a_low_is_as_deep_as_it_says_and_longer_along_its_axis():
    low = Low(50.0, 10.0, 30.0, (900.0, 300.0), 0.0)
    deficit = low_deficit(low, LATITUDE, LONGITUDE)
    assert deficit.max() == pytest.approx(30, rel=1e-6)
    assert deficit[40, 10 + 8] > deficit[40 - 5, 10]  # 570 km east, 556 km north
