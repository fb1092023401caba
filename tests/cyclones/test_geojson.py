"""Ways on the map keep to RFC 7946, wherever they cross 180°, and lose none of their length."""

from itertools import pairwise

import numpy as np
import pytest

from itwinai_cyclones.geojson import geometry


def lines(shape):
    """Return the lines of a geometry."""
    return {"Point": [[shape["coordinates"]]], "LineString": [shape["coordinates"]]}.get(
        shape["type"], shape["coordinates"]
    )


def refuse_what_the_rfc_forbids(shape):
    """Hold a geometry to RFC 7946: positions, lines of two and more, nothing across 180°."""
    assert set(shape) == {"type", "coordinates"}
    for line in lines(shape):
        assert len(line) >= (1 if shape["type"] == "Point" else 2)
        for east, north in line:
            assert -180 <= east <= 180
            assert -90 <= north <= 90
        assert all(abs(after[0] - before[0]) <= 180 for before, after in pairwise(line))
        assert all(before != after for before, after in pairwise(line))


def test_a_way_that_stays_in_the_atlantic_is_one_line():
    shape = geometry(np.array([10.0, 12.0, 15.0]), np.array([340.0, 330.0, 320.0]))
    assert shape == {"type": "LineString", "coordinates": [[-20.0, 10.0], [-30.0, 12.0], [-40.0, 15.0]]}


def test_a_way_over_the_date_line_is_cut_there():
    shape = geometry(np.array([10.0, 20.0]), np.array([178.0, 183.0]))
    assert shape == {
        "type": "MultiLineString",
        "coordinates": [[[178.0, 10.0], [180.0, 14.0]], [[-180.0, 14.0], [-177.0, 20.0]]],
    }


def test_a_way_back_over_the_date_line_is_cut_twice():
    shape = geometry(np.array([0.0, 0.0, 0.0]), np.array([179.0, -179.0, 179.0]))
    assert [[east for east, _ in line] for line in shape["coordinates"]] == [[179, 180], [-180, -179, -180], [180, 179]]


@pytest.mark.parametrize("way", [[179.0, 180.0, 181.0], [181.0, 180.0, 179.0], [-179.0, -180.0], [180.0, 179.0]])
def test_a_fix_on_the_date_line_itself_is_on_one_side_of_it_each_time(way):
    shape = geometry(np.zeros(len(way)), np.array(way))
    refuse_what_the_rfc_forbids(shape)
    inside = sorted({east for line in lines(shape) for east, _ in line if abs(east) != 180})
    assert inside == sorted({(east + 180) % 360 - 180 for east in way if abs(east) != 180})


@pytest.mark.parametrize("fixes", [1, 2, 5])
def test_what_stands_still_is_a_point(fixes):
    shape = geometry(np.full(fixes, 10.0), np.full(fixes, 190.0))
    assert shape == {"type": "Point", "coordinates": [-170.0, 10.0]}


def test_a_storm_that_stands_still_for_a_while_is_a_line_still():
    refuse_what_the_rfc_forbids(geometry(np.array([10.0, 10.0, 11.0]), np.array([180.0, 180.0, 180.5])))


@pytest.mark.parametrize("seed", range(20))
def test_no_way_is_longer_or_shorter_for_being_cut(seed):
    generator = np.random.default_rng(seed)
    longitude = np.cumsum(generator.normal(0, 25, 60)) + 180
    latitude = np.clip(np.cumsum(generator.normal(0, 1, 60)), -80, 80)
    shape = geometry(latitude, (longitude + 360 * generator.integers(-1, 2, 60)) % 720 - 360)
    refuse_what_the_rfc_forbids(shape)
    length = sum(np.abs(np.diff(np.array(line)[:, 0])).sum() for line in lines(shape))
    assert length == pytest.approx(np.abs(np.diff(longitude)).sum(), abs=1e-3)
