"""What follows its witnesses is told from what does not, from the images of one window."""

import numpy as np
import pytest
import torch

from itwinai_virgo.evidence import evidence
from itwinai_virgo.images import scaled
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.windows import image_transform

WINDOWS = 48


@pytest.fixture(scope="module")
def noise():
    """Return images of white noise: a strain and two channels that have nothing to do with it, nor with one another."""
    transform = image_transform(VirgoSettings())
    series = np.random.default_rng(8).normal(size=(3 * WINDOWS, transform.samples))
    images = torch.from_numpy(scaled(transform(torch.from_numpy(series)).energy.numpy())).float()
    return images.reshape(WINDOWS, 3, 64, 64)


def test_noise_is_hardly_ever_evidence(noise):
    found = evidence(noise[:, :1], noise[:, 1:])
    assert found.shape == (WINDOWS, 1, 64, 1)
    assert float(found.mean()) < 0.01


def test_a_strain_that_is_its_witness_in_part_is_evidence(noise):
    witness = noise[:, 1:2]
    strain = torch.log1p(0.7 * torch.expm1(witness) + 0.3 * torch.expm1(noise[:, :1]))
    assert float(evidence(strain, noise[:, 1:]).mean()) > 0.95


def test_evidence_is_found_where_the_coupling_is(noise):
    strain = noise[:, :1].clone()
    strain[:, :, 40:] = noise[:, 1:2, 40:]
    found = evidence(strain, noise[:, 1:])[:, 0, :, 0].mean(0)
    assert float(found[48:].min()) > 0.95
    assert float(found[:20].max()) < 0.05


def test_one_witness_among_many_is_enough(noise):
    strain = noise[:, 1:2]
    assert torch.allclose(evidence(strain, noise[:, 1:]), torch.ones(()))
    assert torch.allclose(evidence(strain, noise[:, [2, 1]]), torch.ones(()))


def test_a_window_is_judged_alone(noise):
    mixed = torch.cat([noise[:4, 1:2], noise[4:8, :1]])
    whole = evidence(mixed, noise[:8, 1:])
    alone = torch.cat([evidence(mixed[[i]], noise[[i], 1:]) for i in range(8)])
    assert torch.allclose(whole, alone, atol=1e-4)


def test_the_strength_of_a_channel_plays_no_part_below_the_cut(noise):
    # At half the size, nothing that was cut is cut.
    quiet = noise.clamp(max=1.4)
    assert torch.allclose(
        evidence(quiet[:, 1:2], 0.5 * quiet[:, 1:]), evidence(quiet[:, 1:2], 2 * quiet[:, 1:]), atol=1e-4
    )


def test_two_loud_glitches_that_meet_are_no_more_evidence_than_two_of_noise(noise):
    strain, witnesses = noise[:, :1].clone(), noise[:, 1:].clone()
    strain[:, :, 30:34, 30:33] = 8.0
    witnesses[:, :1, 30:34, 30:33] = 8.0
    assert float(evidence(strain, witnesses).mean()) < 0.05


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_dead_channel_is_no_evidence(noise, level):
    dead = torch.full_like(noise[:, 1:], level)
    assert float(evidence(noise[:, :1], dead).max()) == 0.0
    assert float(evidence(dead[:, :1], noise[:, 1:]).max()) == 0.0


@pytest.mark.parametrize(("rows", "times"), [(4, 4), (3, 2), (1, 3)])
def test_coarser_images_are_judged_too(noise, rows, times):
    coarse = noise[:, :, ::rows, ::times]
    assert evidence(coarse[:, :1], coarse[:, 1:]).shape == (WINDOWS, 1, coarse.shape[2], 1)
    assert float(evidence(coarse[:, :1], coarse[:, 1:]).mean()) < 0.03
    assert float(evidence(coarse[:, 1:2], coarse[:, 1:]).mean()) > 0.9


def test_no_gradient_is_asked_of_it(noise):
    strain = noise[:2, :1].clone().requires_grad_()
    assert not evidence(strain, noise[:2, 1:]).requires_grad
