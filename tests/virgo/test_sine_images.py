"""A run on sines has parts of rows of its own, in the layout that networks take."""

import numpy as np
import pytest

from itwinai_core import ConfigError, RunConfig
from itwinai_virgo import sines
from itwinai_virgo.data import build_splits, trial
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.sine_images import sine_parts


def run_of(content, seed=3):
    """Return a run on sines."""
    settings = VirgoSettings.model_validate({"data": {"recipe": "sines", "seconds": 400}} | content)
    return RunConfig[VirgoSettings](use_case="virgo", seed=seed, settings=settings)


@pytest.fixture(scope="module")
def parts():
    """Return the three parts of 25 rows."""
    splits = build_splits(run_of({}))
    return splits.train, splits.validation, splits.test


def test_parts_follow_one_another_with_a_row_left_out_between(parts):
    train, validation, test = (part.gps.astype(int).tolist() for part in parts)
    assert train == list(range(len(train)))
    assert validation[0] - train[-1] == test[0] - validation[-1] == 2
    assert test[-1] == 24
    assert len(validation) == len(test) == 3


def test_an_image_is_that_of_its_row_with_frequency_upwards(parts):
    energy = sines.images(25, 3)
    for part in parts:
        witnesses, strain = part[1]
        row = int(part.gps[1])
        assert strain[0] == pytest.approx(np.log1p(np.maximum(energy[row, 0], 0)).T, rel=1e-5)
        assert witnesses[2] == pytest.approx(np.log1p(np.maximum(energy[row, 3], 0)).T, rel=1e-5)


def test_data_depend_on_the_runs_seed(parts):
    again, other = (sine_parts(run_of({}).settings, seed)[2].strain for seed in (3, 4))
    assert (again == parts[2].strain).all()
    assert not (other == again).all()


def test_there_is_no_recording_and_nothing_to_judge_vetoes_on(parts):
    assert all(part.recording is None for part in parts)
    assert trial(run_of({})) is None


@pytest.mark.parametrize(
    "content",
    [{"qscan": {"times": 32}}, {"qscan": {"frequencies": 128}}, {"data": {"recipe": "sines", "witnesses": ["V1:A"]}}],
)
def test_other_images_than_the_recipes_are_refused(content):
    with pytest.raises(ConfigError, match=r"makes images of 64 times and 64 frequencies, of 3 witnesses; settings has"):
        build_splits(run_of(content))


def test_too_few_rows_are_refused_before_they_are_made():
    with pytest.raises(ConfigError, match=r"^47 s are 2 rows of sines, which leave none for a part. Raise"):
        build_splits(run_of({"data": {"recipe": "sines", "seconds": 47}}))


def test_the_clean_strain_is_not_known():
    with pytest.raises(ConfigError, match=r"task=denoise needs the clean strain"):
        build_splits(run_of({"task": "denoise"}))
