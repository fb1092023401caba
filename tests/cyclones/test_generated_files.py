"""Generated files are what a climate model's would be: CF, any calendar, and with the storms that a table tells of."""

import csv
import io
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace

import cftime
import numpy as np
import pytest
import xarray as xr

from itwinai_core import ConfigError, UserError
from itwinai_cyclones import generated_files
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.generated_files import OUTPUTS, STORMS, generate_files
from itwinai_cyclones.geodesy import great_circle_km, to_degrees, to_pixels
from itwinai_cyclones.synthetic import Scenes

VARIABLES = ("msl", "wind_speed", "t_300")


def itwinai(*arguments):
    """Return what the program does with some arguments, in this process."""
    from itwinai_core.cli import main

    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return SimpleNamespace(exit_code=ended.value.code, output=output.getvalue())


def rows_of(folder):
    with (folder / STORMS).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """Return the day on which typhoon Haiyan was strongest, in files of 1°."""
    folder = tmp_path_factory.mktemp("generated") / "fields"
    generate_files([",".join(VARIABLES)], "2013-11-07", 1, folder, seed=7)
    return folder


def test_there_is_a_file_a_variable_by_its_name_in_cmip6(day):
    assert {path.name for path in day.iterdir()} == {"psl.nc", "sfcWind.nc", "ta300.nc", STORMS}
    for name in VARIABLES:
        with xr.open_dataset(day / f"{OUTPUTS[name].name}.nc") as data:
            field = data[OUTPUTS[name].name]
            assert field.shape == (4, 181, 360)
            assert field.attrs["standard_name"] == OUTPUTS[name].standard_name
            assert field.attrs["cell_methods"] == "time: point"


def test_what_is_read_again_is_what_was_generated(day, tracks):
    fields = Fields(sorted(day.glob("*.nc")), VARIABLES)
    scenes = Scenes(tracks, VARIABLES, 1.0, seed=7)
    for index, hour in enumerate((0, 6, 12, 18)):
        assert fields.times[index].startswith(f"2013-11-07T{hour:02}:00")
        generated = scenes.at(np.datetime64(f"2013-11-07T{hour:02}", "h"))
        # Pressure in pascals and single precision loses a hundredth of a hectopascal.
        np.testing.assert_allclose(fields.at(index), generated, atol=0.02)


def test_the_table_tells_where_the_cyclones_are(day, tracks):
    rows = rows_of(day)
    here = tracks.where(np.isin(tracks.time, np.datetime64("2013-11-07T00", "h") + 6 * np.arange(4)))
    assert len(rows) == here.tropical_cyclone.sum() > 0
    (haiyan,) = [row for row in rows if row["time"] == "2013-11-07T18:00:00" and row["track_id"] == "2013306N07162"]
    with xr.open_dataset(day / "psl.nc") as data:
        tropics = data["psl"].isel(time=3).sel(lat=slice(30, -30))
        lowest = tropics.where(tropics == tropics.min(), drop=True)
        away = great_circle_km(
            lowest.lat.item(), lowest.lon.item(), *(float(haiyan[k]) for k in ("latitude", "longitude"))
        )
    assert away < 120
    assert haiyan["wind_kn"] == "170"


@pytest.mark.parametrize(
    ("calendar", "start", "end"),
    [
        ("standard", "2012-02-28", "2012-03-01"),
        ("noleap", "2012-02-28", "2012-03-02"),
        ("360_day", "2012-02-28", "2012-02-30"),
        ("julian", "2012-02-28", "2012-03-01"),
        ("all_leap", "2011-02-28", "2011-03-01"),
    ],
)
def test_a_calendar_is_kept_day_by_day(tmp_path, calendar, start, end):
    folder = tmp_path / "fields"
    generate_files(["msl"], start, 3, folder, 2.0, calendar, daily=True)
    with xr.open_dataset(folder / "psl.nc", decode_times=xr.coders.CFDatetimeCoder(use_cftime=True)) as data:
        times = data["time"].to_numpy()
        assert data["psl"].shape == (3, 91, 180)
        assert data["psl"].attrs["cell_methods"] == "time: mean"
    days = [f"{time.year:04}-{time.month:02}-{time.day:02}" for time in times]
    assert (days[0], days[-1]) == (start, end)
    assert all(time.hour == 12 for time in times)
    assert times[0].calendar == cftime.datetime(2000, 1, 1, calendar=calendar).calendar
    fields = Fields([folder / "psl.nc"], ("msl",))
    assert [time[:10] for time in fields.times] == days


def test_the_same_weather_comes_in_every_calendar(tmp_path):
    for calendar in ("standard", "360_day"):
        generate_files(["msl"], "2010-08-28", 1, tmp_path / calendar, 2.0, calendar)
    one, other = (xr.open_dataset(tmp_path / name / "psl.nc", decode_times=False) for name in ("standard", "360_day"))
    with one, other:
        np.testing.assert_array_equal(one["psl"], other["psl"])


def test_a_day_of_means_shows_storms_where_the_table_puts_them(tmp_path):
    generate_files(["msl", "gust"], "2013-11-07", 1, tmp_path / "day", seed=7, daily=True)
    (haiyan,) = [row for row in rows_of(tmp_path / "day") if row["track_id"] == "2013306N07162"]
    assert haiyan["time"] == "2013-11-07T12:00:00"
    field = Fields([tmp_path / "day" / "psl.nc"], ("msl",)).at(0)[0]
    row, column = (round(float(x)) for x in to_pixels(float(haiyan["latitude"]), float(haiyan["longitude"])))
    around = field[row - 20 : row + 21, column - 20 : column + 21]
    down, across = np.unravel_index(around.argmin(), around.shape)
    place = to_degrees(row - 20 + down, column - 20 + across)
    assert great_circle_km(*place, float(haiyan["latitude"]), float(haiyan["longitude"])) < 250
    with xr.open_dataset(tmp_path / "day" / "wsgmax.nc") as data:
        assert data["wsgmax"].attrs["cell_methods"] == "time: maximum"


def test_the_table_serves_as_best_tracks_of_the_files(tmp_path):
    done = itwinai(
        "cyclones",
        "generate",
        "--start",
        "2010-08-27",
        "--days",
        3,
        "--variables",
        "msl",
        "--resolution",
        2,
        "--calendar",
        "360_day",
        "--output",
        tmp_path / "fields",
    )
    assert done.exit_code == 0, done.output
    table = tmp_path / "fields" / STORMS
    assert "12 fields, six hours apart" in done.output
    assert f"{len(rows_of(tmp_path / 'fields'))} fixes of tropical cyclones" in done.output
    done = itwinai(
        "cyclones", "compare", table, "--against", table, "--calendar", "360_day", "--output", tmp_path / "compared"
    )
    assert done.exit_code == 0, done.output
    assert "2010-08-29" in done.output
    assert "Fixes: POD 100.0%" in done.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--start", "2010-08-31", "--calendar", "360_day"], "there is no 2010-08-31 in the calendar '360_day'"),
        (
            ["--start", "1979-12-31"],
            "within the best tracks. Give --start as YYYY-MM-DD, and --days, between 1980-01-01",
        ),
        (["--start", "2024-12-20", "--days", "30"], "30 day(s) from '2024-12-20' are not within the best tracks"),
        (["--start", "2010-08-01", "--days", "9" * 20], "are not within the best tracks"),
        (["--start", "yesterday"], "1 day(s) from 'yesterday' are not within"),
        (["--start", "2010"], "1 day(s) from '2010' are not within"),
        (["--start", "2010-02-30"], "1 day(s) from '2010-02-30' are not within"),
        (
            ["--start", "2010-08-01", "--variables", "msl,wind_sped"],
            "'wind_sped' can be generated. Did you mean 'wind_speed'?",
        ),
        (["--start", "2010-08-01", "--variables", "humidity"], "Choose among msl, wind_speed"),
        (["--start", "2010-08-01", "--variables", ","], "names none"),
    ],
)
def test_what_cannot_be_generated_is_one_message_and_leaves_nothing(tmp_path, options, words):
    if "--days" not in options:
        options = [*options, "--days", "1"]
    done = itwinai("cyclones", "generate", *options, "--output", tmp_path / "fields")
    assert done.exit_code == 2
    assert words in " ".join(done.output.split())
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_or_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(generated_files, "_write_storms", stop)
    with pytest.raises(KeyboardInterrupt):
        generate_files(["msl"], "2010-08-28", 1, tmp_path / "fields", 2.0, daily=True)
    assert list(tmp_path.iterdir()) == []

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generated_files, "_write_storms", full)
    with pytest.raises(UserError, match=r"There is no room for .*: the disk is full"):
        generate_files(["msl"], "2010-08-28", 1, tmp_path / "fields", 2.0, daily=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        generate_files(["msl"], "2010-08-28", 1, tmp_path)
    with pytest.raises(ConfigError, match="names none"):
        generate_files([], "2010-08-28", 1, tmp_path / "fields")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_every_variable_that_can_be_written_can_be_read_again(tmp_path):
    generate_files(list(OUTPUTS), "2010-08-28", 1, tmp_path / "fields", 2.0, daily=True)
    fields = Fields(sorted((tmp_path / "fields").glob("*.nc")), tuple(OUTPUTS)).at(0)
    medians = dict(zip(OUTPUTS, np.median(fields, axis=(1, 2)), strict=True))
    assert 1000 < medians["msl"] < 1020
    assert medians["gust"] > medians["wind_speed"] > 2
    assert medians["t_500"] > medians["t_300"] + 10 > 230


def test_vorticity_is_counted_counter_clockwise_in_files_and_around_cyclones_by_the_network(tmp_path, tracks):
    winston = np.datetime64("2016-02-20T00", "h")
    generate_files(["msl,vo_850"], str(winston.astype("datetime64[D]")), 1, tmp_path / "fields", seed=7)
    generated = Scenes(tracks, ("msl", "vo_850"), 1.0, seed=7).at(winston)[1]
    fields = Fields(sorted((tmp_path / "fields").glob("*.nc")), ("msl", "vo_850"))
    # On the points of the grid, where nothing is interpolated.
    np.testing.assert_allclose(fields.at(0)[1][::4, ::4], generated[::4, ::4], atol=1e-3)
    with xr.open_dataset(tmp_path / "fields" / "rv850.nc") as data:
        south = data["rv850"].isel(time=0).sel(lat=slice(-15, -22), lon=slice(175, 187))
        assert south.min() < -1e-4 < -south.max()
