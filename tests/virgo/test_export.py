"""What is said of a trained network on unseen time is true, and its files can be used."""

import json

import h5py
import numpy as np
import pytest
import torch
from matplotlib.image import imread

from itwinai_core import DataSplits
from itwinai_virgo.data import build_splits, read_recording
from itwinai_virgo.export import assess
from itwinai_virgo.images import Images
from itwinai_virgo.model import StrainEstimator
from itwinai_virgo.reconstruction import estimated
from itwinai_virgo.truth import Glitch, Truth


@pytest.fixture(scope="module")
def data(small_run):
    """Return the parts of the small run."""
    return build_splits(small_run)


class Echo(torch.nn.Module):
    """Estimates the strain as one of its witnesses."""

    device = torch.device("cpu")

    def __init__(self, number=0):
        super().__init__()
        self.number = number

    def answers(self, witnesses):
        """Return the witness's image."""
        image = witnesses[:, self.number : self.number + 1]
        return image, image


@pytest.fixture(scope="module")
def judged(data, small, tmp_path_factory):
    """Return the scores of an untrained network, and the folder of its files."""
    folder = tmp_path_factory.mktemp("assessed")
    torch.manual_seed(0)
    model = StrainEstimator(small).eval()
    model.fit_scaling(data.train)
    return assess(small, model, data, folder), folder


def made(strain_images, witness_images, glitches=(), start=100.0):
    """Return a part of given images, whose windows are 4 s long."""
    gps = start + 4.0 * np.arange(len(strain_images))
    return Images(witness_images, strain_images, gps, None, Truth(tuple(glitches)))


def test_scores_have_the_baselines_beside_the_network(judged):
    scores, _ = judged
    assert {"skill", "skill_linear", "l1", "l1_constant_median", "l1_linear", "correlation", "ssim"} <= set(scores)
    assert all(np.isfinite(value) for value in scores.values())


def test_skill_is_one_minus_the_error_over_that_of_the_constant(judged):
    scores, _ = judged
    assert scores["skill"] == pytest.approx(1 - scores["l1"] / scores["l1_constant_median"], rel=1e-5)
    assert scores["skill_linear"] == pytest.approx(1 - scores["l1_linear"] / scores["l1_constant_median"], rel=1e-5)


def test_the_constant_is_of_the_training_part_and_the_error_of_the_test_part(judged, data):
    scores, _ = judged
    expected = np.abs(data.test.strain - np.median(data.train.strain)).mean()
    assert scores["l1_constant_median"] == pytest.approx(expected, rel=1e-6)


def test_the_linear_baseline_learns_what_is_coherent(judged):
    assert judged[0]["skill_linear"] > 0.05


def test_a_perfect_estimate_has_a_skill_of_one(data, small, tmp_path):
    parts = [
        Images(np.repeat(part.strain, 3, axis=1), part.strain, part.gps, part.recording, part.truth)
        for part in (data.train, data.validation, data.test)
    ]
    scores = assess(small, Echo(), DataSplits(*parts), tmp_path)
    assert scores["skill"] == pytest.approx(1.0)
    assert scores["correlation"] == pytest.approx(1.0, rel=1e-4)
    assert scores["skill_linear"] > 0.8


def test_validation_stands_in_where_there_is_no_test_part(data, small, tmp_path):
    scores = assess(small, Echo(), DataSplits(data.train, data.validation), tmp_path)
    expected = np.abs(data.validation.witnesses[:, :1] - data.validation.strain).mean()
    assert scores["l1"] == pytest.approx(expected, rel=1e-5)


def test_skill_of_a_family_is_that_near_its_glitches(small, rng, tmp_path):
    truth = rng.exponential(size=(6, 1, 16, 16)).astype(np.float32)
    guess = truth.copy()
    guess[1] += 5.0  # wrong near the whistle, right elsewhere
    glitches = [
        Glitch("whistle", 106.0, 20.0, "V1:X", 10.0),
        Glitch("tomte", 114.0, 20.0, "V1:X", 10.0),
        Glitch("blip", 118.0, 20.0, "", 0.0),
        Glitch("tomte", 118.0, 0.0, "V1:X", 10.0),
    ]
    part = made(truth, np.repeat(guess, 3, axis=1), glitches)
    scores = assess(small, Echo(), DataSplits(part, part, part), tmp_path)
    assert scores["skill_whistle"] < 0
    assert scores["skill_tomte"] == scores["skill_unwitnessed"] == scores["skill_no_glitch"] == 1.0
    assert "skill_blip" not in scores


def test_without_truth_there_is_no_skill_by_family(small, rng, tmp_path):
    truth = rng.exponential(size=(4, 1, 16, 16)).astype(np.float32)
    part = made(truth, np.repeat(truth, 3, axis=1))
    scores = assess(small, Echo(), DataSplits(part, part, part), tmp_path)
    assert {name for name in scores if name.startswith("skill_")} == {"skill_linear", "skill_median_per_pixel"}


@pytest.mark.parametrize("name", ["cases.png", "scores.png", "bands.png"])
def test_pictures_show_something(judged, name):
    picture = imread(judged[1] / name)
    assert picture.shape[0] > 300
    assert picture.shape[1] > 800
    assert picture[..., :3].std() > 0.1


def test_estimates_have_their_axes_and_the_truth(judged, data, small):
    with h5py.File(judged[1] / "estimates.h5") as file:
        assert file["estimate"].shape == file["strain"].shape == data.test.strain[:, 0].shape
        assert (file["strain"][()] == data.test.strain[:, 0]).all()
        assert (file["gps"][()] == data.test.gps).all()
        assert file["frequency"].attrs["unit"] == "Hz"
        assert file["frequency"][[0, -1]] == pytest.approx([small.qscan.low, small.qscan.high])
        assert len(json.loads(file.attrs["truth"])) == len(data.test.truth.events())


def test_the_held_out_recording_can_be_read_and_is_of_the_test_part(judged, data, small):
    found = read_recording(judged[1] / "held-out.h5", small)
    assert found.strain.gps_start == data.test.recording.strain.gps_start
    assert len(found.witnesses) == 3
    count = len(found.strain.values)
    assert (found.strain.values == data.test.recording.strain.values[:count]).all()


def test_the_truth_goes_along_with_the_held_out_recording(judged, data):
    with h5py.File(judged[1] / "held-out.h5") as file:
        truth = json.loads(file.attrs["truth"])
    assert [glitch["gps"] for glitch in truth] == [glitch.gps for glitch in data.test.truth.glitches]
    assert all(set(glitch) == {"kind", "family", "gps", "snr", "witness", "witness_snr"} for glitch in truth)


@pytest.mark.parametrize("count", [1, 16, 37])
def test_estimates_come_in_the_order_of_their_windows(count, rng):
    witnesses = rng.normal(size=(count, 3, 16, 16)).astype(np.float32)
    for answer in estimated(Echo(2), witnesses):
        assert (answer == witnesses[:, 2:]).all()
