"""Images of a part are handed out as the task asks for them, and now and then with witnesses of another time."""

import numpy as np
import pytest

from itwinai_virgo.images import Images, scaled


def part(task="noise", count=8):
    """Return images whose pixels tell their window and channel."""
    number = np.arange(count, dtype=np.float32)[:, None, None, None]
    strain = np.broadcast_to(number, (count, 1, 4, 4)).copy()
    witnesses = np.concatenate([strain + 100, strain + 200], axis=1)
    return Images(witnesses, strain, np.arange(count, dtype=float), None, clean=strain + 50, task=task)


def test_the_strain_is_learnt_from_its_witnesses():
    inputs, target = part()[3]
    assert inputs[:, 0, 0].tolist() == [103.0, 203.0]
    assert target[:, 0, 0].tolist() == [3.0]


def test_the_clean_strain_is_learnt_from_strain_and_witnesses():
    inputs, target = part("denoise")[3]
    assert inputs[:, 0, 0].tolist() == [3.0, 103.0, 203.0]
    assert target[:, 0, 0].tolist() == [53.0]


@pytest.mark.parametrize("task", ["noise", "denoise"])
def test_all_inputs_and_targets_are_those_of_the_batches(task):
    whole = part(task)
    inputs, target = whole.__getitems__(list(range(len(whole))))
    assert (inputs == whole.inputs).all()
    assert (target == whole.target).all()


def test_energies_are_scaled_by_a_logarithm_and_overshoots_become_zero():
    assert scaled(np.array([-0.3, 0.0, np.e - 1.0])) == pytest.approx([0.0, 0.0, 1.0])
