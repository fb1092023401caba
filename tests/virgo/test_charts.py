"""Charts name what they draw, with units, and do without what is not known."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from itwinai_virgo import charts
from itwinai_virgo.vetoes import curve


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


def test_scores_name_each_predictor_with_its_skill(kept, tmp_path):
    errors = {"constant median": 0.4, "network": 0.3, "oracle": 0.1}
    charts.scores(tmp_path / "x.png", errors, {"power_line": 0.5, "blip": -0.2})
    left, right = kept[0].axes
    assert [tick.get_text() for tick in left.get_yticklabels()] == list(errors)
    assert any("skill 0.25" in text.get_text() for text in left.texts)
    assert any("skill 0.75" in text.get_text() for text in left.texts)
    assert [tick.get_text() for tick in right.get_yticklabels()] == ["power line", "blip"]
    assert right.get_xlim()[0] < -0.2


def test_scores_can_do_without_families(kept, tmp_path):
    charts.scores(tmp_path / "x.png", {"constant median": 0.4, "network": 0.3}, {})
    assert len(kept[0].axes) == 1


def test_bands_have_a_group_of_bars_each(kept, tmp_path):
    ratios = {"cleaned": {"16_45": 0.8, "45_60": 0.9}, "truth": {"16_45": 0.3, "45_60": 0.4}}
    charts.bands(tmp_path / "x.png", ratios, {"correlation": {"16_45": 0.7, "45_60": -0.1}})
    left, right = kept[0].axes
    assert left.get_xlabel() == "frequency [Hz]"
    assert [tick.get_text() for tick in left.get_xticklabels()] == ["16-45", "45-60"]
    assert len(left.patches) == 4
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["cleaned", "truth"]
    assert right.get_ylim()[0] <= -0.1


def test_the_curve_has_its_point_and_its_limit(kept, tmp_path, rng):
    found = curve(rng.exponential(size=500), rng.exponential(size=40) + 2.0)
    charts.roc(tmp_path / "x.png", found, 0.01, (0.008, 0.83), "glitches")
    (axis,) = kept[0].axes
    assert axis.get_xlabel() == "dead time [%]"
    assert axis.get_ylabel() == "efficiency [%]"
    assert axis.get_xscale() == "log"
    said = [text.get_text() for text in axis.get_legend().get_texts()]
    assert "limit, 1 %" in said
    assert "83 % at 0.80 %" in said
    assert f"{found.area:.3f}" in axis.get_title()
    drawn = axis.lines[0].get_ydata()
    assert (np.diff(drawn) >= 0).all()
