"""Generated fields are as rough and as deep as real ERA5, band by band, to a factor that a network forgives."""

import numpy as np
import pytest
from scipy.ndimage import uniform_filter

from itwinai_cyclones import terrain
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.regrid import model_axes
from itwinai_cyclones.synthetic import Scenes

BANDS = [(-60, -45), (-45, -30), (-30, -15), (-15, 0), (0, 15), (15, 30), (30, 45), (45, 60)]
TROPICS = [band for band in BANDS if max(abs(edge) for edge in band) <= 30]


def thinned(fields):
    """Return fields at 1°, of which a year of 0.25° would not fit into memory."""
    return np.stack([field[:, ::4, ::4] for field in fields])


@pytest.fixture(scope="module")
def real(era5):
    fields = Fields([era5], ("msl", "wind_speed"))
    return thinned(fields.at(index) for index in range(0, 24, 3))


@pytest.fixture(scope="module")
def generated(tracks):
    scenes = Scenes(tracks, ("msl", "wind_speed"), 1.0, seed=3)
    # The same week of a year, in eight years.
    return thinned(scenes.at(np.datetime64(f"{year}-03-28T00", "h")) for year in range(2001, 2009))


def rows(band):
    latitude = model_axes()[0][::4]
    return (latitude >= band[0]) & (latitude <= band[1])


def roughness(fields, scale):
    """Return the deviation from the mean over a window of some degrees."""
    return np.stack([field - uniform_filter(field, scale, mode="wrap") for field in fields])


@pytest.mark.parametrize("band", BANDS, ids=str)
def test_mean_pressure_is_within_fifteen_hectopascals(real, generated, band):
    difference = real[:, 0][:, rows(band)].mean() - generated[:, 0][:, rows(band)].mean()
    assert abs(difference) < 15


@pytest.mark.parametrize("band", BANDS, ids=str)
def test_pressure_spreads_alike(real, generated, band):
    ratio = generated[:, 0][:, rows(band)].std() / real[:, 0][:, rows(band)].std()
    assert 0.5 < ratio < 2


@pytest.mark.parametrize("scale", [5, 11])
@pytest.mark.parametrize("band", TROPICS, ids=str)
def test_pressure_of_the_tropics_is_alike_rough_over_the_sea(real, generated, band, scale):
    latitude, longitude = (axis[::4] for axis in model_axes())
    sea = terrain.land_at(latitude[:, None], longitude[None, :]) < 0.1
    chosen = sea & rows(band)[:, None]
    # A single cyclone would decide on a standard deviation; quantiles tell of the weather around it.
    spread = [np.subtract(*np.quantile(roughness(f[:, 0], scale)[:, chosen], (0.9, 0.1))) for f in (generated, real)]
    assert 0.4 < spread[0] / spread[1] < 2.5


@pytest.mark.parametrize("band", BANDS, ids=str)
def test_mean_wind_is_within_a_factor_of_two(real, generated, band):
    ratio = generated[:, 1][:, rows(band)].mean() / real[:, 1][:, rows(band)].mean()
    assert 0.5 < ratio < 2


@pytest.mark.parametrize("band", TROPICS, ids=str)
def test_strong_winds_of_the_tropics_are_alike(real, generated, band):
    strong = [np.quantile(fields[:, 1][:, rows(band)], 0.99) for fields in (generated, real)]
    assert 0.6 < strong[0] / strong[1] < 1.7


def test_land_slows_real_and_generated_winds_alike(real, generated):
    latitude, longitude = (axis[::4] for axis in model_axes())
    share = terrain.land_at(latitude[:, None], longitude[None, :])
    near = rows((-40, 40))[:, None]
    slowed = [
        fields[:, 1][:, (share > 0.9) & near].mean() / fields[:, 1][:, (share < 0.1) & near].mean()
        for fields in (generated, real)
    ]
    assert slowed[0] == pytest.approx(slowed[1], abs=0.15)
