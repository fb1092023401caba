"""Real ERA5: the week of March 2026 in which a severe cyclone crossed the coast of north-west Australia."""

import numpy as np
import pytest

from itwinai_cyclones.detectors import Detector, rules_of
from itwinai_cyclones.fields import Fields
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.quantities import FieldsError
from itwinai_cyclones.settings import DetectionSettings

VARIABLES = ("msl", "wind_speed")

# Latitude, longitude [°] and pressure [hPa] of the lowest grid point, read off the store with other tools.
MINIMA = {
    "2026-03-25T00:00": (-17, 120, 987.3),
    "2026-03-25T21:00": (-19, 117, 967.4),
    "2026-03-26T19:00": (-21, 114, 963.0),
    "2026-03-27T10:00": (-25, 114, 980.3),
}


@pytest.fixture(scope="module")
def fields(era5):
    return Fields([era5], VARIABLES)


def test_times_are_worked_out_from_the_note_in_the_store(fields):
    assert len(fields.times) == 24
    assert (fields.times[0], fields.times[-1]) == ("2026-03-25T00:00", "2026-03-31T23:00")


@pytest.mark.parametrize("time", MINIMA)
def test_grid_points_keep_their_values(fields, time):
    latitude, longitude, pressure = MINIMA[time]
    field = fields.at(fields.times.index(time))
    assert field[0, (90 - latitude) * 4, longitude * 4] == pytest.approx(pressure, abs=0.1)


def test_winds_are_those_of_a_cyclone_around_its_centre(fields):
    latitude, longitude, _ = MINIMA["2026-03-26T19:00"]
    field = fields.at(fields.times.index("2026-03-26T19:00"))
    row, column = (90 - latitude) * 4, longitude * 4
    around = field[1, row - 12 : row + 13, column - 12 : column + 13]
    assert 28 < around.max() < 31
    assert around[12, 12] < 18


def test_variables_that_the_sample_lacks_are_named(era5):
    with pytest.raises(FieldsError, match="has no gust") as error:
        Fields([era5], ("msl", "gust", "t_500", "t_300"))
    assert "Found: msl, t2m, tp, u10, v10" in str(error.value)


@pytest.mark.parametrize("time", MINIMA)
def test_physics_alone_lets_the_cyclone_pass(fields, lowest_pressure, time):
    """Even where the network is replaced by the lowest pressure, the rules keep the cyclone and little else."""
    latitude, longitude, _ = MINIMA[time]
    field = fields.at(fields.times.index(time))
    centres = Detector(VARIABLES, rules_of(DetectionSettings()), compact=False, answer=lowest_pressure.predict)(field)
    away = [great_circle_km(centre.latitude, centre.longitude, latitude, longitude) for centre in centres]
    assert min(away) < 60
    assert len(centres) < 8


def test_the_week_has_no_gaps(fields):
    assert all(np.isfinite(fields.at(index)).all() for index in (0, 23))
