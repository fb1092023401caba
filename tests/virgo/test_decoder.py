"""The decoder has the parameters of its preset, and treats all places of an image alike."""

import pytest
import torch
from torch import nn

from itwinai_virgo.decoder import Decoder, height_code


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
    ("kernel", "parameters"),
    [
        (3, 56_897),
        (5, 157_761),
        (7, 309_057),  # as the itwinai use case has it
        (9, 510_785),
        (11, 762_945),
        (13, 1_065_537),
        (15, 1_418_561),
    ],
)
def test_the_simple_decoder_of_the_use_case_is_of_its_kind(kernel, parameters):
    assert count(Decoder(3, (32, 64, 64), kernel)) == parameters


@pytest.mark.parametrize(
    ("kernel", "parameters"),
    [(3, 373_121), (5, 1_035_649), (7, 2_029_441), (9, 3_354_497)],
)
def test_the_deep_decoder_of_the_use_case_is_of_its_kind(kernel, parameters):
    assert count(Decoder(3, (64, 128, 256), kernel, 0.3)) == parameters


def test_the_decoder_for_the_witnesses_of_glitchflow_is_of_its_kind():
    assert count(Decoder(13, (64, 128, 256), 7)) == 2_060_801


def test_the_code_of_the_height_has_no_parameters():
    assert count(Decoder(3, (4, 8), 5, coded=False)) == count(Decoder(3, (4, 8), 5))


def test_the_code_tells_every_two_heights_apart():
    code = height_code(32, 64)
    assert code.shape == (32, 64)
    apart = torch.cdist(code.T, code.T) + 10 * torch.eye(64)
    assert apart.min() > 0.5


def test_the_code_of_a_height_does_not_depend_on_how_many_rows_there_are():
    coarse, fine = height_code(8, 16), height_code(8, 48)
    assert torch.allclose(coarse, fine[:, 1::3], atol=1e-6)


def test_nothing_in_it_depends_on_the_batch_or_on_chance(network):
    kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
    assert not [module for module in network.modules() if isinstance(module, kinds)]


@torch.no_grad()
def test_an_image_has_the_same_answer_alone_and_in_a_batch(network):
    images = torch.randn(4, 3, 16, 16)
    alone = torch.cat([network(image[None]) for image in images])
    assert torch.allclose(network(images), alone, atol=1e-6)


INSIDE = (slice(None), slice(None), slice(12, 28), slice(12, 28))


@torch.no_grad()
def test_an_image_shifted_in_time_has_a_shifted_answer(network):
    images = torch.randn(1, 3, 40, 40)
    here, there = network(images), network(images.roll(5, dims=3))
    assert torch.allclose(here.roll(5, dims=3)[INSIDE], there[INSIDE], atol=1e-6)


@torch.no_grad()
def test_an_image_shifted_in_frequency_has_a_shifted_answer_only_without_the_code(network):
    images = torch.randn(1, 3, 40, 40)
    for decoder, same in ((network, False), (Decoder(3, widths=(4, 8), kernel=5, coded=False), True)):
        here, there = decoder(images), decoder(images.roll(3, dims=2))
        assert torch.allclose(here.roll(3, dims=2)[INSIDE], there[INSIDE], atol=1e-6) == same


@torch.no_grad()
@pytest.mark.parametrize("slope", [0.2, 0.3])
def test_noise_keeps_its_strength_through_all_layers(slope):
    torch.manual_seed(1)
    decoder = Decoder(3, (64, 128, 256), 5, slope, coded=False)
    features = decoder.body(decoder.enter(torch.randn(2, 3, 32, 32)))[:, :, 8:24, 8:24]
    assert float(features.square().mean()) == pytest.approx(1.0, abs=0.5)


@torch.no_grad()
def test_a_rectifier_has_its_slope():
    decoder = Decoder(1, (1,), 1, slope=0.3, coded=False)
    for layer in (decoder.enter, decoder.head):
        torch.nn.init.ones_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    assert decoder(torch.tensor([[[[-2.0, 2.0]]]])).flatten().tolist() == pytest.approx([-0.6, 2.0])


def test_a_pixel_sees_as_far_as_the_kernels_reach(network):
    images = torch.randn(1, 3, 33, 33, requires_grad=True)
    network(images)[0, 0, 16, 16].backward()
    rows = torch.nonzero(images.grad.abs().sum(dim=(0, 1, 3)))[:, 0]
    assert (rows.min(), rows.max()) == (16 - 6, 16 + 6)  # three layers of two pixels a side


@pytest.mark.parametrize("shape", [(16, 16), (20, 48)])
def test_the_image_keeps_its_shape(network, shape):
    assert network(torch.zeros(2, 3, *shape)).shape == (2, 1, *shape)
