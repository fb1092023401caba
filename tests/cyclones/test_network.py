"""Inputs are scaled inside the network, weights are held down as asked, and labels must fit the head."""

import keras
import numpy as np
import pytest

from itwinai_cyclones.network import PENALTIES, PositionError, Standardise, regulariser, standardised
from itwinai_cyclones.vgg import vgg


def test_the_scale_of_the_inputs_is_no_trainable_parameter():
    network = standardised(vgg(channels=4))
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == 3_749_634
    assert sum(int(np.prod(weight.shape)) for weight in network.non_trainable_weights) == 8


def test_standardised_patches_have_no_mean_and_unit_deviation():
    values = np.random.default_rng(1).normal([1010, 8], [6, 3], (64, 5, 5, 2)).astype(np.float32)
    layer = Standardise()
    layer.build((None, 5, 5, 2))
    layer.adapt(values.mean(axis=(0, 1, 2)), values.std(axis=(0, 1, 2)))
    scaled = np.asarray(layer(values))
    np.testing.assert_allclose(scaled.mean(axis=(0, 1, 2)), 0, atol=1e-3)
    np.testing.assert_allclose(scaled.std(axis=(0, 1, 2)), 1, atol=1e-3)


def test_a_channel_that_never_changes_is_not_divided_by_zero():
    layer = Standardise()
    layer.build((None, 2, 2, 1))
    layer.adapt(np.array([3.0]), np.array([0.0]))
    assert np.asarray(layer(np.full((1, 2, 2, 1), 3.0))).max() == 0


def test_pressure_is_scaled_in_single_precision_in_a_network_of_half_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = standardised(vgg(channels=1))
    finally:
        keras.config.set_dtype_policy(policy)
    layer = network.get_layer("standardise")
    layer.adapt(np.array([1010.0]), np.array([1.0]))
    scaled = np.asarray(layer(np.full((1, 40, 40, 1), 1010.25, dtype=np.float32)))
    assert scaled.max() == pytest.approx(0.25)
    assert network.get_layer("vgg").get_layer("head").compute_dtype == "float32"


def test_the_scale_is_saved_with_the_network(tmp_path):
    network = standardised(vgg(channels=2))
    network.get_layer("standardise").adapt(np.array([1010.0, 8.0]), np.array([6.0, 3.0]))
    patches = np.random.default_rng(1).normal([1010, 8], [6, 3], (3, 40, 40, 2)).astype(np.float32)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
    np.testing.assert_allclose(
        loaded.predict(patches, verbose=0), network.predict(patches, verbose=0), rtol=1e-4, atol=1e-5
    )


def test_the_scale_travels_with_bare_weights_too():
    network, other = standardised(vgg(channels=1)), standardised(vgg(channels=1))
    network.get_layer("standardise").adapt(np.array([1010.0]), np.array([6.0]))
    other.set_weights(network.get_weights())
    np.testing.assert_array_equal(other.get_layer("standardise").mean.numpy(), [1010.0])


def test_the_error_is_the_mean_distance_along_the_axes():
    error = PositionError()(np.array([[10.0, 20.0]]), np.array([[13.0, 19.0]]))
    assert float(error) == pytest.approx(2.0)


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_head_of_another_shape_than_the_labels_is_an_error(outputs):
    network = standardised(vgg(channels=1, outputs=outputs))
    network.compile("adam", PositionError(), jit_compile=False)
    with pytest.raises(ValueError, match=r"Labels of shape \(.*2\) do not fit a head of shape") as error:
        network.fit(np.zeros((2, 40, 40, 1)), np.zeros((2, 2)), verbose=0)
    assert "labelled with 2 number(s)" in str(error.value)


def test_labels_of_one_number_are_an_error_for_a_head_of_two():
    with pytest.raises(ValueError, match="do not fit a head"):
        PositionError()(np.zeros((4, 1)), np.zeros((4, 2)))


def test_gradients_move_the_answers_towards_the_labels():
    keras.utils.set_random_seed(3)
    network = standardised(vgg(channels=1))
    network.compile(keras.optimizers.Adam(1e-3), PositionError(), jit_compile=False)
    patches = np.random.default_rng(1).standard_normal((8, 40, 40, 1))
    labels = np.full((8, 2), 20.0)
    before = network.evaluate(patches, labels, verbose=0)
    network.fit(patches, labels, epochs=8, verbose=0)
    assert network.evaluate(patches, labels, verbose=0) < 0.7 * before


def test_the_answer_for_a_patch_does_not_depend_on_its_batch():
    network = standardised(vgg(channels=2))
    patches = np.random.default_rng(1).standard_normal((5, 40, 40, 2)).astype(np.float32)
    alone = np.concatenate([network.predict(patch[None], verbose=0) for patch in patches])
    np.testing.assert_allclose(network.predict(patches, verbose=0), alone, rtol=1e-4, atol=1e-5)


def test_the_error_is_nothing_for_a_perfect_answer_and_symmetric():
    labels, answers = np.array([[10.0, 20.0], [-1, -1]]), np.array([[12.0, 20.0], [-1, 3]])
    assert float(PositionError()(labels, labels)) == 0
    assert float(PositionError()(labels, answers)) == pytest.approx(float(PositionError()(answers, labels)))


def test_without_regularisation_a_layer_adds_nothing():
    assert regulariser("none") is None
    assert set(PENALTIES) == {"weak", "medium", "strong", "very_strong"}


# Weights of 1 and -2: their magnitudes add up to 3, their squares to 5.
@pytest.mark.parametrize(("name", "cost"), [("weak", 5e-4), ("medium", 8e-4), ("strong", 8e-3), ("very_strong", 8e-2)])
def test_large_weights_cost_what_was_published(name, cost):
    assert float(regulariser(name)(np.array([1.0, -2.0], dtype=np.float32))) == pytest.approx(cost)
