"""Rows of sines are those of the earlier use case, and their images those of GWpy."""

import warnings

import h5py
import numpy as np
import pytest
import torch
from scipy import signal

from itwinai_virgo.image_sets import ImageSet, set_files
from itwinai_virgo.sines import BAND, FREQUENCY_STEP, SAMPLE_RATE, TIME_STEP, Q, images, rows
from itwinai_virgo.whitening import Whitening


@pytest.fixture(scope="module")
def some():
    """Return five rows of a set."""
    return list(rows(5, 4))


@pytest.fixture(scope="module")
def pictures():
    """Return the images of the same rows."""
    return images(5, 4)


def test_a_row_is_sixteen_seconds_of_four_channels(some):
    assert len(some) == 5
    assert all(row.shape == (4, 8000) for row in some)


def test_the_main_channel_is_one_weighted_sum_of_the_others_in_all_rows(some):
    centred = [row - row.mean(axis=1, keepdims=True) for row in some]
    weights = np.linalg.lstsq(centred[0][1:].T, centred[0][0], rcond=None)[0]
    assert ((weights > 0.5) & (weights < 1.5)).all()
    for row in centred:
        left = row[0] - weights @ row[1:]
        assert left.var() < 1e-25 * row[0].var()


def test_the_sines_lie_below_the_band_of_the_images(some):
    for row in some:
        frequencies, power = signal.welch(row[1:], SAMPLE_RATE, nperseg=2000)
        assert power[:, frequencies < 6].sum() > 0.9 * power.sum()
        high = power[:, frequencies > 10].mean()  # of white noise of deviation 0.6
        assert high == pytest.approx(0.6**2 / (SAMPLE_RATE / 2), rel=0.05)


def test_sets_of_two_seeds_have_weights_and_rows_of_their_own(some):
    again, other = next(rows(1, 4)), next(rows(1, 5))
    assert (again == some[0]).all()
    assert np.abs(np.corrcoef(other[1], again[1])[0, 1]) < 0.9


def test_a_longer_set_begins_with_the_rows_of_a_shorter(some):
    assert all((a == b).all() for a, b in zip(rows(2, 4), some, strict=False))


def test_images_are_energies_about_the_main_channels_loudest_pixel(pictures):
    assert pictures.shape == (5, 4, 64, 64)
    assert pictures.dtype == np.float32
    assert np.isfinite(pictures).all()
    for event in pictures:
        peak = np.unravel_index(event[0].argmax(), (64, 64))
        assert event[0].max() > 8.0
        assert all(0 <= place < 64 for place in peak)
    middles = [np.unravel_index(event[0].argmax(), (64, 64)) == (32, 32) for event in pictures]
    assert any(middles)  # where the peak is no nearer to an edge than half an image
    assert np.median(pictures) == pytest.approx(1.0, abs=0.25)


def test_an_image_is_gwpys_of_the_same_row(gwpy, some, pictures):
    for row, event in zip(some[:3], pictures, strict=False):
        white = Whitening(SAMPLE_RATE, 2.0, 5.0)(torch.from_numpy(row)).numpy()
        whole = []
        for channel in white:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = gwpy(channel, sample_rate=SAMPLE_RATE).q_transform(
                    qrange=(Q, Q), frange=BAND, tres=TIME_STEP, fres=FREQUENCY_STEP, whiten=False
                )
            whole.append(image.value)
        peak = np.unravel_index(whole[0].argmax(), whole[0].shape)
        first = [min(max(place - 32, 0), length - 64) for place, length in zip(peak, whole[0].shape, strict=True)]
        for ours, theirs in zip(event, whole, strict=True):
            cut = theirs[first[0] : first[0] + 64, first[1] : first[1] + 64]
            assert np.linalg.norm(ours - cut) < 1e-4 * np.linalg.norm(cut)
            assert np.abs(ours - cut).max() < 1e-4 * cut.max()


def test_main_and_others_look_alike_more_than_chance(pictures):
    main, others = pictures[:, 0], pictures[:, 1:]
    alike = [np.corrcoef(main.ravel(), others[:, number].ravel())[0, 1] for number in range(3)]
    shuffled = np.corrcoef(main.ravel(), np.roll(others, 1, axis=0)[:, int(np.argmax(alike))].ravel())[0, 1]
    assert max(alike) > 0.4
    assert abs(shuffled) < 0.25


def test_images_are_the_rows_of_a_set_that_is_read_unchanged(tmp_path, pictures):
    path = tmp_path / "sines.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("virgo_dataset", data=pictures).attrs["main_channel_idx"] = 0
    witnesses, strain = ImageSet(set_files([path]), range(5))[3]
    assert strain[0] == pytest.approx(np.log1p(np.maximum(pictures[3, 0], 0.0)).T, rel=1e-5)
    assert witnesses == pytest.approx(np.log1p(np.maximum(pictures[3, 1:], 0.0)).swapaxes(1, 2), rel=1e-5)
