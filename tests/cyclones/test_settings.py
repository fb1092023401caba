"""Settings refuse what cannot be trained, and say what to do."""

import pytest
from pydantic import ValidationError

from itwinai_cyclones.settings import CyclonesSettings, DataSettings, DetectionSettings, ModelSettings


def test_the_default_reads_four_variables():
    assert DataSettings().variables == ("msl", "gust", "t_500", "t_300")


def test_the_default_years_are_apart():
    data = DataSettings()
    assert len({*data.train_years, *data.validation_years, *data.test_years}) == (
        len(data.train_years) + len(data.validation_years) + len(data.test_years)
    )


@pytest.mark.parametrize(("one", "other"), [("train", "validation"), ("train", "test"), ("validation", "test")])
def test_a_year_on_both_sides_is_refused_with_the_year(one, other):
    years = {"train_years": (1990,), "validation_years": (1995,), "test_years": (1999,)}
    years |= {f"{one}_years": (2001, 2002), f"{other}_years": (2002, 2003)}
    with pytest.raises(ValidationError, match=f"{one}_years and {other}_years both hold 2002"):
        DataSettings(**years)


def test_an_unknown_variable_is_refused_with_the_known_ones():
    known = "'msl', 'wind_speed', 'gust', 'u10', 'v10', 't_500', 't_300' or 'vo_850'"
    with pytest.raises(ValidationError, match=known):
        DataSettings(variables=("msl", "vorticity"))


def test_a_variable_named_twice_is_refused():
    with pytest.raises(ValidationError, match="name one twice"):
        DataSettings(variables=("msl", "u10", "msl"))


def test_variables_without_pressure_are_refused():
    with pytest.raises(ValidationError, match="lack msl"):
        DataSettings(variables=("u10", "v10"))


@pytest.mark.parametrize("year", [1979, 2025])
def test_years_without_best_tracks_are_refused(year):
    with pytest.raises(ValidationError, match="train_years"):
        DataSettings(train_years=(year,))


@pytest.mark.parametrize("resolution", [0.1, 0.7, 3.0])
def test_a_grid_that_does_not_fit_the_globe_is_refused(resolution):
    with pytest.raises(ValidationError, match="resolution"):
        DataSettings(resolution=resolution)


@pytest.mark.parametrize(
    "wrong",
    [
        {"stride": 0.3}, {"stride": 11}, {"maximum_latitude": 90}, {"agreement": 1.5}, {"merge_radius": 0},
        {"contour": -1}, {"snap_radius": -5}, {"test_globes": 0}, {"score": 2},
        {"physics": "some"}, {"warmth": -1}, {"test_days": -1}, {"test_days": 154},
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        DetectionSettings(**wrong)


def test_a_misspelt_key_is_refused():
    with pytest.raises(ValidationError, match="stried"):
        CyclonesSettings(detection={"stried": 5})


@pytest.mark.parametrize("section", ["data", "model", "detection"])
def test_settings_cannot_be_changed_once_they_are_made(section):
    settings = CyclonesSettings()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, section, None)


@pytest.mark.parametrize("resolution", [0.25, 0.5, 1.0, 2.0])
def test_grids_that_divide_the_globe_are_taken(resolution):
    assert DataSettings(resolution=resolution).resolution == resolution


@pytest.mark.parametrize("wrong", [{"name": "vgg_v4"}, {"regularisation": "enormous"}, {"learning_rate": 0}])
def test_an_unknown_network_or_penalty_is_refused_by_name(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        ModelSettings(**wrong)


def test_patches_without_a_cyclone_are_a_must():
    nothing = {"nearest": 0, "adjacent": 0, "low": 0, "random": 0}
    with pytest.raises(ValidationError, match="finds one everywhere: set at least one above 0"):
        DataSettings(shares=nothing)
    assert DataSettings(shares=nothing | {"random": 1}).shares.random == 1


@pytest.mark.parametrize("wrong", [{"nearest": -0.5}, {"adjacent": 9}, {"lows": 1}])
def test_a_share_that_cannot_be_is_refused_by_name(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        DataSettings(shares=wrong)
