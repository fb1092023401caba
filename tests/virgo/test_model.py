"""The module scales by its training part alone, estimates no negative energy, and learns."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from itwinai_virgo.data import build_splits
from itwinai_virgo.model import StrainEstimator, _cycle
from itwinai_virgo.presets import PRESETS
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


def preset(name, task="noise"):
    """Return an untrained preset with a fixed seed."""
    torch.manual_seed(0)
    return StrainEstimator(VirgoSettings.model_validate({"model": {"name": name}, "task": task}))


@torch.no_grad()
@pytest.mark.parametrize("name", PRESETS)
def test_images_stay_channels_last_in_every_preset(name):
    module = preset(name).eval()
    layouts = []
    for layer in module.network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_pre_hook(lambda _, given: layouts.append(given[0]))
    module(torch.randn(2, 3, 32, 16))
    assert [given.shape for given in layouts if not given.is_contiguous(memory_format=torch.channels_last)] == []


@torch.no_grad()
@pytest.mark.parametrize("name", ["unet", "decoder", "recurrent_unet", "reference_decoder", "reference_resnet"])
@pytest.mark.parametrize("task", ["noise", "denoise"])
def test_the_estimate_of_bfloat16_is_close_and_in_float32(name, task):
    module = preset(name, task).eval()
    images = torch.rand(2, 3, 32, 32) * 3
    if task == "denoise":
        images = torch.cat([images[:, :1], images], dim=1)
    exact = module(images)
    with torch.autocast("cpu", torch.bfloat16):
        found = module(images)
    assert found.dtype == torch.float32
    assert not torch.equal(found, exact)
    assert float((found - exact).norm() / exact.norm()) < 0.02


@torch.no_grad()
def test_scaling_and_loss_stay_in_float32_under_bfloat16(model, train, monkeypatch):
    model.fit_scaling(train)
    monkeypatch.setattr(model, "log", lambda *_, **__: None)
    seen = []
    model.network.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    inputs, target = batch_of(train)
    with torch.autocast("cpu", torch.bfloat16):
        loss = model.training_step((inputs, target), 0)
        estimate = model(inputs)
    assert torch.equal(seen[0], (inputs - model.input_mean) / model.input_deviation)
    assert loss.dtype == torch.float32
    assert torch.allclose(loss, (estimate - target).abs().mean() / model.strain_deviation)


@torch.no_grad()
def test_no_estimate_is_negative(model, train):
    model.fit_scaling(train)
    assert model(100 * torch.randn(4, 3, 16, 16)).min() >= 0.0


def test_scaling_gives_training_images_zero_mean_and_unit_deviation(model, train):
    model.fit_scaling(train)
    images = (torch.from_numpy(train.witnesses) - model.input_mean) / model.input_deviation
    assert images.mean(dim=(0, 2, 3)).numpy() == pytest.approx(np.zeros(3), abs=1e-4)
    assert images.std(dim=(0, 2, 3)).numpy() == pytest.approx(np.ones(3), abs=1e-3)
    assert float(model.strain_deviation) == pytest.approx(train.strain.std(), rel=1e-5)
    assert float(model.strain_median) == pytest.approx(np.median(train.strain), rel=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("name", ["unet", "decoder", "recurrent_unet", "reference_resnet"])
def test_training_starts_at_the_median_of_the_training_strain(name, train):
    module = preset(name)
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
    assert set(logged) == {"train/loss"}


@pytest.mark.parametrize("part", ["train", "validation"])
def test_metrics_are_logged_once_an_epoch_under_the_name_of_their_part(model, train, monkeypatch, part):
    logged = []
    monkeypatch.setattr(model, "log", lambda name, value, **_: logged.append((name, value)))
    steps = {"train": model.training_step, "validation": model.validation_step}
    for _ in range(2):
        steps[part](batch_of(train), 0)
    {"train": model.on_train_epoch_end, "validation": model.on_validation_epoch_end}[part]()
    names = [name for name, _ in logged]
    assert names[:2] == [f"{part}/loss"] * 2
    assert sorted(names[2:]) == [f"{part}/correlation", f"{part}/l1"]
    metrics = dict(logged[2:])
    inputs, strain = batch_of(train)
    with torch.no_grad():
        expected = float((model(inputs) - strain).abs().mean())
    assert float(metrics[f"{part}/l1"].compute()) == pytest.approx(expected, rel=1e-4)


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
        ({"model": {"name": "decoder"}}, 5e-4),
        ({"model": {"name": "decoder"}, "training": {"learning_rate": 5e-5}}, 5e-5),
    ],
)
def test_a_preset_has_its_own_learning_rate_unless_one_is_given(content, rate):
    module = StrainEstimator(VirgoSettings.model_validate(content))
    module.trainer = SimpleNamespace(estimated_stepping_batches=100)
    found = module.configure_optimizers()
    assert found["optimizer"].defaults["lr"] == rate
    assert found["lr_scheduler"]["interval"] == "step"


def test_images_of_a_source_without_arrays_are_enough_for_the_scaling(model, train):
    whole = StrainEstimator(VirgoSettings())
    whole.fit_scaling(train)
    stored = type("Stored", (), {"__len__": lambda _: len(train), "__getitems__": lambda _, i: train.__getitems__(i)})
    model.fit_scaling(stored())
    for name in ("input_mean", "input_deviation", "strain_deviation", "strain_median"):
        assert torch.equal(getattr(model, name), getattr(whole, name))


def test_images_of_zeros_scale_without_a_division_by_zero(model, train):
    nothing = replace(train, strain=np.zeros_like(train.strain), witnesses=np.zeros_like(train.witnesses))
    model.fit_scaling(nothing)
    assert bool(torch.isfinite(model(batch_of(nothing)[0])).all())


@torch.no_grad()
def test_the_estimate_of_noise_is_what_is_foreseen(model, train):
    answer, foreseen = model.answers(batch_of(train)[0])
    assert torch.equal(answer, foreseen)
