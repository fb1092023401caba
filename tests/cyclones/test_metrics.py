"""Scores of cases that can be counted by hand."""

import numpy as np
import pytest

from itwinai_cyclones.baselines import best_threshold, pressure_minimum
from itwinai_cyclones.geodesy import KM_PER_DEGREE
from itwinai_cyclones.metrics import FieldScores, score_field, score_patches

NONE = (-1.0, -1.0)
ORIGINS = np.array([[340, 100]] * 4)  # rows around the equator, where a degree is as long either way


def test_patches_are_counted_as_hits_misses_and_false_alarms():
    labels = np.array([(20, 20), (5, 5), NONE, NONE], dtype=float)
    answers = np.array([(20, 24), NONE, (3, 3), NONE], dtype=float)
    scores = score_patches(labels, answers, np.array([True, False, True, False]), ORIGINS)
    assert (scores.recall, scores.false_positive_rate, scores.precision) == (0.5, 0.5, 0.5)
    assert scores.distances == pytest.approx([KM_PER_DEGREE], rel=1e-3)


def test_a_perfect_answer_is_no_distance_away():
    labels = np.array([(20.25, 3.5)] * 4)
    scores = score_patches(labels, labels, np.ones(4, dtype=bool), ORIGINS)
    assert scores.recall == 1
    assert scores.distances.max() == pytest.approx(0, abs=1e-6)


def test_a_degree_of_longitude_is_half_as_long_at_sixty_degrees():
    labels, answers = np.array([(0.0, 10.0)]), np.array([(0.0, 14.0)])
    scores = score_patches(labels, answers, np.array([True]), np.array([[120, 0]]))
    assert scores.distances[0] == pytest.approx(KM_PER_DEGREE / 2, rel=1e-3)


def test_no_alarm_has_no_precision():
    scores = score_patches(np.array([(1.0, 1.0)]), np.array([NONE]), np.array([False]), ORIGINS[:1])
    assert np.isnan(scores.precision)
    assert np.isnan(scores.false_positive_rate)
    assert len(scores.distances) == 0


def at(*places):
    return np.array(places, dtype=float).reshape(-1, 2)


def test_each_cyclone_needs_a_centre_of_its_own():
    scores = score_field(at((15, 140), (16, 141)), np.array([True, True]), at((15.5, 140.5)), 300)
    assert (scores.hits, scores.misses, scores.false_alarms) == (1, 1, 0)


def test_as_many_cyclones_as_possible_find_a_centre():
    storms, centres = at((15, 140), (15, 142)), at((15, 142.1), (15, 144.5))
    scores = score_field(storms, np.array([True, True]), centres, 300)
    assert scores.hits == 2


def test_a_centre_near_a_weak_storm_counts_neither_way():
    scores = score_field(at((15, 140), (-10, 60)), np.array([True, False]), at((15, 140), (-10.5, 60)), 300)
    assert (scores.hits, scores.misses, scores.false_alarms) == (1, 0, 0)


def test_a_centre_far_from_any_storm_is_a_false_alarm():
    scores = score_field(at((15, 140)), np.array([True]), at((15, 143), (-40, 10)), 300)
    assert (scores.hits, scores.misses, scores.false_alarms) == (0, 1, 2)


def test_distance_is_taken_across_the_date_line():
    scores = score_field(at((15, 179.9)), np.array([True]), at((15, -179.9)), 300)
    assert scores.distances[0] == pytest.approx(0.2 * KM_PER_DEGREE * np.cos(np.radians(15)), rel=1e-3)


def test_nothing_found_and_nothing_there_are_no_error():
    assert score_field(at(), np.array([], dtype=bool), at(), 300) == FieldScores()
    assert score_field(at((1, 1)), np.array([True]), at(), 300).misses == 1
    assert score_field(at(), np.array([], dtype=bool), at((1, 1)), 300).false_alarms == 1


def test_scores_of_fields_add_up():
    total = FieldScores(3, 1, 1, (10.0,)) + FieldScores(1, 0, 3, (20.0,))
    assert total.detected == pytest.approx(0.8)
    assert total.false_alarm_ratio == pytest.approx(0.5)
    assert total.distances == (10.0, 20.0)


def test_no_centre_is_no_false_alarm():
    assert FieldScores().false_alarm_ratio == 0
    assert np.isnan(FieldScores().detected)


def test_the_lowest_pressure_and_its_rise_to_the_edge_are_found():
    patches = np.full((2, 40, 40), 1010, dtype=np.float32)
    patches[0, 12, 30] = 990
    patches[0, 0, 7] = 1004
    patches[1] += np.arange(40)  # lowest on the edge itself
    positions, rise = pressure_minimum(patches)
    assert positions[0].tolist() == [12, 30]
    assert rise.tolist() == [14, 0]


def test_the_best_threshold_parts_what_can_be_parted():
    rise, cyclone = np.array([0.0, 1, 2, 8, 9, 30]), np.array([False, False, False, True, True, True])
    assert 2 < best_threshold(rise, cyclone) <= 8


@pytest.mark.parametrize("seed", range(4))
def test_hits_and_misses_are_all_cyclones_and_no_centre_counts_twice(seed):
    generator = np.random.default_rng(seed)
    storms = np.stack([generator.uniform(-30, 30, 12), generator.uniform(0, 360, 12)], axis=1)
    centres = np.concatenate([storms[:8] + generator.normal(0, 1, (8, 2)), storms[:3], at((0, 500))])
    wanted = generator.random(12) < 0.7
    scores = score_field(storms, wanted, centres, 300)
    assert scores.hits + scores.misses == wanted.sum()
    assert scores.hits + scores.false_alarms <= len(centres)
    assert all(distance <= 300 for distance in scores.distances)


@pytest.mark.parametrize("radius", [50, 150, 300, 1000])
def test_a_wider_radius_never_finds_less(radius):
    generator = np.random.default_rng(1)
    storms = np.stack([generator.uniform(-30, 30, 20), generator.uniform(0, 360, 20)], axis=1)
    centres = storms + generator.normal(0, 1.5, (20, 2))
    wanted = np.ones(20, dtype=bool)
    narrow, wide = score_field(storms, wanted, centres, radius), score_field(storms, wanted, centres, 2 * radius)
    assert wide.hits >= narrow.hits
    assert wide.false_alarms <= narrow.false_alarms


def test_where_the_patch_lies_decides_on_the_distance_in_kilometres():
    labels, answers, seen = np.array([(10.0, 10.0)]), np.array([(10.0, 18.0)]), np.array([True])
    tropics = score_patches(labels, answers, seen, np.array([[350, 0]])).distances[0]
    north = score_patches(labels, answers, seen, np.array([[150, 0]])).distances[0]
    assert north < 0.8 * tropics


def test_recall_knows_nothing_of_patches_without_a_cyclone():
    labels = np.array([(5.0, 5.0), *[NONE] * 3])
    answers = np.zeros((4, 2))
    few = score_patches(labels, answers, np.array([True, False, False, False]), ORIGINS)
    many = score_patches(labels, answers, np.array([True, True, True, True]), ORIGINS)
    assert few.recall == many.recall == 1
    assert few.precision > many.precision


def test_the_rise_does_not_depend_on_the_pressure_itself():
    patches = np.random.default_rng(2).normal(1010, 5, (6, 40, 40)).astype(np.float32)
    lowest, rise = pressure_minimum(patches)
    other, same = pressure_minimum(patches - 200)
    np.testing.assert_array_equal(lowest, other)
    np.testing.assert_allclose(rise, same, atol=1e-3)


def test_a_threshold_that_parts_nothing_still_lies_among_the_rises():
    rise = np.array([1.0, 2.0, 3.0, 4.0])
    assert 1 <= best_threshold(rise, np.array([True, False, True, False])) <= 4
