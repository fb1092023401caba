"""Images of a part are handed out as the task asks for them, and now and then with witnesses of another time."""

import numpy as np
import pytest

from itwinai_virgo.images import Images, scaled


def part(task="noise", null=0.0, count=8):
    """Return images whose pixels tell their window and channel."""
    number = np.arange(count, dtype=np.float32)[:, None, None, None]
    strain = np.broadcast_to(number, (count, 1, 4, 4)).copy()
    witnesses = np.concatenate([strain + 100, strain + 200], axis=1)
    return Images(witnesses, strain, np.arange(count, dtype=float), None, clean=strain + 50, task=task, null=null)


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


def test_without_null_a_window_is_never_changed(rng):
    whole = part("denoise")
    for _ in range(20):
        assert (whole.augmented(2, rng)[0] == whole[2][0]).all()


def test_with_witnesses_of_another_time_nothing_is_to_be_taken_from_the_strain(rng):
    whole, changed = part("denoise", null=0.5), 0
    for _ in range(400):
        inputs, target = whole.augmented(2, rng)
        assert inputs[0, 0, 0] == 2.0
        if inputs[1, 0, 0] != 102.0:
            changed += 1
            assert (target == inputs[:1]).all()
            assert inputs[2, 0, 0] == inputs[1, 0, 0] + 100
        else:
            assert target[0, 0, 0] == 52.0
    assert changed / 400 == pytest.approx(0.5, abs=0.1)


def test_the_task_noise_has_no_windows_of_another_time(rng):
    whole = part(null=0.9)
    assert all((whole.augmented(1, rng)[0] == whole[1][0]).all() for _ in range(20))


def test_energies_are_scaled_by_a_logarithm_and_overshoots_become_zero():
    assert scaled(np.array([-0.3, 0.0, np.e - 1.0])) == pytest.approx([0.0, 0.0, 1.0])
