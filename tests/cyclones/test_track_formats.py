"""Tracks read back the same from every format, by whoever made the format."""

import builtins
import csv
import importlib.util
import json
import re
from pathlib import Path

import cftime
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from itwinai_core import ConfigError, DataError
from itwinai_cyclones import track_formats
from itwinai_cyclones.centre_tables import read_centres
from itwinai_cyclones.linking import LinkRules
from itwinai_cyclones.options import chosen_formats
from itwinai_cyclones.plugin import cyclones
from itwinai_cyclones.tracks import track_files

HEAD = "time,latitude,longitude,score,msl_hpa,wind_ms,note"
FIRST = [
    f"2020-08-{1 + step // 4:02d}T{6 * (step % 4):02d}:00,{10 + step / 2},{170 + step},1.0,{990 - step},30.0,deep"
    for step in range(16)
]
SECOND = [f"2020-08-{1 + step // 4:02d}T{6 * (step % 4):02d}:00,{-10 - step / 2},60,0.5,,,shallow" for step in range(9)]


@pytest.fixture(autouse=True)
def blank_maps(monkeypatch):
    """Draw no map: it takes longer than all else here, and other tests look at them."""
    for name in ("draw_tracks", "draw_density"):
        monkeypatch.setattr(f"itwinai_cyclones.tracks.{name}", lambda path, *_: path.touch())


@pytest.fixture
def written(tmp_path):
    """Return a function that writes lines as centres and returns the folder of their tracks in all formats."""

    def write(*lines, formats="csv,netcdf,te,geojson", calendar="standard"):
        table = tmp_path / "centres.csv"
        table.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        track_files([table], tmp_path / "out", LinkRules(), calendar, [formats])
        return tmp_path / "out"

    return write


def places(lines):
    """Return latitudes and longitudes of lines of a table."""
    return np.array([[float(value) for value in line.split(",")[1:3]] for line in lines]).T


def test_each_format_is_a_file_and_only_those_asked_for_are_written(written):
    folder = written(*FIRST, formats="te, csv,te")
    assert sorted(path.name for path in folder.iterdir()) == [
        "density.png",
        "tracks.csv",
        "tracks.png",
        "tracks.txt",
    ]


def test_netcdf_says_what_cf_asks_of_trajectories(written):
    with xr.open_dataset(written(*FIRST, *SECOND) / "tracks.nc") as tracks:
        assert tracks.attrs["featureType"] == "trajectory"
        assert tracks.attrs["Conventions"] == "CF-1.11"
        assert tracks.track_id.attrs["cf_role"] == "trajectory_id"
        assert tracks.rowSize.attrs["sample_dimension"] == "obs"
        assert tracks.rowSize.values.tolist() == [16, 9]
        assert tracks.latitude.attrs == {"standard_name": "latitude", "units": "degrees_north"}
        assert tracks.longitude.attrs == {"standard_name": "longitude", "units": "degrees_east"}
        assert tracks.msl_hpa.attrs["standard_name"] == "air_pressure_at_mean_sea_level"
        assert tracks.msl_hpa.attrs["units"] == "hPa"
        assert tracks.wind_ms.attrs["units"] == "m s-1"
        assert set(tracks.msl_hpa.coords) == {"time", "latitude", "longitude"}
        np.testing.assert_array_equal([tracks.latitude, tracks.longitude], places([*FIRST, *SECOND]))
        assert np.isnan(tracks.msl_hpa[16:]).all()
        assert tracks.note.values.tolist() == ["deep"] * 16 + ["shallow"] * 9
        assert tracks.time.values[1] == np.datetime64("2020-08-01T06:00")


def test_places_and_times_of_netcdf_have_no_fill_value(written):
    with xr.open_dataset(written(*FIRST) / "tracks.nc", decode_cf=False) as tracks:
        assert all("_FillValue" not in tracks[name].attrs for name in ("time", "latitude", "longitude"))
        assert tracks.msl_hpa.attrs["coordinates"].split() == ["latitude", "longitude", "time"]


def test_netcdf_keeps_the_calendar_of_the_model(written):
    days = [f"2001-02-{27 + step // 2}T{12 * (step % 2):02d}:30,{10 + step},140,1,990,,," for step in range(8)]
    with xr.open_dataset(written(*days, calendar="360_day", formats="netcdf") / "tracks.nc") as tracks:
        assert tracks.time.values[-1] == cftime.Datetime360Day(2001, 2, 30, 12, 30)


def test_huracanpy_reads_netcdf(written):
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    tracks = huracanpy.load(str(written(*FIRST, *SECOND) / "tracks.nc"))
    assert tracks.track_id.values.tolist() == [0] * 16 + [1] * 9
    np.testing.assert_array_equal([tracks.lat, tracks.lon], places([*FIRST, *SECOND]))
    assert tracks.time.values[-1] == np.datetime64("2020-08-03T00:00")


def test_huracanpy_reads_the_text_of_tempestextremes(written):
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    path = str(written(*FIRST, *SECOND) / "tracks.txt")
    tracks = huracanpy.load(path, source="te", variable_names=["slp", "wind"])
    assert tracks.track_id.values.tolist() == [0] * 16 + [1] * 9
    np.testing.assert_array_equal([tracks.lat, tracks.lon], places([*FIRST, *SECOND]))
    np.testing.assert_array_equal(tracks.time.values[[0, -1]], np.array(["2020-08-01", "2020-08-03"], "datetime64[s]"))
    np.testing.assert_array_equal(tracks.slp[:16], 100 * (990.0 - np.arange(16)))
    assert np.isnan(tracks.slp[16:]).all()
    np.testing.assert_array_equal(tracks.i / 4, tracks.lon)
    np.testing.assert_array_equal(90 - tracks.j / 4, tracks.lat)


def test_the_text_of_tempestextremes_knows_no_minutes(written, tmp_path):
    with pytest.raises(DataError, match=r"whole hours only, but a time is 2020-08-01T00:30:00.\nLeave te out"):
        written("2020-08-01T00:30,10,20,1,,,", "2020-08-01T06:30,10,20,1,,,")
    assert not (tmp_path / "out").exists()


def test_geojson_is_a_feature_for_each_track_with_its_extremes(written):
    collection = json.loads((written(*FIRST, *SECOND) / "tracks.geojson").read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection  # the RFC took it out
    over, along = collection["features"]
    assert {tuple(sorted(feature)) for feature in (over, along)} == {("geometry", "id", "properties", "type")}
    assert over["geometry"]["type"] == "MultiLineString"
    assert along["geometry"]["type"] == "LineString"
    assert over["properties"]["lowest_msl_hpa"] == 975
    assert over["properties"]["highest_wind_ms"] == 30
    assert along["properties"]["lowest_msl_hpa"] is None
    assert over["properties"]["start"] == over["properties"]["times"][0] == "2020-08-01T00:00:00"
    assert over["properties"]["fixes"] == len(over["properties"]["times"]) == 16


def test_pandas_and_huracanpy_read_parquet(written):
    pytest.importorskip("pyarrow", reason="an extra")
    pandas = pytest.importorskip("pandas", reason="an oracle of the tests")
    folder = written(*FIRST, *SECOND, formats="parquet")
    table = pandas.read_parquet(folder / "tracks.parquet")
    assert table["track_id"].tolist() == [0] * 16 + [1] * 9
    assert table["time"].iloc[-1] == pandas.Timestamp("2020-08-03T00:00")
    assert table["note"].iloc[0] == "deep"
    np.testing.assert_array_equal(table[["latitude", "longitude"]].to_numpy().T, places([*FIRST, *SECOND]))
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    assert huracanpy.load(str(folder / "tracks.parquet")).lat.values[0] == 10


def test_parquet_keeps_times_of_other_calendars_as_text(written):
    parquet = pytest.importorskip("pyarrow.parquet", reason="an extra")
    days = [f"2001-02-{27 + step // 2}T{12 * (step % 2):02d}:00,{10 + step},140,1,990,,," for step in range(8)]
    table = parquet.read_table(written(*days, calendar="360_day", formats="parquet") / "tracks.parquet")
    assert table["time"][-1].as_py() == "2001-02-30T12:00:00"
    assert table.schema.metadata[b"calendar"] == b"360_day"


def test_without_pyarrow_parquet_says_how_to_get_it_and_nothing_else_changes(written, monkeypatch, tmp_path):
    monkeypatch.setattr("itwinai_cyclones.options.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install 'itwinai-cyclones\[parquet\]'"):
        written(*FIRST, formats="csv,parquet")
    assert not (tmp_path / "out").exists()
    assert written(*FIRST, formats="csv,te").is_dir()


def test_only_parquet_imports_pyarrow(written, monkeypatch):
    def refuse(name, *arguments, **keywords):
        assert not name.startswith("pyarrow"), "imported"
        return real(name, *arguments, **keywords)

    real = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", refuse)
    assert written(*FIRST, formats="csv,te,geojson").is_dir()


@pytest.mark.parametrize("names", ["shapefile", "csv,kml", "", ","])
def test_an_unknown_format_is_named_beside_those_there_are(names):
    with pytest.raises(ConfigError, match=r"--format is '.*'; there is csv, netcdf, te, geojson, parquet"):
        chosen_formats([names], track_formats.FORMATS)


def test_formats_come_with_commas_or_one_by_one(tmp_path):
    table = tmp_path / "centres.csv"
    table.write_text("\n".join([HEAD, *FIRST]) + "\n", encoding="utf-8")
    for number, options in enumerate([["--format", "csv,te"], ["--format", "csv", "--format", "te"]]):
        done = CliRunner().invoke(
            cyclones, ["track", str(table), "--output", str(tmp_path / str(number)), *options], catch_exceptions=False
        )
        assert done.output.endswith(f"In {tmp_path / str(number)}: tracks.csv, tracks.txt, tracks.png, density.png.\n")


def test_no_track_is_an_empty_file_of_each_format(written):
    formats = "csv,netcdf,te,geojson" + (",parquet" if importlib.util.find_spec("pyarrow") else "")
    folder = written(*SECOND[:2], formats=formats)
    assert (folder / "tracks.txt").read_text(encoding="utf-8") == ""
    assert json.loads((folder / "tracks.geojson").read_text(encoding="utf-8"))["features"] == []
    with xr.open_dataset(folder / "tracks.nc") as tracks:
        assert tracks.sizes["trajectory"] == tracks.sizes["obs"] == 0


def test_tracks_that_are_linked_anew_carry_the_new_number_only(written, tmp_path):
    folder = written(*FIRST, formats="csv")
    track_files([folder / "tracks.csv"], tmp_path / "again", LinkRules(), "standard", ["csv,netcdf"])
    with (tmp_path / "again" / "tracks.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)).count("track_id") == 1
    with xr.open_dataset(tmp_path / "again" / "tracks.nc") as tracks:
        assert tracks.track_id.dims == ("trajectory",)


def test_names_of_columns_that_netcdf_forbids_are_mended(tmp_path):
    table = tmp_path / "centres.csv"
    table.write_text("\n".join([HEAD.replace("note", "rain mm/h"), *FIRST]) + "\n", encoding="utf-8")
    track_files([table], tmp_path / "out", LinkRules(), "standard", ["netcdf"])
    with xr.open_dataset(tmp_path / "out" / "tracks.nc") as tracks:
        assert tracks["rain_mm_h"].attrs["long_name"] == "rain mm/h"


def test_a_second_reading_finds_the_same_centres(written):
    folder = written(*FIRST, *SECOND, formats="csv")
    centres = read_centres([folder / "tracks.csv"], "standard")
    np.testing.assert_array_equal([centres.latitude, centres.longitude], places([*FIRST, *SECOND]))


def test_the_page_and_the_verb_name_every_format():
    page = (Path(__file__).parents[2] / "docs" / "cyclones.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `(tracks\.\w+)` \|", page, re.MULTILINE))
    assert rows == {name: file for name, (file, _) in track_formats.FORMATS.items()}
    (option,) = (option for option in cyclones.commands["track"].params if option.name == "formats")
    assert set(re.findall(r"\w+", option.help.partition(":")[2].partition(", with")[0])) == set(rows)
    assert f"`--format {option.show_default}` is the default" in page
    assert set(chosen_formats(option.default, track_formats.FORMATS)) < set(rows)
