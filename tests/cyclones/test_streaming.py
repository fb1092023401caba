"""An archive of thirty years goes by one time after another, in the memory of a few."""

import os
import subprocess
import sys
import weakref

import numpy as np
import pytest
import xarray as xr
import zarr

from itwinai_cyclones import export, opening
from itwinai_cyclones.detect_files import MANY
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.settings import CyclonesSettings, DataSettings

YEARS = 30
STEPS = YEARS * 365 * 4

READS = """
import resource, sys
from pathlib import Path
from itwinai_cyclones.fields import Fields

fields = Fields([Path(sys.argv[1])], ["msl"])
peaks = []
for index in range(0, len(fields.times), 120):
    fields.at(index)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(len(fields.times), fields.times[-1], len(peaks), peaks[10], peaks[-1])
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Return a store of thirty years, six-hourly, whose pieces are all one file by as many names."""
    path = tmp_path_factory.mktemp("archive") / "thirty_years.zarr"
    latitude, longitude = np.linspace(90, -90, 181), np.arange(0.0, 360.0)
    noise = np.random.default_rng(3).normal(101000, 500, (1, 181, 360)).astype("f4")
    data = xr.Dataset({"psl": (("time", "lat", "lon"), noise, {"units": "Pa"})})
    data = data.assign_coords(lat=latitude, lon=longitude)
    data.to_zarr(path, consolidated=False, zarr_format=2, encoding={"psl": {"chunks": (1, 181, 360)}})
    group = zarr.open_group(path, mode="a")
    group["psl"].resize((STEPS, 181, 360))
    for step in range(1, STEPS):
        os.link(path / "psl" / "0.0.0", path / "psl" / f"{step}.0.0")
    time = group.create_array("time", data=np.arange(STEPS) * 6, chunks=(STEPS,))
    time.attrs.update(units="hours since 1950-01-01", calendar="noleap", _ARRAY_DIMENSIONS=["time"])
    return path


def test_thirty_years_pass_in_the_memory_of_a_few_fields(archive):
    # All would be 11 GB as the file holds them and 180 GB on the model's grid; peaks are in KiB.
    told = subprocess.run(
        [sys.executable, "-c", READS, archive], capture_output=True, text=True, check=True, timeout=300
    )
    count, last, reads, early, late = told.stdout.split()
    assert (int(count), last, int(reads)) == (43800, "1979-12-31T18:00", 365)
    assert int(late) - int(early) < 60 * 1024


def test_times_that_lie_deep_in_one_piece_are_read_together_but_not_all_at_once(dataset, tmp_path, monkeypatch):
    """To unpack a piece for each of its times again would take as many times as long."""
    long = dataset[["msl"]].isel(time=np.zeros(60, dtype=int))
    long = long.assign_coords(time=("time", np.arange(60), {"units": "hours since 2000-01-01"}))
    long = long.assign(msl=long.msl + xr.DataArray(np.arange(60.0), dims="time"))
    long["msl"].attrs["units"] = "Pa"
    long.to_netcdf(tmp_path / "deep.nc", encoding={"msl": {"zlib": True, "chunksizes": (60, 10, 20)}})
    monkeypatch.setattr("itwinai_cyclones.layers.BLOCK", 20 * 4 * 91 * 180)
    fields = Fields([tmp_path / "deep.nc"], ["msl"])
    reads = []
    read = xr.DataArray.to_numpy
    monkeypatch.setattr(xr.DataArray, "to_numpy", lambda array: reads.append(array.sizes) or read(array))
    rise = [float((fields.at(index) - fields.at(0)).mean()) for index in (0, 1, 19, 20, 39, 40, 59)]
    np.testing.assert_allclose(rise, np.array([0, 1, 19, 20, 39, 40, 59]) / 100, atol=2e-4)
    reads.clear()
    for index in range(60):
        fields.at(index)
    assert [sizes["time"] for sizes in reads] == [20, 20]  # the first was there already


def test_only_the_files_of_the_time_at_hand_stay_open_and_none_is_opened_twice(dataset, written, monkeypatch):
    units = {"units": "days since 1950-01-01", "calendar": "noleap"}
    years = [dataset.assign_coords(time=("time", [365.0 * year, 365.0 * year + 0.25], units)) for year in range(4)]
    names = ("msl", "u10", "v10")
    paths = [written(data[[name]], f"{name}_{year}.nc") for year, data in enumerate(years) for name in names]
    fields = Fields(paths, ["msl", "wind_speed"])
    calls, held = [], opening.open_dataset
    monkeypatch.setattr(opening, "open_dataset", lambda path: calls.append(path.name) or held(path))
    closed = []
    close = xr.Dataset.close
    monkeypatch.setattr(xr.Dataset, "close", lambda data: closed.append(data) or close(data))
    for index in range(len(fields.times)):
        fields.at(index)
    # Those of the first year were open already.
    assert sorted(calls) == sorted(path.name for path in paths if "_0" not in path.name)
    assert len(closed) == len(calls)


def test_a_prediction_lets_go_of_each_time_before_the_next(tmp_path, dataset, written, lowest_pressure, monkeypatch):
    long = dataset.isel(time=np.zeros(6, dtype=int))
    long = long.assign_coords(time=("time", np.arange(6), {"units": "hours since 2000-01-01"}))
    alive, most = weakref.WeakSet(), []
    at = Fields.at

    class Held(np.ndarray):
        """An array that may be watched, and hashed."""

        __hash__ = object.__hash__

    def watched(fields, index):
        found = at(fields, index).view(Held)
        alive.add(found)
        most.append(len(alive))
        return found

    monkeypatch.setattr(Fields, "at", watched)
    settings = CyclonesSettings(data=DataSettings(variables=("msl", "wind_speed")), model={"name": "vgg_v1"})
    export.predict(settings, lowest_pressure, [written(long)], tmp_path)
    assert len(most) >= 6
    assert max(most) <= 2


def test_many_files_are_looked_through_under_a_bar(tmp_path, dataset, written, lowest_pressure, capfd):
    paths = [
        written(
            dataset.isel(time=[0]).assign_coords(time=("time", [day], {"units": "days since 2000-01-01"})), f"{day}.nc"
        )
        for day in range(MANY)
    ]
    settings = CyclonesSettings(data=DataSettings(variables=("msl", "wind_speed")), model={"name": "vgg_v1"})
    folder = tmp_path / "out"
    folder.mkdir()
    export.predict(settings, lowest_pressure, paths, folder)
    shown = capfd.readouterr().err
    assert "Looking through files ━━━" in shown
    assert f"{MANY}/{MANY}" in shown
    assert "Looking for centres" in shown
