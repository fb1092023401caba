"""Files are read whichever way they are written, and bad ones are refused with what to do."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.fields import Fields
from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.regrid import model_axes


@pytest.fixture
def expected(dataset, written):
    return Fields([written(dataset)], ["msl", "wind_speed"]).at(0)


def close(one, other):
    np.testing.assert_allclose(one, other, atol=2e-3)


def test_pressure_comes_in_hectopascals_on_the_models_grid(expected):
    assert expected.shape == (2, 721, 1440)
    assert 990 < expected[0].min() < expected[0].max() < 1030


def test_speed_is_worked_out_from_the_two_winds(expected):
    close(expected[1], 5.0)


def test_values_at_grid_points_are_those_of_the_file(dataset, expected):
    latitude, longitude = model_axes()
    rows, columns = np.isin(latitude, dataset.latitude), np.isin(longitude, dataset.longitude)
    close(expected[0][rows][:, columns], dataset.msl.values[0] / 100)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.sortby("latitude"),
        lambda data: data.assign_coords(longitude=(data.longitude + 180) % 360 - 180).sortby("longitude"),
        lambda data: data.roll(longitude=60, roll_coords=True),
        lambda data: xr.concat([data, data.isel(longitude=[0]).assign_coords(longitude=[360.0])], "longitude"),
        lambda data: data.transpose("time", "longitude", "latitude"),
        lambda data: data.rename(latitude="lat", longitude="lon", msl="psl", u10="uas", v10="vas"),
        lambda data: data.assign(msl=(data.msl / 100).assign_attrs(units="hPa")),
        lambda data: data.assign(msl=data.msl.assign_attrs(units=None).drop_attrs()),
        lambda data: data.isel(longitude=slice(None, None, -1)),
        lambda data: data.assign_coords(longitude=data.longitude - 360),
        lambda data: data.assign_coords(latitude=data.latitude.astype("i2"), longitude=data.longitude.astype("f4")),
        lambda data: data.rename(latitude="LAT", longitude="LON", time="TIME"),
        lambda data: data.transpose("latitude", "longitude", "time"),
        lambda data: data.expand_dims(level=[1000]),
        lambda data: data.assign(psl=(data.msl + 500).assign_attrs(data.msl.attrs)),
        lambda data: data.rename(msl="pressure_field").assign(
            pressure_field=data.msl.assign_attrs(standard_name="air_pressure_at_sea_level")
        ),
    ],
    ids=[
        "south_first",
        "signed",
        "rolled",
        "repeated_360",
        "transposed",
        "cmip6_names",
        "hPa",
        "no_units",
        "west_first",
        "negative",
        "integers",
        "capitals",
        "time_last",
        "one_level",
        "two_of_one_standard_name",
        "standard_name",
    ],
)
def test_the_way_a_file_is_written_does_not_matter(change, dataset, written, expected):
    close(Fields([written(change(dataset), "changed.nc")], ["msl", "wind_speed"]).at(0), expected)


def test_packed_integers_are_unpacked(dataset, tmp_path, expected):
    path = tmp_path / "packed.nc"
    packing = {"dtype": "int16", "scale_factor": 0.1, "add_offset": 101000.0, "_FillValue": -32767}
    dataset.to_netcdf(path, encoding={"msl": packing})
    np.testing.assert_allclose(Fields([path], ["msl"]).at(0)[0], expected[0], atol=1e-2)


def test_zarr_stores_are_read_without_consolidated_metadata(dataset, tmp_path, expected):
    path = tmp_path / "fields.zarr"
    dataset.to_zarr(path, consolidated=False)
    close(Fields([path], ["msl", "wind_speed"]).at(0), expected)


def test_one_variable_a_file_is_put_together(dataset, written, expected):
    paths = [written(dataset[[name]], f"{name}.nc") for name in ("msl", "u10", "v10")]
    fields = Fields(paths, ["msl", "wind_speed"])
    close(fields.at(0), expected)


def test_files_that_hold_all_variables_follow_one_another(dataset, written):
    later = dataset.assign_coords(time=dataset.time + np.timedelta64(12, "h"))
    assert Fields([written(later, "b.nc"), written(dataset, "a.nc")], ["msl"]).times == [
        "2020-08-01T00:00", "2020-08-01T06:00", "2020-08-01T12:00", "2020-08-01T18:00",
    ]  # fmt: skip


def test_levels_are_chosen_by_pressure_in_either_unit(dataset, written):
    for scale, units in ((1, "hPa"), (100, "Pa")):
        levels = np.array([850.0, 500.0, 300.0])
        shape = ("time", "plev", "latitude", "longitude")
        values = np.broadcast_to(np.array([285.0, 265.0, 240.0])[None, :, None, None], (2, 3, 91, 180)).astype("f4")
        data = dataset.assign_coords(plev=("plev", levels * scale, {"units": units}))
        data["ta"] = (shape, values, {"standard_name": "air_temperature", "units": "K"})
        fields = Fields([written(data, f"{units}.nc")], ["t_500", "t_300"]).at(0)
        close(fields[0], 265.0)
        close(fields[1], 240.0)


def test_a_level_that_is_not_there_is_named_with_those_that_are(dataset, written):
    data = dataset.assign_coords(plev=("plev", [85000.0, 50000.0], {"units": "Pa"}))
    values = np.full((2, 2, 91, 180), 260.0, dtype="f4")
    data["ta"] = (("time", "plev", "latitude", "longitude"), values, {"standard_name": "air_temperature", "units": "K"})
    with pytest.raises(FieldsError, match="on the levels 850, 500 hPa, but temperature at 300 hPa is wanted"):
        Fields([written(data)], ["msl", "t_300"])


def test_times_of_climate_models_keep_their_calendar(dataset, written):
    data = dataset.assign_coords(time=("time", [58.0, 59.0], {"units": "days since 2001-01-01", "calendar": "360_day"}))
    assert Fields([written(data)], ["msl"]).times == ["2001-02-29T00:00", "2001-02-30T00:00"]


def test_a_field_without_time_is_one_field(dataset, written):
    fields = Fields([written(dataset.isel(time=0, drop=True))], ["msl"])
    assert fields.times == [""]
    assert fields.at(0).shape == (1, 721, 1440)


def test_an_alias_decides_between_winds_of_one_standard_name(dataset, written):
    data = dataset.copy()
    data["u10"].attrs["standard_name"] = "eastward_wind"
    data["u100"] = (data.u10 * 2).assign_attrs(standard_name="eastward_wind", units="m s-1")
    close(Fields([written(data)], ["u10"]).at(0), 3.0)


def test_a_missing_variable_is_named_with_what_was_found_and_looked_for(dataset, written):
    with pytest.raises(FieldsError) as error:
        Fields([written(dataset)], ["msl", "gust"])
    for words in ("fields.nc has no gust", "Found: msl, u10, v10", "fg10, i10fg", "wind_speed_of_gust"):
        assert words in str(error.value)


def test_a_speed_without_its_second_part_is_missing(dataset, written):
    with pytest.raises(FieldsError, match="has no wind_speed") as error:
        Fields([written(dataset.drop_vars("v10"))], ["wind_speed"])
    assert "Found: msl, u10.\n" in str(error.value)
    assert "or u10 (u10, uas, 10u) and v10 (v10, vas, 10v) to work it out from" in str(error.value)


@pytest.mark.parametrize("units", ["furlong", "Torr"])
def test_unknown_units_are_named_with_the_known_ones(dataset, written, units):
    dataset.msl.attrs["units"] = units
    with pytest.raises(FieldsError, match=f"units of '{units}'.*\nKnown units are Pa, hPa"):
        Fields([written(dataset)], ["msl"])


def test_units_that_the_values_contradict_are_refused(dataset, written):
    data = dataset.assign(msl=(dataset.msl / 100).assign_attrs(units="Pa"))
    with pytest.raises(FieldsError, match="units of 'Pa', with a median of 10"):
        Fields([written(data)], ["msl"])


@pytest.mark.parametrize(
    "region", [{"longitude": slice(100, 180)}, {"latitude": slice(50, 0)}, {"latitude": slice(90, -30)}]
)
def test_a_region_is_refused_with_what_it_covers(dataset, written, region):
    with pytest.raises(FieldsError, match=r"covers latitudes .* no globe"):
        Fields([written(dataset.sel(region))], ["msl"])


def test_a_grid_that_follows_the_ocean_is_refused(written):
    shape = ("y", "x")
    data = xr.Dataset({"msl": (shape, np.full((40, 60), 101000.0), {"units": "Pa"})})
    data = data.assign_coords(latitude=(shape, np.zeros((40, 60))), longitude=(shape, np.zeros((40, 60))))
    with pytest.raises(FieldsError, match="no latitude of one dimension"):
        Fields([written(data)], ["msl"])


def test_missing_values_are_counted(dataset, written):
    dataset.msl[0, 10:12, 5] = np.nan
    with pytest.raises(FieldsError, match="2 of 16380 values missing in msl at 2020-08-01T00:00"):
        Fields([written(dataset)], ["msl"])


def test_files_of_different_length_are_refused(dataset, written):
    paths = [written(dataset[["msl"]], "msl.nc"), written(dataset[["u10", "v10"]].isel(time=[0]), "wind.nc")]
    with pytest.raises(
        FieldsError, match="hold different times of msl and u10, 2 and 1 of them: u10 lacks 2020-08-01T06:00"
    ):
        Fields(paths, ["msl", "wind_speed"])


def test_a_grid_without_pole_rows_is_a_globe(dataset_without_poles, written, expected):
    found = Fields([written(dataset_without_poles, "other.nc")], ["msl"]).at(1)
    np.testing.assert_allclose(found[0, 80:641], expected[0, 80:641], atol=0.05)


def test_winds_may_come_from_two_files_and_pressure_from_a_third(dataset, written, expected):
    paths = [written(dataset[[name]].rename({name: other}), f"{other}.nc") for name, other in
             (("msl", "psl"), ("u10", "uas"), ("v10", "vas"))]  # fmt: skip
    fields = Fields(paths, ["msl", "wind_speed"])
    close(fields.at(1), expected)


def test_a_speed_in_the_file_comes_before_its_parts(dataset, written):
    data = dataset.assign(si10=(dataset.u10 * 0 + 6.5).assign_attrs(units="m s**-1"))
    close(Fields([written(data)], ["wind_speed"]).at(0), 6.5)


def test_a_gaussian_grid_is_interpolated(written):
    nodes, _ = np.polynomial.legendre.leggauss(96)
    latitude, longitude = np.degrees(np.arcsin(nodes)), np.arange(0, 360, 1.875)
    values = 101000 + 800 * np.sin(np.radians(latitude))[:, None] * np.cos(np.radians(longitude))[None, :]
    data = xr.Dataset({"psl": (("lat", "lon"), values, {"units": "Pa"})}, coords={"lat": latitude, "lon": longitude})
    found = Fields([written(data)], ["msl"]).at(0)[0]
    north, east = model_axes()
    expected = 1010 + 8 * np.sin(np.radians(north))[:, None] * np.cos(np.radians(east))[None, :]
    np.testing.assert_allclose(found[20:-20], expected[20:-20], atol=5e-3)


def test_times_without_a_calendar_are_given_as_they_stand(dataset, written):
    data = dataset.assign_coords(time=[7, 8])
    assert Fields([written(data)], ["msl"]).times == ["7", "8"]


def test_times_are_read_one_by_one(dataset, written):
    data = dataset.copy()
    data["msl"] = data.msl + xr.DataArray([0.0, 500.0], dims="time")
    data.msl.attrs["units"] = "Pa"
    fields = Fields([written(data)], ["msl"])
    np.testing.assert_allclose(fields.at(1) - fields.at(0), 5.0, atol=1e-2)


@pytest.mark.parametrize("start", [0.5, -179.5])
def test_cell_centres_off_greenwich_are_a_globe(written, start):
    longitude = np.arange(start, start + 360, 1.0)
    values = 101000 + 500 * np.cos(np.radians(longitude))[None, :] * np.ones((180, 1))
    data = xr.Dataset({"msl": (("latitude", "longitude"), values, {"units": "Pa"})})
    data = data.assign_coords(latitude=np.arange(89.5, -90, -1.0), longitude=longitude)
    found = Fields([written(data)], ["msl"]).at(0)[0]
    np.testing.assert_allclose(found[360], 1010 + 5 * np.cos(np.radians(model_axes()[1])), atol=1e-2)


def test_a_file_without_any_time_is_refused(dataset, written):
    with pytest.raises(FieldsError, match="holds msl for no time at all"):
        Fields([written(dataset.isel(time=slice(0)))], ["msl"])


def test_a_variable_of_gaps_only_is_refused_as_not_written(dataset, written):
    with pytest.raises(FieldsError, match="holds no value of msl at its last time, 2020-08-01T06:00, only gaps"):
        Fields([written(dataset.assign(msl=dataset.msl * np.nan))], ["msl"])
