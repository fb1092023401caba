"""Splines as matrices are SciPy's interpolating splines."""

import numpy as np
import pytest
import torch
from scipy.interpolate import InterpolatedUnivariateSpline, RectBivariateSpline

from itwinai_virgo.splines import BLOCK, REACH, SPARSE, Resampling, banded, basis, local_basis


def applied(values, positions):
    """Return the local basis applied to values at 0, 1, 2, ..."""
    knots, weights = local_basis(len(values), positions)
    return (values[knots] * weights).sum(axis=1)


@pytest.mark.parametrize("count", [4, 7, 23, 24, 25, 100, 4096])
def test_the_local_basis_is_fitpacks_spline(rng, count):
    values = rng.exponential(size=count)
    positions = np.linspace(0, count - 0.01, 313)  # past the last knot, where both go on with the last cubic
    theirs = InterpolatedUnivariateSpline(np.arange(count), values)(positions)
    assert applied(values, positions) == pytest.approx(theirs, abs=1e-6 * np.abs(values).max())


def test_the_dense_basis_is_fitpacks_surface_at_its_knots(rng):
    times, rows = np.arange(9.0), np.sort(rng.uniform(10, 300, size=12))
    values = rng.normal(size=(9, 12))
    wanted = np.linspace(rows[0], rows[-1], 40)
    theirs = RectBivariateSpline(times, rows, values)(times, wanted)
    assert values @ basis(rows, wanted).T == pytest.approx(theirs, abs=1e-10)


@pytest.mark.parametrize("power", [0, 1, 2, 3])
def test_a_cubic_is_kept(power):
    positions = np.linspace(0, 59, 200)
    assert applied(np.arange(60.0) ** power, positions) == pytest.approx(positions**power, rel=1e-6, abs=1e-6)


def test_knots_keep_their_values(rng):
    values = rng.normal(size=50)
    assert applied(values, np.arange(50.0)) == pytest.approx(values, abs=1e-12)


def test_weights_sum_to_one():
    _, weights = local_basis(200, np.linspace(0, 199, 77))
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert weights.shape == (77, REACH)


def test_knots_lie_inside_the_data():
    knots, _ = local_basis(40, np.linspace(0, 39.9, 100))
    assert knots.min() == 0
    assert knots.max() == 39


def test_the_local_basis_is_the_dense_one_where_data_are_few():
    positions = np.linspace(0, 9, 25)
    knots, weights = local_basis(10, positions)
    assert (knots == np.arange(10)).all()
    assert weights == pytest.approx(basis(np.arange(10.0), positions))


@pytest.mark.parametrize(
    ("count", "times"), [(512, 313), (64, 1000), (8, 97), (4096, BLOCK), (4096, BLOCK + 1), (100, 1)]
)
def test_small_products_are_fitpacks_spline_too(rng, count, times):
    values = rng.exponential(size=(3, count))
    positions = np.arange(times) * (count / times)
    blocks = banded(*local_basis(count, positions))
    ours = torch.cat([torch.from_numpy(values)[:, knots] @ weights.double() for knots, weights in blocks], dim=1)
    theirs = [InterpolatedUnivariateSpline(np.arange(count), row)(positions) for row in values]
    assert ours.numpy() == pytest.approx(np.stack(theirs), abs=1e-5 * values.max())


def test_products_stay_small_where_data_are_many():
    blocks = banded(*local_basis(8192, np.arange(1000) * 8.192))
    assert max(len(weights) for _, weights in blocks) < 8.192 * BLOCK + 2 * REACH


POSITIONS = {
    "every fourth": (256, np.arange(64) * 4.0),
    "every one of a part": (100, np.arange(20, 41) * 1.0),
    "with rounding": (300, np.arange(100) * (3.0 + 1e-13)),
    "one alone": (50, np.array([7.0])),
    "one between": (50, np.array([7.3])),
    "unevenly on knots": (50, np.array([1.0, 2.0, 5.0])),
    "more than knots": (32, np.arange(300) * (32 / 300)),
    "few of many": (8192, np.arange(100) * 81.92),
    "few of a part of many": (8192, 4000.2 + np.arange(30) * 0.7),
    "few knots": (3, np.array([0.2, 1.0, 1.9])),
}


@pytest.mark.parametrize(("count", "positions"), POSITIONS.values(), ids=POSITIONS)
def test_resampling_is_fitpacks_spline_however_it_is_done(rng, count, positions):
    values = rng.exponential(size=(2, 3, count))
    flat = values.reshape(-1, count)
    degree = min(3, count - 1)
    theirs = [InterpolatedUnivariateSpline(np.arange(count), row, k=degree)(positions) for row in flat]
    ours = Resampling(count, positions)(torch.from_numpy(values).float())
    assert ours.shape == (2, 3, len(positions))
    assert ours.numpy().reshape(6, -1) == pytest.approx(np.stack(theirs), abs=2e-6 * values.max())


def test_positions_that_are_knots_are_picked_without_a_copy(rng):
    values = torch.from_numpy(rng.normal(size=(2, 64)))
    assert Resampling(64, np.arange(16) * 4.0)(values).data_ptr() == values.data_ptr()


def test_tables_stay_small_where_knots_are_many():
    count = 1 << 17
    positions = np.arange(1000) * (count / 1000)
    assert count / 1000 > SPARSE
    knots, weights = Resampling(count, positions)._fetched
    assert knots.shape == weights.shape == (1000, REACH)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_knots_are_joined_by_a_polynomial_of_lower_degree(rng, count):
    knots, values = np.sort(rng.uniform(1, 9, size=count)), rng.normal(size=count)
    positions = np.linspace(knots[0], knots[-1], 7)
    assert basis(knots, knots) @ values == pytest.approx(values)
    assert basis(knots, positions) @ np.full(count, 2.5) == pytest.approx(2.5)
    if count == 2:
        assert basis(knots, positions) @ values == pytest.approx(np.interp(positions, knots, values))
