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
