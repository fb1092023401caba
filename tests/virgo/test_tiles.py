"""Windows and rows of tiles keep the laws of the method, and GWpy's grid."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from itwinai_virgo.tiles import Plane, Tiles, bisquare_window, row_frequencies


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


def plane(q=12.0, band=(20.0, 200.0), seconds=4.0, axes=None):
    """Return the tables of one quality factor, for series of 1024 Hz."""
    return Plane(q, band, seconds, axes or (np.geomspace(*band, 30), np.arange(40) * (seconds / 40)))


def spectra(rng, dtype=torch.complex64, count=3, samples=4096):
    """Return spectra of white noise in a buffer with its bin more."""
    found = torch.fft.rfft(torch.from_numpy(rng.normal(size=(count, samples))))
    return torch.nn.functional.pad(found, (0, 1)).to(dtype)


@pytest.mark.parametrize("q", [4.5, 12.0, 45.0])
def test_energies_of_tiles_are_those_of_gwpy(rng, gwpy, q):
    from gwpy.signal.qtransform import QPlane

    buffer = spectra(rng, torch.complex128, count=1)
    theirs = QPlane(q, (20, 200), 4.0, 1024.0).transform(buffer[0, :-1].numpy(), norm="median", epoch=0)
    ours = [tiles for windows in plane(q).over(buffer) for tiles in [windows.tiles()]]
    rows = [row / median for tiles in ours for row, median in zip(tiles.energy[0], tiles.median[0], strict=True)]
    assert len(rows) == len(theirs.energies)
    for row, expected in zip(rows, theirs.energies, strict=True):
        assert row.numpy() == pytest.approx(expected.value, rel=1e-5, abs=1e-6)


def test_windows_are_laid_once_for_all_that_is_put_into_the_buffer(rng):
    first, second = spectra(rng), spectra(rng)
    buffer = torch.zeros_like(first)
    windows = plane().over(buffer)
    for given in (first, second):
        buffer.copy_(given)
        again = plane().over(given)
        assert all(torch.equal(one.energy(), other.energy()) for one, other in zip(windows, again, strict=True))


def test_a_row_without_energy_has_no_peak():
    for windows in plane().over(torch.zeros(2, 2050, dtype=torch.complex64)):
        tiles = windows.tiles()
        assert tiles.median.isinf().all()
        assert (tiles.peaks() == 0).all()


def test_double_precision_gives_the_same_tiles(rng):
    buffer = spectra(rng, torch.complex128)
    precise = plane().precisely(buffer[:, :-1])
    for tiles, windows in zip(precise, plane().over(buffer.to(torch.complex64)), strict=True):
        assert tiles.energy.dtype == tiles.median.dtype == torch.float32
        assert torch.allclose(tiles.energy, windows.energy(), rtol=1e-4, atol=1e-4 * float(tiles.median.max()))


def test_the_loudest_tile_is_found_in_any_group():
    drawn = plane()
    groups = [windows.tiles() for windows in drawn.over(torch.ones(1, 2050, dtype=torch.complex64))]
    assert len(groups) > 1
    for number, group in enumerate(groups):
        flat = [Tiles(torch.ones_like(one.energy), torch.ones_like(one.median)) for one in groups]
        flat[number].energy[0, -1, 5] = 9.0
        peak, time, frequency = drawn.loudest(flat)
        assert float(peak[0]) == 9.0
        assert float(time[0]) == pytest.approx(5 * 4.0 / group.energy.shape[2])
        assert 20.0 <= float(frequency[0]) <= 200.0


def test_pixels_of_flat_tiles_are_flat():
    drawn = plane()
    groups = [windows.tiles() for windows in drawn.over(torch.ones(2, 2050, dtype=torch.complex64))]
    image = torch.empty(2, 30, 40)
    drawn.draw(
        [Tiles(torch.full_like(one.energy, 3.0), torch.full_like(one.median, 2.0)) for one in groups], list(image)
    )
    assert image.numpy() == pytest.approx(1.5, rel=1e-5)


def test_a_band_below_the_first_row_is_refused():
    with pytest.raises(ValueError, match="too short"):
        plane(band=(0.2, 10.0))
