"""Many files are one record, levels and winds are worked out, and what does not fit together is refused."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.fields import Fields
from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.regrid import model_axes
from itwinai_cyclones.series import NoValuesError

DIMENSIONS = ("time", "plev", "latitude", "longitude")


def on_levels(data, name, levels, values, units, standard_name):
    """Return the data set with a variable on pressure levels, ``values`` on each or one for each."""
    field = np.broadcast_to(np.asarray(values, dtype="f4"), (data.sizes["time"], len(levels), 91, 180)).copy()
    data = data.assign_coords(plev=("plev", np.array(levels, dtype=float), {"units": "hPa"}))
    return data.assign({name: (DIMENSIONS, field, {"units": units, "standard_name": standard_name})})


def temperatures(data, levels, values):
    return on_levels(data, "ta", levels, np.reshape(values, (1, -1, 1, 1)), "K", "air_temperature")


def winds(data, eastward, northward, levels=(850.0,)):
    data = on_levels(data, "ua", levels, eastward, "m s-1", "eastward_wind")
    return on_levels(data, "va", levels, northward, "m s-1", "northward_wind")


def years(dataset, units="days since 1950-01-01", calendar="noleap", count=3):
    """Return one data set a year, two times each, its pressure one hectopascal above that of the year before."""
    for year in range(count):
        time = ("time", [365.0 * year, 365.0 * year + 0.25], {"units": units, "calendar": calendar})
        pressure = (dataset.msl + 100 * year).assign_attrs(units="Pa")
        yield dataset.assign(msl=pressure).assign_coords(time=time)


def test_one_variable_a_file_and_a_year_a_file_is_one_record(dataset, written):
    paths = [
        written(data[[name]].rename({name: alias}), f"{alias}_{number}.nc")
        for number, data in enumerate(years(dataset))
        for name, alias in (("msl", "psl"), ("u10", "uas"), ("v10", "vas"))
    ]
    fields = Fields(paths[::-1], ["msl", "wind_speed"])
    assert fields.times == [f"{1950 + year}-01-01T{hour:02}:00" for year in range(3) for hour in (0, 6)]
    assert fields.calendar == "365_day"
    rise = [float((fields.at(index)[0] - fields.at(0)[0]).mean()) for index in range(6)]
    np.testing.assert_allclose(rise, [0, 0, 1, 1, 2, 2], atol=1e-3)


def test_files_that_take_turns_are_put_in_order(dataset, written):
    night, noon = (dataset.assign_coords(time=dataset.time + np.timedelta64(hours, "h")) for hours in (0, 3))
    times = Fields([written(noon, "noon.nc"), written(night, "night.nc")], ["msl"]).times
    assert times == [f"2020-08-01T{hour:02}:00" for hour in (0, 3, 6, 9)]


def test_irregular_steps_are_kept(dataset, written):
    times = np.array(["2020-08-01T00", "2020-08-01T07"], "datetime64[ns]")
    assert Fields([written(dataset.assign_coords(time=times))], ["msl"]).times == [
        "2020-08-01T00:00",
        "2020-08-01T07:00",
    ]


def test_years_may_differ_in_units_names_and_grid(dataset, written):
    first, second = years(dataset, count=2)
    second = second.assign(msl=(second.msl / 100).assign_attrs(units="hPa")).rename(msl="psl").sortby("latitude")
    second = second.interp(latitude=np.linspace(-90, 90, 181))
    second["psl"].attrs["units"] = "hPa"
    second["time"].attrs = first["time"].attrs
    fields = Fields([written(first, "a.nc"), written(second, "b.nc")], ["msl"])
    np.testing.assert_allclose(fields.at(2) - fields.at(0), 1, atol=0.05)


def test_one_file_given_twice_counts_once(dataset, written):
    path = written(dataset)
    assert len(Fields([path, path], ["msl"]).times) == 2


def test_a_progress_bar_may_watch_the_files(dataset, written):
    seen = []

    def watch(paths):
        for path in paths:
            seen.append(path.name)
            yield path

    Fields([written(dataset[["msl"]], "a.nc"), written(dataset[["u10", "v10"]], "b.nc")], ["msl", "u10"], watch)
    assert seen == ["a.nc", "b.nc"]


def test_300_hpa_is_interpolated_from_its_neighbours_and_told(dataset, written):
    data = temperatures(dataset, [850.0, 500.0, 250.0], [285.0, 264.0, 228.0])
    fields = Fields([written(data)], ["msl", "t_500", "t_300"])
    share = np.log(300 / 250) / np.log(2)
    np.testing.assert_allclose(fields.at(0)[2], 228 + share * 36, rtol=1e-5)
    assert [notice.split(":")[0] for notice in fields.notices] == [
        "t_300 is interpolated between 500 and 250 hPa, linearly in the logarithm of pressure"
    ]


def test_neighbours_may_lie_in_two_files(dataset, written):
    paths = [
        written(temperatures(dataset, [level], [value])[["ta"]].isel(plev=0), f"ta{level:g}.nc")
        for level, value in ((500.0, 264.0), (250.0, 228.0))
    ]
    assert len(Fields(paths, ["t_500", "t_300"]).notices) == 1


def test_a_level_that_is_there_is_not_interpolated(dataset, written):
    data = temperatures(dataset, [500.0, 300.0, 250.0], [264.0, 239.0, 228.0])
    fields = Fields([written(data)], ["t_300"])
    np.testing.assert_allclose(fields.at(0), 239, rtol=1e-6)
    assert fields.notices == ()


def test_vorticity_is_worked_out_from_winds_positive_on_both_hemispheres(dataset, written):
    """Of an air that turns like a solid, faster than the Earth: 2 rate sin(latitude), by hand."""
    eastward = 30 * np.cos(np.radians(dataset.latitude.to_numpy()))[None, None, :, None]
    fields = Fields([written(winds(dataset, eastward, 0.0))], ["vo_850"])
    expected = 1e5 * 2 * 30 / 6.371e6 * np.abs(np.sin(np.radians(model_axes()[0])))
    np.testing.assert_allclose(fields.at(0)[0].mean(axis=1), expected, atol=0.01)
    assert fields.notices == ("vo_850 is worked out from the winds at 850 hPa.",)


def test_vorticity_of_the_file_comes_before_winds_and_changes_its_sign_in_the_south(dataset, written):
    data = on_levels(winds(dataset, 3.0, 0.0), "vo", [850.0], 2e-5, "s**-1", "atmosphere_relative_vorticity")
    fields = Fields([written(data)], ["vo_850"])
    found = fields.at(0)[0]
    np.testing.assert_allclose(found[:360], 2, rtol=1e-5)
    np.testing.assert_allclose(found[361:], -2, rtol=1e-5)
    assert fields.notices == ()


def test_what_lies_below_the_ground_has_no_vorticity(dataset, written):
    eastward = np.broadcast_to(30 * np.cos(np.radians(dataset.latitude.to_numpy()))[:, None], (91, 180)).copy()
    eastward[28:34, 40:50] = np.nan
    found = Fields([written(winds(dataset, eastward, 0.0))], ["vo_850"]).at(0)[0]
    assert np.isfinite(found).all()
    assert not found[29 * 8 : 33 * 8, 41 * 8 : 49 * 8].any()
    whole = Fields([written(winds(dataset, np.nan_to_num(eastward, nan=25.0), 0.0), "whole.nc")], ["vo_850"]).at(0)[0]
    far = np.ones_like(found, dtype=bool)
    far[25 * 8 : 37 * 8, 37 * 8 : 53 * 8] = False
    np.testing.assert_allclose(found[far], whole[far], atol=1e-3)
    # No false storm stands at the edge of the gap.
    assert np.abs(found).max() < 1.5


def test_too_much_below_the_ground_is_a_gap(dataset, written):
    eastward = np.full((91, 180), 5.0)
    eastward[:40] = np.nan
    with pytest.raises(FieldsError, match="7200 of 16380 values missing in ua"):
        Fields([written(winds(dataset, eastward, 1.0))], ["vo_850"])


def test_u_and_v_may_lie_on_grids_of_their_own(dataset, written):
    """Some models keep them half a cell apart."""
    eastward = 30 * np.cos(np.radians(dataset.latitude.to_numpy()))[None, None, :, None]
    data = winds(dataset, eastward, 0.0)
    shifted = data[["va"]].assign_coords(longitude=data.longitude + 1)
    shifted["longitude"].attrs["units"] = "degrees_east"
    fields = Fields([written(data[["ua"]], "ua.nc"), written(shifted, "va.nc")], ["vo_850"])
    assert fields.at(0)[0, 180, :].mean() == pytest.approx(1e5 * 60 / 6.371e6 * np.sin(np.pi / 4), rel=1e-3)


def test_a_time_without_values_is_told_from_a_gap(dataset, written):
    data = xr.concat([dataset, dataset.assign_coords(time=dataset.time + np.timedelta64(12, "h"))], "time")
    data["msl"][1] = np.nan
    fields = Fields([written(data)], ["msl"])
    with pytest.raises(NoValuesError, match="no value, only gaps, in msl at 2020-08-01T06:00"):
        fields.at(1)
    assert np.isfinite(fields.at(2)).all()


@pytest.mark.parametrize("mark", [1e20, 9.96921e36, -1e30])
def test_marks_of_gaps_that_nobody_declares_are_gaps(dataset, tmp_path, mark):
    dataset["msl"][0, 3] = mark
    dataset.to_netcdf(tmp_path / "marks.nc", encoding={"msl": {"_FillValue": None}})
    with pytest.raises(FieldsError, match="180 of 16380 values missing in msl"):
        Fields([tmp_path / "marks.nc"], ["msl"])


@pytest.mark.parametrize(("mark", "told"), [(-999.0, "-9.99"), (9e6, "90000"), (0.0, "0")])
def test_values_that_cannot_be_are_named(dataset, written, mark, told):
    dataset["msl"][0, 3] = mark
    with pytest.raises(FieldsError, match=f"has a value of {told} hPa in msl at 2020-08-01T00:00: no pressure"):
        Fields([written(dataset)], ["msl"])


def test_a_calm_all_over_the_globe_was_never_written(dataset, written):
    data = dataset.assign(u10=dataset.u10 * 0, v10=dataset.v10 * 0)
    for name in ("u10", "v10"):
        data[name].attrs["units"] = "m s-1"
    with pytest.raises(
        FieldsError, match=r"holds wind_speed with a median of 0 m/s at 2020-08-01T0.:00: no wind speed"
    ):
        Fields([written(data)], ["wind_speed"])


def test_a_calm_is_no_gap_even_where_zarr_marks_gaps_by_zero(dataset, tmp_path):
    data = dataset[["u10"]].copy(deep=True)
    data["u10"][:, 40] = 0
    data.to_zarr(tmp_path / "a.zarr", zarr_format=2, consolidated=False, encoding={"u10": {"_FillValue": 0.0}})
    found = Fields([tmp_path / "a.zarr"], ["u10"]).at(0)[0]
    np.testing.assert_allclose(found[40 * 8], 0, atol=1e-6)
    np.testing.assert_allclose(found[44 * 8], 3, atol=1e-6)


def test_members_of_an_ensemble_are_not_mixed(dataset, written):
    data = xr.concat([dataset, dataset], xr.IndexVariable("number", [0, 1]))
    with pytest.raises(FieldsError, match="holds msl with a dimension 'number' of 2"):
        Fields([written(data)], ["msl"])


def test_one_member_of_an_ensemble_is_no_obstacle(dataset, written):
    assert Fields([written(dataset.expand_dims(number=[3]))], ["msl"]).at(1).shape == (1, 721, 1440)


def test_preliminary_months_of_era5_beside_final_ones_are_one_record(dataset, written):
    final, early = dataset.where(dataset.time == dataset.time[0]), dataset.where(dataset.time != dataset.time[0])
    both = xr.concat([final, early], xr.IndexVariable("expver", [1, 5])).transpose("time", "expver", ...)
    both["msl"].attrs["units"] = "Pa"
    fields = Fields([written(both)], ["msl"])
    np.testing.assert_allclose(fields.at(0), fields.at(1), atol=1e-6)


def test_calendars_of_two_models_are_not_mixed(dataset, written):
    paths = [
        written(next(years(dataset, f"days since {year}-01-01", calendar)), f"{calendar}.nc")
        for year, calendar in ((1950, "noleap"), (1960, "360_day"))
    ]
    with pytest.raises(FieldsError, match=r"different calendars: 365_day in .*noleap\.nc, 360_day in .*360_day\.nc"):
        Fields(paths, ["msl"])


def test_calendars_of_two_variables_are_not_mixed(dataset, written):
    paths = [
        written(next(years(dataset, calendar=calendar))[names], f"{calendar}.nc")
        for names, calendar in ((["msl"], "noleap"), (["u10", "v10"], "360_day"))
    ]
    with pytest.raises(FieldsError, match="The files are of different calendars: "):
        Fields(paths, ["msl", "wind_speed"])


def test_a_time_in_two_files_is_refused_with_both(dataset, written):
    with pytest.raises(FieldsError, match=r"a\.nc and .*b\.nc both hold msl at 2020-08-01T00:00, one of 2 such times"):
        Fields([written(dataset, "a.nc"), written(dataset, "b.nc")], ["msl"])


def test_two_files_that_do_not_say_when_are_refused(dataset, written):
    undated = dataset.isel(time=0, drop=True)
    with pytest.raises(FieldsError, match=r"both hold msl, and .*a\.nc does not say when"):
        Fields([written(undated, "a.nc"), written(undated, "b.nc")], ["msl"])


def test_variables_at_other_hours_are_refused_with_the_first(dataset, written):
    later = dataset.assign_coords(time=dataset.time + np.timedelta64(3, "h"))
    with pytest.raises(FieldsError, match="2 and 2 of them: u10 lacks 2020-08-01T00:00"):
        Fields([written(dataset[["msl"]], "a.nc"), written(later[["u10"]], "b.nc")], ["msl", "u10"])


@pytest.mark.parametrize("order", [[1, 0], [0, 0]])
def test_times_out_of_order_are_refused(dataset, written, order):
    with pytest.raises(FieldsError, match=r"go backwards|twice"):
        Fields([written(dataset.isel(time=order))], ["msl"])


def test_many_files_are_named_by_the_first_three(dataset, written):
    paths = [written(data, f"{number}.nc") for number, data in enumerate(years(dataset, count=5))]
    with pytest.raises(FieldsError, match=r"0\.nc, .*1\.nc, .*2\.nc and 2 more has no gust"):
        Fields(paths, ["gust"])


def test_what_nobody_needs_may_be_odd(dataset, written):
    data = dataset.assign(si10=(dataset.u10 * 0 + 6).assign_attrs(units="m s-1"))
    data["u10"].attrs["units"] = "furlongs per fortnight"
    np.testing.assert_allclose(Fields([written(data)], ["wind_speed"]).at(0), 6)
    with pytest.raises(FieldsError, match="'furlongs per fortnight'"):
        Fields([written(data.drop_vars("si10"), "parts.nc")], ["wind_speed"])


def test_vorticity_at_its_level_needs_no_winds_on_model_levels_beside_it(dataset, written):
    data = dataset.assign(rv850=(dataset.u10 * 0 + 1e-5).assign_attrs(units="s-1"))
    shape = ("time", "lev", "latitude", "longitude")
    for name, standard_name in (("ua", "eastward_wind"), ("va", "northward_wind")):
        winds_there = np.zeros((2, 3, 91, 180), dtype="f4")
        data[name] = (shape, winds_there, {"standard_name": standard_name, "units": "m s-1"})
    data = data.assign_coords(lev=("lev", [0.1, 0.5, 1.0], {"units": "1", "axis": "Z"}))
    np.testing.assert_allclose(Fields([written(data)], ["vo_850"]).at(0)[0, :360], 1, rtol=1e-5)
    with pytest.raises(FieldsError, match="no pressures"):
        Fields([written(data.drop_vars("rv850"), "parts.nc")], ["vo_850"])


def test_a_model_of_other_variables_is_told_what_it_was_trained_on_and_what_there_is(dataset, written):
    with pytest.raises(FieldsError) as error:
        Fields([written(dataset)], ["msl", "gust", "t_500", "t_300"])
    assert "The network was trained on msl, gust, t_500, t_300; of these the files hold msl." in str(error.value)
    assert "settings.data.variables=[msl,wind_speed,u10,v10]" in str(error.value)
