"""The decoder has the parameters of its preset, and treats all places of an image alike."""

import pytest
import torch
from torch import nn

from itwinai_virgo.decoder import Decoder


def count(network):
    """Return the number of trainable parameters."""
    return sum(weights.numel() for weights in network.parameters() if weights.requires_grad)


@pytest.fixture(scope="module")
def network():
    """Return a narrow decoder, untrained, with a fixed seed."""
    torch.manual_seed(0)
    return Decoder(3, widths=(4, 8), kernel=5)


def test_the_preset_has_its_parameters():
    assert count(Decoder(3)) == 2_125_121


@pytest.mark.parametrize(
    ("inputs", "widths", "kernel", "parameters"),
    [
        (3, (32, 64, 64), 7, 309_057),  # "simple" of the itwinai use case
        (3, (64, 128, 256), 5, 1_035_649),  # "deep" of the itwinai use case
        (13, (64, 128, 256), 7, 2_060_801),  # with the thirteen witnesses of GlitchFlow
    ],
)
def test_published_decoders_are_of_its_kind(inputs, widths, kernel, parameters):
    assert count(Decoder(inputs, widths, kernel)) == parameters


def test_nothing_in_it_depends_on_the_batch_or_on_chance(network):
    kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
    assert not [module for module in network.modules() if isinstance(module, kinds)]


@torch.no_grad()
def test_an_image_has_the_same_answer_alone_and_in_a_batch(network):
    images = torch.randn(4, 3, 16, 16)
    alone = torch.cat([network(image[None]) for image in images])
    assert torch.allclose(network(images), alone, atol=1e-6)


@torch.no_grad()
def test_a_shifted_image_has_a_shifted_answer(network):
    images = torch.randn(1, 3, 40, 40)
    here, there = network(images), network(images.roll((3, 5), dims=(2, 3)))
    inside = (slice(None), slice(None), slice(12, 28), slice(12, 28))
    assert torch.allclose(here.roll((3, 5), dims=(2, 3))[inside], there[inside], atol=1e-6)


def test_a_pixel_sees_as_far_as_the_kernels_reach(network):
    images = torch.randn(1, 3, 33, 33, requires_grad=True)
    network(images)[0, 0, 16, 16].backward()
    rows = torch.nonzero(images.grad.abs().sum(dim=(0, 1, 3)))[:, 0]
    assert (rows.min(), rows.max()) == (16 - 6, 16 + 6)  # three layers of two pixels a side


@pytest.mark.parametrize("shape", [(16, 16), (20, 48)])
def test_the_image_keeps_its_shape(network, shape):
    assert network(torch.zeros(2, 3, *shape)).shape == (2, 1, *shape)
