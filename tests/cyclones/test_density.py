"""Tracks are counted once in each cell that they pass through, wherever on the globe it lies."""

import numpy as np
import pytest
from matplotlib.image import imread

from itwinai_cyclones import best_tracks
from itwinai_cyclones.density import draw_density, track_density


def test_a_track_counts_once_in_a_cell_however_long_it_stays():
    counts = track_density(np.full(10, 12.0), np.linspace(141, 144, 10), np.zeros(10, dtype=int))
    assert counts.sum() == 1
    assert counts[(12 + 90) // 5, (142 + 180) // 5] == 1


def test_tracks_of_one_cell_add_up():
    assert track_density(np.full(3, 12.0), np.full(3, 142.0), np.array([0, 4, 4])).max() == 2


@pytest.mark.parametrize(
    ("place", "cell"),
    [((90, 0), (35, 36)), ((-90, 0), (0, 36)), ((0, 180), (18, 0)), ((0, -180), (18, 0)), ((-0.1, 359.9), (17, 35))],
)
def test_every_place_has_its_cell(place, cell):
    counts = track_density(np.array([place[0]], float), np.array([place[1]], float), np.zeros(1, dtype=int))
    assert np.argwhere(counts).tolist() == [list(cell)]


def test_turns_of_longitude_do_not_matter():
    generator = np.random.default_rng(0)
    north, east, track = generator.uniform(-60, 60, 500), generator.integers(0, 3600, 500) / 10, np.arange(500) % 9
    np.testing.assert_array_equal(track_density(north, east, track), track_density(north, east - 360, track))


def test_the_busiest_cells_of_the_best_tracks_lie_off_mexico_and_the_philippines():
    tracks = best_tracks.load()
    tracks = tracks.where(tracks.tropical_cyclone)
    counts = track_density(tracks.latitude, tracks.longitude, tracks.storm)
    assert counts.max() < len(tracks.names)
    for row, column in np.argwhere(counts > 0.8 * counts.max()):
        north, east = 5 * row - 87.5, 5 * column - 177.5
        assert 10 < north < 25
        assert 115 < east < 140 or -120 < east < -100
    assert not counts[[17, 18], :][:, 20:36].any()  # the equator, from America to Africa


def test_no_track_is_an_empty_map(tmp_path):
    counts = track_density(np.empty(0), np.empty(0), np.empty(0, dtype=int))
    assert counts.shape == (36, 72)
    draw_density(tmp_path / "density.png", counts, "nothing")
    assert imread(tmp_path / "density.png").shape[0] > 400


def test_the_map_is_as_dark_as_there_are_tracks(tmp_path):
    counts = np.zeros((36, 72), dtype=int)
    counts[20, 60], counts[20, 40] = 10, 1
    draw_density(tmp_path / "density.png", counts, "two cells")
    picture = imread(tmp_path / "density.png")[..., :3]
    left, right = picture[:, 760:900].min(axis=(1, 2)).min(), picture[150:260, 1000:1150]
    assert (np.abs(right - np.array([0.267, 0.005, 0.329])) < 0.02).all(axis=-1).sum() > 100  # viridis at its end
    assert left < 0.9
