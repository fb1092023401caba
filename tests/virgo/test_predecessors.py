"""The earlier use case's ResNet generator and U-Net have its parameters, and the laws of their kinds."""

import pytest
import torch
from torch import nn

from itwinai_virgo.predecessors import DropoutUNet, ResNetGenerator


def count(network):
    """Return the number of trainable parameters."""
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


@pytest.fixture(scope="module")
def resnet():
    """Return a narrow generator, untrained, with a fixed seed."""
    torch.manual_seed(0)
    return ResNetGenerator(3, blocks=2, base=8)


@pytest.fixture(scope="module")
def unet():
    """Return a narrow U-Net, untrained, with a fixed seed."""
    torch.manual_seed(0)
    return DropoutUNet(3, base=4)


@pytest.mark.parametrize(
    ("blocks", "parameters"),
    [(0, 747_905), (3, 4_288_385), (6, 7_828_865), (9, 11_369_345), (12, 14_909_825)],
)
def test_the_generator_has_the_parameters_of_the_use_case(blocks, parameters):
    assert count(ResNetGenerator(3, blocks)) == parameters


def test_the_unet_has_the_parameters_of_the_use_case():
    assert count(DropoutUNet(3)) == 34_513_345


@pytest.mark.parametrize(("base", "depth", "parameters"), [(70, 2, 2_473_171), (35, 3, 2_560_566), (17, 4, 2_436_832)])
def test_narrower_unets_of_its_kind_have_their_published_counts(base, depth, parameters):
    assert count(DropoutUNet(3, base, depth)) == parameters


def test_only_the_unet_draws_at_random(resnet, unet):
    drops = [[layer.p for layer in net.modules() if isinstance(layer, nn.Dropout2d)] for net in (resnet, unet)]
    assert drops == [[], [0.3]]


def test_neither_mixes_a_batch(resnet, unet):
    for network in (resnet, unet):
        assert not [layer for layer in network.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]


@torch.no_grad()
def test_an_image_has_the_same_answer_alone_and_in_a_batch(resnet, unet):
    images = torch.randn(3, 3, 32, 32)
    for network in (resnet.eval(), unet.eval()):
        alone = torch.cat([network(image[None]) for image in images])
        assert torch.allclose(network(images), alone, atol=1e-5)


@torch.no_grad()
def test_dropout_acts_in_training_alone(unet):
    images = torch.randn(1, 3, 16, 16)
    assert torch.equal(unet.eval()(images), unet(images))
    unet.train()
    torch.manual_seed(3)
    first = unet(images)
    assert not torch.equal(first, unet(images))
    torch.manual_seed(3)
    assert torch.equal(first, unet(images))


@pytest.mark.parametrize("shape", [(16, 16), (20, 44)])
def test_the_generator_keeps_shapes_of_multiples_of_four(resnet, shape):
    assert resnet(torch.zeros(1, 3, *shape)).shape == (1, 1, *shape)


@pytest.mark.parametrize("shape", [(16, 16), (48, 32)])
def test_the_unet_keeps_shapes_of_multiples_of_sixteen(unet, shape):
    assert unet(torch.zeros(1, 3, *shape)).shape == (1, 1, *shape)


@torch.no_grad()
def test_the_generator_sees_no_edge_in_a_constant_image(resnet):
    # Mirrored edges: where the halved and enlarged middle is constant, so is the answer.
    answer = resnet(torch.ones(1, 3, 32, 32))[0, 0]
    inside = answer[8:-8, 8:-8]
    assert float(inside.std()) < 1e-5


@torch.no_grad()
def test_the_generator_does_not_see_the_strength_of_its_input(resnet):
    # Each channel of each image is normalised by itself, after the first convolution.
    images = torch.randn(1, 3, 32, 32)
    assert torch.allclose(resnet(images), resnet(7 * images), atol=1e-3)


def test_every_weight_is_reached_by_the_gradient(resnet, unet):
    for network in (resnet, unet.eval()):
        network(torch.randn(2, 3, 16, 16)).square().sum().backward()
        assert [name for name, weights in network.named_parameters() if weights.grad is None] == []
        network.zero_grad()
