"""Positions survive the way from a file's grid to the model's and back, on whatever grid of the globe."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.fields import Fields
from itwinai_cyclones.geodesy import signed_longitude, to_degrees, to_pixels
from itwinai_cyclones.grids import one_turn, regrid_of
from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.regrid import model_axes


def gaussian(rows):
    """Return the latitudes of a Gaussian grid, from north to south [°]."""
    return np.degrees(np.arcsin(np.polynomial.legendre.leggauss(rows)[0]))[::-1]


GRIDS = {
    "1_degree_north_first": (np.linspace(90, -90, 181), np.arange(0, 360, 1.0)),
    "1_degree_south_first": (np.linspace(-90, 90, 181), np.arange(0, 360, 1.0)),
    "1_degree_signed_repeated": (np.linspace(90, -90, 181), np.linspace(-180, 180, 361)),
    "quarter_721_rows": (np.linspace(90, -90, 721), np.arange(0, 360, 0.25)),
    "quarter_720_rows_signed": (np.arange(89.875, -90, -0.25), np.arange(-179.875, 180, 0.25)),
    "gaussian_f128": (gaussian(256), np.arange(512) * 360 / 512),
}


@pytest.mark.parametrize("grid", GRIDS)
def test_positions_round_trip(grid):
    """A field that holds its own latitude, or the angle of its longitude, tells each pixel of the model its place."""
    latitude, longitude = GRIDS[grid]
    regrid = regrid_of(latitude, longitude, "file.nc")
    rows, columns = model_axes()
    ones = np.ones((len(latitude), len(longitude)))
    inside = np.abs(rows) <= np.abs(latitude).max()
    found = regrid.exact(latitude[:, None] * ones)
    np.testing.assert_allclose(found[inside], np.broadcast_to(rows[inside, None], (inside.sum(), 1440)), atol=1e-6)
    angle = np.radians(longitude)[None, :] * ones
    east = np.degrees(np.arctan2(regrid.exact(np.sin(angle)), regrid.exact(np.cos(angle))))
    assert np.abs(signed_longitude(east - columns)).max() < 1e-6


@pytest.mark.parametrize("grid", GRIDS)
def test_grid_points_become_pixels_and_come_back(grid):
    latitude, longitude = GRIDS[grid]
    north, east = to_degrees(*to_pixels(latitude[:, None], longitude[None, :]))
    assert np.abs(north - latitude[:, None]).max() < 1e-6
    assert np.abs(signed_longitude(east - longitude[None, :])).max() < 1e-6


@pytest.mark.parametrize("place", [(15.5, 359.9), (-20.3, 180.1), (0.2, 0.0), (34.9, 123.4)])
@pytest.mark.parametrize("grid", GRIDS)
def test_a_low_is_found_where_it_is(tmp_path, grid, place):
    latitude, longitude = GRIDS[grid]
    apart = np.cos(np.radians(latitude))[:, None] * np.radians(signed_longitude(longitude - place[1]))[None, :]
    squared = np.degrees(apart) ** 2 + (latitude - place[0])[:, None] ** 2
    data = xr.Dataset({"psl": (("lat", "lon"), 101000 - 3000 * np.exp(-squared / 8), {"units": "Pa"})})
    data.assign_coords(lat=latitude, lon=longitude).to_netcdf(tmp_path / "low.nc")
    field = Fields([tmp_path / "low.nc"], ["msl"]).at(0)[0]
    row, column = np.unravel_index(field.argmin(), field.shape)
    north, east = to_degrees(row, column)
    # The nearest pixel or, on a coarser grid, the next: never a row or a column off on one side.
    assert abs(north - place[0]) <= 0.2
    assert abs(signed_longitude(east - place[1])) <= 0.25


def test_meridians_are_put_in_order_each_once():
    turn, columns = one_turn(np.array([-90.0, 0.0, 90.0, 180.0, 270.0]))
    np.testing.assert_array_equal(turn, [0, 90, 180, 270])
    np.testing.assert_array_equal(columns[:3], [1, 2, 3])
    assert columns[3] in {0, 4}


@pytest.mark.parametrize("last", [360.0, 359.99997, 720.0, -0.00002])
def test_a_repeated_meridian_may_lack_digits(last):
    turn, _ = one_turn(np.append(np.arange(0, 360, 0.25), last))
    assert len(turn) == 1440
    assert np.diff(turn).min() > 0.2


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (np.linspace(70, 0, 71), np.arange(0, 360, 1.0)),
        (np.linspace(90, -90, 181), np.arange(100, 321, 1.0)),
        (np.linspace(90, -90, 181), np.delete(np.arange(0, 360, 1.0), [100, 101])),
        (np.array([10.0]), np.array([5.0])),
        (np.linspace(90, -90, 181), np.array([0.0, 180.0])),
    ],
    ids=["north", "pacific", "hole", "point", "two_meridians"],
)
def test_less_than_a_globe_is_refused_with_what_it_covers(latitude, longitude):
    with pytest.raises(FieldsError, match=r"part\.nc .*: no globe\.\n.*[Gg]ive a global field"):
        regrid_of(latitude, longitude, "part.nc")


@pytest.mark.parametrize("step", [4.0, 10.0])
def test_a_grid_too_coarse_for_cyclones_is_refused(step):
    with pytest.raises(FieldsError, match=f"up to {step:g}° between its grid points, too far for a cyclone"):
        regrid_of(np.arange(90, -91, -step), np.arange(0, 360, step), "coarse.nc")


def test_missing_rows_are_refused():
    latitude = np.linspace(90, -90, 181)
    with pytest.raises(FieldsError, match="up to 8° between its grid points"):
        regrid_of(latitude[np.abs(latitude) > 3.5], np.arange(0, 360, 1.0), "gap.nc")


@pytest.mark.parametrize("order", [[0, 0, 1, 2], [1, 0, 2, 3]])
def test_rows_out_of_order_or_twice_are_refused(order):
    latitude = np.linspace(90, -90, 181)
    mixed = np.concatenate([latitude[order], latitude[4:]])
    with pytest.raises(FieldsError, match="neither up nor down all the way, or stand twice"):
        regrid_of(mixed, np.arange(0, 360, 1.0), "mixed.nc")


def test_fields_of_one_grid_share_the_way_to_the_model():
    axes = np.linspace(90, -90, 181), np.arange(0, 360, 1.0)
    assert regrid_of(*axes, "a.nc") is regrid_of(*(axis.copy() for axis in axes), "b.nc")
