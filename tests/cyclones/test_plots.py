"""Pictures say what they show: titles, units, a legend, and the points in their places."""

import numpy as np
import pytest

from itwinai_cyclones import maps, plots
from itwinai_cyclones.best_tracks import BestTracks
from itwinai_cyclones.data import Patches
from itwinai_cyclones.detections import Centre


@pytest.fixture
def drawn(monkeypatch):
    """Return the figures that are saved, instead of files."""
    figures = []
    monkeypatch.setattr(plots, "save", lambda figure, _: figures.append(figure))
    return figures


@pytest.fixture
def now():
    return BestTracks(
        names=np.array(["A", "B"]),
        storm=np.array([0, 1]),
        time=np.full(2, np.datetime64("2015-09-01T00", "h")),
        latitude=np.array([15.0, -20.0]),
        longitude=np.array([200.0, 60.0]),
        wind=np.array([90.0, 25.0]),
        pressure=np.array([np.nan, np.nan]),
        extratropical=np.array([False, False]),
    )


@pytest.fixture
def patches():
    generator = np.random.default_rng(6)
    return Patches(
        values=generator.normal(1010, 4, (8, 40, 40, 1)).astype(np.float32),
        labels=np.array([(10.5, 30.25), *[(-1, -1)] * 3, *[(20, 20)] * 4], dtype=np.float32),
        origins=np.array([(300, 1420)] * 8),
        categories=np.array(["cyclone", "nearest", "low", "random", *["cyclone"] * 4]),
        times=np.full(8, np.datetime64("2015-09-01T00", "h")),
        variables=("msl",),
    )


def lines_of(axes):
    return {line.get_label(): line.get_xydata().tolist() for line in axes.get_lines()}


def test_a_globe_tells_cyclones_from_weaker_storms_and_both_from_what_was_found(drawn, now):
    msl = np.full((721, 1440), 1010, dtype=np.float32)
    plots.draw_globe("globe.png", msl, now, [Centre(14.0, 201.0, 1.0, 980.0, 30.0)], "A title")
    axes = drawn[0].axes[0]
    lines = lines_of(axes)
    assert lines["Tropical cyclone, best track"] == [[-160.0, 15.0]]
    assert lines["Weaker or extratropical storm"] == [[60.0, -20.0]]
    assert lines["Centre found"] == [[-159.0, 14.0]]
    assert axes.get_title() == "A title"


def test_a_globe_without_a_centre_is_drawn_too(drawn, now):
    plots.draw_globe("globe.png", np.full((721, 1440), 1010, dtype=np.float32), now, [], "A title")
    assert lines_of(drawn[0].axes[0])["Centre found"] == []


def test_a_globe_has_a_colour_bar_with_a_unit_and_a_legend(drawn, now):
    plots.draw_globe("globe.png", np.full((721, 1440), 1010, dtype=np.float32), now, [], "A title")
    assert drawn[0].axes[1].get_ylabel() == "Pressure at mean sea level [hPa]"
    assert len(drawn[0].legends[0].get_texts()) == 3


def test_distances_count_every_cyclone_seen_however_far(drawn):
    network, lowest = np.array([10.0, 20, 5000]), np.array([5.0, 15])
    plots.draw_distances("distances.png", network, lowest)
    (axes,) = drawn[0].axes
    heights = [patch.get_xy()[:, 1] for patch in axes.patches]
    assert len(heights) == 2
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[0].startswith("Lowest pressure of the patch: 2 seen, mean 10 km")
    assert labels[1].startswith("Network: 3 seen, mean 1677 km, median 20 km")
    assert "[km]" in axes.get_xlabel()


def test_a_network_that_saw_nothing_has_no_bars(drawn):
    plots.draw_distances("distances.png", np.array([]), np.array([5.0]))
    assert len(drawn[0].axes[0].get_legend().get_texts()) == 1


def test_patches_show_one_of_each_kind(drawn, patches):
    plots.draw_patches("patches.png", patches, np.full((8, 2), -1, dtype=np.float32))
    titles = {axes.get_title() for axes in drawn[0].axes if axes.get_title()}
    assert titles == {"Cyclone", "Beside a cyclone", "Another low", "Anywhere"}


def test_true_and_found_centres_lie_at_their_degrees(drawn, patches):
    answers = np.full((8, 2), -1, dtype=np.float32)
    answers[:] = (20, 20)
    plots.draw_patches("patches.png", patches, answers, count=6)
    north, west = 90 - 300 / 4, 1420 / 4 - 360
    places = [line.get_xydata()[0].tolist() for axes in drawn[0].axes for line in axes.get_lines()]
    assert [west + 30.25 / 4, north - 10.5 / 4] in places or [west + 5.0, north - 5.0] in places
    for axes in drawn[0].axes:
        if axes.get_title():
            assert axes.get_xlim() == pytest.approx((west - 0.125, west + 9.875))
            assert axes.get_ylim() == pytest.approx((north - 9.875, north + 0.125))
            assert axes.get_xlabel() == "Longitude [°]"


def test_patches_without_a_centre_have_no_mark(drawn, patches):
    quiet = np.full((8, 2), -1, dtype=np.float32)
    plots.draw_patches("patches.png", patches, quiet)
    for axes in drawn[0].axes:
        if axes.get_title() in {"Beside a cyclone", "Another low", "Anywhere"}:
            assert axes.get_lines()[:] == []


def test_figures_need_no_screen(tmp_path):
    figure = maps.figure(3, 2)
    figure.subplots().plot([1, 2])
    maps.save(figure, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
