"""Values of tables are read as they stand, in any calendar, and told where they are none."""

import cftime
import numpy as np
import pytest

from itwinai_core import DataError
from itwinai_cyclones.centre_tables import hours_of, number_of, place_of, read_centres, read_table, texts_of
from itwinai_cyclones.plugin import CALENDARS


@pytest.mark.parametrize("calendar", CALENDARS)
def test_times_come_back_to_the_second_in_every_calendar(calendar):
    generator = np.random.default_rng(0)
    for seconds in generator.integers(-3_000_000_000, 20_000_000_000, 50):  # 1755 to 2483
        moment = cftime.num2date(int(seconds), "seconds since 1850-01-01", calendar=calendar)
        text = moment.isoformat()
        hours = hours_of(text, "here", calendar)
        assert hours == pytest.approx(seconds / 3600, abs=1e-6)
        assert texts_of(np.array([hours]), calendar) == [text]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2010-08-01T06:00", "2010-08-01T06:00:00Z"),
        ("2010-8-1 6", "2010-08-01T06:00"),
        ("2010-08-01", "2010-08-01T00:00"),
        (" 2010-08-01T0630 ", "2010-08-01T06:30:00.000"),
    ],
)
def test_a_time_may_be_written_in_several_ways(text, same):
    assert hours_of(text, "here", "standard") == hours_of(same, "here", "standard")


@pytest.mark.parametrize(
    ("calendar", "days"), [("360_day", 360), ("noleap", 365), ("all_leap", 366), ("standard", 366)]
)
def test_a_year_is_as_long_as_its_calendar_has_it(calendar, days):
    ends = [hours_of(f"{year}-01-01", "here", calendar) for year in (2000, 2001)]
    assert ends[1] - ends[0] == 24 * days


def test_no_times_are_no_texts():
    assert texts_of(np.empty(0), "standard") == []


@pytest.mark.parametrize("text", ["yesterday", "2010-08", "01/08/2010", "2010-08-01T06:00+02:00", ""])
def test_what_is_no_time_is_told_with_its_place(text):
    with pytest.raises(DataError, match=r"table\.csv:7: time is '.*', expected a date and time such as"):
        hours_of(text, "table.csv:7", "standard")


@pytest.mark.parametrize("text", ["2001-02-29", "2001-13-01", "2001-01-01T25:00"])
def test_a_time_that_the_calendar_lacks_is_told_with_another_calendar(text):
    with pytest.raises(DataError, match=rf"there is no {text} in the calendar 'standard'.\n.*--calendar 360_day"):
        hours_of(text, "table.csv:7", "standard")


@pytest.mark.parametrize(("text", "number"), [("1", 1.0), (" -2.5e1 ", -25.0), ("0", 0.0)])
def test_numbers_are_numbers(text, number):
    assert number_of(text, "latitude", "here") == number


@pytest.mark.parametrize("text", ["", "north", "nan", "inf", "1,5"])
def test_what_is_no_number_is_told_with_its_column(text):
    with pytest.raises(DataError, match=f"here: latitude is '{text}', expected a number"):
        number_of(text, "latitude", "here")


@pytest.mark.parametrize("place", [(90, 360), (-90, -360), (0, 180), (45.5, 0)])
def test_places_on_the_earth_are_taken(place):
    row = {"lat": str(place[0]), "lon": str(place[1])}
    assert place_of(row, ("lat", "lon"), "here") == place


@pytest.mark.parametrize(("place", "message"), [((90.1, 0), "lat is 90.1; it lies"), ((0, 361), "lon is 361; it lies")])
def test_places_off_the_earth_are_refused(place, message):
    with pytest.raises(DataError, match=message):
        place_of({"lat": str(place[0]), "lon": str(place[1])}, ("lat", "lon"), "here")


def test_a_table_tells_the_line_of_each_row(tmp_path):
    (tmp_path / "table.csv").write_text('a, b\n1,"2\n3"\n4,5\n', encoding="utf-8")
    columns, rows = read_table(tmp_path / "table.csv")
    assert columns == ("a", "b")
    assert rows == [
        (f"{tmp_path / 'table.csv'}:3", {"a": "1", "b": "2\n3"}),
        (f"{tmp_path / 'table.csv'}:4", {"a": "4", "b": "5"}),
    ]


def test_centres_tell_their_times_in_their_own_calendar(tmp_path):
    table = tmp_path / "centres.csv"
    table.write_text("time,latitude,longitude\n2001-02-30T06,1,2\n2001-03-01,1,2\n", encoding="utf-8")
    centres = read_centres([table], "360_day")
    assert centres.texts(np.array([1, 0])) == ["2001-03-01T00:00:00", "2001-02-30T06:00:00"]
    assert np.diff(centres.hours) == pytest.approx([18])
    assert np.isnan(centres.pressure).all()
