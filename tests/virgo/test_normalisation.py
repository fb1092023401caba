"""The quick group normalisation is PyTorch's, with its gradients, whatever lies beside what in memory."""

import pytest
import torch
from torch import nn

from itwinai_virgo.normalisation import GroupNorm, instance_norm

SHAPES = [(3, 18, 16, 16, 6), (2, 18, 64, 64, 6), (2, 7, 17, 19, 1), (1, 36, 32, 48, 36), (2, 600, 16, 16, 4)]


def images_of(shape, dtype=torch.float32):
    """Return noise with an offset, channels of a pixel side by side."""
    torch.manual_seed(0)
    return (3 * torch.randn(shape) + 2).to(dtype).contiguous(memory_format=torch.channels_last)


def both(channels, groups):
    """Return ours and PyTorch's, with the same uneven weights."""
    torch.manual_seed(1)
    ours, theirs = GroupNorm(groups, channels), nn.GroupNorm(groups, channels)
    nn.init.normal_(ours.weight)
    nn.init.normal_(ours.bias)
    theirs.load_state_dict(ours.state_dict())
    return ours, theirs


def answers(layer, images):
    """Return the answer and the gradients of an uneven sum of it."""
    images = images.clone().requires_grad_()
    out = layer(images)
    torch.manual_seed(2)
    (out * torch.randn(out.shape, dtype=out.dtype)).sum().backward()
    weights = [] if layer.weight is None else [layer.weight.grad, layer.bias.grad]
    return [out.detach(), images.grad, *weights]


@pytest.mark.parametrize(("batch", "channels", "height", "width", "groups"), SHAPES)
def test_answer_and_gradients_are_those_of_pytorch(batch, channels, height, width, groups):
    ours, theirs = both(channels, groups)
    images = images_of((batch, channels, height, width))
    for found, expected in zip(answers(ours, images), answers(theirs, images), strict=True):
        assert float((found - expected).norm() / expected.norm()) < 1e-5


def test_gradients_are_those_of_finite_differences():
    torch.manual_seed(0)
    layer = GroupNorm(2, 4).double()
    images = torch.randn(1, 4, 16, 16, dtype=torch.float64).contiguous(memory_format=torch.channels_last)
    images = images.requires_grad_()
    aim = torch.randn(1, 4, 16, 16, dtype=torch.float64)
    (layer(images) * aim).sum().backward()
    for place in ((0, 0, 0, 0), (0, 3, 7, 9)):
        step = torch.zeros_like(images)
        step[place] = 0.05
        slope = ((layer(images + step) - layer(images - step)) * aim).sum() / 0.1
        assert float(images.grad[place]) == pytest.approx(float(slope.detach()), abs=1e-3)


@torch.no_grad()
def test_a_group_has_mean_zero_and_deviation_one():
    out = GroupNorm(3, 12)(images_of((2, 12, 32, 32))).reshape(2, 3, -1)
    assert out.mean(dim=2).numpy() == pytest.approx(torch.zeros(2, 3).numpy(), abs=1e-5)
    assert out.std(dim=2).numpy() == pytest.approx(torch.ones(2, 3).numpy(), abs=1e-3)


def test_instance_normalisation_is_that_of_pytorch():
    images = images_of((2, 24, 16, 16))
    expected = answers(nn.InstanceNorm2d(24), images)
    for found, truth in zip(answers(instance_norm(24), images), expected, strict=True):
        assert float((found - truth).norm() / truth.norm()) < 1e-5


def test_instance_normalisation_has_nothing_to_learn():
    assert list(instance_norm(24).parameters()) == []


@torch.no_grad()
def test_sums_over_bfloat16_are_taken_in_float32():
    ours, theirs = both(18, 6)
    images = images_of((2, 18, 64, 64), torch.bfloat16)
    found, exact = ours(images), theirs(images.float())
    assert found.dtype == torch.bfloat16
    # Nothing is lost but the rounding of the answer itself.
    assert float((found.float() - exact).norm() / exact.norm()) < 2.0**-8


@torch.no_grad()
def test_a_large_offset_does_not_drown_the_spread():
    images = images_of((1, 8, 32, 32)) + 1000.0
    groups = images.double().reshape(4, -1)
    exact = (groups - groups.mean(1, keepdim=True)) / groups.std(1, keepdim=True)
    assert float((GroupNorm(4, 8)(images).reshape(4, -1) - exact).abs().max()) < 2e-3


@torch.no_grad()
@pytest.mark.parametrize("shape", [(2, 18, 8, 8), (2, 18, 32, 32)])
def test_images_keep_their_order_in_memory(shape):
    for layout in (torch.contiguous_format, torch.channels_last):
        out = GroupNorm(6, 18)(images_of(shape).contiguous(memory_format=layout))
        assert out.is_contiguous(memory_format=layout)


@torch.no_grad()
def test_an_image_has_the_same_answer_alone_and_in_a_batch():
    layer, images = GroupNorm(6, 18), images_of((4, 18, 32, 32))
    alone = torch.cat([layer(image[None].contiguous(memory_format=torch.channels_last)) for image in images])
    assert torch.allclose(layer(images), alone, atol=1e-6)
