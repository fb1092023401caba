"""Windows and rows of tiles keep the laws of the method, and GWpy's grid."""

import numpy as np
import pytest
from scipy.integrate import quad

from itwinai_virgo.tiles import bisquare_window, row_frequencies


@pytest.mark.parametrize("q", [4.0, 12.0, 50.0])
@pytest.mark.parametrize("frequency", [30.0, 128.0])
def test_a_window_keeps_the_energy_of_a_series(q, frequency):
    duration = 64.0  # long enough for the sum over bins to stand for the integral
    window = bisquare_window(frequency, q, duration)
    assert np.sum(window**2) / duration == pytest.approx(1.0, rel=1e-3)


def test_the_integral_of_the_squared_window_is_one():
    # 256 / 315 is what the bisquare's fourth power integrates to over its support.
    assert quad(lambda x: (1 - x**2) ** 4, -1, 1)[0] == pytest.approx(256 / 315)


@pytest.mark.parametrize("q", [4.0, 12.0, 50.0])
def test_a_window_reaches_zero_at_its_ends_and_is_symmetric(q):
    window = bisquare_window(100.0, q, 256.0)
    assert len(window) % 2 == 1
    assert window == pytest.approx(window[::-1])
    assert window[0] < 1e-3 * window.max()
    assert window.argmax() == len(window) // 2
    half_width = len(window) / 2 / 256.0
    assert half_width == pytest.approx(100.0 * np.sqrt(11) / q, rel=0.01)


def test_a_window_stays_above_zero_hertz():
    for q in (3.5, 5.0, 40.0):
        assert len(bisquare_window(20.0, q, 4.0)) // 2 < 20.0 * 4.0


@pytest.mark.parametrize("q", [4.5, 12.0, 45.0])
@pytest.mark.parametrize("duration", [2.0, 7.0, 32.0])
def test_rows_are_those_of_gwpy(gwpy, q, duration):
    from gwpy.signal.qtransform import QPlane

    theirs = QPlane(q, (20, 300), duration, 2048).frequencies
    assert row_frequencies(q, (20.0, 300.0), duration) == pytest.approx(theirs)


def test_rows_rise_on_multiples_of_the_resolution_inside_the_band():
    rows = row_frequencies(30.0, (10.0, 200.0), 8.0)
    assert (np.diff(rows) > 0).all()
    assert rows * 8.0 == pytest.approx(np.round(rows * 8.0))
    assert rows[0] >= 10.0 - 1 / 8
    assert rows[-1] <= 200.0


def test_a_higher_quality_factor_has_more_rows():
    counts = [len(row_frequencies(q, (20.0, 300.0), 64.0)) for q in (5.0, 10.0, 20.0, 40.0)]
    assert counts == sorted(set(counts))
