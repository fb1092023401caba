"""The U-Net has the parameters of its preset, and no image of a batch tells of another."""

import pytest
import torch
from torch import nn

from itwinai_virgo.unet import UNet


def count(network):
    """Return the number of trainable parameters."""
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


@pytest.fixture(scope="module")
def network():
    """Return the preset, untrained, with a fixed seed."""
    torch.manual_seed(0)
    return UNet(3)


def test_the_preset_has_its_parameters(network):
    assert count(network) == 2_486_989


def test_batch_normalisation_would_have_as_many():
    network = UNet(3)
    normal = [module for module in network.modules() if isinstance(module, nn.GroupNorm)]
    batch = [nn.BatchNorm2d(module.num_channels) for module in normal]
    assert sum(count(module) for module in normal) == sum(count(module) for module in batch)


def test_a_witness_more_costs_nine_weights_a_feature():
    assert count(UNet(4)) - count(UNet(3)) == 9 * 18


def test_nothing_in_it_depends_on_the_batch_or_on_chance(network):
    kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
    assert not [module for module in network.modules() if isinstance(module, kinds)]


@pytest.mark.parametrize("shape", [(16, 16), (64, 64), (32, 128)])
def test_the_image_keeps_its_shape(network, shape):
    assert network(torch.zeros(2, 3, *shape)).shape == (2, 1, *shape)


@torch.no_grad()
def test_an_image_has_the_same_answer_alone_and_in_a_batch(network):
    images = torch.randn(5, 3, 32, 32)
    whole = network.train()(images)
    alone = torch.cat([network(image[None]) for image in images])
    assert torch.allclose(whole, alone, atol=1e-5)


@torch.no_grad()
def test_training_and_evaluation_answer_alike(network):
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(network.train()(images), network.eval()(images))


def test_every_weight_is_reached_by_the_gradient(network):
    network(torch.randn(2, 3, 32, 32)).square().sum().backward()
    unreached = [name for name, weights in network.named_parameters() if weights.grad is None]
    network.zero_grad()
    assert unreached == []


def test_a_far_pixel_of_a_witness_reaches_the_estimate(network):
    images = torch.randn(1, 3, 64, 64, requires_grad=True)
    network(images)[0, 0, 32, 32].backward()
    seen = images.grad.abs().sum(dim=(0, 1)) > 0
    assert seen[0, 0]
    assert seen[63, 63]


def test_depth_and_width_can_be_chosen():
    assert count(UNet(3, base=8, depth=2)) < count(UNet(3, base=8, depth=3)) < count(UNet(3, base=12, depth=3))
    assert UNet(1, base=7, depth=1)(torch.zeros(1, 1, 8, 8)).shape == (1, 1, 8, 8)
