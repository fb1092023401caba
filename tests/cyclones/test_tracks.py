"""Tables of centres become a table of tracks and a map; a bad one becomes a message and nothing else."""

import csv

import numpy as np
import pytest
from click.testing import CliRunner
from matplotlib.image import imread

from itwinai_core import DataError, UserError
from itwinai_cyclones import best_tracks
from itwinai_cyclones.centre_tables import read_centres
from itwinai_cyclones.detect_files import COLUMNS, cells
from itwinai_cyclones.detections import Centre
from itwinai_cyclones.linking import LinkRules
from itwinai_cyclones.plugin import cyclones
from itwinai_cyclones.tracks import track_files

CSV = ["csv"]
HEAD = "time,latitude,longitude,score,msl_hpa,wind_ms"
STORM = [
    f"2020-08-{1 + step // 4:02d}T{6 * (step % 4):02d}:00,{10 + step / 2},{170 + step},1.0,{990 - step},30.0"
    for step in range(16)
]


def write(path, *lines, head=HEAD):
    """Write a table and return its path."""
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def read(path):
    """Return the rows of a table."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_storm_becomes_a_track_with_all_that_the_table_told(tmp_path):
    table = write(tmp_path / "centres.csv", *reversed(STORM), "2020-08-02T00:00,-20.0,60.0,0.5,1001.0,")
    lines = track_files([table], tmp_path / "out", LinkRules(), "standard", CSV)
    rows = read(tmp_path / "out" / "tracks.csv")
    assert [",".join(list(row.values())[1:]) for row in rows] == STORM
    assert {row["track_id"] for row in rows} == {"0"}
    assert lines[0] == "1 track(s) of 16 centres; 1 centres of no track."
    assert lines[1].startswith("Deepest: 975 hPa, 16 centres from 2020-08-01T00:00 to 2020-08-04T18:00,")
    picture = imread(tmp_path / "out" / "tracks.png")
    assert picture.shape[1] > 1.5 * picture.shape[0] > 500


def test_huracanpy_reads_the_tracks(tmp_path):
    huracanpy = pytest.importorskip("huracanpy")
    track_files([write(tmp_path / "centres.csv", *STORM)], tmp_path / "out", LinkRules(), "standard", CSV)
    tracks = huracanpy.load(str(tmp_path / "out" / "tracks.csv"))
    assert tracks.track_id.values.tolist() == [0] * 16
    assert tracks.lon.values.tolist() == [170.0 + step for step in range(16)]
    assert str(tracks.time.values[-1]).startswith("2020-08-04T18:00")


def test_several_tables_are_one_record(tmp_path):
    tables = [write(tmp_path / "second.csv", *STORM[8:]), write(tmp_path / "first.csv", *STORM[:8])]
    track_files(tables, tmp_path / "out", LinkRules(), "standard", CSV)
    assert len(read(tmp_path / "out" / "tracks.csv")) == 16


def test_time_and_place_are_enough_of_a_table(tmp_path):
    short = [",".join(line.split(",")[:3]) for line in STORM]
    lines = track_files(
        [write(tmp_path / "mine.csv", *short, head="time, latitude, longitude")],
        tmp_path / "out",
        LinkRules(),
        "standard",
        CSV,
    )
    assert lines[:-1] == ["1 track(s) of 16 centres; 0 centres of no track."]
    assert (tmp_path / "out" / "tracks.png").is_file()


def test_no_centre_is_no_track_and_still_a_table(tmp_path):
    lines = track_files([write(tmp_path / "centres.csv")], tmp_path / "out", LinkRules(), "standard", CSV)
    assert lines[:-1] == ["0 track(s) of 0 centres; 0 centres of no track."]
    assert read(tmp_path / "out" / "tracks.csv") == []


@pytest.mark.parametrize(
    ("calendar", "before", "after", "hours"),
    [
        ("360_day", "2001-02-30T18:00", "2001-03-01T00:00", 6),
        ("noleap", "2004-02-28T18:00", "2004-03-01T00:00", 6),
        ("standard", "2004-02-28T18:00", "2004-03-01T00:00", 30),
        ("standard", "2004-02-28 18", "2004-02-28T18:30:00Z", 0.5),
        ("julian", "1900-02-29", "1900-03-01", 24),
    ],
)
def test_time_passes_by_the_calendar_of_the_model(tmp_path, calendar, before, after, hours):
    table = write(tmp_path / "centres.csv", f"{before},10,20,1,990,", f"{after},10,20,1,990,")
    assert np.diff(read_centres([table], calendar).hours) == pytest.approx([hours])


BAD = {
    "2020-02-30,10,20,1,990,": r"centres.csv:2: there is no 2020-02-30 in the calendar 'standard'.*\n.*360_day",
    ",10,20,1,990,": r"centres.csv:2: time is '', expected a date and time such as",
    "3,10,20,1,990,": r"centres.csv:2: time is '3', expected",
    "2020-02-01,north,20,1,990,": r"centres.csv:2: latitude is 'north', expected a number",
    "2020-02-01,100,20,1,990,": r"centres.csv:2: latitude is 100; it lies between -90 and 90",
    "2020-02-01,10,400,1,990,": r"centres.csv:2: longitude is 400; it lies between",
    "2020-02-01,10,nan,1,990,": r"centres.csv:2: longitude is 'nan', expected",
    "2020-02-01,10": r"centres.csv:2: longitude is '', expected",
    "2020-02-01,10,20,1,deep,": r"centres.csv:2: msl_hpa is 'deep', expected",
    "2020-02-01,10,20,1,990,\n2020-02-05,10,20,1,990,": r"lie 96 h apart or more, those of a track 24 h.*\n.*--gap 96",
}


@pytest.mark.parametrize(("lines", "message"), BAD.items())
def test_a_bad_row_is_named_with_its_line_and_nothing_is_written(tmp_path, lines, message):
    table = write(tmp_path / "centres.csv", lines)
    with pytest.raises(DataError, match=message):
        track_files([table], tmp_path / "out", LinkRules(), "standard", CSV)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "centres.csv cannot be read: No such file"),
        (b"", "centres.csv:1: no column time and latitude and longitude; found nothing"),
        (b"time,lat,lon\n", "centres.csv:1: no column latitude and longitude; found time, lat, lon"),
        (b"\x89PNG\r\n\x1a\n\xff", "centres.csv is no table in CSV"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, message):
    table = tmp_path / "centres.csv"
    if content is not None:
        table.write_bytes(content)
    with pytest.raises(DataError, match=message):
        track_files([table], tmp_path / "out", LinkRules(), "standard", CSV)


def test_tables_of_different_columns_are_refused(tmp_path):
    tables = [write(tmp_path / "one.csv", *STORM), write(tmp_path / "two.csv", head="time,latitude,longitude")]
    with pytest.raises(DataError, match=r"two\.csv:1: its columns are time, latitude, longitude, those of the first"):
        track_files(tables, tmp_path / "out", LinkRules(), "standard", CSV)


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    table = write(tmp_path / "centres.csv", *STORM)
    with pytest.raises(UserError, match="there already, and it stays as it is"):
        track_files([table], tmp_path, LinkRules(), "standard", CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["centres.csv"]


def test_a_failure_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("itwinai_cyclones.tracks.draw_tracks", fail)
    with pytest.raises(OSError, match="disk full"):
        track_files([write(tmp_path / "centres.csv", *STORM)], tmp_path / "out", LinkRules(), "standard", CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["centres.csv"]


def test_the_command_and_the_rules_have_the_same_defaults():
    shown = {option.name: option.default for option in cyclones.commands["track"].params}
    own = {name: value for name, value in vars(LinkRules()).items() if name in shown}
    assert own == {name: shown[name] for name in ("speed", "farthest", "gap", "duration")}


def test_the_command_takes_its_rules_from_its_options(tmp_path):
    table = write(tmp_path / "centres.csv", *STORM)
    for number, (options, tracks) in enumerate(
        [([], 1), (["--duration", "100"], 0), (["--speed", "1", "--farthest", "50"], 0)]
    ):
        output = tmp_path / str(number)
        done = CliRunner().invoke(cyclones, ["track", str(table), "--output", str(output), *options])
        assert done.exit_code == 0, done.output
        assert done.output.startswith(f"{tracks} track(s)")
        assert f"In {output}: tracks.csv, tracks.nc, tracks.geojson, tracks.png, density.png." in done.output


@pytest.fixture
def season(tmp_path):
    """Return the table of all best tracks of September 2012, as a prediction would write it, and the storm of each."""
    tracks = best_tracks.load()
    month = tracks.where(tracks.time.astype("datetime64[M]") == np.datetime64("2012-09"))
    rows = [
        (str(time.astype("datetime64[m]")), Centre(north, east, 1.0, pressure, np.nan))
        for time, north, east, pressure in zip(
            month.time, month.latitude, month.longitude, np.nan_to_num(month.pressure, nan=1000.0), strict=True
        )
    ]
    order = np.random.default_rng(0).permutation(len(rows))
    with (tmp_path / "centres.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(cells(*rows[number]) for number in order)
    return tmp_path / "centres.csv", month


def test_the_table_of_a_prediction_is_read_as_it_was_written(season):
    table, month = season
    centres = read_centres([table], "standard")
    assert sorted(centres.latitude) == pytest.approx(sorted(month.latitude))
    assert sorted(centres.longitude) == pytest.approx(sorted(month.longitude))
    passed = (month.time - np.datetime64("1850-01-01T00", "h")).astype(float)
    assert sorted(centres.hours) == pytest.approx(sorted(passed))


def test_a_month_of_predictions_comes_back_storm_by_storm(tmp_path, season):
    table, month = season
    lines = track_files([table], tmp_path / "out", LinkRules(duration=0, fixes=1), "standard", CSV)
    storms = len(np.unique(month.storm))
    assert lines[0] == f"{storms} track(s) of {len(month)} centres; 0 centres of no track."
    name = {
        (str(time.astype("datetime64[m]")), f"{north:.2f}", f"{east:.2f}"): storm
        for time, north, east, storm in zip(month.time, month.latitude, month.longitude, month.storm, strict=True)
    }
    found = {}
    for row in read(tmp_path / "out" / "tracks.csv"):
        found.setdefault(row["track_id"], set()).add(name[row["time"], row["latitude"], row["longitude"]])
    assert all(len(storms_of_one) == 1 for storms_of_one in found.values())
    assert len(found) == storms


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["Unix", "Windows"])
def test_a_table_from_a_spreadsheet_is_read_too(tmp_path, mark, end):
    path = tmp_path / "centres.csv"
    path.write_bytes((mark + end.join([HEAD, *STORM, ""])).encode())
    centres = read_centres([path], "standard")
    assert len(centres.hours) == 16
    assert centres.columns[0] == "time"
    assert centres.rows[0]["wind_ms"] == "30.0"


def test_the_command_takes_times_of_another_calendar(tmp_path):
    days = [
        f"2001-02-{27 + step // 2}T{12 * (step % 2):02d}:00,{10 + step},140,1,990," for step in range(8)
    ]  # to the 30th
    table = write(tmp_path / "centres.csv", *days)
    output = ["--output", str(tmp_path / "out")]
    refused = CliRunner().invoke(cyclones, ["track", str(table), *output])
    assert isinstance(refused.exception, DataError)
    assert "--calendar 360_day" in str(refused.exception)
    done = CliRunner().invoke(cyclones, ["track", str(table), *output, "--calendar", "360_day"])
    assert done.exit_code == 0
    assert done.output.startswith("1 track(s) of 8 centres")
