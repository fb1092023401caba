"""Pictures have axes with units, frequencies on a logarithmic axis, and round ticks."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from itwinai_virgo import pictures

BAND = np.geomspace(16.0, 350.0, 32)
TIMES = np.arange(24) / 8


@pytest.fixture
def kept(monkeypatch):
    """Return a list that every figure that is saved is put into."""
    figures = []
    save = Figure.savefig

    def keep(figure, *arguments, **options):
        figures.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


@pytest.fixture
def images(rng):
    """Return six images, the last a difference."""
    return [*rng.exponential(size=(5, 32, 24)), rng.normal(size=(32, 24))]


def labels(figure):
    """Return every label of a figure's axes, colour bars included."""
    return " | ".join(text for axis in figure.axes for text in (axis.get_xlabel(), axis.get_ylabel()) if text)


def test_an_image_has_round_frequencies_on_a_logarithmic_axis(images):
    axis = Figure().subplots()
    pictures.image(axis, TIMES, BAND, images[0])
    assert axis.get_yscale() == "log"
    assert axis.get_yticks().tolist() == [20.0, 50.0, 100.0, 200.0]
    assert axis.get_ylim() == pytest.approx((16.0, 350.0))


def test_cases_have_units_and_a_row_a_window(kept, images, tmp_path):
    titles = ["a", "b", "c", "strain (truth)", "network's estimate", "truth - estimate"]
    pictures.cases(tmp_path / "x.png", [("best", images), ("worst", images)], titles, TIMES, BAND)
    (figure,) = kept
    assert "time in window [s]" in labels(figure)
    assert "frequency [Hz]" in labels(figure)
    assert pictures.ENERGY_LABEL in labels(figure)
    assert [axis.get_title() for axis in figure.axes[:6]] == titles
    assert imread(tmp_path / "x.png").shape[1] > 1000


def test_a_difference_is_drawn_about_zero(kept, images, tmp_path):
    pictures.cases(tmp_path / "x.png", [("best", images)], list("abcdef"), TIMES, BAND)
    limits = [axis.collections[0].get_clim() for axis in kept[0].axes[:6]]
    assert limits[0] == (0.0, pytest.approx(max(image.max() for image in images[:-1])))
    assert limits[5][0] == -limits[5][1]


def test_scores_name_each_predictor_with_its_skill(kept, tmp_path):
    pictures.scores(tmp_path / "x.png", {"constant median": 0.4, "network": 0.3}, {"power_line": 0.5, "blip": -0.2})
    left, right = kept[0].axes
    assert [tick.get_text() for tick in left.get_yticklabels()] == ["constant median", "network"]
    assert any("skill 0.25" in text.get_text() for text in left.texts)
    assert [tick.get_text() for tick in right.get_yticklabels()] == ["power line", "blip"]
    assert right.get_xlim()[0] < -0.2


def test_scores_can_do_without_families(kept, tmp_path):
    pictures.scores(tmp_path / "x.png", {"constant median": 0.4, "network": 0.3}, {})
    assert (tmp_path / "x.png").stat().st_size > 5000


def test_a_scan_has_strain_above_energy_and_says_gps(kept, images, tmp_path):
    gps = 1186741848.0 + TIMES
    view = {"title": "3 s", "gps": gps, "band": BAND, "energy": 10 * images[0], "tile": (gps[5], 60.0)}
    series = (1186741848.0 + np.arange(3072) / 1024, np.random.default_rng(0).normal(size=3072))
    pictures.scan(tmp_path / "x.png", "V1:X", series, [view, view])
    assert "time from GPS 1186741848 [s]" in labels(kept[0])
    assert "strain [std]" in labels(kept[0])
    assert "energy over the row's median" in labels(kept[0])
    assert kept[0].axes[0].get_title(loc="left") == "V1:X: 3 s"
    assert kept[0].axes[1].lines[0].get_xdata() == pytest.approx([TIMES[5]])


def test_colours_of_a_scan_end_where_those_of_an_omega_scan_do(kept, images, tmp_path):
    view = {"title": "", "gps": 100 + TIMES, "band": BAND, "energy": 1e4 * images[0], "tile": (101.0, 60.0)}
    pictures.scan(tmp_path / "x.png", "V1:X", (100 + TIMES, TIMES), [view])
    assert kept[0].axes[1].collections[0].get_clim() == (0.0, 25.0)


def test_an_estimate_has_a_panel_for_each_channel(kept, images, tmp_path):
    panels = dict(
        zip(["V1:A", "V1:B", "V1:C", "strain", "network's estimate", "strain - estimate"], images, strict=True)
    )
    pictures.estimate(tmp_path / "x.png", "V1:X", 500.0 + TIMES, BAND, panels)
    assert [axis.get_title(loc="left") for axis in kept[0].axes[:6]] == list(panels)
    assert "time from GPS 500 [s]" in labels(kept[0])
