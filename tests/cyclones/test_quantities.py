"""Each variable is known by its names, its units and its values."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.layers import find, survey
from itwinai_cyclones.opening import open_dataset
from itwinai_cyclones.quantities import KNOWN, QUANTITIES, FieldsError
from itwinai_cyclones.settings import DataSettings, Variable
from itwinai_cyclones.units import KELVINS, PASCALS, ROTATIONS, SPEEDS, conversion

# A value that is usual on Earth, in the unit of the file, and what it is in the unit of the network.
USUAL = [
    ("msl", "Pa", 101300.0, 1013.0),
    ("msl", "hPa", 1013.0, 1013.0),
    ("msl", "mbar", 1013.0, 1013.0),
    ("msl", "millibars", 1013.0, 1013.0),
    ("msl", "kPa", 101.3, 1013.0),
    ("wind_speed", "m s-1", 7.0, 7.0),
    ("wind_speed", "m s**-1", 7.0, 7.0),
    ("wind_speed", "knots", 14.0, 7.202),
    ("wind_speed", "km h**-1", 36.0, 10.0),
    ("gust", "m/s", 9.0, 9.0),
    ("u10", "m s-1", -3.0, -3.0),
    ("v10", "m s-1", 2.0, 2.0),
    ("t_500", "K", 265.0, 265.0),
    ("t_500", "degC", -8.0, 265.15),
    ("t_300", "K", 238.0, 238.0),
    ("t_300", "Celsius", -35.0, 238.15),
    ("vo_850", "s**-1", 2e-5, 2.0),
]


def field(value, units=None, name="field", **attributes):
    attributes |= {} if units is None else {"units": units}
    coordinates = {"lat": np.linspace(90, -90, 8), "lon": np.arange(0, 360, 22.5)}
    return xr.DataArray(np.full((8, 16), value), coordinates, ("lat", "lon"), name, attributes)


@pytest.fixture
def layers(tmp_path):
    """Return a function from a variable, or several, and the name of a quantity to what is found of it."""

    def look(data, name):
        (data.to_dataset() if isinstance(data, xr.DataArray) else data).to_netcdf(tmp_path / "file.nc")
        return survey(tmp_path / "file.nc", open_dataset(tmp_path / "file.nc"), KNOWN[name])

    return look


def test_every_variable_of_the_settings_is_known_and_no_other():
    assert set(Variable.__args__) == set(QUANTITIES)


def test_the_default_variables_are_known():
    assert set(DataSettings().variables) <= set(QUANTITIES)


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_variable_answers_to_its_own_name(layers, name):
    usual = next((value, units) for known, units, value, _ in USUAL if known == name)
    (layer,) = layers(field(*usual, name=name), name)
    assert (layer.variable, layer.level) == (name, QUANTITIES[name].level)


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_file_without_the_variable_has_none(layers, name):
    assert layers(field(1.0, name="orography"), name) == []


@pytest.mark.parametrize(("name", "units", "value", "expected"), USUAL)
def test_units_are_converted(layers, name, units, value, expected):
    (layer,) = layers(field(value, units, name), name)
    found = layer.read(open_dataset(layer.path), 0, 1)
    np.testing.assert_allclose(found, np.full((1, 8, 16), expected), rtol=1e-3)


@pytest.mark.parametrize(
    ("units", "known", "expected"),
    [
        ("PASCAL", PASCALS, (0.01, 0.0)),
        (" hpa ", PASCALS, (1.0, 0.0)),
        ("m s^-1", SPEEDS, (1.0, 0.0)),
        ("m  s**-1", SPEEDS, (1.0, 0.0)),
        ("deg_C", KELVINS, (1.0, 273.15)),
        ("degrees_Celsius", KELVINS, (1.0, 273.15)),
        ("1/s", ROTATIONS, (1e5, 0.0)),
        ("Torr", PASCALS, None),
        ("m", SPEEDS, None),
        ("degF", KELVINS, None),
    ],
)
def test_spellings_of_one_unit_are_one(units, known, expected):
    assert conversion(units, known) == expected


@pytest.mark.parametrize(("value", "expected"), [(101300.0, 0.01), (1013.0, 1.0)])
def test_pressure_without_units_is_told_by_its_size(layers, value, expected):
    assert layers(field(value, name="psl"), "msl")[0].convert == (expected, 0.0)


@pytest.mark.parametrize(("value", "expected"), [(265.0, 0.0), (-8.0, 273.15)])
def test_temperature_without_units_is_told_by_its_size(layers, value, expected):
    assert layers(field(value, name="t500"), "t_500")[0].convert == (1.0, expected)


@pytest.mark.parametrize(("name", "value"), [("msl", 29.92), ("t_500", -300.0), ("wind_speed", 900.0)])
def test_values_without_units_that_nothing_explains_are_refused(layers, name, value):
    with pytest.raises(FieldsError, match="units that it does not name, with a median of"):
        layers(field(value, name=name), name)


def test_a_message_names_the_file_the_variable_and_the_known_units(layers):
    with pytest.raises(FieldsError) as error:
        layers(field(-40.0, "degF", name="ta300"), "t_300")
    for words in ("file.nc", "ta300", "'degF'", "K, kelvin, degC", "temperature at 300 hPa"):
        assert words in str(error.value)


def test_the_standard_name_comes_before_an_alias():
    right = field(1.0, standard_name="air_pressure_at_mean_sea_level")
    assert find(xr.Dataset({"slp": field(2.0), "pressure": right}), QUANTITIES["msl"]) == "pressure"


def test_an_alias_decides_between_two_of_one_standard_name():
    wind = field(1.0, standard_name="eastward_wind")
    assert find(xr.Dataset({"u100": wind, "u10": wind}), QUANTITIES["u10"]) == "u10"


def test_two_of_one_standard_name_without_an_alias_are_not_guessed_at():
    wind = field(1.0, standard_name="eastward_wind")
    assert find(xr.Dataset({"wind_a": wind, "wind_b": wind}), QUANTITIES["u10"]) is None


def test_the_daily_maximum_of_cmip6_is_a_gust_and_no_mean_wind():
    """Both bear the standard name ``wind_speed`` in CMIP6."""
    data = xr.Dataset({"sfcWindmax": field(9.0, standard_name="wind_speed", cell_methods="time: maximum")})
    assert find(data, QUANTITIES["wind_speed"]) is None
    assert find(data, QUANTITIES["gust"]) == "sfcWindmax"


@pytest.mark.parametrize(("height", "expected"), [(10.0, "uas"), (2.0, None), (100.0, None)])
def test_winds_of_another_height_are_not_winds_at_ten_metres(height, expected):
    stated = ((), height, {"standard_name": "height", "units": "m"})
    data = xr.Dataset({"uas" if height == 10 else "ua100m": field(1.0, standard_name="eastward_wind")})
    assert find(data.assign_coords(height=stated), QUANTITIES["u10"]) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("u100", None), ("ua100m", None), ("u_850", None), ("wind_east", "wind_east")]
)
def test_a_height_in_the_name_of_a_wind_counts_as_well(name, expected):
    assert find(xr.Dataset({name: field(1.0, standard_name="eastward_wind")}), QUANTITIES["u10"]) == expected


def on_levels(levels, units, name="ta", standard_name="air_temperature", value=260.0):
    """Return a variable on pressure levels, one kelvin more on each."""
    values = value + np.arange(len(levels))[:, None, None] + np.zeros((1, 8, 16))
    data = xr.Dataset({name: (("plev", "lat", "lon"), values, {"units": "K", "standard_name": standard_name})})
    data = data.assign_coords(plev=("plev", levels, {"units": units} if units else {}))
    return data.assign_coords(lat=np.linspace(90, -90, 8), lon=np.arange(0, 360, 22.5))


def test_winds_on_levels_are_not_winds_at_ten_metres():
    assert find(on_levels([850.0, 500.0], "hPa", "ua", "eastward_wind"), QUANTITIES["u10"]) is None


def test_a_wind_on_one_level_is_not_the_wind_at_ten_metres():
    data = on_levels([850.0, 500.0], "hPa", "wind", "eastward_wind").isel(plev=0)
    assert find(data, QUANTITIES["u10"]) is None


def test_a_single_level_of_a_surface_field_is_no_obstacle(layers):
    data = on_levels([1000.0], "hPa", "si10", "wind_speed", 5.0)
    data["si10"].attrs["units"] = "m s-1"
    (layer,) = layers(data, "wind_speed")
    assert layer.read(open_dataset(layer.path), 0, 1).shape == (1, 8, 16)


@pytest.mark.parametrize("units", ["Pa", "hPa", None])
@pytest.mark.parametrize("order", [1, -1])
def test_levels_are_found_by_their_pressure(layers, order, units):
    levels = np.array([850.0, 500.0, 300.0])[::order] * (100 if units == "Pa" else 1)
    found = {layer.level: layer for layer in layers(on_levels(levels, units), "t_500")}
    assert set(found) == {850.0, 500.0, 300.0}
    for level, layer in found.items():
        values = layer.read(open_dataset(layer.path), 0, 1)
        assert values.mean() == 260 + [850, 500, 300][::order].index(level)


def test_levels_may_stand_in_the_names_of_variables(layers):
    data = xr.Dataset({"ta500": field(265.0, "K"), "t_250": field(230.0, "K"), "ta850hPa": field(285.0, "K")})
    assert {layer.level for layer in layers(data, "t_300")} == {500, 250, 850}


def test_heights_in_the_names_of_winds_are_no_levels(layers):
    data = xr.Dataset({name: field(5.0, "m s-1") for name in ("u10", "u100", "u850", "ua_500")})
    assert {layer.variable: layer.level for layer in layers(data, "u_850")} == {"u850": 850, "ua_500": 500}


def test_temperatures_of_the_sea_are_none_of_the_air(layers):
    data = on_levels([1000.0, 500.0], "hPa", "t", "sea_water_temperature")
    assert layers(data, "t_500") == []


def test_cmip6_and_era5_names_are_both_known():
    assert {"psl", "msl"} <= set(QUANTITIES["msl"].aliases)
    assert {"sfcWind", "si10"} <= set(QUANTITIES["wind_speed"].aliases)
    assert {"uas", "u10"} <= set(QUANTITIES["u10"].aliases)
    assert {"fg10", "wsgmax"} <= set(QUANTITIES["gust"].aliases)
    assert {"vo", "rv"} <= set(QUANTITIES["vo_850"].aliases)


@pytest.mark.parametrize("quantity", KNOWN.values(), ids=KNOWN)
def test_every_variable_has_a_title_a_unit_and_a_range(quantity):
    assert quantity.title
    assert (1.0, 0.0) in quantity.units.values()
    assert quantity.unit in {"hPa", "m/s", "K", "1e-5/s"}
    assert quantity.plausible[0] < quantity.plausible[1]
    assert quantity.possible[0] <= quantity.plausible[0]
    assert quantity.plausible[1] <= quantity.possible[1]
