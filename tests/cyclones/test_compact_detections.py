"""Peaks of a heatmap become centres: once each, on the lowest pressure, all around the globe."""

import keras
import numpy as np
import pytest

from itwinai_cyclones import compact_detections, vortex
from itwinai_cyclones.compact import compact, on_globe
from itwinai_cyclones.detections import Rules
from itwinai_cyclones.geodesy import great_circle_km, to_pixels
from itwinai_cyclones.heatmaps import targets
from itwinai_cyclones.lows import between_pixels
from itwinai_cyclones.regrid import model_axes

RULES = Rules(
    stride=20,
    maximum_latitude=35,
    agreement=0.5,
    merge_km=350,
    snap_km=250,
    contour=4,
    contour_degrees=3,
    minimum_wind=12,
    inland_km=1e6,
    score=0.5,
    hard=False,
)
VARIABLES = ("msl", "wind_speed")


def field(*storms):
    """Return pressure and wind of a calm Earth with some storms: latitude, longitude, deficit."""
    latitude, longitude = model_axes()
    msl, wind = np.full((721, 1440), 1010.0), np.full((721, 1440), 3.0)
    for north, east, deficit in storms:
        rows = np.abs(latitude - north) < 9
        storm = vortex.Vortex(north, east, deficit, 70.0, 1.4)
        parts = vortex.footprint(storm, latitude[rows, None], longitude[None, :])
        msl[rows] += parts["msl"]
        wind[rows] += np.hypot(parts["u10"], parts["v10"])
    return np.stack([msl, wind]).astype(np.float32)


def heatmap(*places, logit=3.0):
    """Return a network's answers with a peak at each latitude and longitude."""
    target = np.zeros((181, 360, 5), dtype=np.float32)
    for north, east in places:
        row, column = (float(value) for value in to_pixels(north, east))
        # Drawn in the middle of a wide globe, then rolled into place, so that bells reach across Greenwich.
        away = round(column / 4) - 180
        shifted = targets(np.array([row]), np.array([column - 4 * away]), np.array([True]), (181, 360))
        rolled = np.roll(shifted, away, axis=1)
        target = np.where(rolled[..., :1] > target[..., :1], rolled, target)
    answers = np.concatenate([logit - 9 * (1 - target[..., :1]), target[..., 1:3]], axis=-1)

    def answer(band):
        assert band.shape[2:] == (1440, len(VARIABLES))
        assert band.flags["C_CONTIGUOUS"]
        first = (721 - band.shape[1]) // 2  # as many rows are left out in the north as in the south
        assert first % 4 == 0
        return answers[None, first // 4 : (721 - first + 3) // 4]

    return answer


def found(fields, answer, rules=RULES):
    answers = compact_detections.heatmap(fields, answer, rules.maximum_latitude)
    return compact_detections.centres_of(fields, VARIABLES, answers, rules)


def changed(**options):
    """Return the rules with some of them changed."""
    return Rules(**{**vars(RULES), **options})


@pytest.mark.parametrize("place", [(15.1, 140.2), (-18.0, 117.0), (12.0, 0.05), (-15.0, 179.9), (20.3, 359.95)])
def test_a_storm_anywhere_is_found_once_and_to_a_fraction_of_a_pixel(place):
    (centre,) = found(field((*place, 40)), heatmap(place))
    assert great_circle_km(centre.latitude, centre.longitude, *place) < 9  # a pixel is 28 km wide
    assert 0.99 < centre.score <= 1
    assert centre.msl == pytest.approx(970, abs=3)
    assert centre.wind > 12


def test_two_storms_are_two_and_the_surer_one_comes_first():
    fields = field((15.0, 140.0, 40), (-12.0, 60.0, 30))
    centres = found(fields, heatmap((15.0, 140.0), (-12.0, 60.0)))
    assert sorted(round(centre.longitude) for centre in centres) == [60, 140]
    assert centres[0].score >= centres[1].score


def test_a_network_that_is_not_sure_enough_finds_nothing():
    place = (15.0, 140.0)
    assert found(field((*place, 2)), heatmap(place, logit=-0.5)) == []
    assert len(found(field((*place, 2)), heatmap(place, logit=-0.5), changed(score=0.01))) == 1
    assert found(field((*place, 40)), heatmap(place, logit=-3.0), changed(score=0.0)) == []


def test_a_steep_low_makes_a_centre_likelier_than_a_calm_sea():
    place = (15.0, 140.0)
    scores = [
        centre.score
        for deficit in (1, 40)
        for centre in found(field((*place, deficit)), heatmap(place, logit=0.3), changed(score=0.0))
    ]
    assert len(scores) == 2
    assert scores[0] < scores[1]


def test_where_no_pressure_closes_the_network_has_the_last_word_on_the_place():
    (centre,) = found(field(), heatmap((15.37, 140.81), logit=2.0))
    np.testing.assert_allclose((centre.latitude, centre.longitude), (15.37, 140.81), atol=1e-4)


def test_a_hard_check_refuses_what_closes_no_contour_and_has_no_wind():
    place = (15.0, 140.0)
    assert found(field(), heatmap(place), changed(hard=True)) == []
    assert found(field((*place, 3)), heatmap(place), changed(hard=True)) == []
    assert len(found(field((*place, 40)), heatmap(place), changed(hard=True))) == 1


def test_without_a_contour_to_ask_for_every_peak_is_taken_to_the_lowest_pressure():
    rules = changed(contour=0)
    (centre,) = found(field((15.0, 140.0, 40)), heatmap((15.6, 140.6)), rules)
    assert great_circle_km(centre.latitude, centre.longitude, 15.0, 140.0) < 9


def test_a_peak_beyond_the_highest_latitude_is_no_centre():
    assert found(field((40.0, 140.0, 40)), heatmap((40.0, 140.0))) == []


def test_rows_that_no_centre_depends_on_are_left_out():
    keras.utils.set_random_seed(2)
    network = on_globe(compact(channels=2)).predict_on_batch
    fields = np.random.default_rng(3).normal(size=(2, 721, 1440)).astype(np.float32)
    whole = network(fields.transpose(1, 2, 0)[None])
    logits = np.sort(whole[0, 60:120, :, 0].ravel())
    shown = logits[-20]  # few enough to be looked at, all of them apart by their scores
    rows = []

    def answer(band):
        rows.append(band.shape[1])
        return (network(band) - shown) / logits.std()

    rules = changed(contour=0, snap_km=0, merge_km=1, score=0)
    ours, theirs = (
        found(fields, answer, Rules(**{**vars(rules), "maximum_latitude": highest})) for highest in (30.0, 70.0)
    )
    assert rows[0] < 0.6 * rows[1]
    places = [sorted((c.latitude, c.longitude) for c in some if abs(c.latitude) <= 30) for some in (ours, theirs)]
    assert len(places[0]) > 3
    np.testing.assert_allclose(places[0], places[1], atol=1e-3)


def test_two_peaks_that_slide_into_one_low_are_one_centre():
    centres = found(field((15.0, 140.0, 40)), heatmap((16.2, 140.0), (14.0, 140.0)))
    assert len(centres) == 1


def test_without_snapping_a_centre_stays_where_the_network_put_it():
    rules = changed(snap_km=0, contour=0)
    (centre,) = found(field((15.0, 140.0, 40)), heatmap((15.37, 140.81)), rules)
    np.testing.assert_allclose((centre.latitude, centre.longitude), (15.37, 140.81), atol=1e-4)


def test_rolling_the_globe_rolls_the_centres():
    places = ((15.1, 140.3), (-12.2, 60.0), (10.0, 355.9))
    storms = [(*place, 40) for place in places]
    ours = found(field(*storms), heatmap(*places))
    theirs = found(np.roll(field(*storms), 100, axis=2), heatmap(*((north, east + 25) for north, east in places)))
    ours = sorted((c.latitude, (c.longitude + 25) % 360, c.score) for c in ours)
    assert len(ours) == 3
    np.testing.assert_allclose(sorted((c.latitude, c.longitude, c.score) for c in theirs), ours, atol=1e-4)


def bowl(latitude, longitude):
    """Return a pressure that rises with the square of the distance from a place, in degrees."""
    rows, columns = model_axes()
    east = (columns - longitude + 180) % 360 - 180
    return (1000 + (rows[:, None] - latitude) ** 2 + 0.5 * east[None, :] ** 2).astype(np.float32)


@pytest.mark.parametrize("place", [(10.06, 50.1), (-20.11, 0.08), (-20.11, 359.95), (33.0, 200.0)])
def test_the_lowest_point_of_a_bowl_is_found_between_pixels(place):
    msl = bowl(*place)
    row, column = np.unravel_index(int(msl.argmin()), msl.shape)
    north, east = between_pixels(msl, 90 - row / 4, column / 4)
    assert north == pytest.approx(place[0], abs=0.02)
    assert (east - place[1] + 180) % 360 - 180 == pytest.approx(0, abs=0.02)


def test_on_a_plain_and_on_a_pole_a_place_stays():
    plain = np.full((721, 1440), 1010, dtype=np.float32)
    assert between_pixels(plain, 10.0, 50.0) == (10.0, 50.0)
    assert between_pixels(plain, 90.0, 50.0) == (90.0, 50.0)
    assert between_pixels(plain, -90.0, 359.75) == (-90.0, 359.75)
