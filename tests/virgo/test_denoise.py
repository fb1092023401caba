"""The module of the task ``denoise`` adds nothing, takes what witnesses explain, and leaves loud signals."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from itwinai_virgo.data import build_splits
from itwinai_virgo.model import MOST_TAKEN, StrainEstimator
from itwinai_virgo.settings import VirgoSettings


@pytest.fixture(scope="module")
def train(small_run):
    """Return training images of the small run."""
    return build_splits(small_run).train


def batch_of(source, count=8):
    """Return the first images of a source as tensors."""
    return tuple(torch.from_numpy(part) for part in source.__getitems__(list(range(count))))


@pytest.fixture(scope="module")
def cleaning(train):
    """Return training images of the task ``denoise``, whose clean strain has half the energy below 100 Hz."""
    clean = train.strain.copy()
    clean[:, :, :8] = np.log1p(np.expm1(clean[:, :, :8]) / 2)
    return replace(train, task="denoise", clean=clean)


@pytest.fixture
def cleaner(small, cleaning):
    """Return an untrained module of the task ``denoise``, scaled."""
    torch.manual_seed(0)
    module = StrainEstimator(small.model_copy(update={"task": "denoise"}))
    module.fit_scaling(cleaning)
    return module


@torch.no_grad()
def test_denoising_starts_with_most_of_the_strain(cleaner, cleaning):
    torch.nn.init.zeros_(cleaner.network.head.weight)
    inputs, _ = batch_of(cleaning)
    energy = torch.expm1(inputs[:, :1])
    kept = torch.expm1(cleaner(inputs))
    assert bool((kept >= 0.88 * energy).all())
    assert bool((kept <= energy + 1e-6).all())


@torch.no_grad()
@pytest.mark.parametrize("loudness", [0.0, 1.0, 1e6])
def test_denoising_adds_nothing_to_the_strain_and_leaves_no_negative_energy(cleaner, loudness):
    torch.nn.init.normal_(cleaner.network.head.weight)
    energy = loudness * torch.rand(4, 4, 16, 16)
    answer = cleaner(torch.log1p(energy))
    assert float(answer.min()) >= 0.0
    assert bool((answer <= torch.log1p(energy[:, :1]) + 1e-5).all())


def test_denoising_has_an_input_more_and_scales_the_strain_by_itself(cleaner, cleaning):
    assert cleaner.input_mean.shape == (4, 1, 1)
    assert float(cleaner.input_mean[0]) == pytest.approx(cleaning.strain.mean(), rel=1e-5)
    assert float(cleaner.strain_median) == pytest.approx(np.median(cleaning.clean), rel=1e-5)


def test_denoising_learns_what_is_to_be_taken_away(cleaner, cleaning, monkeypatch):
    monkeypatch.setattr(cleaner, "log", lambda *_, **__: None)
    optimiser = torch.optim.AdamW(cleaner.parameters(), lr=2e-3)
    batch = batch_of(cleaning, 12)
    for _ in range(60):
        loss = cleaner.training_step(batch, 0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    inputs, target = batch
    nothing_done = (inputs[:, :1] - target).abs().mean()
    with torch.no_grad():
        assert float((cleaner(inputs) - target).abs().mean()) < 0.85 * nothing_done


@torch.no_grad()
def test_what_is_foreseen_does_not_depend_on_the_strain(cleaner, cleaning):
    inputs, _ = batch_of(cleaning)
    other = torch.cat([inputs[:, :1] + 3.0, inputs[:, 1:]], dim=1)
    assert torch.equal(cleaner.answers(inputs)[1], cleaner.answers(other)[1])


@torch.no_grad()
def test_no_more_is_taken_from_a_loud_signal_than_a_few_times_what_is_foreseen(cleaner, cleaning):
    inputs, _ = batch_of(cleaning)
    inputs[:, 1:] = inputs[:, :1]  # the witnesses show the same, so that something may be taken at all
    inputs[:, :1, 4:8, 4:8] += 5.0
    torch.nn.init.normal_(cleaner.network.head.weight)
    answer, foreseen = cleaner.answers(inputs)
    taken, limit = torch.expm1(inputs[:, :1]) - torch.expm1(answer), MOST_TAKEN * torch.expm1(foreseen)
    assert bool((taken <= limit + 1e-3 * torch.expm1(inputs[:, :1])).all())
    assert bool((taken > 0.5 * limit).any())


def test_the_loss_of_denoising_holds_the_error_of_what_is_foreseen(cleaner, cleaning, monkeypatch):
    monkeypatch.setattr(cleaner, "log", lambda *_, **__: None)
    inputs, target = batch_of(cleaning)
    with torch.no_grad():
        answer, foreseen = cleaner.answers(inputs)
        loss = cleaner.training_step((inputs, target), 0)
    expected = (answer - target).abs().mean() + (foreseen - inputs[:, :1]).abs().mean()
    assert float(loss) == pytest.approx(float(expected / cleaner.strain_deviation), rel=1e-5)


@torch.no_grad()
def test_a_network_that_would_take_everything_takes_nothing_that_the_witnesses_do_not_show():
    torch.manual_seed(0)
    module = StrainEstimator(VirgoSettings(task="denoise"))
    torch.nn.init.constant_(module.network.head.bias, 30.0)
    energy = torch.from_numpy(np.random.default_rng(4).exponential(1.44, size=(64, 4, 64, 64))).float()
    left = torch.expm1(module(torch.log1p(energy)))
    assert 0.98 < float(left.sum() / energy[:, :1].sum()) <= 1.0 + 1e-6
    seen = torch.cat([energy[:, :1], energy[:, :1], energy[:, 2:]], dim=1)
    assert float(torch.expm1(module(torch.log1p(seen))).sum()) < 1e-3
