"""The recurrent residual U-Net has the parameters of its kind, and its recurrence costs none."""

import pytest
import torch
from torch import nn

from itwinai_virgo.recurrent import RecurrentUNet, _RecurrentResidual


def count(network):
    """Return the number of trainable parameters."""
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


@pytest.fixture(scope="module")
def network():
    """Return a narrow network, untrained, with a fixed seed."""
    torch.manual_seed(0)
    return RecurrentUNet(3, base=4)


def test_the_preset_has_its_parameters():
    assert count(RecurrentUNet(3)) == 2_447_665


def test_running_a_layer_again_costs_no_parameter():
    assert count(RecurrentUNet(3, base=4, repeats=0)) == count(RecurrentUNet(3, base=4, repeats=5))


def test_a_witness_more_costs_a_weight_a_feature():
    assert count(RecurrentUNet(4)) - count(RecurrentUNet(3)) == 16


def test_nothing_in_it_depends_on_the_batch_or_on_chance(network):
    kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
    assert not [module for module in network.modules() if isinstance(module, kinds)]


@torch.no_grad()
def test_an_image_has_the_same_answer_alone_and_in_a_batch(network):
    images = torch.randn(3, 3, 32, 32)
    alone = torch.cat([network(image[None]) for image in images])
    assert torch.allclose(network.train()(images), alone, atol=1e-4)


@pytest.mark.parametrize("shape", [(16, 16), (48, 32)])
def test_the_image_keeps_its_shape(network, shape):
    assert network(torch.zeros(2, 3, *shape)).shape == (2, 1, *shape)


@pytest.mark.parametrize("repeats", [0, 1, 2, 4])
def test_each_repeat_looks_a_pixel_further(repeats):
    torch.manual_seed(0)
    block = _RecurrentResidual(1, 4, repeats)
    # Convolutions of ones without normalisation: what is reached is not zero.
    for layer in block.recurrent:
        nn.init.ones_(layer[0].weight)
        layer[1] = nn.Identity()
    images = torch.ones(1, 1, 41, 41, requires_grad=True)
    nn.init.ones_(block.enter.weight)
    block(images)[0, :, 20, 20].sum().backward()
    rows = torch.nonzero(images.grad[0, 0].sum(dim=1))[:, 0]
    reach = 2 * (1 + repeats)
    assert (int(rows.min()), int(rows.max())) == (20 - reach, 20 + reach)


@torch.no_grad()
def test_a_block_whose_convolutions_are_silent_passes_its_input():
    block = _RecurrentResidual(3, 4, 2)
    for layer in block.recurrent:
        nn.init.zeros_(layer[1].weight)
        nn.init.zeros_(layer[1].bias)
    images = torch.randn(2, 3, 16, 16)
    assert torch.equal(block(images), block.enter(images))


def test_every_weight_is_reached_by_the_gradient(network):
    network(torch.randn(2, 3, 32, 32)).square().sum().backward()
    unreached = [name for name, weights in network.named_parameters() if weights.grad is None]
    network.zero_grad()
    assert unreached == []
