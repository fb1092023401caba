"""Generated fields show the real storms where they were."""

import numpy as np
import pytest

from itwinai_cyclones import synthetic
from itwinai_cyclones.geodesy import great_circle_km, to_degrees, to_pixels
from itwinai_cyclones.regrid import source_axes
from itwinai_cyclones.synthetic import Scenes, derived, storms_at
from itwinai_cyclones.vortex import Vortex, footprint


def chance(_storm):
    return np.random.default_rng(1)


def window(field, latitude, longitude, reach=12):
    row, column = (round(float(value)) for value in to_pixels(latitude, longitude))
    return field[row - reach : row + reach + 1, column - reach : column + reach + 1]


def test_fields_are_on_the_models_grid(haiyan_field):
    assert haiyan_field.shape == (2, 721, 1440)
    assert haiyan_field.dtype == np.float32
    assert np.isfinite(haiyan_field).all()


def test_the_lowest_pressure_of_the_tropics_is_where_the_storm_was(haiyan_field, haiyan_place):
    tropics = haiyan_field[0, 240:481]
    row, column = np.unravel_index(tropics.argmin(), tropics.shape)
    place = to_degrees(row + 240, column)
    assert great_circle_km(*place, *haiyan_place) < 60


def test_the_storm_is_as_deep_as_a_reanalysis_makes_it(haiyan_field, haiyan_place):
    lowest = window(haiyan_field[0], *haiyan_place).min()
    assert 930 < lowest < 992  # 895 hPa in nature


def test_the_wind_around_the_storm_is_that_of_a_reanalysis(haiyan_field, haiyan_place):
    highest = window(haiyan_field[1], *haiyan_place).max()
    assert 20 < highest < 50  # 87 m/s in nature


def test_the_eye_is_calmer_than_its_wall(haiyan_field, haiyan_place):
    around = window(haiyan_field[1], *haiyan_place)
    assert around[10:15, 10:15].min() < 0.9 * around.max()


def test_a_time_gives_the_same_fields_again(tracks, haiyan_time, haiyan_field):
    again = Scenes(tracks, ("msl", "wind_speed"), 1.0, seed=7).at(haiyan_time)
    np.testing.assert_array_equal(again, haiyan_field)


def test_another_seed_gives_other_weather_around_the_same_storm(tracks, haiyan_time, haiyan_field, haiyan_place):
    other = Scenes(tracks, ("msl", "wind_speed"), 1.0, seed=8).at(haiyan_time)
    assert np.abs(other - haiyan_field).mean() > 0.5
    assert window(other[0], *haiyan_place).min() < 995


def test_a_coarse_grid_weakens_the_storm(tracks, haiyan_time, haiyan_place):
    fine = Scenes(tracks, ("msl",), 0.25, seed=7).at(haiyan_time)[0]
    coarse = Scenes(tracks, ("msl",), 2.0, seed=7).at(haiyan_time)[0]
    place = haiyan_place
    assert window(fine, *place).min() < window(coarse, *place).min() - 3


def test_variables_come_in_the_order_asked_for(tracks, haiyan_time, haiyan_field):
    turned = Scenes(tracks, ("wind_speed", "msl", "t_300"), 1.0, seed=7).at(haiyan_time)
    np.testing.assert_array_equal(turned[:2], haiyan_field[::-1])
    assert 200 < turned[2].mean() < 245


def test_speed_is_the_length_of_the_wind():
    fields = {"u10": np.array([3.0]), "v10": np.array([-4.0])}
    assert derived("wind_speed", fields) == pytest.approx(5.0)
    assert derived("gust", fields) > derived("wind_speed", fields)
    assert derived("u10", fields) == pytest.approx(3.0)


def test_all_storms_of_a_time_are_drawn_gale_or_not(tracks, haiyan_time):
    storms = storms_at(tracks, haiyan_time, chance)
    assert len(storms) == len(tracks.at(haiyan_time))
    for storm in storms:
        assert storm.deficit > 0
        assert 55 <= storm.radius <= 165


def test_storms_move_as_their_track_says(tracks, haiyan_time):
    storms = storms_at(tracks, haiyan_time, chance)
    haiyan = max(storms, key=lambda storm: storm.deficit)
    assert -15 < haiyan.motion[0] < -6  # it raced to the west
    assert abs(haiyan.motion[1]) < 5


def test_a_first_fix_has_no_motion(tracks):
    first = tracks.time[0]
    before = tracks.at(first - np.timedelta64(6, "h"))
    assert len(before) == 0
    assert storms_at(tracks, first, chance)[0].motion == (0.0, 0.0)


@pytest.mark.parametrize("variable", ["msl", "wind_speed", "gust", "u10", "v10", "t_500", "t_300"])
def test_every_variable_can_be_generated(tracks, haiyan_time, variable):
    (field,) = Scenes(tracks, (variable,), 1.0, seed=7).at(haiyan_time)
    assert field.shape == (721, 1440)
    assert np.isfinite(field).all()
    assert field.std() > 0.5


def test_speed_and_its_parts_agree(tracks, haiyan_time):
    u, v, speed = Scenes(tracks, ("u10", "v10", "wind_speed"), 1.0, seed=7).at(haiyan_time)
    # At the points of the source grid, where nothing is interpolated.
    np.testing.assert_allclose(np.hypot(u, v)[::4, ::4], speed[::4, ::4], atol=1e-3)


def test_the_core_of_a_storm_is_warm_aloft(tracks, haiyan_time, haiyan_place):
    (field,) = Scenes(tracks, ("t_300",), 1.0, seed=7).at(haiyan_time)
    around = window(field, *haiyan_place, reach=20)
    assert around[18:23, 18:23].mean() > around[:3].mean() + 2


def test_southern_storms_turn_the_other_way(tracks):
    time = np.datetime64("2016-02-20T06", "h")  # Winston, over Fiji
    u, v = Scenes(tracks, ("u10", "v10"), 1.0, seed=7).at(time)
    now = tracks.at(time)
    strongest = int(np.nanargmax(now.wind))
    row, column = (round(float(value)) for value in to_pixels(now.latitude[strongest], now.longitude[strongest]))
    assert now.latitude[strongest] < 0
    assert v[row, column + 4] < v[row, column - 4] - 10
    assert u[row - 4, column] > u[row + 4, column] + 10


@pytest.mark.parametrize(("latitude", "longitude"), [(14.0, 0.3), (-35.0, 179.9), (83.0, 40.0), (88.0, 200.0)])
def test_a_storm_is_added_wherever_it_reaches(latitude, longitude):
    storm = Vortex(latitude, longitude, deficit=40.0, radius=60.0, shape=1.3, motion=(5.0, 2.0))
    north, east = source_axes(1.0)
    fields = {name: np.zeros((181, 360)) for name in ("msl", "u10", "t_300")}
    synthetic._add(fields, storm, north, east)
    everywhere = footprint(storm, north[:, None], east[None, :])
    for name, field in fields.items():
        # A core is warm by less than a thousandth of a millikelvin where the pressure has ended.
        np.testing.assert_allclose(field, everywhere[name], atol=1e-6)


@pytest.fixture(scope="module")
def daily(tracks):
    return Scenes(tracks, ("msl", "wind_speed", "gust"), 1.0, seed=7, daily=True)


@pytest.fixture(scope="module")
def day(daily):
    """The fields of the day on which Haiyan was strongest; it went five degrees to the west."""
    return daily.at(np.datetime64("2013-11-07T00", "h"))


def test_a_day_shows_a_storm_in_the_middle_of_its_way_and_weaker_than_any_moment(daily, day, tracks, haiyan_place):
    now = daily.fixes.at(np.datetime64("2013-11-07T00", "h"))
    strongest = int(np.nanargmax(now.wind))
    place = now.latitude[strongest], now.longitude[strongest]
    around = window(day[0], *place, reach=20)
    row, column = np.unravel_index(around.argmin(), around.shape)
    assert np.hypot(row - 20, column - 20) < 8  # two degrees of the five that it went
    moments = [Scenes(tracks, ("msl",), 1.0, seed=7).at(np.datetime64(f"2013-11-07T{h:02}", "h"))[0] for h in (0, 18)]
    assert around.min() > max(window(moment, *place, reach=30).min() for moment in moments) + 5


def test_a_day_is_the_mean_of_its_moments_and_the_highest_of_its_gusts(daily, day, monkeypatch):
    parts = {}
    for hour in synthetic.HOURS:
        monkeypatch.setattr(synthetic, "HOURS", np.array([hour]))
        parts[int(hour.astype(int))] = daily.at(np.datetime64("2013-11-07T00", "h"))
    moments = np.stack(list(parts.values()))
    np.testing.assert_allclose(day[:2], moments[:, :2].mean(axis=0), atol=2e-3)
    # Gusts are taken on the grid of 1°, and between its points by a cubic, which is not monotonous.
    assert np.abs(day[2] - moments[:, 2].max(axis=0))[::4, ::4].max() < 2e-3


def test_a_day_holds_one_fix_a_storm(daily, tracks, haiyan_time):
    day = haiyan_time.astype("datetime64[D]")
    now = daily.fixes.at(day.astype("datetime64[h]"))
    assert len(np.unique(now.storm)) == len(now)
    assert set(now.storm) == set(tracks.storm[tracks.time.astype("datetime64[D]") == day])


def test_moments_of_a_day_show_a_storm_of_one_size(tracks):
    def sizes(hour):
        storms = storms_at(tracks, np.datetime64(hour, "h"), lambda storm: np.random.default_rng([7, storm]))
        return max(storms, key=lambda storm: storm.deficit)

    one, other = sizes("2013-11-07T12"), sizes("2013-11-07T18")
    assert one.radius == pytest.approx(other.radius, rel=0.02)
    assert one.deficit == pytest.approx(other.deficit, rel=0.05)


def test_the_weather_spins_alike_at_all_latitudes(tracks, haiyan_time):
    (field,) = Scenes(tracks, ("vo_850",), 1.0, seed=7).at(haiyan_time)
    spread = {latitude: field[round(4 * (90 - latitude))].std() for latitude in (-88, -75, -60, -40, 40, 60, 75, 88)}
    assert max(spread.values()) < 4 * min(spread.values())
    assert np.abs(field).max() < 150  # 1e-5/s; the strongest typhoon of all is in it
