"""Crops hold their storms where the fields hold them, mirrored or not, and hand out copies."""

import numpy as np
import pytest

from itwinai_core import Source
from itwinai_cyclones import crops, data
from itwinai_cyclones.crops import CELLS, INNER, WIDTH
from itwinai_cyclones.geodesy import great_circle_km, to_degrees, to_pixels
from itwinai_cyclones.heatmaps import MARGIN, STRIDE
from itwinai_cyclones.settings import DataSettings

SMALL = DataSettings(variables=("msl", "u10", "v10"), train_fields=4, validation_fields=1, test_fields=1)


@pytest.fixture(scope="module")
def source():
    return data.splits(SMALL, seed=5, wide=True).train


def test_crops_are_a_source(source):
    assert isinstance(source, Source)
    assert len(source) == 2 * SMALL.patches_per_storm * SMALL.train_fields == 16


def test_a_sample_is_a_crop_with_its_margin_and_a_heatmap(source):
    values, target = source[0]
    assert values.shape == (WIDTH, WIDTH, 3)
    assert target.shape == (CELLS, CELLS, 5)
    assert values.dtype == target.dtype == np.float32
    assert WIDTH == 2 * MARGIN + STRIDE * (CELLS - 1) + 1


def test_a_batch_holds_the_samples_asked_for(source):
    values, target = source.__getitems__([3, 0])
    for row, index in enumerate([3, 0]):
        np.testing.assert_array_equal(values[row], source[index][0])
        np.testing.assert_array_equal(target[row], source[index][1])


def test_half_precision_costs_less_than_a_tenth_of_a_hectopascal(source):
    scenes, time = data.scenes_of(SMALL, 5), source.times[0]
    exact = crops.crop(scenes.at(time), tuple(int(pixel) for pixel in source.origins[0]))
    assert np.abs(source[0][0] - exact).max() < 0.1


def test_what_a_framework_writes_into_does_not_reach_the_source(source):
    before = source[1][0].sum()
    source[1][0][:] = 0
    source.__getitems__([1])[0][:] = 0
    source.augmented(1, np.random.default_rng(1))[0][:] = 0
    assert source[1][0].sum() == before


def test_at_least_half_of_the_crops_show_a_cyclone(source):
    with_one = [bool((source[index][1][..., 0] == 1).any()) for index in range(len(source))]
    assert len(source) // 2 <= sum(with_one) < len(source)


def test_a_centre_is_where_the_pressure_is_low(source):
    lower = []
    for index in range(len(source)):
        values, target = source[index]
        for row, column in np.argwhere(target[..., 0] == 1):
            place = MARGIN + STRIDE * row, MARGIN + STRIDE * column
            near = values[place[0] - 6 : place[0] + 7, place[1] - 6 : place[1] + 7, 0]
            around = values[place[0] - 30 : place[0] + 31, place[1] - 30 : place[1] + 31, 0]
            lower.append(near.min() < around.mean() - 1)
    assert np.mean(lower) > 0.9


class Chance:
    """Stands in for a generator whose two coins are known."""

    def __init__(self, north, east):
        self.coins = np.where([north, east], 0.0, 1.0)

    def random(self, count):
        assert count == 2
        return self.coins


@pytest.mark.parametrize(("north", "east"), [(True, False), (False, True), (True, True), (False, False)])
def test_a_mirrored_crop_has_the_mirrored_heatmap(source, north, east):
    values, target = source[0]
    image, mirrored = source.augmented(0, Chance(north, east))
    step = np.where([north, east], -1, 1)
    tops = target[:: step[0], :: step[1], 0] == 1
    # A storm half-way between two cells may change sides.
    assert np.abs(np.argwhere(tops) - np.argwhere(mirrored[..., 0] == 1)).max() <= 1
    np.testing.assert_array_equal(image[..., 0], values[:: step[0], :: step[1], 0])
    np.testing.assert_array_equal(image[..., 1], step[1] * values[:: step[0], :: step[1], 1])
    np.testing.assert_array_equal(image[..., 2], step[0] * values[:: step[0], :: step[1], 2])


@pytest.mark.parametrize(("north", "east"), [(True, False), (False, True)])
def test_ways_of_a_mirrored_crop_lead_to_the_mirrored_centre(source, north, east):
    tops = np.argwhere(source[0][1][..., 0] == 1)[0]
    centre = STRIDE * (tops + source[0][1][tuple(tops)][1:3])
    mirrored = source.augmented(0, Chance(north, east))[1]
    tops = np.argwhere(mirrored[..., 0] == 1)[0]
    expected = np.where([north, east], INNER - centre, centre)
    np.testing.assert_allclose(STRIDE * (tops + mirrored[tuple(tops)][1:3]), expected, atol=1e-3)


def test_storms_keep_their_places_and_strength(tracks, haiyan_time, haiyan_place):
    row, column = (float(value) for value in to_pixels(*haiyan_place))
    origin = int(row) - 30, int(column) - 40
    storms = crops.storms_within(tracks.at(haiyan_time), origin)
    north, east = to_degrees(origin[0] + storms[:, 0], origin[1] + storms[:, 1])
    distance = great_circle_km(north, east, *haiyan_place)
    assert distance.min() < 1e-6
    assert storms[distance.argmin(), 2] == 1


def test_a_storm_just_across_greenwich_is_in_the_crop(tracks):
    time = tracks.time[np.argmin(np.abs((tracks.longitude + 180) % 360 - 180) + 100 * ~tracks.tropical_cyclone)]
    now = tracks.at(time)
    nearest = int(np.argmin(np.abs((now.longitude + 180) % 360 - 180)))
    row, column = (float(value) for value in to_pixels(now.latitude[nearest], now.longitude[nearest]))
    origin = int(row) - 20, (int(column) - 20) % 1440
    storms = crops.storms_within(now, origin)
    assert np.min(np.abs(storms[:, :2] - [row - origin[0], (column - origin[1]) % 1440])) < 1e-9


def test_crops_of_different_numbers_of_storms_have_one_shape():
    for count in (0, 2, crops.MOST_STORMS):
        storms = crops.filled(np.ones((count, 3)))
        assert storms.shape == (crops.MOST_STORMS, 3)
        assert (~np.isnan(storms[:, 0])).sum() == count


def test_the_reference_takes_off_what_half_precision_cannot_hold(haiyan_field):
    reference = crops.reference(("msl", "wind_speed"))
    assert reference.tolist() == [1010, 0]
    rounded = (haiyan_field - reference[:, None, None]).astype(np.float16) + reference[:, None, None]
    assert np.abs(rounded - haiyan_field).max() < 0.1


def test_crops_stay_on_the_globe_and_every_other_one_holds_a_cyclone(tracks, haiyan_time, haiyan_field):
    now = tracks.at(haiyan_time)
    chosen = crops.choose(now, haiyan_field[0], np.random.default_rng(0), 40)
    assert len(chosen) == 40
    for number, origin in enumerate(chosen):
        assert MARGIN <= origin[0] <= 720 - MARGIN - INNER
        assert 0 <= origin[1] < 1440
        assert crops.crop(haiyan_field, origin).shape == (WIDTH, WIDTH, 2)
        storms = crops.storms_within(now, origin)
        inside = ((storms[:, :2] >= -1) & (storms[:, :2] <= INNER + 1)).all(axis=1) & (storms[:, 2] > 0)
        assert inside.any() or number % 2
