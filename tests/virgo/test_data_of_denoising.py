"""The task of denoising has the clean strain to learn from, generated or in a file, or is refused."""

import numpy as np
import pytest

from itwinai_core import ConfigError, RunConfig
from itwinai_virgo import strain
from itwinai_virgo.data import build_splits
from itwinai_virgo.settings import VirgoSettings

DENOISE = {"task": "denoise", "qscan": {"frequencies": 16, "times": 16}}


def run_of(content):
    """Return a run of settings."""
    return RunConfig[VirgoSettings](use_case="virgo", seed=3, settings=VirgoSettings.model_validate(content))


def test_generated_data_know_the_clean_strain():
    splits = build_splits(run_of(DENOISE | {"data": {"seconds": 130, "validation": 0.15, "test": 0.15}}))
    for part in (splits.train, splits.validation, splits.test):
        assert part.clean.shape == part.strain.shape
        assert np.isfinite(part.clean).all()
        # What the witnesses explain is most of the power where they couple.
        assert part.clean.mean() < 0.9 * part.strain.mean()
        assert (part.target == part.clean).all()


def test_a_file_without_the_clean_strain_cannot_teach_it(tmp_path, stretch):
    strain.write(tmp_path / "own.h5", stretch[0])
    with pytest.raises(ConfigError, match=r"holds no channel 'clean'\.\nUse settings.task=noise"):
        build_splits(run_of(DENOISE | {"data": {"file": str(tmp_path / "own.h5")}}))


def test_a_file_with_the_clean_strain_teaches_it(tmp_path, stretch):
    recording = stretch[0]
    clean = strain.Channel("clean", recording.strain.values.copy(), 1024.0, recording.strain.gps_start, "strain")
    strain.write(tmp_path / "own.h5", strain.Recording(recording.strain, (*recording.witnesses, clean)))
    data = {"file": str(tmp_path / "own.h5"), "validation": 0.2, "test": 0.2}
    splits = build_splits(run_of(DENOISE | {"data": data}))
    assert splits.train.inputs.shape[1] == 4
    assert len(splits.train.recording.witnesses) == 3
    assert splits.train.clean == pytest.approx(splits.train.strain, abs=2e-3)
