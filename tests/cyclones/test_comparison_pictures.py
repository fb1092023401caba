"""Pictures of a comparison show what their legends say."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from itwinai_cyclones.comparison import Storms, compare
from itwinai_cyclones.comparison_pictures import HIT, MISSED, WRONG, draw_counts, draw_distances, draw_verdicts
from itwinai_cyclones.matching import Fixes


def tracks(*ways):
    """Return a track each: latitude, and first and last longitude."""
    number = np.repeat(np.arange(len(ways)), 9)
    east = np.concatenate([np.linspace(start, end, 9) for _, start, end in ways])
    hours = np.tile(6.0 * np.arange(9), len(ways))
    north = np.repeat([float(way[0]) for way in ways], 9)
    return Fixes(np.array([f"storm {way}" for way in range(len(ways))]), number, hours, north, east)


@pytest.fixture
def compared():
    reference = tracks((20, 120, 150), (-20, 60, 90))
    found = tracks((20.5, 120, 150), (10, 300, 330))
    return compare(Storms(reference, np.ones(18, bool), np.full(18, 50.0)), found, 300, 4)


def pixels(path, colour, tolerance=0.2):
    """Return rows and columns of the pixels of a colour."""
    return np.nonzero((np.abs(imread(path)[..., :3] - to_rgb(colour)) < tolerance).all(axis=-1))


def east_of(columns, path):
    """Return how far east columns of the map lie, from its left edge to its right [0 to 1]."""
    grey = (np.abs(imread(path)[..., :3]) < 0.02).all(axis=-1)
    frame = np.flatnonzero(grey.mean(axis=0) > 0.5)
    return (columns - frame.min()) / (frame.max() - frame.min())


@pytest.mark.parametrize(("colour", "start", "end"), [(HIT, 120, 150), (MISSED, 60, 90), (WRONG, 300, 330)])
def test_each_verdict_has_its_colour_at_its_place(tmp_path, compared, colour, start, end):
    draw_verdicts(tmp_path / "map.png", compared, "")
    rows, columns = pixels(tmp_path / "map.png", colour)
    on_map = rows < 0.85 * imread(tmp_path / "map.png").shape[0]  # above the legend
    longitude = east_of(columns[on_map], tmp_path / "map.png") * 360 - 180
    start, end = ((value + 180) % 360 - 180 for value in (start, end))
    assert longitude.min() == pytest.approx(start, abs=2)
    assert longitude.max() == pytest.approx(end, abs=2)


def test_the_legend_counts_tracks(tmp_path, compared, monkeypatch):
    shown = []
    monkeypatch.setattr("itwinai_cyclones.comparison_pictures.save", lambda drawn, _: shown.append(drawn))
    draw_verdicts(tmp_path / "map.png", compared, "1996")
    labels = [text.get_text() for text in shown[0].legends[0].get_texts()]
    assert labels == ["Found at a storm that does not count: 0", "Hit: 1", "False alarm: 1", "Missed: 1"]
    assert shown[0].axes[0].get_title() == "1996"


def test_centres_are_drawn_one_by_one(tmp_path, monkeypatch):
    reference, found = tracks((20, 120, 150)), tracks((20.5, 120, 150), (10, 300, 330))
    found = Fixes(np.empty(0, dtype=str), np.full(18, -1), found.hours, found.latitude, found.longitude)
    compared = compare(Storms(reference, np.ones(9, bool), np.full(9, 50.0)), found, 300, 4)
    shown = []
    monkeypatch.setattr("itwinai_cyclones.comparison_pictures.save", lambda drawn, _: shown.append(drawn))
    draw_verdicts(tmp_path / "map.png", compared, "")
    labels = [text.get_text() for text in shown[0].legends[0].get_texts()]
    assert labels == ["Found at a storm that does not count: 0", "Hit: 9", "False alarm: 9", "Missed: 0"]


def test_a_track_over_the_date_line_draws_no_line_across_the_map(tmp_path):
    over = tracks((20, 170, 190))
    compared = compare(Storms(over, np.ones(9, bool), np.full(9, 50.0)), over, 300, 4)
    draw_verdicts(tmp_path / "map.png", compared, "")
    rows, columns = pixels(tmp_path / "map.png", HIT)
    share = east_of(columns[rows < 0.85 * imread(tmp_path / "map.png").shape[0]], tmp_path / "map.png")
    assert np.all((share < 0.04) | (share > 0.96))
    assert share.min() < 0.04
    assert share.max() > 0.96


@pytest.mark.parametrize("distances", [np.empty(0), np.array([10.0]), np.random.default_rng(0).uniform(0, 300, 1000)])
def test_distances_fill_a_histogram_to_the_radius(tmp_path, distances, monkeypatch):
    shown = []
    monkeypatch.setattr("itwinai_cyclones.comparison_pictures.save", lambda drawn, _: shown.append(drawn))
    draw_distances(tmp_path / "distances.png", distances, 300)
    axes = shown[0].axes[0]
    assert sum(bar.get_height() for bar in axes.patches) == len(distances)
    assert axes.get_xlim() == (0, 300)
    assert len(axes.lines) == (3 if len(distances) else 0)


@pytest.mark.parametrize("years", [1, 3, 45])
def test_counts_show_the_season_and_the_years(tmp_path, years, monkeypatch):
    months = {f"{1980 + year}-{month:02}": (month, 2 * month) for year in range(years) for month in range(1, 13)}
    yearly = {f"{1980 + year}": (78, 156) for year in range(years)}
    heights = []
    real = Axes.bar
    monkeypatch.setattr(Axes, "bar", lambda *given, **more: heights.append(given[2]) or real(*given, **more))
    draw_counts(tmp_path / "counts.png", months, yearly, "tracks")
    assert heights[0].tolist() == [years * month for month in range(1, 13)]
    assert heights[1].tolist() == [2 * years * month for month in range(1, 13)]
    assert len(heights) == (2 if years == 1 else 4)
    assert all(height.tolist() == [number] * years for height, number in zip(heights[2:], (78, 156), strict=False))
    assert imread(tmp_path / "counts.png").shape[0] > 300
