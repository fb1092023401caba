"""The module scales by its training part alone, estimates no negative energy, and learns."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from itwinai_virgo.data import build_splits
from itwinai_virgo.model import PRESETS, StrainEstimator, _cycle
from itwinai_virgo.settings import VirgoSettings


@pytest.fixture(scope="module")
def train(small_run):
    """Return training images of the small run."""
    return build_splits(small_run).train


@pytest.fixture
def model(small):
    """Return an untrained module with a fixed seed."""
    torch.manual_seed(0)
    return StrainEstimator(small)


def batch_of(source, count=8):
    """Return the first images of a source as tensors."""
    return tuple(torch.from_numpy(part) for part in source.__getitems__(list(range(count))))


@pytest.mark.parametrize(("name", "parameters"), [("unet", 2_486_989), ("decoder", 2_125_121)])
def test_settings_reach_both_presets(name, parameters):
    module = StrainEstimator(VirgoSettings.model_validate({"model": {"name": name}}))
    assert sum(weights.numel() for weights in module.parameters()) == parameters


def test_presets_are_those_of_the_settings():
    choices = VirgoSettings.model_json_schema()["$defs"]["ModelSettings"]["properties"]["name"]["enum"]
    assert set(PRESETS) == set(choices)


@torch.no_grad()
def test_no_estimate_is_negative(model, train):
    model.fit_scaling(train)
    assert model(100 * torch.randn(4, 3, 16, 16)).min() >= 0.0


def test_scaling_gives_training_images_zero_mean_and_unit_deviation(model, train):
    model.fit_scaling(train)
    images = (torch.from_numpy(train.witnesses) - model.witness_mean) / model.witness_deviation
    assert images.mean(dim=(0, 2, 3)).numpy() == pytest.approx(np.zeros(3), abs=1e-4)
    assert images.std(dim=(0, 2, 3)).numpy() == pytest.approx(np.ones(3), abs=1e-3)
    assert float(model.strain_deviation) == pytest.approx(train.strain.std(), rel=1e-5)
    assert float(model.strain_median) == pytest.approx(np.median(train.strain), rel=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("name", ["unet", "decoder"])
def test_training_starts_at_the_median_of_the_training_strain(name, train):
    module = StrainEstimator(VirgoSettings.model_validate({"model": {"name": name}}))
    module.fit_scaling(train)
    torch.nn.init.zeros_(module.network.head.weight)
    assert module(torch.randn(2, 3, 16, 16)).numpy() == pytest.approx(np.median(train.strain), rel=1e-4)


@torch.no_grad()
def test_scaling_is_saved_with_the_weights(model, train, small, tmp_path):
    model.fit_scaling(train)
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    other = StrainEstimator(small)
    other.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True), strict=True)
    witnesses, _ = batch_of(train)
    assert torch.equal(other.eval()(witnesses), model.eval()(witnesses))


@torch.no_grad()
def test_a_window_has_the_same_estimate_alone_and_in_a_batch(model, train):
    model.fit_scaling(train)
    witnesses, _ = batch_of(train)
    alone = torch.cat([model(window[None]) for window in witnesses])
    assert torch.allclose(model(witnesses), alone, atol=1e-4)


def test_the_loss_is_the_distance_in_deviations_of_the_strain(model, train, monkeypatch):
    model.fit_scaling(train)
    logged = {}
    monkeypatch.setattr(model, "log", lambda name, value, **_: logged.update({name: value}))
    witnesses, strain = batch_of(train)
    loss = model.training_step((witnesses, strain), 0)
    expected = np.abs(model(witnesses).detach().numpy() - strain.numpy()).mean() / train.strain.std()
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-4)
    assert set(logged) == {"train/loss", "train/l1", "train/correlation"}


def test_validation_logs_under_its_own_name(model, train, monkeypatch):
    logged = {}
    monkeypatch.setattr(model, "log", lambda name, value, **options: logged.update({name: options}))
    assert model.validation_step(batch_of(train), 0) is None
    assert set(logged) == {"validation/loss", "validation/l1", "validation/correlation"}
    assert all(options["on_epoch"] and options["batch_size"] == 8 for options in logged.values())


def test_the_learning_rate_rises_and_falls_once():
    rates = np.array([_cycle(progress) for progress in np.linspace(0, 1, 201)])
    top = rates.argmax()
    assert rates.max() == pytest.approx(1.0)
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert 0 < rates[-1] < rates[0] < 0.1


def test_the_learning_rate_stays_low_beyond_the_last_update():
    assert _cycle(1.5) == _cycle(1.0)


def test_a_few_updates_bring_the_loss_down(model, train, monkeypatch):
    model.fit_scaling(train)
    monkeypatch.setattr(model, "log", lambda *_, **__: None)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    batch = batch_of(train, 12)
    losses = []
    for _ in range(25):
        loss = model.training_step(batch, 0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.85 * losses[0]


@pytest.mark.parametrize(
    ("content", "rate"),
    [
        ({}, 2e-3),
        ({"model": {"name": "decoder"}}, 2e-4),
        ({"model": {"name": "decoder"}, "training": {"learning_rate": 5e-5}}, 5e-5),
    ],
)
def test_a_preset_has_its_own_learning_rate_unless_one_is_given(content, rate):
    module = StrainEstimator(VirgoSettings.model_validate(content))
    module.trainer = SimpleNamespace(estimated_stepping_batches=100)
    found = module.configure_optimizers()
    assert found["optimizer"].defaults["lr"] == rate
    assert found["lr_scheduler"]["interval"] == "step"
