"""What a network makes of a part: its answer, the cleaned images, and what the truth allows."""

import numpy as np
import pytest
import torch

from itwinai_virgo import reconstruction, synthetic
from itwinai_virgo.reconstruction import clean_images, on_strain_scale, oracle, reconstructed, unwitnessed, with_strain
from itwinai_virgo.windows import images


class Gate(torch.nn.Module):
    """Takes away half of the strain's energy where the first witness is loud."""

    device = torch.device("cpu")

    def answers(self, inputs):
        """Return the cleaned image, and the first witness's."""
        kept = torch.where(inputs[:, 1:2] > 1.0, 0.5, 1.0)
        return torch.log1p(kept * torch.expm1(inputs[:, :1])), inputs[:, 1:2]


class Echo(torch.nn.Module):
    """Estimates the strain as its first witness."""

    device = torch.device("cpu")

    def answers(self, inputs):
        """Return the witness's image."""
        return inputs[:, :1], inputs[:, :1]


@pytest.fixture(scope="module")
def parts(small):
    """Return a minute of generated data for each task."""
    recording, truth = synthetic.recording(64, 1024.0, 0.3, 0.95, 4, 0.05)
    asked = {task: small.model_copy(update={"task": task}) for task in ("noise", "denoise")}
    return {task: images(recording, settings, truth) for task, settings in asked.items()}


def test_the_strain_on_its_own_scale_is_the_strain(small, parts):
    part = parts["noise"]
    found = on_strain_scale(small, part, part.recording.strain.values, "itself")
    assert found == pytest.approx(part.strain, abs=1e-4)


def test_the_clean_images_are_the_same_for_both_tasks(small, parts):
    assert clean_images(small, parts["noise"]) == pytest.approx(parts["denoise"].clean, abs=1e-5)


def test_the_oracle_is_between_perfect_and_the_median(small, parts):
    part = parts["noise"]
    best = oracle(small, part, clean_images(small, part))
    error = np.abs(best - part.strain).mean()
    assert 0.0 < error < 0.7 * np.abs(part.strain - np.median(part.strain)).mean()


def test_a_gate_cannot_add_and_neither_can_its_oracle(small, parts):
    part = parts["denoise"]
    best = oracle(small, part, part.clean)
    assert (best <= part.strain).all()
    assert np.abs(best - part.clean).mean() < np.abs(part.strain - part.clean).mean()


def test_what_is_not_known_has_no_oracle(small, parts):
    assert oracle(small, parts["noise"], None) is None


def test_a_gates_answer_is_the_cleaned_image(parts):
    found = reconstructed(Gate(), parts["denoise"])
    assert (found.cleaned.images == found.estimate).all()
    assert found.cleaned.explained.min() >= 0.0


def test_witnesses_of_another_time_explain_nothing(parts):
    found = reconstructed(Echo(), parts["noise"])
    null = unwitnessed(Echo(), found)
    assert null.cleaned.explained.mean() < 0.02 * np.expm1(found.part.strain).mean()


def test_a_gate_is_given_the_witnesses_of_another_time(parts):
    found = reconstructed(Gate(), parts["denoise"])
    null = unwitnessed(Gate(), found)
    assert (null.part.strain == found.part.strain).all()
    shift = len(found.part) // 2
    assert (null.part.witnesses == np.roll(found.part.witnesses, shift, axis=0)).all()


def test_other_strain_beside_the_same_witnesses_has_the_same_estimate(parts):
    found = reconstructed(Echo(), parts["noise"])
    other = with_strain(Echo(), found, found.part.strain + 1.0)
    assert (other.estimate == found.estimate).all()
    gated = with_strain(Gate(), reconstructed(Gate(), parts["denoise"]), found.part.strain + 1.0)
    assert (gated.part.strain == found.part.strain + 1.0).all()


def test_columns_cover_the_part(small, parts):
    for task, model in (("noise", Echo()), ("denoise", Gate())):
        found = reconstructed(model, parts[task]).columns(small)
        assert found.known.seconds == pytest.approx(len(parts[task]) * small.qscan.window)
        assert found.score.max() > 1.0


@pytest.mark.parametrize("count", [1, 16, 37])
def test_estimates_come_in_the_order_of_their_windows(count, rng):
    witnesses = rng.normal(size=(count, 3, 16, 16)).astype(np.float32)
    for images_of in reconstruction.estimated(Echo(), witnesses):
        assert (images_of == witnesses[:, :1]).all()
