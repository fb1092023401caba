"""Maps and pictures are drawn whole, whatever there is to draw."""

import matplotlib as mpl
import numpy as np
import pytest

from itwinai_cyclones import maps
from itwinai_cyclones.detections import Centre

CENTRE = Centre(15.0, 200.0, 1.0, 975.0, 31.0)


@pytest.fixture(scope="module")
def msl():
    return np.full((721, 1440), 1010, dtype=np.float32)


def size(path):
    height, width, _ = mpl.image.imread(path).shape
    return height, width


@pytest.mark.parametrize(
    "rows",
    [[], [("", CENTRE)], [("2020-08-01T00:00", CENTRE), ("2020-08-01T06:00", CENTRE)]],
    ids=["none", "one", "two"],
)
def test_a_map_is_drawn_for_any_number_of_centres(tmp_path, msl, rows):
    maps.draw_centres(tmp_path / "map.png", rows, msl, "2020-08-01T00:00", 35)
    height, width = size(tmp_path / "map.png")
    assert width > 1.5 * height > 500


def test_centres_are_drawn_where_they_are(msl):
    drawn = maps.figure(8, 4)
    axes = drawn.subplots()
    maps.draw_world(axes, 50)
    assert axes.get_xlim() == (-180, 180)
    assert axes.get_ylim() == (-50, 50)
    assert axes.get_xlabel() == "Longitude [°]"
    assert axes.get_ylabel() == "Latitude [°]"


def test_coasts_lie_where_land_meets_sea(msl):
    drawn = maps.figure(8, 4)
    axes = drawn.subplots()
    maps.draw_world(axes, 90)
    coasts = np.concatenate([path.vertices for path in axes.collections[-1].get_paths()])
    for east, north in ((-17.5, 14.7), (115.7, -32.0), (-8.9, 37.0)):  # Dakar, Perth, the south-west of Portugal
        assert np.hypot(coasts[:, 0] - east, coasts[:, 1] - north).min() < 0.6


def test_meridians_and_parallels_are_named_after_their_side(msl):
    axes = maps.figure(8, 4).subplots()
    maps.draw_world(axes, 45)
    assert [label.get_text() for label in axes.get_xticklabels()][:3] == ["180°", "150°W", "120°W"]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "45°S", "30°S", "15°S", "0°", "15°N", "30°N", "45°N",
    ]  # fmt: skip


def test_pressure_is_shaded_on_the_right_side_of_greenwich():
    msl = np.full((721, 1440), 1010, dtype=np.float32)
    msl[:, 400:480] = 980  # 100° to 120° east
    axes = maps.figure(8, 4).subplots()
    shades = maps.draw_pressure(axes, msl)
    lowest = [
        path for path, low in zip(shades.get_paths(), shades.levels, strict=False) if low <= 980 and len(path.vertices)
    ]
    points = np.concatenate([path.vertices for path in lowest])
    assert 98 < points[:, 0].min() < points[:, 0].max() < 122


def track(east, pressure=980.0):
    """Return a track of constant pressure at 20° north."""
    east = np.array(east, dtype=float)
    return np.full(len(east), 20.0), east, np.full(len(east), pressure)


NOBODY = (np.zeros(0), np.zeros(0))


def drawn_tracks(tmp_path, monkeypatch, tracks, alone=NOBODY):
    """Return the axes of a map of tracks, before it is written, the colour bar's after the map's."""
    kept = []
    monkeypatch.setattr(maps, "save", lambda drawn, path: kept.append(drawn))
    maps.draw_tracks(tmp_path / "tracks.png", tracks, alone, "Two tracks")
    return kept[0].axes


def segments(axes):
    """Return the parts of drawn tracks that lie on the map, as pairs of neighbouring longitudes."""
    lines = [line.get_xdata() for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 1]
    pairs = np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])
    return pairs[(np.abs(pairs) <= 180).any(axis=1)]


@pytest.mark.parametrize(
    "east",
    [
        pytest.param([174, 177, 180, 183, 186], id="westerly, 0 to 360"),
        pytest.param([-174, -177, 180, 177, 174], id="easterly, -180 to 180"),
        pytest.param([357, 359, 1, 3], id="over Greenwich"),
    ],
)
def test_no_track_is_drawn_across_the_map(tmp_path, monkeypatch, east):
    axes = drawn_tracks(tmp_path, monkeypatch, [track(east)])[0]
    assert np.abs(np.diff(segments(axes), axis=1)).max() <= 3.0
    assert axes.get_xlim() == (-180, 180)


def test_a_track_over_the_date_line_reaches_both_edges(tmp_path, monkeypatch):
    parts = segments(drawn_tracks(tmp_path, monkeypatch, [track([170, 175, 185, 190])])[0])
    assert (parts.min(axis=1) < -180).any()
    assert (parts.max(axis=1) > 180).any()


def test_centres_are_coloured_by_their_pressure(tmp_path, monkeypatch):
    axes, bar = drawn_tracks(tmp_path, monkeypatch, [track([10, 20], 940.0), track([100, 110], 1000.0)])
    dots = next(drawn for drawn in axes.collections if drawn.get_array() is not None and len(drawn.get_array()) == 4)
    assert dots.get_array().tolist() == [940.0, 940.0, 1000.0, 1000.0]
    assert dots.get_offsets()[:, 0].tolist() == [10, 20, 100, 110]
    assert bar.get_ylabel() == "Pressure at the centre [hPa]"


def test_without_pressures_there_is_no_bar_of_them(tmp_path, monkeypatch):
    assert len(drawn_tracks(tmp_path, monkeypatch, [track([10, 20], np.nan)])) == 1


def test_starts_and_centres_of_no_track_are_marked(tmp_path, monkeypatch):
    axes = drawn_tracks(
        tmp_path, monkeypatch, [track([10, 20]), track([200, 210])], (np.array([-70.0]), np.array([300.0]))
    )[0]
    marks = {line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axes.lines}
    assert marks["Start of a track"] == ([10, -160], [20, 20])
    assert marks["Centre of no track"] == ([-60], [-70])
    assert axes.get_ylim() == (-80, 80)


def test_a_map_of_no_track_is_a_map(tmp_path):
    maps.draw_tracks(tmp_path / "tracks.png", [], NOBODY, "0 tracks")
    height, width = size(tmp_path / "tracks.png")
    assert width > 1.5 * height > 500
