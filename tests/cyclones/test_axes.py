"""Axes are known by standard name, units and name, in that order, wherever the file keeps them."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones import axes
from itwinai_cyclones.quantities import FieldsError


def data_of(dimensions=("time", "plev", "lat", "lon"), **coordinates):
    sizes = {"time": 2, "plev": 3, "level": 3, "lev": 3, "lat": 4, "lon": 5, "y": 4, "x": 5, "foo": 4, "bar": 5}
    data = xr.Dataset({"ta": (dimensions, np.zeros([sizes[name] for name in dimensions]))})
    return data.assign_coords(coordinates)


ROWS, COLUMNS = [60.0, 20.0, -20.0, -60.0], [0.0, 72.0, 144.0, 216.0, 288.0]


@pytest.mark.parametrize(
    "attributes",
    [
        {"standard_name": "latitude"},
        {"units": "degrees_north"},
        {"units": "degree_N"},
        {"units": "degreesN"},
        {"long_name": "Latitude"},
    ],
)
def test_a_latitude_is_known_by_what_it_says_of_itself(attributes):
    data = data_of(("time", "foo", "bar"), foo=("foo", ROWS, attributes))
    axis = axes.latitude(data, data["ta"])
    assert axis.dimension == "foo"
    np.testing.assert_array_equal(axis.values, ROWS)


@pytest.mark.parametrize(
    "attributes", [{"standard_name": "longitude"}, {"units": "degrees_east"}, {"units": "degree_E"}]
)
def test_a_longitude_is_known_by_what_it_says_of_itself(attributes):
    data = data_of(("time", "foo", "bar"), bar=("bar", COLUMNS, attributes))
    assert axes.longitude(data, data["ta"]).dimension == "bar"


def test_what_an_axis_says_of_itself_comes_before_names():
    data = data_of(("time", "lat", "lon"), lat=("lat", COLUMNS[:4], {"units": "degrees_east"}))
    assert axes.longitude(data, data["ta"]).dimension == "lat"


def test_axes_may_stand_beside_bare_dimensions():
    data = data_of(("time", "y", "x"))
    data["nav_lat"] = ("y", ROWS, {"units": "degrees_north"})
    data["nav_lon"] = ("x", COLUMNS, {"units": "degrees_east"})
    assert axes.latitude(data, data["ta"]).dimension == "y"
    assert axes.longitude(data, data["ta"]).dimension == "x"


def test_radians_become_degrees():
    data = data_of(("lat", "lon"), lat=("lat", np.radians(ROWS), {"units": "radian", "standard_name": "latitude"}))
    np.testing.assert_allclose(axes.latitude(data, data["ta"]).values, ROWS)


def test_rows_of_a_rotated_grid_are_no_latitudes():
    data = data_of(("time", "y", "x"), y=("y", ROWS, {"standard_name": "grid_latitude", "units": "degrees"}))
    assert axes.latitude(data, data["ta"]) is None


@pytest.mark.parametrize(
    ("name", "values", "attributes"),
    [
        ("plev", [85000.0, 50000.0, 25000.0], {"units": "Pa"}),
        ("plev", [850.0, 500.0, 250.0], {"units": "hPa"}),
        ("level", [850, 500, 250], {"units": "millibars"}),
        ("level", [850, 500, 250], {}),
        ("lev", [85000.0, 50000.0, 25000.0], {}),
        ("lev", [85000.0, 50000.0, 25000.0], {"standard_name": "air_pressure", "units": "Pa"}),
        ("lev", [85.0, 50.0, 25.0], {"units": "kPa"}),
    ],
)
def test_levels_come_in_hectopascals(name, values, attributes):
    data = data_of(("time", name, "lat", "lon"), **{name: (name, values, attributes)})
    axis = axes.levels(data, data["ta"], "file.nc")
    assert axis.dimension == name
    np.testing.assert_allclose(axis.values, [850, 500, 250])


def test_one_level_beside_the_variable_is_its_level():
    data = data_of(("time", "lat", "lon"), plev=((), 85000.0, {"units": "Pa", "standard_name": "air_pressure"}))
    axis = axes.levels(data, data["ta"], "file.nc")
    assert (axis.dimension, axis.values.tolist()) == ("", [850.0])


@pytest.mark.parametrize(
    "attributes",
    [
        {"standard_name": "atmosphere_hybrid_sigma_pressure_coordinate", "units": "1"},
        {"long_name": "model level number", "units": "level"},
    ],
)
def test_model_levels_are_refused(attributes):
    data = data_of(("time", "lev", "lat", "lon"), lev=("lev", [0.1, 0.5, 1.0], attributes))
    with pytest.raises(FieldsError, match=r"on the levels 'lev' .*, which are no pressures\.\n.*pressure levels first"):
        axes.levels(data, data["ta"], "file.nc")


def test_a_field_at_the_surface_has_no_levels():
    data = data_of(("time", "lat", "lon"))
    assert axes.levels(data, data["ta"], "file.nc") is None


def test_the_height_of_the_wind_is_read():
    data = data_of(("time", "lat", "lon"), height=((), 10.0, {"standard_name": "height", "units": "m"}))
    assert axes.height(data, data["ta"]) == 10
    assert axes.height(data_of(), data_of()["ta"]) is None


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("time", {}),
        ("valid_time", {}),
        ("foo", {"standard_name": "time"}),
        ("foo", {"axis": "T"}),
        ("foo", {"units": "hours since 1900-01-01"}),
    ],
)
def test_the_axis_of_time_is_found(name, attributes):
    data = xr.Dataset({"ta": ((name, "lat", "lon"), np.zeros((2, 4, 5)))})
    data = data.assign_coords({name: (name, [0, 1], attributes)})
    assert axes.time(data, data["ta"]) == name


def test_without_time_there_is_none():
    data = data_of(("lat", "lon"))
    assert axes.time(data, data["ta"]) is None
