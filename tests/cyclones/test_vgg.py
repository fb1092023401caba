"""The three VGG-like networks have the sizes that were published."""

import keras
import numpy as np
import pytest

from itwinai_cyclones.network import PositionError, standardised
from itwinai_cyclones.vgg import VERSIONS, vgg

SIZES = {"vgg_v1": 3_749_634, "vgg_v2": 6_023_842, "vgg_v3": 11_792_674}


@pytest.mark.parametrize("version", SIZES)
def test_four_inputs_and_two_outputs_make_the_published_number_of_parameters(version):
    assert vgg(channels=4, version=version).count_params() == SIZES[version]


def test_each_version_has_a_published_size():
    assert set(VERSIONS) == set(SIZES)


def test_the_first_version_is_the_one_without_a_name():
    assert vgg(channels=4).count_params() == SIZES["vgg_v1"]


@pytest.mark.parametrize(("channels", "outputs", "parameters"), [(4, 1, 3_749_569), (6, 2, 3_750_786)])
def test_other_heads_and_inputs_have_the_published_sizes(channels, outputs, parameters):
    assert vgg(channels=channels, outputs=outputs).count_params() == parameters


@pytest.mark.parametrize(("version", "filters"), [("vgg_v1", 64), ("vgg_v2", 32), ("vgg_v3", 32)])
def test_each_variable_more_costs_one_kernel_of_the_first_layer(version, filters):
    sizes = [vgg(channels=channels, version=version).count_params() for channels in (4, 5)]
    assert sizes[1] - sizes[0] == filters * 3 * 3


@pytest.mark.parametrize("version", SIZES)
def test_hidden_layers_are_rectified_and_the_head_is_linear(version):
    layers = [layer for layer in vgg(channels=2, version=version).layers if layer.weights]
    assert [layer.activation.__name__ for layer in layers] == ["relu"] * (len(layers) - 1) + ["linear"]


@pytest.mark.parametrize("version", SIZES)
def test_the_network_neither_mixes_a_batch_nor_drops_anything(version):
    names = {type(layer).__name__ for layer in vgg(channels=2, version=version).layers}
    assert names == {"InputLayer", "Conv2D", "MaxPooling2D", "Flatten", "Dense"}


@pytest.mark.parametrize("channels", [1, 2, 4, 7])
def test_any_set_of_variables_has_two_answers(channels):
    assert vgg(channels=channels).output_shape == (None, 2)
    assert standardised(vgg(channels=channels)).input_shape == (None, 40, 40, channels)


def test_every_kernel_but_the_head_is_held_down_where_that_is_asked():
    network = vgg(channels=1, regularisation="medium")
    held = [layer.name for layer in network.layers if getattr(layer, "kernel_regularizer", None) is not None]
    kernels = [layer.name for layer in network.layers if layer.weights]
    assert held == kernels[:-1]


def test_a_regularised_network_pays_for_its_weights_and_a_free_one_does_not():
    free, held = vgg(channels=1), vgg(channels=1, regularisation="strong")
    held.set_weights(free.get_weights())
    weights = [weight for weight in free.get_weights()[:-2] if weight.ndim > 1]
    cost = sum(1e-3 * (np.abs(weight).sum() + (weight**2).sum()) for weight in weights)
    assert free.losses == []
    assert float(keras.ops.sum(keras.ops.stack(held.losses))) == pytest.approx(cost, rel=1e-4)


@pytest.mark.parametrize("version", SIZES)
def test_a_head_of_another_width_than_the_labels_is_an_error(version):
    network = vgg(channels=1, outputs=1, version=version)
    answers = np.zeros((2, *network.output_shape[1:]))
    with pytest.raises(ValueError, match=r"Labels of shape \(2, 2\) do not fit a head of shape \(2, 1\)"):
        PositionError()(np.zeros((2, 2)), answers)
