"""Storms are drawn into heatmaps, and the peaks of heatmaps are where the storms were."""

import numpy as np
import pytest

from itwinai_cyclones.heatmaps import REACH, STRIDE, TARGETS, peaks, score, targets


def drawn(*storms, shape=(20, 30), counted=None):
    """Return the targets of some storms, given as rows and columns [pixels]."""
    rows, columns = np.array(storms, dtype=float).reshape(-1, 2).T
    return targets(rows, columns, np.ones(len(rows), dtype=bool) if counted is None else np.array(counted), shape)


def answered(target, sure=8.0):
    """Return what a perfect network would answer: logits that are highest on the top of each bell."""
    heat = np.clip(target[..., 0], 1e-6, 1 - 1e-6)
    logit = np.minimum(np.log(heat / (1 - heat)), sure)
    return np.concatenate([logit[..., None], target[..., 1:3]], axis=-1)


def test_without_a_storm_every_cell_learns_no():
    target = targets(np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool), (4, 6))
    assert target.shape == (4, 6, TARGETS)
    assert target.dtype == np.float32
    np.testing.assert_array_equal(target[..., :4], 0)
    np.testing.assert_array_equal(target[..., 4], 1)


@pytest.mark.parametrize("place", [(40.0, 60.0), (41.9, 58.1), (0.0, 0.0), (75.3, 115.7)])
def test_one_cell_alone_has_the_top_of_the_bell_and_it_is_the_nearest(place):
    target = drawn(place)
    tops = np.argwhere(target[..., 0] == 1)
    assert len(tops) == 1
    assert np.abs(tops[0] * STRIDE - place).max() <= STRIDE / 2


def test_the_bell_falls_off_alike_in_all_directions():
    bell = drawn((40.0, 60.0))[..., 0]
    assert bell[10, 15] > bell[11, 15] > bell[12, 15] > bell[13, 15]
    np.testing.assert_allclose([bell[9, 15], bell[10, 14], bell[10, 16]], bell[11, 15])


def test_each_close_cell_learns_the_way_to_the_centre():
    place = np.array([42.6, 57.2])
    target = drawn(place)
    cells = np.argwhere(target[..., 3] > 0)
    assert len(cells) == 9
    ways = target[target[..., 3] > 0][:, 1:3]
    np.testing.assert_allclose(STRIDE * (cells + ways), np.broadcast_to(place, (9, 2)), rtol=1e-6)


def test_far_cells_learn_no_way():
    target = drawn((40.0, 60.0))
    np.testing.assert_array_equal(target[target[..., 3] == 0][:, 1:3], 0)
    assert np.abs(target[..., 1:3]).max() <= REACH


def test_between_two_storms_a_cell_learns_the_way_to_the_nearer():
    target = drawn((40.0, 60.0), (40.0, 68.0))
    assert (target[..., 0] == 1).sum() == 2
    np.testing.assert_allclose(target[10, 16, 1:3], [0, -1])
    np.testing.assert_allclose(target[10, 17, 1:3], [0, 0])


def test_two_storms_make_the_higher_of_their_bells():
    one, other, both = drawn((40.0, 60.0)), drawn((48.0, 60.0)), drawn((40.0, 60.0), (48.0, 60.0))
    np.testing.assert_allclose(both[..., 0], np.maximum(one[..., 0], other[..., 0]))


def test_around_a_storm_that_need_not_be_found_neither_yes_nor_no_is_taught():
    target = drawn((40.0, 60.0), counted=[False])
    np.testing.assert_array_equal(target[..., :4], 0)
    assert target[10, 15, 4] == target[11, 16, 4] == 0
    assert target[..., 4].mean() > 0.9


def test_a_weak_storm_does_not_hide_a_cyclone_beside_it():
    target = drawn((40.0, 60.0), (40.0, 72.0), counted=[True, False])
    assert target[10, 15, 0] == 1
    assert target[10, 15, 4] == 1
    assert target[10, 18, 4] == 0


def test_a_storm_outside_of_the_heatmap_has_no_top_within():
    target = drawn((40.0, -6.0))
    assert 0 < target[..., 0].max() < 1


@pytest.mark.parametrize("logit", [-60.0, -1.5, 0.0, 2.0, 60.0])
def test_a_score_is_the_logistic_function(logit):
    assert score(np.array(logit)) == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-12)


def test_peaks_of_a_perfect_answer_are_the_storms():
    generator = np.random.default_rng(4)
    for _ in range(20):
        cells = generator.permutation(48)[:5]  # of a lattice of 6 cells, so that storms are apart
        places = np.stack([6 * (cells // 8) + 3, 6 * (cells % 8) + 3], axis=1) * STRIDE + generator.uniform(
            -8, 8, (5, 2)
        )
        rows, columns, _ = peaks(answered(drawn(*places, shape=(37, 49))), 0.5, around=False)
        found = np.stack([rows, columns], axis=1)
        np.testing.assert_allclose(found[np.lexsort(found.T)], places[np.lexsort(places.T)], atol=1e-3)


def test_peaks_come_highest_first_and_none_is_below_the_least():
    answers = np.full((9, 9, 3), -6.0)
    answers[..., 1:] = 0
    answers[2, 2, 0], answers[6, 6, 0], answers[2, 7, 0] = 1.0, 3.0, -1.0
    rows, columns, scores = peaks(answers, 0.5, around=False)
    assert (rows.tolist(), columns.tolist()) == ([24, 8], [24, 8])
    assert scores[0] > scores[1] >= 0.5


def test_a_plateau_is_one_peak():
    answers = np.full((9, 9, 3), -6.0)
    answers[..., 1:] = 0
    answers[3:5, 3:5, 0] = 2.0
    assert len(peaks(answers, 0.5, around=False)[0]) == 1
    assert len(peaks(answers, 0.5, around=True)[0]) == 1


def globe(row, column, way=(0.0, 0.0)):
    """Return answers on a globe of 12 by 24 cells with one peak."""
    answers = np.full((12, 24, 3), -6.0)
    answers[..., 1:] = 0
    answers[row, column] = (3.0, *way)
    return answers


@pytest.mark.parametrize("column", [0, 23])
def test_a_peak_where_the_globe_closes_is_found_once(column):
    answers = globe(5, column)
    answers[5, column - 1, 0] = answers[5, (column + 1) % 24, 0] = 1.0
    _, columns, _ = peaks(answers, 0.5, around=True)
    assert columns.tolist() == [column * STRIDE]
    assert len(peaks(answers, 0.5, around=False)[0]) == 2


@pytest.mark.parametrize(("column", "way", "expected"), [(0, -0.25, 95.0), (23, 1.25, 1.0), (23, 0.5, 94.0)])
def test_a_way_across_the_meridian_where_the_globe_closes_comes_out_on_the_other_side(column, way, expected):
    _, columns, _ = peaks(globe(5, column, (0.0, way)), 0.5, around=True)
    assert columns[0] == pytest.approx(expected)


@pytest.mark.parametrize(("row", "way", "expected"), [(0, -1.0, 0.0), (11, 1.0, 44.0)])
def test_a_peak_at_a_pole_stays_on_the_globe(row, way, expected):
    rows, _, _ = peaks(globe(row, 3, (way, 0.0)), 0.5, around=True)
    assert rows.tolist() == [expected]


def test_rolling_the_answers_rolls_the_peaks():
    answers = np.random.default_rng(1).normal(size=(30, 40, 3))
    rows, columns, scores = peaks(answers, 0.6, around=True)
    rolled = peaks(np.roll(answers, 7, axis=1), 0.6, around=True)
    assert len(rows) > 10
    np.testing.assert_allclose(rolled[2], scores)
    np.testing.assert_allclose(rolled[0], rows)
    np.testing.assert_allclose(rolled[1], (columns + 28) % 160)


def test_a_way_that_leads_farther_than_was_taught_is_cut_short():
    rows, columns, _ = peaks(globe(5, 5, (40.0, -40.0)), 0.5, around=True)
    assert (rows[0], columns[0]) == (STRIDE * (5 + REACH), STRIDE * (5 - REACH))
