"""Times are read in their own calendar, as cftime and xarray read them, and must be in order."""

import cftime
import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.moments import Moments, read_moments
from itwinai_cyclones.quantities import FieldsError


def data_of(values, **attributes):
    """Return a data set whose variable ``msl`` has these times."""
    data = xr.Dataset({"msl": (("time", "lat", "lon"), np.zeros((len(values), 2, 2)))})
    return data.assign_coords(time=("time", values, attributes))


def read(data, dimension="time"):
    return read_moments(data, data["msl"], dimension, "file.nc")


CALENDARS = ["standard", "proleptic_gregorian", "julian", "noleap", "all_leap", "360_day"]


@pytest.mark.parametrize("calendar", CALENDARS)
@pytest.mark.parametrize(
    "units", ["days since 1850-01-01", "hours since 1900-1-1 00:00:0.0", "seconds since 1970-01-01"]
)
def test_times_are_those_of_xarray(calendar, units):
    steps = {"days": 1 / 4, "hours": 6, "seconds": 21600}[units.split()[0]]
    data = data_of(steps * np.arange(1460.0) + steps * 70000, units=units, calendar=calendar)
    expected = xr.decode_cf(data, decode_times=xr.coders.CFDatetimeCoder(use_cftime=True))["time"].to_numpy()
    assert read(data).texts() == [date.isoformat()[:16] for date in expected]


@pytest.mark.parametrize(("calendar", "day"), [("360_day", "2001-02-30"), ("all_leap", "2001-02-29")])
def test_days_that_only_a_model_knows_are_kept(calendar, day):
    number = cftime.date2num(cftime.datetime(*map(int, day.split("-")), calendar=calendar), "days since 2000-01-01")
    moments = read(data_of([float(number)], units="days since 2000-01-01", calendar=calendar))
    assert moments.texts() == [f"{day}T00:00"]


@pytest.mark.parametrize("calendar", ["gregorian", "GREGORIAN", "proleptic_gregorian", "standard"])
def test_names_of_the_calendar_that_we_live_by_are_one(calendar):
    assert read(data_of([1.0], units="days since 1950-01-01", calendar=calendar)).calendar == "standard"


@pytest.mark.parametrize(("one", "other"), [("noleap", "365_day"), ("all_leap", "366_day")])
def test_two_names_of_one_calendar_are_one(one, other):
    found = [read(data_of([1.0], units="days since 1950-01-01", calendar=name)).calendar for name in (one, other)]
    assert found[0] == found[1]


def test_before_the_reform_two_calendars_are_two():
    assert read(data_of([1.0], units="days since 0850-01-01", calendar="proleptic_gregorian")).calendar != "standard"


def test_a_hair_below_the_hour_is_the_hour():
    moments = read(data_of(np.array([1 / 24, 2 / 24], "f4"), units="days since 2000-01-01"))
    assert moments.texts() == ["2000-01-01T01:00", "2000-01-01T02:00"]


def test_seconds_are_told_only_where_there_are_some():
    moments = read(data_of([0, 30], units="seconds since 2000-01-01"))
    assert moments.texts() == ["2000-01-01T00:00", "2000-01-01T00:00:30"]
    assert moments.at(1) == "2000-01-01T00:00:30"


def test_days_written_as_one_number_are_read_as_echam_means_them():
    moments = read(data_of([20010131.25, 20010131.75], units="day as %Y%m%d.%f", calendar="proleptic_gregorian"))
    assert moments.texts() == ["2001-01-31T06:00", "2001-01-31T18:00"]


@pytest.mark.parametrize(
    "units",
    [
        "hours since 2000-01-01T00:00:00Z",
        "hours since 2000-01-01 00:00:00 UTC",
        "hours since 2000-01-01 00:00:00.000000",
        "h since 2000-1-1",
        "hours since 2000-01-01 00:00:00 +00:00",
    ],
)
def test_the_start_of_time_may_be_spelt_in_many_ways(units):
    assert read(data_of([0, 6], units=units)).texts() == ["2000-01-01T00:00", "2000-01-01T06:00"]


def test_nanoseconds_are_read():
    values = np.array(["2001-01-01T00", "2001-01-01T06"], "datetime64[ns]").astype(np.int64)
    moments = read(data_of(values, units="nanoseconds since 1970-01-01", calendar="proleptic_gregorian"))
    assert moments.texts() == ["2001-01-01T00:00", "2001-01-01T06:00"]


@pytest.mark.parametrize("words", [["2001-01-01_00:00:00", "2001-01-01_06:00:00"], ["2001-01-01T00", "2001-01-01T06"]])
def test_times_in_words_are_read(words):
    assert read(data_of(words)).texts() == ["2001-01-01T00:00", "2001-01-01T06:00"]


def test_a_note_of_the_whole_file_may_tell_the_units():
    data = data_of([0, 7]).assign_attrs(time_units="hours since 2026-03-25 (irregular)")
    assert read(data).texts() == ["2026-03-25T00:00", "2026-03-25T07:00"]


def test_bare_numbers_are_given_as_they_stand():
    moments = read(data_of([7, 8]))
    assert (moments.calendar, moments.texts()) == ("", ["7", "8"])


def test_parts_of_nobody_knows_what_are_refused():
    with pytest.raises(FieldsError, match=r"times such as 0\.25 without units"):
        read(data_of([0.0, 0.25]))


def test_an_axis_without_numbers_is_counted():
    data = data_of([7, 8]).drop_vars("time")
    assert read(data).texts() == ["0", "1"]


def test_a_time_beside_a_single_field_is_its_time():
    data = data_of([1.5], units="days since 2000-01-01").isel(time=0)
    assert read(data, None).texts() == ["2000-01-02T12:00"]


def test_a_field_without_time_has_none():
    moments = read(data_of([1.0]).isel(time=0, drop=True), None)
    assert moments.texts() == []


def test_times_along_a_dimension_of_another_name_are_found():
    data = data_of([7, 8]).drop_vars("time").rename(time="record")
    data["xtime"] = ("record", [0.0, 6.0], {"units": "hours since 2000-01-01"})
    assert read(data, "record").texts() == ["2000-01-01T00:00", "2000-01-01T06:00"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 12, 6], "times that go backwards, 2000-01-01T06:00 after 2000-01-01T12:00 .number 2 and 3 of 3"),
        ([12, 6, 0], "times that go backwards, 2000-01-01T06:00 after 2000-01-01T12:00 .number 1 and 2 of 3"),
        ([0, 6, 6], "the time 2000-01-01T06:00 twice"),
    ],
)
def test_times_out_of_order_are_named(values, words):
    with pytest.raises(FieldsError, match=rf"file\.nc holds {words}") as error:
        read(data_of(values, units="hours since 2000-01-01"))
    assert "cdo mergetime" in str(error.value)


@pytest.mark.parametrize(
    ("units", "calendar"),
    [
        ("days since 2000-01-01", "martian"),
        ("months since 2000-01-01", "standard"),
        ("fortnights since noon", "standard"),
        ("days since yesterday", "noleap"),
    ],
)
def test_times_that_nobody_can_read_are_refused_with_their_units(units, calendar):
    with pytest.raises(FieldsError, match=f"times in '{units}' of the calendar '{calendar}', which cannot be read"):
        read(data_of([1.0, 2.0], units=units, calendar=calendar))


def test_words_that_are_no_times_are_refused():
    with pytest.raises(FieldsError, match="holds times that cannot be read"):
        read(data_of(["noon", "midnight"]))


def test_gaps_among_times_are_refused():
    with pytest.raises(FieldsError, match="gaps among its times"):
        read(data_of([1.0, np.nan], units="days since 2000-01-01"))


def test_the_first_hour_is_no_gap_even_where_zarr_marks_gaps_by_zero(tmp_path):
    data = data_of(np.array([0, 6, 12]), units="hours since 2000-01-01")
    data.to_zarr(tmp_path / "a.zarr", zarr_format=2, consolidated=False, encoding={"time": {"_FillValue": 0}})
    opened = xr.open_zarr(tmp_path / "a.zarr", decode_times=False, consolidated=False)
    assert np.isnan(opened["time"].to_numpy()[0])
    assert read(opened).texts() == ["2000-01-01T00:00", "2000-01-01T06:00", "2000-01-01T12:00"]


def test_thirty_years_of_hours_are_told_one_by_one():
    moments = Moments("365_day", np.arange(0, 30 * 365 * 86400, 3600))
    assert len(moments.seconds) == 262800
    assert moments.at(262799) == "1879-12-31T23:00"
