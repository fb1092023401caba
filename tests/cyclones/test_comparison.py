"""Verdicts keep to their rules, and are those of huracanpy wherever it has them."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones import best_tracks
from itwinai_cyclones.comparison import Storms, Verdicts, compare, correlation, distances, first_fixes, ratio, strongest
from itwinai_cyclones.matching import Fixes, match_tracks, near_pairs
from itwinai_cyclones.metrics import score_field

SPHERES = 6371.0 / 6371.0088
"""Our Earth over the one of huracanpy."""


def storm(name, *places, start=0.0, step=6.0):
    """Return the fixes of one storm as rows: name, hours, latitude, longitude."""
    return [(name, start + step * number, north, east) for number, (north, east) in enumerate(places)]


def fixes_of(rows):
    """Return rows as fixes."""
    names, track = np.unique([row[0] for row in rows], return_inverse=True)
    hours, latitude, longitude = np.array([row[1:] for row in rows], dtype=float).reshape(-1, 3).T
    return Fixes(names, track, hours, latitude, longitude)


def all_count(fixes):
    """Return fixes as a reference in which all count."""
    return Storms(fixes, np.ones(len(fixes), dtype=bool), np.full(len(fixes), np.nan))


def moved(north, count, east=140.0):
    """Return a way to the west."""
    return [(north, east - number) for number in range(count)]


@pytest.fixture(scope="module")
def huracanpy():
    return pytest.importorskip("huracanpy", reason="an oracle of the tests")


def dataset(fixes):
    """Return fixes as huracanpy has them."""
    time = np.datetime64("1850-01-01", "s") + np.rint(fixes.hours * 3600).astype("timedelta64[s]")
    columns = {"track_id": fixes.names[fixes.track], "lon": fixes.longitude, "lat": fixes.latitude, "time": time}
    return xr.Dataset({name: ("record", values) for name, values in columns.items()})


def best(first, last):
    """Return the best tracks of a period, those fixes that count."""
    tracks = best_tracks.load()
    tracks = tracks.where(tracks.tropical_cyclone & (tracks.time >= np.datetime64(first)))
    tracks = tracks.where(tracks.time < np.datetime64(last))
    used, track = np.unique(tracks.storm, return_inverse=True)
    hours = (tracks.time - np.datetime64("1850-01-01T00", "h")).astype(float)
    return Fixes(tracks.names[used], track, hours, tracks.latitude, tracks.longitude)


def disturbed(fixes, seed, lost=0.3, error=0.8, made_up=40):
    """Return fixes with some storms and some fixes lost, places moved, one storm in two, and tracks made up."""
    generator = np.random.default_rng(seed)
    chosen = generator.random(len(fixes.names)) > lost
    own = fixes.where(chosen[fixes.track] & (generator.random(len(fixes)) > 0.1))
    rows = [
        (f"{fixes.names[track]}{'b' if hours > np.median(fixes.hours) else ''}", hours, north, east)
        for track, hours, north, east in zip(
            own.track,
            own.hours,
            own.latitude + generator.normal(0, error, len(own)),
            own.longitude + generator.normal(0, error, len(own)),
            strict=True,
        )
    ]
    for number in range(made_up):
        start = fixes.hours.min() + 6 * generator.integers(0, 100)
        way = moved(generator.uniform(-35, 35), int(generator.integers(1, 20)), generator.uniform(0, 360))
        rows += storm(f"false {number}", *way, start=start)
    # The same first and last time, so that the two cover one period.
    rows += storm("first", (80, 0), start=fixes.hours.min()) + storm("last", (80, 0), start=fixes.hours.max())
    return fixes_of(rows)


@pytest.mark.parametrize("common", [1, 2, 4])
@pytest.mark.parametrize(
    ("first", "last", "radius", "seed"),
    [
        ("2005-08-01", "2005-10-01", 300, 0),
        ("2010-08-01", "2010-10-01", 300, 1),
        ("2013-01-01", "2014-01-01", 300, 2),
        ("2018-01-01", "2018-06-01", 150, 3),
        ("1997-07-01", "1998-07-01", 1000, 4),
    ],
)
def test_disturbed_best_tracks_have_the_scores_of_huracanpy(huracanpy, first, last, radius, seed, common):
    reference = best(first, last)
    found = disturbed(reference, seed)
    compared = compare(all_count(reference), found, radius, common)
    assert len(compared.reference) == len(reference)
    sides = dataset(reference), dataset(found)
    matches = huracanpy.assess.match(sides, ["ref", "found"], max_dist=radius * 1 / SPHERES, min_overlap=common)
    everything = np.ones(len(reference.names), dtype=bool), np.ones(len(found.names), dtype=bool)
    scores = compared.tracks.scores(*everything)
    assert scores["pod"] == pytest.approx(huracanpy.assess.pod(matches, sides[0], "ref"), abs=1e-9)
    assert scores["far"] == pytest.approx(huracanpy.assess.far(matches, sides[1], "found"), abs=1e-9)
    assert 0.3 < scores["pod"] < 1
    pairs = match_tracks(reference, found, near_pairs(reference, found, radius))
    mine = {
        (reference.names[one], found.names[other]): (int(times), mean)
        for one, other, times, mean in zip(pairs.reference, pairs.found, pairs.common, pairs.distance, strict=True)
        if times >= common
    }
    theirs = {(row.id_ref, row.id_found): (row.temp, row.dist * SPHERES) for row in matches.itertuples()}
    assert mine.keys() == theirs.keys()
    for both, (times, mean) in mine.items():
        assert times == theirs[both][0]
        assert mean == pytest.approx(theirs[both][1], rel=1e-9)


@pytest.mark.parametrize("common", [1, 4])
@pytest.mark.parametrize("seed", range(4))
def test_random_tracks_have_the_scores_of_huracanpy(huracanpy, seed, common):
    generator = np.random.default_rng(seed)
    sides = []
    for label in ("a", "b"):
        rows = storm(f"{label} first", (80, 0)) + storm(f"{label} last", (-80, 0), start=6 * 39)
        for number in range(25):
            count = int(generator.integers(1, 15))
            way = np.cumsum(generator.normal(0, 1, (count, 2)), axis=0) + generator.uniform((-10, 170), (10, 190))
            rows += storm(f"{label} {number}", *way, start=6 * generator.integers(0, 25))
        sides.append(fixes_of(rows))
    compared = compare(all_count(sides[0]), sides[1], 300, common)
    matches = huracanpy.assess.match([dataset(side) for side in sides], ["a", "b"], 300 / SPHERES, min_overlap=common)
    scores = compared.tracks.scores(*(np.ones(len(side.names), dtype=bool) for side in sides))
    assert scores["pod"] == pytest.approx(huracanpy.assess.pod(matches, dataset(sides[0]), "a"), abs=1e-9)
    assert scores["far"] == pytest.approx(huracanpy.assess.far(matches, dataset(sides[1]), "b"), abs=1e-9)


def test_tracks_of_tempestextremes_on_era5_have_the_scores_of_huracanpy_and_of_the_literature(huracanpy):
    reference = best("1996-01-01", "1997-01-01")
    from pathlib import Path

    from itwinai_cyclones.track_readers import read_tracks

    sample = Path(huracanpy.__file__).parent / "_data" / "example_data" / "ERA5_1996_UZ.csv"
    found, _ = read_tracks([sample], "standard")
    compared = compare(all_count(reference), found, 300, 4)
    sides = dataset(compared.reference), huracanpy.load(str(sample))
    matches = huracanpy.assess.match(sides, ["ref", "uz"], 300 / SPHERES, min_overlap=4)
    scores = compared.tracks.scores(np.ones(len(reference.names), dtype=bool), np.ones(len(found.names), dtype=bool))
    assert scores["far"] == pytest.approx(huracanpy.assess.far(matches, sides[1], "uz"), abs=1e-9)
    assert scores["pod"] == pytest.approx(huracanpy.assess.pod(matches, sides[0], "ref"), abs=1e-9)
    # Bourdin et al. (2022) find 75 to 85 % and, after filters, 9 to 36 % for four trackers on ERA5.
    assert 0.7 < scores["pod"] < 0.85
    assert 0.09 < scores["far"] < 0.36


@pytest.mark.parametrize("seed", range(5))
def test_hits_and_misses_of_fixes_are_those_of_fields_judged_one_by_one(seed):
    tracks = best_tracks.load()
    month = tracks.where(tracks.time.astype("datetime64[M]") == np.datetime64("2012-09"))
    hours = (month.time - np.datetime64("1850-01-01T00", "h")).astype(float)
    reference = Fixes(tracks.names, month.storm, hours, month.latitude, month.longitude)
    found = disturbed(reference, seed, error=2.0)
    found = Fixes(np.empty(0, dtype=str), np.full(len(found), -1), found.hours, found.latitude, found.longitude)
    compared = compare(Storms(reference, month.tropical_cyclone, month.wind), found, 300, 4)
    assert compared.tracks is None
    hits = misses = 0
    away = []
    for time in np.unique(hours):
        now, then = hours == time, found.hours == time
        here = np.stack([month.latitude[now], month.longitude[now]], axis=1)
        there = np.stack([found.latitude[then], found.longitude[then]], axis=1)
        judged = score_field(here, month.tropical_cyclone[now], there, 300)
        hits, misses = hits + judged.hits, misses + judged.misses
        away += judged.distances
    assert (compared.fixes.hit.sum(), compared.fixes.missed.sum()) == (hits, misses)
    assert sorted(compared.fixes.distance) == pytest.approx(sorted(away))


WEAK = np.array([0, 0, 1, 1, 1, 1, 0, 0], dtype=bool)


def test_weak_stages_count_neither_way():
    reference = fixes_of(storm("a", *moved(15, 8)))
    compared = compare(Storms(reference, WEAK, np.where(WEAK, 50.0, 20.0)), reference, 300, 4)
    scores = compared.fixes.scores(np.ones(8, bool), np.ones(8, bool))
    assert (scores["hits"], scores["misses"], scores["right"], scores["false_alarms"]) == (4, 0, 4, 0)
    assert compared.tracks.hit.tolist() == [True]
    assert strongest(compared).tolist() == [50]


def test_a_storm_that_is_followed_in_weak_stages_only_is_missed_and_no_false_alarm():
    reference = fixes_of(storm("a", *moved(15, 8), *moved(15, 4, 120)))
    counted = np.array([True] * 8 + [False] * 4)
    found = fixes_of([*storm("b", *moved(15, 4, 120), start=48), *storm("c", (70, 0), start=0)])
    compared = compare(Storms(reference, counted, np.full(12, 50.0)), found, 300, 4)
    assert compared.tracks.missed.tolist() == [True]
    assert compared.tracks.wrong.tolist() == [False, True]
    assert compared.tracks.right.tolist() == [False, False]


def test_a_storm_that_counted_too_briefly_for_a_hit_counts_neither_way():
    reference = fixes_of(storm("a", *moved(15, 8)))
    counted = np.array([True] * 3 + [False] * 5)
    for found in (reference, fixes_of(storm("b", *moved(-15, 8)))):
        verdicts = compare(Storms(reference, counted, np.full(8, 50.0)), found, 300, 4).tracks
        assert not verdicts.hit.any()
        assert not verdicts.missed.any()
        assert verdicts.wrong.tolist() == [found is not reference]


def test_a_second_centre_beside_a_cyclone_is_a_false_alarm():
    reference = fixes_of(storm("a", *moved(15, 4)))
    found = fixes_of([*storm("b", *moved(15, 4)), *storm("c", *moved(16, 4))])
    compared = compare(all_count(reference), found, 300, 4)
    assert compared.fixes.wrong.sum() == 4
    assert compared.fixes.distance.tolist() == [0, 0, 0, 0]


def test_times_of_one_side_only_are_left_out():
    reference = fixes_of(storm("a", *moved(15, 12)))
    found = fixes_of(storm("b", *moved(15, 9)[::2], start=0, step=12))
    compared = compare(all_count(reference), found, 300, 4)
    assert sorted(set(compared.reference.hours)) == [0, 12, 24, 36, 48]
    assert compared.fixes.missed.sum() == 0


def test_hourly_tracks_are_judged_at_the_hours_of_the_reference():
    reference = fixes_of(storm("a", *moved(15, 5)))
    found = fixes_of(storm("b", *[(15, 140 - hour / 6) for hour in range(25)], step=1))
    compared = compare(all_count(reference), found, 300, 5)
    assert len(compared.found) == 5
    assert compared.tracks.hit.tolist() == [True]
    assert compared.fixes.distance.max() < 1e-6


def test_fewer_common_times_than_asked_for_are_no_hit():
    reference = fixes_of(storm("a", *moved(15, 8)))
    found = fixes_of([*storm("b", *moved(15, 3)), *storm("c", (80, 0), start=42)])
    for common, hit in ((3, True), (4, False)):
        compared = compare(all_count(reference), found, 300, common)
        assert compared.tracks.hit.tolist() == [hit]
        assert compared.common.tolist() == [3]


@pytest.mark.parametrize(
    ("hits", "misses", "wrong", "f2"),
    [(8, 2, 2, 0.8), (5, 5, 0, 25 / 45), (0, 3, 0, 0), (0, 0, 2, 0), (1, 0, 0, 1), (10, 0, 10, 50 / 60)],
)
def test_f2_weighs_misses_four_times_as_much_as_false_alarms(hits, misses, wrong, f2):
    there, here = np.arange(hits + misses) < hits, np.arange(hits + wrong) < hits
    verdicts = Verdicts(there, ~there, here, ~here, np.zeros(hits))
    scores = verdicts.scores(np.ones(len(there), bool), np.ones(len(here), bool))
    assert scores["f2"] == pytest.approx(f2)
    assert f2 == pytest.approx(5 * hits / (5 * hits + 4 * misses + wrong))


def test_what_is_nothing_has_no_score():
    reference = fixes_of(storm("a", *moved(15, 4)))
    scores = compare(all_count(reference), reference, 300, 4).fixes.scores(np.zeros(4, bool), np.zeros(4, bool))
    assert [np.isnan(scores[name]) for name in ("pod", "far", "f2")] == [True, True, True]
    assert all(np.isnan(value) for value in distances(np.empty(0)).values())
    assert np.isnan(ratio(0, 0))


def test_distances_are_told_by_mean_median_and_ninth_decile():
    assert distances(np.arange(101.0) ** 2) == {"mean_km": 3350.0, "median_km": 2500.0, "p90_km": 8100.0}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([1, 2, 3], [2, 4, 6], 1), ([1, 2, 3], [3, 2, 1], -1), ([1, 2], [1, 2], None), ([1, 1, 1], [1, 2, 3], None)],
)
def test_counts_correlate_where_there_are_three_that_change(one, other, expected):
    value = correlation(np.array(one, float), np.array(other, float))
    assert np.isnan(value) if expected is None else value == pytest.approx(expected)


def test_the_first_fix_of_a_track_is_its_earliest_wherever_it_stands():
    fixes = fixes_of([("a", 12, 0, 0), ("a", 0, 0, 0), ("b", 6, 0, 0), ("a", 6, 0, 0), ("c", 1, 0, 0)])
    chosen = np.array([True, True, True, True, False])
    assert first_fixes(fixes, chosen).tolist() == [1, 2, -1]
    assert first_fixes(fixes, np.array([True, False, False, True, True])).tolist() == [3, -1, 4]
