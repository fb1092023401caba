"""Null witnesses and injected chirps tell a harmless network from one that does harm."""

import numpy as np
import pytest
import torch

from itwinai_virgo import synthetic
from itwinai_virgo.harm import null_scores, signal_scores
from itwinai_virgo.images import Images
from itwinai_virgo.reconstruction import reconstructed
from itwinai_virgo.truth import NOTHING_KNOWN
from itwinai_virgo.windows import image_transform, images


class Keep(torch.nn.Module):
    """A gate that keeps a part of all energy."""

    device = torch.device("cpu")

    def __init__(self, part):
        super().__init__()
        self.part = part

    def answers(self, inputs):
        """Return the cleaned image, and the first witness's."""
        return torch.log1p(self.part * torch.expm1(inputs[:, :1])), inputs[:, 1:2]


class First(torch.nn.Module):
    """Estimates the strain as its first witness."""

    device = torch.device("cpu")

    def answers(self, inputs):
        """Return the witness's image."""
        return inputs[:, :1], inputs[:, :1]


@pytest.fixture(scope="module")
def asked(small):
    """Return settings of the task denoise."""
    return small.model_copy(update={"task": "denoise"})


@pytest.fixture(scope="module")
def part(asked):
    """Return a minute of generated data."""
    recording, truth = synthetic.recording(64, 1024.0, 0.0, 0.95, 4)
    return images(recording, asked, truth)


@pytest.mark.parametrize(("kept", "lost"), [(1.0, 0.0), (0.8, 0.0), (0.2, 1.0)])
def test_chirps_keep_what_a_gate_keeps(asked, part, kept, lost):
    model = Keep(kept)
    scores = signal_scores(asked, model, reconstructed(model, part), 3)
    assert scores["chirp_energy_kept"] == pytest.approx(kept, abs=1e-4)
    assert scores["chirp_energy_kept_min"] == pytest.approx(kept, abs=1e-4)
    assert scores["chirps_lost"] == lost


def test_chirps_survive_an_estimate_from_witnesses(small, part):
    noise = Images(part.witnesses, part.strain, part.gps, part.recording, part.truth)
    scores = signal_scores(small, First(), reconstructed(First(), noise), 3)
    assert scores["chirp_energy_kept"] > 0.98
    assert scores["chirps_lost"] == 0.0


def test_doing_nothing_is_harmless(asked, part):
    scores = null_scores(Keep(1.0), reconstructed(Keep(1.0), part), image_transform(asked).frequencies)
    assert scores.pop("null_skill") == pytest.approx(1.0, abs=1e-5)
    assert set(scores) == {
        "null_ratio",
        "null_ratio_16_45",
        "null_ratio_45_60",
        "null_ratio_60_100",
        "null_ratio_100_300",
    }
    assert list(scores.values()) == pytest.approx([1.0] * 5, abs=1e-5)


def test_taking_away_what_no_witness_explains_is_told(asked, part):
    scores = null_scores(Keep(0.7), reconstructed(Keep(0.7), part), image_transform(asked).frequencies)
    assert scores["null_ratio"] == pytest.approx(0.7, abs=1e-3)
    assert scores["null_skill"] < 0.9


def test_images_without_a_recording_have_no_signals(small, rng):
    stack = rng.exponential(size=(4, 1, 16, 16)).astype(np.float32)
    rows = Images(stack, stack, np.arange(4.0), None, NOTHING_KNOWN)
    assert signal_scores(small, First(), reconstructed(First(), rows), 3) == {}


def test_one_window_has_no_other_time(small, rng):
    stack = rng.exponential(size=(1, 1, 16, 16)).astype(np.float32)
    rows = Images(stack, stack, np.arange(1.0), None, NOTHING_KNOWN)
    assert null_scores(First(), reconstructed(First(), rows), image_transform(small).frequencies) == {}
