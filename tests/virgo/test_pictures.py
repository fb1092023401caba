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
    """Return four images."""
    return list(rng.exponential(size=(4, 32, 24)))


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
    titles = ["before", "estimate", "after", "truth"]
    pictures.cases(tmp_path / "x.png", [("best", images), ("worst", images)], titles, TIMES, BAND)
    (figure,) = kept
    assert "time in window [s]" in labels(figure)
    assert "frequency [Hz]" in labels(figure)
    assert pictures.ENERGY_LABEL in labels(figure)
    assert [axis.get_title() for axis in figure.axes[:4]] == titles
    assert imread(tmp_path / "x.png").shape[1] > 1000


def test_images_of_a_window_share_their_colours(kept, images, tmp_path):
    pictures.cases(tmp_path / "x.png", [("best", images)], list("abcd"), TIMES, BAND)
    limits = [axis.collections[0].get_clim() for axis in kept[0].axes[:4]]
    assert limits == [(0.0, pytest.approx(max(image.max() for image in images)))] * 4


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


def test_an_estimate_has_a_panel_for_each_image_and_marks_what_is_flagged(kept, images, tmp_path):
    panels = dict(zip(["before", "estimate", "after"], images, strict=False))
    pictures.estimate(tmp_path / "x.png", "V1:X", (500.0 + TIMES, BAND), panels, [(501.0, 501.5)])
    axes = kept[0].axes[:3]
    assert [axis.get_title(loc="left") for axis in axes] == list(panels)
    assert "time from GPS 500 [s]" in labels(kept[0])
    marked = axes[0].collections[-1].get_paths()[0].get_extents()
    assert (marked.x0, marked.x1) == pytest.approx((1.0, 1.5))


def test_a_gap_in_time_stays_white(kept, images, tmp_path):
    gps = 500.0 + TIMES + 10.0 * (np.arange(len(TIMES)) >= 12)
    pictures.estimate(tmp_path / "x.png", "V1:X", (gps, BAND), {"before": images[0]})
    ends = [mesh.get_coordinates()[0, :, 0] for mesh in kept[0].axes[0].collections]
    assert len(ends) == 2
    assert ends[1].min() - ends[0].max() > 9.0
