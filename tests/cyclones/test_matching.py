"""Fixes are matched one to one, as well as an assignment of all of them at once would do it."""

import time

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from itwinai_cyclones import best_tracks
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.matching import QUIET, Fixes, looked_at, match_tracks, near_pairs, one_to_one, quiet_times


def fixes(seed, count, hours=5, tracks=4):
    """Return random fixes in a small sea, so that many lie near many."""
    generator = np.random.default_rng(seed)
    return Fixes(
        names=np.array([f"storm {number}" for number in range(tracks)]),
        track=generator.integers(0, tracks, count),
        hours=6.0 * generator.integers(0, hours, count),
        latitude=generator.uniform(-8, 8, count),
        longitude=generator.uniform(172, 188, count) % 360,
    )


@pytest.mark.parametrize("seed", range(10))
def test_near_pairs_are_those_that_a_search_of_all_pairs_finds(seed):
    one, other = fixes(seed, 40), fixes(seed + 100, 50)
    pairs = near_pairs(one, other, 400)
    distance = great_circle_km(one.latitude[:, None], one.longitude[:, None], other.latitude, other.longitude)
    wanted = (distance <= 400) & (one.hours[:, None] == other.hours)
    assert set(zip(pairs.reference, pairs.found, strict=True)) == set(zip(*np.nonzero(wanted), strict=True))
    np.testing.assert_allclose(pairs.distance, distance[pairs.reference, pairs.found])


@pytest.mark.parametrize("radius", [150, 400, 5000])
@pytest.mark.parametrize("seed", range(10))
def test_the_assignment_is_the_one_of_all_fixes_at_once(seed, radius):
    one, other = fixes(seed, 40), fixes(seed + 100, 50)
    pairs = one_to_one(near_pairs(one, other, radius))
    assert len(set(pairs.reference)) == len(set(pairs.found)) == len(pairs.distance)
    distance = great_circle_km(one.latitude[:, None], one.longitude[:, None], other.latitude, other.longitude)
    allowed = (distance <= radius) & (one.hours[:, None] == other.hours)
    chosen = linear_sum_assignment(np.where(allowed, distance, 1e7))
    assert len(pairs.distance) == allowed[chosen].sum()
    assert pairs.distance.sum() == pytest.approx(distance[chosen][allowed[chosen]].sum())


def test_a_fix_gives_its_nearest_up_where_two_pairs_become_possible():
    one = Fixes(np.array(["a"]), np.zeros(2, int), np.zeros(2), np.zeros(2), np.array([0.0, 2.0]))
    other = Fixes(np.array(["b"]), np.zeros(2, int), np.zeros(2), np.zeros(2), np.array([1.9, 4.0]))
    pairs = one_to_one(near_pairs(one, other, 250))
    assert sorted(zip(pairs.reference.tolist(), pairs.found.tolist(), strict=True)) == [(0, 0), (1, 1)]


def test_no_pair_is_matched_to_nothing():
    one = fixes(0, 5)
    none = one.where(np.zeros(5, dtype=bool))
    for pairs in (near_pairs(one, none, 300), near_pairs(none, one, 300), near_pairs(none, none, 300)):
        assert len(one_to_one(pairs).distance) == 0


def test_times_in_fractions_of_hours_meet():
    one = Fixes(np.array(["a"]), np.zeros(1, int), np.array([1.4e6 + 1 / 3]), np.zeros(1), np.zeros(1))
    other = Fixes(np.array(["b"]), np.zeros(1, int), np.array([(1.4e6 * 3600 + 1200) / 3600]), np.zeros(1), np.zeros(1))
    assert len(near_pairs(one, other, 1).distance) == 1


@pytest.mark.parametrize("seed", range(5))
def test_tracks_meet_as_often_as_their_fixes_do(seed):
    one, other = fixes(seed, 60), fixes(seed + 50, 60)
    pairs = near_pairs(one, other, 300)
    tracks = match_tracks(one, other, pairs)
    counted = {}
    for reference, found, distance in zip(pairs.reference, pairs.found, pairs.distance, strict=True):
        counted.setdefault((one.track[reference], other.track[found]), []).append(distance)
    assert {
        (reference, found): common
        for reference, found, common in zip(tracks.reference, tracks.found, tracks.common, strict=True)
    } == {both: len(distances) for both, distances in counted.items()}
    for reference, found, mean in zip(tracks.reference, tracks.found, tracks.distance, strict=True):
        assert mean == pytest.approx(np.mean(counted[reference, found]))


DAY = np.arange(0, 24, 6.0)


@pytest.mark.parametrize(
    ("asked", "times", "looked"),
    [
        ([0, 6, 12, 18], [0, 6, 12, 18], [1, 1, 1, 1]),
        ([-6, 0, 18, 24], [0, 6, 12, 18], [0, 1, 1, 0]),  # only the period that is covered
        ([0, 12, 18, 36], [0, 6, 12, 24, 30, 36], [1, 1, 1, 1]),  # a time without any cyclone
        ([0, 3, 6, 9], [0, 6, 12, 18], [1, 0, 1, 0]),  # between the steps
        ([0, 6, 12, 24], [0, 24, 48], [1, 0, 0, 1]),  # daily
        ([0, 7, 15, 22, 6], [0, 7, 15, 22, 30], [1, 1, 1, 1, 0]),  # seven and eight hours in turn
        ([0, 6], [0], [1, 0]),  # a single time
    ],
)
def test_a_record_covers_whole_steps_from_its_first_time_to_its_last(asked, times, looked):
    assert looked_at(np.array(asked, float), np.array(times, float)).tolist() == [bool(value) for value in looked]


def test_seasons_with_months_of_nothing_between_them_are_seasons():
    times = np.concatenate([DAY, DAY + 1000 * 6 + QUIET])
    looked = looked_at(np.array([12.0, 600.0, 1000 * 6 + QUIET, 1000 * 6 + QUIET + 6]), times)
    assert looked.tolist() == [True, False, True, True]
    assert quiet_times(times) == 1


def test_two_quiet_months_were_looked_at():
    times = np.concatenate([DAY, DAY + QUIET])
    assert quiet_times(times) == 0
    assert looked_at(np.array([300.0, QUIET]), times).all()


def test_a_year_of_the_globe_is_matched_in_a_tenth_of_a_second():
    tracks = best_tracks.load()
    year = tracks.where(tracks.time.astype("datetime64[Y]") == np.datetime64("2005"))
    one = Fixes(tracks.names, year.storm, year.time.astype(float), year.latitude, year.longitude)
    other = one.where(np.random.default_rng(0).permutation(len(one)))
    assert len(one) > 3000
    spent = []
    for _ in range(3):
        start = time.process_time()
        pairs = near_pairs(one, other, 300)
        one_to_one(pairs)
        match_tracks(one, other, pairs)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.3  # three times what is claimed, for slow machines
