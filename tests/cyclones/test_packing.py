"""The tool that packs best tracks and land keeps what it is given."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

pd = pytest.importorskip("pandas")
TOOL = Path(__file__).parents[2] / "plugins" / "itwinai-cyclones" / "tools" / "pack_best_tracks.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("pack_best_tracks", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tables():
    wmo = pd.DataFrame({
        "track_id": ["B", "A", "A", "A"],
        "time": ["1999-12-31 18:00:00", "1980-01-01 06:00:00", "1980-01-01 00:00:00", "1980-01-01 03:00:00"],
        "lat": [12.3, -10.1, -10.0, -10.05],
        "lon": [-0.2, 179.9, 179.5, 179.7],
        "wind": [50.0, 40.0, np.nan, 40.0],
        "slp": [990.0, np.nan, 1001.0, 1000.0],
    })  # fmt: skip
    jtwc = pd.DataFrame({
        "track_id": ["A", "A", "B"],
        "time": ["1980-01-01 06:00:00", "1980-01-01 00:00:00", "1999-12-31 18:00:00"],
        "status": ["TS", None, "EX"],
        "wind": [35.0, np.nan, 55.0],
        "slp": [998.0, 1005.0, np.nan],
    })  # fmt: skip
    return wmo, jtwc


def test_storms_are_sorted_and_only_every_sixth_hour_is_kept(tool, tables):
    pack = tool.packed_tracks(*tables)
    assert pack["storms"].tolist() == [b"A", b"B"]
    assert np.cumsum(pack["storm"]).tolist() == [0, 0, 1]
    assert np.cumsum(pack["step"]).tolist()[:2] == [0, 1]


def test_positions_are_tenths_of_a_degree_eastwards(tool, tables):
    pack = tool.packed_tracks(*tables)
    assert np.cumsum(pack["latitude"]).tolist() == [-100, -101, 123]
    assert np.cumsum(pack["longitude"], dtype=int).tolist() == [1795, 1799, 3598]


def test_winds_are_those_of_one_minute_and_gaps_are_marked(tool, tables):
    pack = tool.packed_tracks(*tables)
    assert pack["wind"].tolist() == [-1, 35, 55]
    assert pack["pressure"].tolist() == [1001, 998, 990]
    assert pack["extratropical"].tolist() == [False, False, True]


def test_land_is_averaged_and_starts_at_greenwich(tool):
    land = np.zeros((10800, 21600), dtype=bool)
    land[:, 10800:10815] = True  # the first quarter of a degree east of Greenwich
    share = tool.packed_land(land)
    assert share.shape == (720, 1440)
    assert (share[:, 0] == 15).all()
    assert share[:, 1:].max() == 0
