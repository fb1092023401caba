"""Each variable is known by its names, its units and its values."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.quantities import DERIVED, QUANTITIES, FieldsError
from itwinai_cyclones.settings import DataSettings, Variable

# A value that is usual on Earth, in the unit of the file, and what it is in the unit of the network.
USUAL = [
    ("msl", "Pa", 101300.0, 1013.0),
    ("msl", "hPa", 1013.0, 1013.0),
    ("msl", "mbar", 1013.0, 1013.0),
    ("wind_speed", "m s-1", 7.0, 7.0),
    ("wind_speed", "m s**-1", 7.0, 7.0),
    ("wind_speed", "knots", 14.0, 7.202),
    ("gust", "m/s", 9.0, 9.0),
    ("u10", "m s-1", -3.0, -3.0),
    ("v10", "m s-1", 2.0, 2.0),
    ("t_500", "K", 265.0, 265.0),
    ("t_500", "degC", -8.0, 265.15),
    ("t_300", "K", 238.0, 238.0),
    ("t_300", "Celsius", -35.0, 238.15),
]


def field(value, units=None, name="field"):
    attributes = {} if units is None else {"units": units}
    return xr.DataArray(np.full((8, 16), value), dims=("lat", "lon"), attrs=attributes, name=name)


def test_every_variable_of_the_settings_is_known_and_no_other():
    assert set(Variable.__args__) == set(QUANTITIES)


def test_the_default_variables_are_known():
    assert set(DataSettings().variables) <= set(QUANTITIES)


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_variable_answers_to_its_own_name(name):
    data = xr.Dataset({name: field(1.0)})
    assert QUANTITIES[name].find(data).name == name


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_file_without_the_variable_has_none(name):
    assert QUANTITIES[name].find(xr.Dataset({"orography": field(1.0)})) is None


@pytest.mark.parametrize(("name", "units", "value", "expected"), USUAL)
def test_units_are_converted(name, units, value, expected):
    factor, offset = QUANTITIES[name].conversion(field(value, units), "file.nc")
    assert value * factor + offset == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("value", "expected"), [(101300.0, 1013.0), (1013.0, 1013.0)])
def test_pressure_without_units_is_told_by_its_size(value, expected):
    factor, offset = QUANTITIES["msl"].conversion(field(value), "file.nc")
    assert value * factor + offset == pytest.approx(expected)


@pytest.mark.parametrize(("name", "value"), [("msl", 29.92), ("t_500", -300.0), ("wind_speed", 900.0)])
def test_values_without_units_that_nothing_explains_are_refused(name, value):
    with pytest.raises(FieldsError, match="units that it does not name, with a median of"):
        QUANTITIES[name].conversion(field(value), "file.nc")


def test_a_message_names_the_file_the_variable_and_the_known_units():
    with pytest.raises(FieldsError) as error:
        QUANTITIES["t_300"].conversion(field(-40.0, "degF", name="ta"), "archive/ta.nc")
    for words in ("archive/ta.nc", "ta", "'degF'", "K, degC, Celsius", "temperature at 300 hPa"):
        assert words in str(error.value)


def test_the_standard_name_comes_before_an_alias():
    right = field(1.0).assign_attrs(standard_name="air_pressure_at_mean_sea_level")
    data = xr.Dataset({"slp": field(2.0), "pressure": right})
    assert QUANTITIES["msl"].find(data).name == "pressure"


def test_an_alias_decides_between_two_of_one_standard_name():
    wind = field(1.0).assign_attrs(standard_name="eastward_wind")
    data = xr.Dataset({"u100": wind, "u10": wind})
    assert QUANTITIES["u10"].find(data).name == "u10"


def test_two_of_one_standard_name_without_an_alias_are_not_guessed_at():
    wind = field(1.0).assign_attrs(standard_name="eastward_wind")
    assert QUANTITIES["u10"].find(xr.Dataset({"wind_a": wind, "wind_b": wind})) is None


def test_winds_on_levels_are_not_winds_at_ten_metres():
    wind = xr.DataArray(
        np.zeros((2, 8, 16)), dims=("plev", "lat", "lon"), coords={"plev": [850.0, 500.0]},
        attrs={"standard_name": "eastward_wind"},
    )  # fmt: skip
    assert QUANTITIES["u10"].find(xr.Dataset({"ua": wind})) is None


def test_a_single_level_of_a_surface_field_is_no_obstacle():
    array = xr.DataArray(np.full((1, 8, 16), 5.0), dims=("level", "lat", "lon"), coords={"level": [1000.0]})
    assert QUANTITIES["wind_speed"].level_of(array, "file.nc").dims == ("lat", "lon")


@pytest.mark.parametrize(("levels", "chosen"), [([300.0, 500.0], 1), ([85000.0, 50000.0, 30000.0], 1), ([500.0], 0)])
def test_a_level_is_found_by_its_pressure(levels, chosen):
    values = np.arange(len(levels), dtype=float)[:, None, None] * np.ones((1, 8, 16))
    array = xr.DataArray(values, dims=("plev", "lat", "lon"), coords={"plev": levels}, name="ta")
    assert float(QUANTITIES["t_500"].level_of(array, "file.nc").mean()) == chosen


def test_what_can_be_worked_out_is_worked_out_of_known_variables():
    for name, parts in DERIVED.items():
        assert name in QUANTITIES
        assert set(parts) <= set(QUANTITIES)


def test_cmip6_and_era5_names_are_both_known():
    assert {"psl", "msl"} <= set(QUANTITIES["msl"].aliases)
    assert {"sfcWind", "si10"} <= set(QUANTITIES["wind_speed"].aliases)
    assert {"uas", "u10"} <= set(QUANTITIES["u10"].aliases)
    assert {"fg10", "wsgmax"} <= set(QUANTITIES["gust"].aliases)


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
def test_every_variable_has_a_title_a_unit_and_a_range(quantity):
    assert quantity.title
    assert (1.0, 0.0) in quantity.units.values()
    assert quantity.unit in {"hPa", "m/s", "K"}
    assert quantity.plausible[0] < quantity.plausible[1]
