"""The compact network is one function of the pixels around a cell, on a patch as on a globe."""

import keras
import numpy as np
import pytest

from itwinai_cyclones.compact import ANSWERS, DILATIONS, GlobePadding, HeatmapLoss, compact, on_globe
from itwinai_cyclones.heatmaps import MARGIN, STRIDE, TARGETS, targets
from itwinai_cyclones.network import standardised

FIELD = 2 * MARGIN + 1


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    network = standardised(compact(channels=2))
    network.get_layer("standardise").adapt(np.array([1010.0, 8.0]), np.array([6.0, 3.0]))
    return network


@pytest.fixture(scope="module")
def globe(network):
    return on_globe(network)


def weather(rows, columns, seed=0):
    return np.random.default_rng(seed).normal([1010, 8], [6, 3], (1, rows, columns, 2)).astype(np.float32)


def test_it_has_less_than_a_tenth_of_a_million_parameters():
    assert compact(channels=4).count_params() == 43_347
    assert compact(channels=7).count_params() < 100_000


def test_each_variable_more_costs_one_kernel_of_the_first_layer():
    assert compact(channels=5).count_params() - compact(channels=4).count_params() == 16 * 5 * 5


def test_it_neither_mixes_a_batch_nor_drops_anything():
    names = {type(layer).__name__ for layer in compact(channels=2).layers}
    assert names == {"InputLayer", "Conv2D", "Cropping2D", "Add", "Concatenate"}


@pytest.mark.parametrize(("rows", "columns"), [(FIELD, FIELD), (FIELD + 4, FIELD + 8), (FIELD + 3, FIELD + 76)])
def test_a_patch_with_its_margin_has_a_cell_every_fourth_pixel(network, rows, columns):
    expected = ((rows - FIELD) // STRIDE + 1, (columns - FIELD) // STRIDE + 1)
    assert network.predict_on_batch(weather(rows, columns)).shape == (1, *expected, ANSWERS)


def test_a_cell_sees_as_far_as_the_margin_and_no_farther(network):
    field = weather(FIELD + 2, FIELD + 2)
    before = network.predict_on_batch(field[:, :FIELD, :FIELD])
    for row, column in ((0, 0), (FIELD - 1, 0), (0, FIELD - 1), (FIELD - 1, FIELD - 1)):
        changed = field.copy()
        changed[0, row, column] += 3000
        assert np.abs(network.predict_on_batch(changed[:, :FIELD, :FIELD]) - before).max() > 0
    outside = field.copy()
    outside[0, FIELD:] += 3000
    outside[0, :, FIELD:] += 3000
    np.testing.assert_allclose(network.predict_on_batch(outside), before, atol=1e-5)
    assert 2 * (2 + 2 * 1) + 4 * 2 * sum(DILATIONS) == 2 * MARGIN


@pytest.mark.parametrize(("rows", "cells"), [(120, 30), (121, 31)])
def test_rows_with_and_without_a_second_pole_have_cells_every_fourth_row(globe, rows, cells):
    assert globe.predict_on_batch(weather(rows, 144)).shape == (1, cells, 36, ANSWERS)


def test_rolling_a_globe_rolls_the_answers(globe):
    field = weather(121, 144)
    answers = globe.predict_on_batch(field)
    for cells in (1, 7, 35):
        rolled = globe.predict_on_batch(np.roll(field, cells * STRIDE, axis=2))
        np.testing.assert_allclose(rolled, np.roll(answers, cells, axis=2), atol=1e-5)


def test_a_patch_with_its_margin_has_the_answers_of_the_globe(network, globe):
    field = weather(201, 144)
    answers = globe.predict_on_batch(field)
    patch = field[:, 80 - MARGIN : 100 + MARGIN + 1, 40 - MARGIN : 64 + MARGIN + 1]
    np.testing.assert_allclose(network.predict_on_batch(patch), answers[:, 20:26, 10:17], atol=1e-5)


def test_a_patch_across_greenwich_has_the_answers_of_the_globe(network, globe):
    field = weather(201, 144)
    columns = np.arange(-8 - MARGIN, 8 + MARGIN + 1) % 144
    patch = field[:, 80 - MARGIN : 80 + MARGIN + 1][:, :, columns]
    answers = globe.predict_on_batch(field)[:, 20, [34, 35, 0, 1, 2]]
    np.testing.assert_allclose(network.predict_on_batch(patch)[:, 0], answers, atol=1e-5)


def test_beyond_a_pole_its_row_goes_on():
    field = weather(10, 40)
    wide = np.asarray(GlobePadding(margin=3)(field))
    assert wide.shape == (1, 16, 46, 2)
    np.testing.assert_array_equal(wide[:, 3:-3, 3:-3], field)
    np.testing.assert_array_equal(wide[:, 0], wide[:, 3])
    np.testing.assert_array_equal(wide[:, -1], wide[:, -4])
    np.testing.assert_array_equal(wide[:, :, :3], wide[:, :, -6:-3])


@pytest.mark.parametrize("columns", [142, 20])
def test_a_globe_whose_cells_would_not_meet_is_refused(globe, columns):
    with pytest.raises(ValueError, match=rf"A globe of {columns} columns is no multiple of 4 of at least 36"):
        globe(weather(121, columns))


def test_the_globe_is_saved_and_loaded_without_running_anything_in_the_file(globe, tmp_path):
    field = weather(121, 144)
    globe.save(tmp_path / "globe.keras")
    loaded = keras.saving.load_model(tmp_path / "globe.keras", safe_mode=True)
    np.testing.assert_allclose(loaded.predict_on_batch(field), globe.predict_on_batch(field), atol=1e-5)


def test_the_globe_shares_the_weights_of_the_network_and_is_made_once(network, globe):
    assert on_globe(network) is globe
    assert {id(weight) for weight in globe.weights} == {id(weight) for weight in network.weights}


def test_heads_and_padding_keep_single_precision_in_a_network_of_half_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = compact(channels=1)
        layers = [network.get_layer("heat"), network.get_layer("ways"), GlobePadding()]
    finally:
        keras.config.set_dtype_policy(policy)
    assert [layer.compute_dtype for layer in layers] == ["float32"] * 3
    assert network.layers[1].compute_dtype == "bfloat16"


def test_every_hidden_kernel_is_held_down_where_that_is_asked():
    assert len(compact(channels=1, regularisation="weak").losses) == 2 + len(DILATIONS)
    assert compact(channels=1).losses == []


def truth(*storms, counted=True):
    rows, columns = np.array(storms, dtype=float).T
    return targets(rows, columns, np.full(len(rows), counted), (12, 12))[None]


def answer(target, sure):
    """Return answers with the right ways, and logits of ``sure`` on the centres and ``-sure`` elsewhere."""
    logit = np.where(target[..., :1] == 1, sure, -sure)
    return np.concatenate([logit, target[..., 1:3]], axis=-1).astype(np.float32)


def test_a_perfect_answer_costs_nothing_and_a_wrong_one_much():
    target = truth((20.0, 24.0))
    assert float(HeatmapLoss()(target, answer(target, 12))) == pytest.approx(0, abs=1e-3)
    assert float(HeatmapLoss()(target, answer(target, -3))) > 100


def test_a_missed_centre_costs_as_the_focal_loss_says():
    target = truth((20.0, 24.0))
    answers = answer(target, 12)
    answers[target[..., 0] == 1, 0] = -1.0
    score = 1 / (1 + np.exp(1.0))
    assert float(HeatmapLoss()(target, answers)) == pytest.approx(-((1 - score) ** 2) * np.log(score), rel=1e-3)


def test_a_false_alarm_near_a_centre_costs_less_than_one_far_away():
    target = truth((20.0, 24.0))
    costs = []
    for cell in ((5, 7), (10, 2)):
        answers = answer(target, 12)
        answers[0, *cell, 0] = 2.0
        costs.append(float(HeatmapLoss()(target, answers)))
    assert 0 < costs[0] < 0.5 * costs[1]


def test_an_alarm_at_a_storm_that_need_not_be_found_costs_nothing():
    target = truth((20.0, 24.0), counted=False)
    answers = answer(target, 12)
    answers[0, 5, 6, 0] = 9.0
    assert float(HeatmapLoss()(target, answers)) == pytest.approx(0, abs=1e-3)


def test_a_wrong_way_costs_its_length_near_the_centre_and_nothing_far_away():
    target = truth((20.0, 24.0))
    right = answer(target, 12)
    near, far = right.copy(), right.copy()
    near[0, 5, 6, 1:] += 0.5
    far[0, 0, 0, 1:] += 0.5
    base = float(HeatmapLoss()(target, right))
    assert float(HeatmapLoss()(target, near)) - base == pytest.approx(0.2, abs=1e-4)
    assert float(HeatmapLoss()(target, far)) == pytest.approx(base, abs=1e-6)


def test_the_loss_of_a_sample_does_not_depend_on_its_batch():
    one, other = truth((20.0, 24.0)), truth((8.0, 8.0), (32.0, 36.0))
    both = np.concatenate([one, other])
    answers = np.random.default_rng(0).normal(size=(2, 12, 12, 3)).astype(np.float32)
    alone = [float(HeatmapLoss()(both[[i]], answers[[i]])) for i in (0, 1)]
    assert float(HeatmapLoss()(both, answers)) == pytest.approx(np.mean(alone), rel=1e-5)


@pytest.mark.parametrize(("channels", "answers"), [(2, 3), (5, 2), (3, 3)])
def test_a_head_of_another_width_than_the_targets_is_an_error(channels, answers):
    with pytest.raises(ValueError, match=rf"The loss compares {TARGETS} channels of a target with {ANSWERS}"):
        HeatmapLoss()(np.zeros((1, 4, 4, channels)), np.zeros((1, 4, 4, answers)))


def test_gradients_move_the_answers_towards_the_storms():
    keras.utils.set_random_seed(3)
    network = compact(channels=1)
    network.compile(keras.optimizers.Adam(3e-3), HeatmapLoss(), jit_compile=False)
    field = np.random.default_rng(1).normal(size=(2, FIELD + 12, FIELD + 12, 1)).astype(np.float32)
    target = np.stack([targets(np.array([row]), np.array([8.0]), np.array([True]), (4, 4)) for row in (4.0, 9.0)])
    before = network.evaluate(field, target, verbose=0)
    network.fit(field, target, epochs=10, verbose=0)
    assert network.evaluate(field, target, verbose=0) < 0.7 * before
