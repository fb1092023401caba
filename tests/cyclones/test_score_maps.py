"""Maps of scores lie on whole degrees, keep their calendar, and say of each place what the network says there."""

import numpy as np
import pytest
import xarray as xr

from itwinai_cyclones.compact_detections import rows
from itwinai_cyclones.detections import Rules, Votes, tile
from itwinai_cyclones.geodesy import to_pixels
from itwinai_cyclones.score_maps import ScoreFile, axes, of_heatmap, of_votes

RULES = Rules(
    stride=20,
    maximum_latitude=35,
    agreement=0.5,
    merge_km=350,
    snap_km=250,
    contour=4,
    contour_degrees=3,
    minimum_wind=12,
    inland_km=300,
)


@pytest.mark.parametrize(("limit", "highest"), [(35.0, 35), (10.5, 10), (75.0, 75)])
def test_cells_lie_on_whole_degrees(limit, highest):
    latitude, longitude = axes(limit)
    np.testing.assert_array_equal(latitude, np.arange(highest, -highest - 1, -1))
    np.testing.assert_array_equal(longitude, np.arange(360))


@pytest.mark.parametrize(("limit", "place"), [(35.0, (12.0, 140.0)), (20.5, (-19.0, 3.0)), (75.0, (70.0, 359.0))])
def test_a_peak_of_the_heatmap_is_a_peak_of_the_map(limit, place):
    first, last = rows(limit)
    answers = np.full(((last - first + 3) // 4, 360, 3), -9.0, dtype=np.float32)
    row, column = to_pixels(*place)
    answers[round((float(row) - first) / 4), round(float(column) / 4), 0] = 2.0
    scores = of_heatmap(answers, limit)
    latitude, longitude = axes(limit)
    highest = np.unravel_index(int(scores.argmax()), scores.shape)
    assert (latitude[highest[0]], longitude[highest[1]]) == place
    assert scores.max() == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-5)


def votes_for(place, count):
    """Return the votes of some patches for one place."""
    row, column = (np.full(count, float(value)) for value in to_pixels(*place))
    return Votes(row, column, tile(RULES))


@pytest.mark.parametrize("place", [(10.0, 140.0), (-20.0, 0.0), (-20.0, 359.0)])
def test_where_all_patches_agree_the_share_is_one_and_far_away_nothing(place):
    scores = of_votes(votes_for(place, 4), 35.0, 350.0)
    latitude, longitude = axes(35.0)
    assert scores[list(latitude).index(place[0]), int(place[1])] == 1
    assert scores[list(latitude).index(place[0]), (int(place[1]) + 90) % 360] == 0
    assert scores.shape == (len(latitude), len(longitude))


def test_half_of_the_patches_make_half_a_score():
    scores = of_votes(votes_for((10.0, 140.0), 2), 35.0, 350.0)
    assert scores[25, 140] == pytest.approx(0.5)


def test_without_a_vote_nothing_is_seen():
    none = Votes(np.array([]), np.array([]), tile(RULES))
    assert not of_votes(none, 35.0, 350.0).any()


@pytest.mark.parametrize(("calendar", "time"), [("360_day", "2050-02-30T12:00"), ("standard", "2010-08-01T06:00")])
def test_times_keep_their_calendar(tmp_path, calendar, time):
    with ScoreFile(tmp_path / "scores.nc", 10.0, calendar, ["one"]) as file:
        file.add(time, np.full((21, 360), 0.25, dtype=np.float32))
    with xr.open_dataset(tmp_path / "scores.nc", decode_times=xr.coders.CFDatetimeCoder(use_cftime=True)) as maps:
        assert maps.time.dt.calendar == calendar
        assert maps.time.to_numpy()[0].isoformat()[:16] == time
        assert float(maps.score.mean()) == 0.25


def test_fields_without_dates_are_numbered(tmp_path):
    with ScoreFile(tmp_path / "scores.nc", 10.0, "", ["one"]) as file:
        for _ in range(3):
            file.add("", np.zeros((21, 360), dtype=np.float32))
    with xr.open_dataset(tmp_path / "scores.nc") as maps:
        assert maps.time.to_numpy().tolist() == [0, 1, 2]
