"""What the tests of virgo share: noise, settings small enough for a test, GWpy as an oracle, and a short recording."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from itwinai_core import RunConfig
from itwinai_virgo import synthetic
from itwinai_virgo.settings import VirgoSettings

SAMPLE = "V-V1_GWOSC_4KHZ_R1-1186741846-32.hdf5"


@pytest.fixture(autouse=True)
def one_thread():
    """Two threads that wait for one another on a busy machine take ten times as long as one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def rng():
    """Return a source of randomness that is the same in every run."""
    return np.random.default_rng(20170814)


@pytest.fixture(scope="session")
def gwpy():
    """Return GWpy's time series, an implementation that shares no line with ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy's and ligo's own deprecations, at import
        module = pytest.importorskip("gwpy.timeseries", reason="GWpy, the oracle, is not installed")
    return module.TimeSeries


@pytest.fixture(scope="session")
def sample():
    """Return the path of the real strain that ships with the plugin."""
    from itwinai_virgo.plugin import Virgo

    return Path(Virgo().samples()["gw170814"])


@pytest.fixture(scope="session")
def small():
    """Return settings of a minute of data and images of 16 pixels a side."""
    return VirgoSettings.model_validate(
        {
            "data": {"seconds": 130, "validation": 0.15, "test": 0.15, "guard": 8.0},
            "qscan": {"frequencies": 16, "times": 16},
        }
    )


@pytest.fixture(scope="session")
def small_run(small):
    """Return a run of the small settings."""
    return RunConfig[VirgoSettings](use_case="virgo", seed=3, settings=small)


@pytest.fixture(scope="session")
def stretch():
    """Return two minutes of generated strain and witnesses, and the truth about their glitches."""
    return synthetic.recording(128, 1024.0, 0.4, 0.95, 11)
