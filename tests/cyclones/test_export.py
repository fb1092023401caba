"""A user's file becomes a table, a map and a few lines; a bad one becomes a message and nothing else."""

import csv
from datetime import datetime

import numpy as np
import pytest
import xarray as xr

from itwinai_core import DataError
from itwinai_cyclones import export
from itwinai_cyclones.centre_tables import read_centres
from itwinai_cyclones.detectors import rules_of
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.settings import CyclonesSettings, DataSettings, DetectionSettings

SETTINGS = CyclonesSettings(
    data=DataSettings(variables=("msl", "wind_speed")),
    model={"name": "vgg_v1"},
    detection=DetectionSettings(maximum_latitude=30),
)


@pytest.fixture
def storm_file(tmp_path, haiyan_field, haiyan_time):
    """Write a generated field of two times as CMIP6 would name it, at 1°."""
    data = xr.Dataset(coords={"time": haiyan_time.astype("datetime64[ns]") + np.array([0, 6]) * np.timedelta64(1, "h")})
    data = data.assign_coords(lat=np.linspace(90, -90, 181), lon=np.arange(360.0))
    for name, field, units in (("psl", 100 * haiyan_field[0], "Pa"), ("sfcWind", haiyan_field[1], "m s-1")):
        values = np.repeat(field[None, ::4, ::4], 2, axis=0)
        data[name] = (("time", "lat", "lon"), values, {"units": units})
    path = tmp_path / "storm.nc"
    data.to_netcdf(path)
    return path


def read(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_storm_in_a_file_is_found_and_written(tmp_path, storm_file, lowest_pressure, haiyan_place):
    folder = tmp_path / "out"
    folder.mkdir()
    lines = export.predict(SETTINGS, lowest_pressure, [storm_file], folder)
    assert {path.name for path in folder.iterdir()} == {"centres.csv", "map.png"}
    rows = read(folder / "centres.csv")
    assert {datetime.fromisoformat(row["time"]).hour for row in rows} == {18, 0}
    near = [great_circle_km(float(row["latitude"]), float(row["longitude"]), *haiyan_place) for row in rows]
    assert min(near) < 60
    assert lines[0].startswith(f"{len(rows)} centres in 2 field(s), 2013-11-07T18:00 to 2013-11-08T00:00")
    assert "hPa at" in lines[1]
    assert lines[2] == "`itwinai cyclones track` links the centres of centres.csv to tracks."


def test_a_file_without_a_centre_says_so(tmp_path, written, dataset, lowest_pressure):
    folder = tmp_path / "out"
    folder.mkdir()
    lines = export.predict(SETTINGS, lowest_pressure, [written(dataset)], folder)
    assert lines == ["No centre in 2 field(s), 2020-08-01T00:00 to 2020-08-01T06:00."]
    assert read(folder / "centres.csv") == []
    assert (folder / "map.png").stat().st_size > 10_000


def test_a_time_without_values_is_passed_over_and_told(tmp_path, storm_file, lowest_pressure):
    with xr.open_dataset(storm_file) as data:
        longer = xr.concat([data, data.assign_coords(time=data.time + np.timedelta64(12, "h"))], "time").load()
    longer["psl"][1] = np.nan
    longer.to_netcdf(tmp_path / "longer.nc")
    (tmp_path / "out").mkdir()
    lines = export.predict(SETTINGS, lowest_pressure, [tmp_path / "longer.nc"], tmp_path / "out")
    assert " in 3 field(s), 2013-11-07T18:00 to 2013-11-08T12:00" in lines[0]
    assert "1 time(s) hold no values and were passed over, the first 2013-11-08T00:00." in lines
    times = {row["time"] for row in read(tmp_path / "out" / "centres.csv")}
    assert times == {"2013-11-07T18:00", "2013-11-08T06:00", "2013-11-08T12:00"}


def test_the_calendar_of_a_model_goes_on_to_the_tracks(tmp_path, storm_file, lowest_pressure):
    with xr.open_dataset(storm_file) as data:
        days = data.assign_coords(
            time=("time", [59.75, 60.0], {"units": "days since 2000-01-01", "calendar": "360_day"})
        )
        days.to_netcdf(tmp_path / "model.nc")
    (tmp_path / "out").mkdir()
    lines = export.predict(SETTINGS, lowest_pressure, [tmp_path / "model.nc"], tmp_path / "out")
    assert lines[-1].startswith("`itwinai cyclones track --calendar 360_day` links")
    rows = read(tmp_path / "out" / "centres.csv")
    assert {row["time"] for row in rows} == {"2000-02-30T18:00", "2000-03-01T00:00"}
    centres = read_centres([tmp_path / "out" / "centres.csv"], "360_day")
    assert set(centres.hours.tolist()) == {(150 * 360 + 59) * 24 + 18.0, (150 * 360 + 60) * 24.0}


def test_what_was_interpolated_is_told(tmp_path, storm_file, lowest_pressure):
    with xr.open_dataset(storm_file) as data:
        warm = np.full((2, 2, 181, 360), 262.0, dtype="f4") - np.array([0, 30], dtype="f4")[None, :, None, None]
        levels = data.assign_coords(plev=("plev", [50000.0, 25000.0], {"units": "Pa"}))
        levels["ta"] = (("time", "plev", "lat", "lon"), warm, {"units": "K", "standard_name": "air_temperature"})
        levels.to_netcdf(tmp_path / "levels.nc")
    (tmp_path / "out").mkdir()
    settings = SETTINGS.model_copy(update={"data": DataSettings(variables=("msl", "wind_speed", "t_500", "t_300"))})
    lines = export.predict(settings, lowest_pressure, [tmp_path / "levels.nc"], tmp_path / "out")
    assert any(line.startswith("t_300 is interpolated between 500 and 250 hPa") for line in lines)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.drop_vars("msl"), "has no msl"),
        (lambda data: data.assign(msl=data.msl.assign_attrs(units="furlong")), "units of 'furlong'"),
        (lambda data: data.sel(longitude=slice(100, 200)), "no globe"),
        (lambda data: data.assign(msl=data.msl.where(data.latitude < 80)), "values missing"),
    ],
    ids=["variable", "units", "region", "gaps"],
)
def test_a_bad_file_is_one_message_and_leaves_nothing(tmp_path, written, dataset, lowest_pressure, change, words):
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(DataError, match=words):
        export.predict(SETTINGS, lowest_pressure, [written(change(dataset), "bad.nc")], folder)
    assert list(folder.iterdir()) == []


@pytest.fixture
def longer(written, dataset):
    """Return a file of four times, of which the third lacks some values."""
    days = xr.concat([dataset, dataset.assign_coords(time=dataset.time + np.timedelta64(1, "D"))], "time").load()
    days["msl"][2, 5:9] = np.nan
    return written(days, "longer.nc")


def test_a_prediction_that_ends_early_says_what_keeps_its_beginning(tmp_path, longer, lowest_pressure, monkeypatch):
    with pytest.raises(
        DataError, match=r"values missing(.|\n)*2 of 4 times were searched(.|\n)*cyclones detect` keeps"
    ):
        export.predict(SETTINGS, lowest_pressure, [longer], tmp_path)
    seen = []

    def stopped(self, fields, *, mapped):
        seen.append(fields)
        if len(seen) > 1:
            raise KeyboardInterrupt
        return [], None

    monkeypatch.setattr("itwinai_cyclones.detectors.Detector.look", stopped)
    with pytest.raises(KeyboardInterrupt, match="1 of 4 times were searched"):
        export.predict(SETTINGS, lowest_pressure, [longer], tmp_path)


def test_text_that_calls_itself_netcdf_is_one_message(tmp_path, lowest_pressure):
    path = tmp_path / "bad.nc"
    path.write_text("no data here")
    with pytest.raises(DataError, match="cannot be read as a netCDF file"):
        export.predict(SETTINGS, lowest_pressure, [path], tmp_path)


def test_rules_are_the_settings_in_pixels_and_kilometres():
    rules = rules_of(DetectionSettings(stride=2.5, merge_radius=200, contour=3))
    assert (rules.stride, rules.merge_km, rules.contour) == (10, 200, 3)
