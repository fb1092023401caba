"""Centres are linked to the storms that they came from, whatever is missing, and by no preferred place or direction."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from itwinai_cyclones import best_tracks
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.linking import LinkRules, link

ALL = LinkRules(duration=0, fixes=1)


@pytest.fixture(scope="module")
def season():
    """Return hours, latitude, longitude and storm of all fixes of August and September 2010."""
    tracks = best_tracks.load()
    chosen = (tracks.time >= np.datetime64("2010-08-01")) & (tracks.time < np.datetime64("2010-10-01"))
    fixes = tracks.where(chosen)
    return (fixes.time - fixes.time.min()).astype(float), fixes.latitude, fixes.longitude, fixes.storm


def partners(number):
    """Return which centres share a track, shape (N, N); those of no track have none."""
    return (number[:, None] == number) & (number >= 0)


def share_of_links_found(number, storm):
    """Return for how many neighbours of one storm, in order of time, the track is the same."""
    together = storm[1:] == storm[:-1]
    return (number[1:] == number[:-1])[together].mean()


def test_a_season_is_linked_to_its_storms(season):
    number = link(*season[:3], ALL)
    assert share_of_links_found(number, season[3]) == 1.0
    assert number.max() + 1 == len(np.unique(season[3]))


@pytest.mark.parametrize(("lost", "found"), [(0.1, 0.995), (0.3, 0.98)])
def test_gaps_are_bridged(season, lost, found):
    there = np.random.default_rng(0).random(len(season[0])) >= lost
    number = link(*(part[there] for part in season[:3]), ALL)
    assert share_of_links_found(number, season[3][there]) > found


def test_false_alarms_break_no_storm(season):
    random = np.random.default_rng(1)
    false = 300
    hours = np.concatenate([season[0], random.choice(season[0], false)])
    latitude = np.concatenate([season[1], random.uniform(-35, 35, false)])
    longitude = np.concatenate([season[2], random.uniform(0, 360, false)])
    number = link(hours, latitude, longitude, LinkRules())
    assert share_of_links_found(number[:-false], season[3]) == 1.0
    assert number.max() + 1 == len(np.unique(season[3]))
    assert (number[-false:] >= 0).mean() < 0.02


def test_the_order_of_centres_does_not_matter(season):
    shuffled = np.random.default_rng(2).permutation(len(season[0]))
    number = np.empty(len(shuffled), dtype=int)
    number[shuffled] = link(*(part[shuffled] for part in season[:3]), ALL)
    assert (partners(number) == partners(link(*season[:3], ALL))).all()


@pytest.mark.parametrize(
    "turned",
    [
        pytest.param(lambda hours, north, east: (hours, north, east + 137.0), id="other meridian"),
        pytest.param(lambda hours, north, east: (hours, -north, east), id="other hemisphere"),
        pytest.param(lambda hours, north, east: (hours + 1e5, north, east % 360 - 180 * 2), id="other origin"),
        pytest.param(lambda hours, north, east: (-hours, north, east), id="backwards"),
    ],
)
def test_no_place_and_no_direction_is_special(season, turned):
    assert (partners(link(*turned(*season[:3]), ALL)) == partners(link(*season[:3], ALL))).all()


@pytest.mark.parametrize("step", [1.0, 3.0, 6.0, 12.0, 24.0, 7.3])
def test_any_step_of_time_will_do(step):
    hours = np.arange(0, 120, step)
    two = np.concatenate([hours, hours])
    latitude = np.concatenate([10 + hours / 24, -15 - hours / 24])
    longitude = np.concatenate([178 + hours / 12, 60 - hours / 12])  # the first crosses the date line
    number = link(two, latitude, longitude % 360, LinkRules())
    assert (number == np.repeat([0, 1], len(hours))).all()


def test_storms_that_pass_one_another_are_not_swapped_for_a_nearer_start():
    # At 6 h the nearest centre to B is A's; were it given to B first, A would be left without one in its reach.
    hours = np.array([0.0, 0.0, 6.0, 6.0])
    longitude = np.array([0.0, 4.0, 3.0, 7.5])
    number = link(hours, np.zeros(4), longitude, ALL)
    assert number[0] == number[2]
    assert number[1] == number[3]


def test_a_link_is_no_faster_and_no_longer_than_allowed(season):
    hours, latitude, longitude, _ = season
    rules = LinkRules(speed=30.0, farthest=250.0, duration=0, fixes=1)
    number = link(hours, latitude, longitude, rules)
    order = np.lexsort((hours, number))
    before, after = order[:-1], order[1:]
    linked = number[before] == number[after]
    before, after = before[linked], after[linked]
    passed = hours[after] - hours[before]
    distance = great_circle_km(latitude[before], longitude[before], latitude[after], longitude[after])
    assert (passed > 0).all()
    assert (passed <= rules.gap).all()
    assert (distance <= np.minimum(rules.slack + 30.0 * passed, 250.0) + 1e-6).all()


def test_short_tracks_are_left_out_and_the_others_numbered_by_their_start():
    hours = np.array([0, 6, 12, *range(12, 72, 6), *range(0, 60, 6)], dtype=float)
    longitude = np.repeat([0.0, 90.0, 180.0], [3, 10, 10])
    number = link(hours, np.full(23, 10.0), longitude, LinkRules())
    assert (number == np.repeat([-1, 1, 0], [3, 10, 10])).all()


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_centres_are_no_track(count):
    nothing = np.zeros(count)
    assert (link(nothing, nothing, nothing, LinkRules()) == -1).all()
    assert len(link(nothing, nothing, nothing, ALL)) == count


def test_forty_five_years_are_linked_in_batches_as_a_year_is_alone():
    tracks = best_tracks.load()
    hours = (tracks.time - tracks.time.min()).astype(float)
    year = tracks.time.astype("datetime64[Y]") == np.datetime64("1997")
    whole = link(hours, tracks.latitude, tracks.longitude, ALL)
    alone = link(hours[year], tracks.latitude[year], tracks.longitude[year], ALL)
    inside = share_of_links_found(whole[year], alone)
    assert inside > 0.995
    assert share_of_links_found(whole, tracks.storm) > 0.99


def best_pairs(latitude, longitude, there, rules):
    """Return how many centres of one time can be linked to those of the next, and over how much of their reach.

    By SciPy's dense assignment, of the two times alone.
    """
    first, second = np.flatnonzero(there == 0), np.flatnonzero(there == 1)
    distance = great_circle_km(
        latitude[first, None], longitude[first, None], latitude[second][None], longitude[second][None]
    )
    reach = rules.slack + rules.speed * 6.0
    cost = np.where(distance <= reach, distance / reach, 1e3)
    rows, columns = linear_sum_assignment(cost)
    taken = cost[rows, columns]
    return int((taken < 1e3).sum()), float(taken[taken < 1e3].sum())


@pytest.mark.parametrize("seed", range(20))
def test_of_two_times_the_links_are_those_of_a_dense_assignment(seed):
    random = np.random.default_rng(seed)
    count = int(random.integers(4, 30))
    there = random.integers(0, 2, count)
    latitude, longitude = random.uniform(0, 15, count), random.uniform(-10, 10, count)  # many in the reach of many
    number = link(6.0 * there, latitude, longitude, ALL)
    order = np.lexsort((there, number))
    before, after = order[:-1], order[1:]
    linked = number[before] == number[after]
    before, after = before[linked], after[linked]
    distance = great_circle_km(latitude[before], longitude[before], latitude[after], longitude[after])
    links, length = best_pairs(latitude, longitude, there, ALL)
    assert linked.sum() == links
    assert (distance / (ALL.slack + ALL.speed * 6.0)).sum() == pytest.approx(length, abs=1e-6)
    assert (there[after] - there[before] == 1).all()


@pytest.mark.parametrize("gap", [1, 2, 3])
def test_a_gap_is_bridged_as_far_as_it_may_be_and_no_farther(gap):
    hours = np.delete(np.arange(0.0, 120.0, 6.0), np.arange(8, 8 + gap))
    other = np.arange(0.0, 120.0, 6.0)  # a storm elsewhere, so that the times are known
    north = np.repeat([12.0, -12.0], [len(hours), len(other)])
    east = np.concatenate([150 + hours / 10, 80 - other / 10])
    when = np.concatenate([hours, other])
    wide, narrow = (
        link(when, north, east, LinkRules(gap=6.0 * steps, duration=0, fixes=1))[: len(hours)]
        for steps in (gap + 1, gap)
    )
    assert len(np.unique(wide)) == 1
    assert len(np.unique(narrow)) == 2


def test_a_false_alarm_beside_a_storm_does_not_part_it_in_two():
    hours = np.arange(0.0, 72.0, 6.0)
    when = np.append(hours, 30.0)
    north, east = np.append(np.full(12, 15.0), 17.0), np.append(300 - hours / 8, 296.5)
    number = link(when, north, east, LinkRules())
    assert (number == np.append(np.zeros(12), -1)).all()


def test_the_reach_grows_with_time_and_ends():
    rules = LinkRules(speed=50.0, farthest=700.0, slack=30.0)
    assert rules.reach(np.array([0.0, 6.0, 12.0, 24.0])).tolist() == [30.0, 330.0, 630.0, 700.0]


def test_two_centres_of_one_time_are_never_linked():
    number = link(np.array([0.0, 0.0, 6.0]), np.array([10.0, 10.1, 10.0]), np.array([20.0, 20.0, 20.0]), ALL)
    assert number[0] != number[1]
    assert number[2] == number[0]
