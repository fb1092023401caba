"""The best way to a variable is chosen: as it is, out of winds, or between two levels."""

import numpy as np
import pytest

from itwinai_cyclones.quantities import DERIVED, KNOWN, QUANTITIES
from itwinai_cyclones.recipes import FARTHEST, mixture, resolve


def test_a_level_that_is_there_is_taken_as_it_is():
    found = mixture(QUANTITIES["t_300"], {"ta": [1000.0, 500.0, 300.0, 250.0]})
    assert found.exact
    assert dict(found.weights) == {("ta", 300.0): 1.0}


@pytest.mark.parametrize("levels", [[850, 500, 250, 10], [250, 500, 850], [600, 500, 400, 250], [400, 250]])
def test_between_levels_the_logarithm_of_pressure_is_kept(levels):
    """Whatever is linear in it comes out as it is at 300 hPa, and so does whatever is the same everywhere."""
    found = mixture(QUANTITIES["t_300"], {"ta": levels})
    assert not found.exact
    assert sum(found.weights.values()) == pytest.approx(1)
    log = sum(weight * np.log(level) for (_, level), weight in found.weights.items())
    assert log == pytest.approx(np.log(300))
    assert sorted(level for _, level in found.weights) == sorted(
        [max(p for p in levels if p < 300), min(p for p in levels if p > 300)]
    )


def test_the_temperature_of_a_standard_atmosphere_is_met_to_half_a_kelvin():
    """Below the tropopause it falls by 6.5 K a kilometre, not quite linearly in the logarithm of pressure."""

    def standard(pressure):
        return 288.15 * (pressure / 1013.25) ** (287.05 * 0.0065 / 9.80665)

    found = mixture(QUANTITIES["t_300"], {"ta": [500.0, 250.0]})
    guess = sum(weight * standard(level) for (_, level), weight in found.weights.items())
    assert guess == pytest.approx(standard(300), abs=0.8)


@pytest.mark.parametrize("levels", [[850, 500], [250, 100], [850, 500, 100], [700, 250], []])
def test_levels_too_far_away_or_on_one_side_only_will_not_do(levels):
    assert mixture(QUANTITIES["t_300"], {"ta": levels}) is None


def test_neighbours_of_cmip6_are_near_enough():
    assert FARTHEST > 500 / 250
    assert resolve("t_300", {"ta": [850.0, 500.0, 250.0]}) is not None


def test_what_is_interpolated_is_told_with_its_levels():
    notice = resolve("t_300", {"ta": [850.0, 500.0, 250.0]}).notice
    assert notice == (
        "t_300 is interpolated between 500 and 250 hPa, linearly in the logarithm of pressure: no file holds 300 hPa."
    )
    assert resolve("t_500", {"ta": [850.0, 500.0, 250.0]}).notice == ""


@pytest.mark.parametrize(
    ("held", "parts", "words"),
    [
        ({"vo": [850.0], "ua": [850.0], "va": [850.0]}, 1, ""),
        ({"ua": [850.0], "va": [850.0]}, 2, "vo_850 is worked out from the winds at 850 hPa."),
        ({"vo": [925.0, 700.0], "ua": [850.0], "va": [850.0]}, 2, "vo_850 is worked out from the winds at 850 hPa."),
        ({"vo": [925.0, 700.0]}, 1, "vo_850 is interpolated between 925 and 700 hPa"),
        ({"ua": [925.0, 700.0], "va": [925.0, 700.0]}, 2, "at 850 hPa, and these are interpolated between 925 and 700"),
    ],
)
def test_vorticity_is_read_or_worked_out(held, parts, words):
    recipe = resolve("vo_850", held)
    assert len(recipe.parts) == parts
    assert words in recipe.notice
    assert bool(words) == bool(recipe.notice)


@pytest.mark.parametrize("held", [{}, {"ua": [850.0]}, {"va": [850.0]}, {"ua": [500.0], "va": [500.0]}])
def test_vorticity_needs_both_winds_at_its_level(held):
    assert resolve("vo_850", held) is None


def test_a_speed_in_the_files_comes_before_its_parts():
    assert len(resolve("wind_speed", {"wind_speed": [None], "u10": [None], "v10": [None]}).parts) == 1
    assert len(resolve("wind_speed", {"u10": [None], "v10": [None]}).parts) == 2
    assert resolve("wind_speed", {"u10": [None]}) is None


def test_what_can_be_worked_out_is_worked_out_of_known_variables():
    for name, parts in DERIVED.items():
        assert name in QUANTITIES
        assert set(parts) <= set(KNOWN)
