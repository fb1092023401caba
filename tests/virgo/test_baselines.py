"""Baselines are the best of their kind, by theory or by another implementation."""

import numpy as np
import pytest

from itwinai_virgo.baselines import RIDGE, constant_median, fit_linear, pixel_median


@pytest.fixture
def images(rng):
    """Return 40 images of three witnesses and a strain that depends on them pixel by pixel."""
    witnesses = rng.exponential(size=(40, 3, 5, 7))
    weights = rng.normal(size=(3, 5, 7))
    return witnesses, ((witnesses * weights).sum(axis=1) + 0.3)[:, None] + 0.01 * rng.normal(size=(40, 1, 5, 7))


def test_no_other_constant_is_closer_to_all_pixels(rng):
    pixels = rng.exponential(size=(50, 1, 4, 4))
    best = np.abs(pixels - constant_median(pixels)).mean()
    assert all(np.abs(pixels - other).mean() >= best for other in np.linspace(0, 3, 301))


def test_no_other_image_is_closer_to_all_images(rng):
    images = rng.exponential(size=(51, 1, 4, 4)) * np.arange(1, 17).reshape(4, 4)
    best = np.abs(images - pixel_median(images)).mean()
    assert best < np.abs(images - constant_median(images)).mean()
    for _ in range(50):
        assert np.abs(images - pixel_median(images) - 0.1 * rng.normal(size=(1, 4, 4))).mean() >= best


def test_the_linear_fit_is_least_squares_with_a_row_of_penalty_for_each_slope(images):
    witnesses, strain = images
    fitted = fit_linear(witnesses, strain)
    penalty = np.sqrt(RIDGE * witnesses.var()) * np.hstack([np.eye(3), np.zeros((3, 1))])
    for row, column in ((0, 0), (2, 3), (4, 6)):
        known = np.hstack([witnesses[:, :, row, column], np.ones((40, 1))])
        rows, values = np.vstack([known, penalty]), np.concatenate([strain[:, 0, row, column], np.zeros(3)])
        expected = np.linalg.lstsq(rows, values)[0]
        assert fitted.weights[:, row, column] == pytest.approx(expected[:3])
        assert fitted.offset[row, column] == pytest.approx(expected[3])
        assert fitted(witnesses)[:, 0, row, column] == pytest.approx(known @ expected)


def test_a_linear_strain_is_all_but_found(images):
    witnesses, strain = images
    fitted = fit_linear(witnesses[:30], strain[:30])(witnesses[30:])
    assert fitted.shape == (10, 1, 5, 7)
    assert np.abs(fitted - strain[30:]).mean() < 0.15 * np.abs(strain[30:] - strain[30:].mean()).mean()


def test_witnesses_that_say_nothing_are_given_little_weight(rng):
    fitted = fit_linear(rng.normal(size=(400, 3, 2, 2)), rng.normal(size=(400, 1, 2, 2)))
    assert np.abs(fitted.weights).max() < 0.2


def test_a_witness_that_is_constant_breaks_nothing(rng):
    witnesses = rng.normal(size=(20, 3, 2, 2))
    witnesses[:, 1] = 4.0
    fitted = fit_linear(witnesses, rng.normal(size=(20, 1, 2, 2)))
    assert np.isfinite(fitted(witnesses)).all()
    assert fitted.weights[1] == pytest.approx(0.0)


def test_single_precision_is_enough(images):
    witnesses, strain = images
    single = fit_linear(witnesses.astype(np.float32), strain.astype(np.float32))
    assert single.weights == pytest.approx(fit_linear(witnesses, strain).weights, rel=1e-3, abs=1e-3)
