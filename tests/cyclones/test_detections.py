"""Centres are found once each, where they are, all around the globe."""

import numpy as np
import pytest

from itwinai_cyclones import detections, vortex
from itwinai_cyclones.detections import Centre, Rules
from itwinai_cyclones.geodesy import great_circle_km, to_degrees
from itwinai_cyclones.lows import snapped
from itwinai_cyclones.physics import closed
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
    inland_km=300,
)
VARIABLES = ("msl", "wind_speed")


def field(*storms, pressure=1010.0):
    """Return pressure and wind of a calm Earth with some storms: latitude, longitude, deficit."""
    latitude, longitude = (axis for axis in model_axes())
    msl, wind = np.full((721, 1440), pressure), np.full((721, 1440), 3.0)
    for north, east, deficit in storms:
        rows = np.abs(latitude - north) < 9
        parts = vortex.footprint(
            vortex.Vortex(north, east, deficit, 70.0, 1.4), latitude[rows, None], longitude[None, :]
        )
        msl[rows] += parts["msl"]
        wind[rows] += np.hypot(parts["u10"], parts["v10"])
    return np.stack([msl, wind]).astype(np.float32)


def sees_the_lowest_pressure(patches):
    """Stand in for the network: the lowest pressure of a patch, where it is lower than 1000 hPa."""
    msl = patches[..., 0]
    lowest = np.stack(np.unravel_index(msl.reshape(len(msl), -1).argmin(axis=1), msl.shape[1:]), axis=1)
    return np.where(msl.min(axis=(1, 2))[:, None] < 1000, lowest, -1).astype(np.float32)


def found(fields, rules=RULES, network=sees_the_lowest_pressure):
    return detections.centres_of(fields, VARIABLES, detections.ask(fields, network, rules), rules)


@pytest.mark.parametrize("place", [(15.0, 140.0), (-18.0, 117.0), (12.0, 0.0), (-15.0, 179.9), (20.0, 359.9)])
def test_a_storm_anywhere_is_found_once(place):
    (centre,) = found(field((*place, 40)), _anywhere(RULES))
    assert great_circle_km(centre.latitude, centre.longitude, *place) < 20
    assert centre.score == 1
    assert centre.msl == pytest.approx(970, abs=3)


def test_a_calm_earth_has_no_centre():
    assert found(field()) == []


def test_two_storms_five_degrees_apart_are_two():
    centres = found(field((15.0, 140.0, 40), (15.0, 146.0, 35)))
    assert sorted(round(centre.longitude) for centre in centres) == [140, 146]


def test_rolling_the_globe_rolls_the_centres():
    fields = field((15.0, 140.0, 40), (-12.0, 60.0, 30))
    rolled = np.roll(fields, 100, axis=2)  # five strides: 25°
    ours = sorted((c.latitude, (c.longitude + 25) % 360, c.score) for c in found(fields, _anywhere(RULES)))
    theirs = sorted((c.latitude, c.longitude, c.score) for c in found(rolled, _anywhere(RULES)))
    np.testing.assert_allclose(theirs, ours)


def _anywhere(rules):
    return Rules(**{**vars(rules), "inland_km": 1e6})


def test_fractions_of_a_pixel_are_kept():
    origins = np.array([[100, 200], [100, 1430]])
    rows, columns = detections.positions(np.array([[10.25, 20.75], [3.5, 15.5]], dtype=np.float32), origins)
    np.testing.assert_allclose(rows, [110.25, 103.5])
    np.testing.assert_allclose(columns, [220.75, 5.5])


def test_positions_are_not_biased():
    generator = np.random.default_rng(2)
    truth = generator.uniform(0, 39, (4000, 2))
    rows, columns = detections.positions(truth.astype(np.float32), np.full((4000, 2), 300))
    north, east = to_degrees(rows, columns)
    wanted = to_degrees(*(300 + truth).T)
    assert abs(np.mean(north - wanted[0])) < 1e-5
    assert abs(np.mean(east - wanted[1])) < 1e-5


@pytest.mark.parametrize(
    ("answer", "cyclone"),
    [((-1, -1), False), ((-0.9, 12), False), ((0.2, 0.4), True), ((39.4, 3), True), ((5, -0.8), False)],
)
def test_an_answer_below_the_first_pixel_means_no_cyclone(answer, cyclone):
    assert bool(detections.cyclone_seen(np.array([answer], dtype=np.float32))[0]) is cyclone


def test_patches_reach_beyond_the_highest_latitude_on_all_meridians():
    origins = detections.tile(RULES)
    north, _ = to_degrees(origins[:, 0].min(), 0)
    south, _ = to_degrees(origins[:, 0].max() + 39, 0)
    assert north >= 35
    assert south <= -34.5
    assert len(np.unique(origins[:, 1])) == 72


def test_a_single_patch_that_cries_wolf_is_outvoted():
    def one_patch(patches):
        answers = np.full((len(patches), 2), -1, dtype=np.float32)
        answers[100] = 20
        return answers

    assert (
        found(field((0.0, 0.0, 0)), Rules(**{**vars(_anywhere(RULES)), "contour": 0, "minimum_wind": 0}), one_patch)
        == []
    )


def test_groups_are_merged_by_distance_and_the_largest_comes_first():
    rows = np.array([300.0, 302, 301, 300, 400])
    columns = np.array([1439.0, 1, 0, 0.5, 700])
    groups = list(detections.merged(rows, columns, 350))
    assert [votes for *_, votes in groups] == [4, 1]
    assert groups[0][0] == pytest.approx(300.75)
    assert (groups[0][1] + 720) % 1440 - 720 == pytest.approx(0.125, abs=1e-6)


def test_nothing_is_merged_out_of_nothing():
    assert list(detections.merged(np.array([]), np.array([]), 350)) == []


def test_snapping_finds_the_lowest_pressure_across_greenwich():
    msl = field((12.0, 359.75, 40))[0]
    latitude, longitude = snapped(msl, 312.0, 2.0, 250)
    assert (latitude, longitude) == (12.0, 359.75)


def test_snapping_by_nothing_stays():
    msl = field((12.0, 150.0, 40))[0]
    assert snapped(msl, 300.0, 600.5, 0) == (15.0, 150.125)


@pytest.mark.parametrize(("rise", "degrees", "holds"), [(4, 3, True), (41, 8, False), (0, 1, True), (30, 0.5, False)])
def test_a_contour_closes_as_far_out_as_the_pressure_rises(rise, degrees, holds):
    msl = field((15.0, 140.0, 40))[0]
    assert closed(msl, 15.0, 140.0, rise, degrees) is holds


def test_a_trough_closes_no_contour():
    latitude, _ = model_axes()
    msl = np.repeat((1010 - 20 * np.exp(-(((latitude - 15) / 2) ** 2)))[:, None], 1440, axis=1).astype(np.float32)
    assert not closed(msl, 15.0, 140.0, 4, 5)


def test_a_large_low_closes_its_contour_too_far_out():
    latitude, longitude = model_axes()
    distance = great_circle_km(15, 140, latitude[:, None], longitude[None, :])
    msl = (1010 - 20 * np.exp(-((distance / 1200) ** 2))).astype(np.float32)
    assert not closed(msl, 15.0, 140.0, 4, 3)


@pytest.mark.parametrize(
    ("centre", "kept"),
    [
        (Centre(15.0, 140.0, 1, 970, 30), True),
        (Centre(15.0, 140.0, 1, 970, 8), False),
        (Centre(40.0, 140.0, 1, 970, 30), False),
        (Centre(33.0, 88.0, 1, 970, 30), False),
        (Centre(15.0, 140.0, 1, 970, float("nan")), True),
    ],
    ids=["cyclone", "no_wind", "far_north", "tibet", "wind_unknown"],
)
def test_physics_has_a_say(centre, kept):
    fields = field((centre.latitude, centre.longitude, 40))
    assert detections.plausible(centre, fields, VARIABLES, RULES) is kept


def test_a_soft_check_asks_for_a_place_only():
    soft = Rules(**{**vars(RULES), "hard": False})
    calm, centre = field(), Centre(15.0, 140.0, 1, 1010, 3)
    assert detections.plausible(centre, calm, VARIABLES, soft)
    assert not detections.plausible(centre, calm, VARIABLES, RULES)
    assert not detections.plausible(Centre(40.0, 140.0, 1, 1010, 3), calm, VARIABLES, soft)


@pytest.mark.parametrize(("warmer", "kept"), [(3.0, True), (-1.0, False)])
def test_a_hard_check_asks_for_a_warm_core_where_temperatures_are_known(warmer, kept):
    latitude, longitude = model_axes()
    near = great_circle_km(15, 140, latitude[:, None], longitude[None, :]) < 300
    aloft = (240 + warmer * near).astype(np.float32)
    fields = np.concatenate([field((15.0, 140.0, 40)), aloft[None]])
    rules = Rules(**{**vars(RULES), "warm_core": 0.4})
    centre = Centre(15.0, 140.0, 1, 970, 30)
    assert detections.plausible(centre, fields, (*VARIABLES, "t_300"), rules) is kept
    assert detections.plausible(centre, fields, (*VARIABLES, "u10"), rules)


def test_wind_comes_from_whichever_variable_holds_it():
    fields = np.stack([np.full((2, 2), value, dtype=np.float32) for value in (1010, 3, -4)])
    assert detections.wind_of(fields, ("msl", "u10", "v10")).max() == pytest.approx(5)
    assert detections.wind_of(fields, ("msl", "gust", "t_300")).max() == pytest.approx(3)
    assert detections.wind_of(fields, ("msl", "t_500", "t_300")) is None


def test_without_wind_a_centre_has_none():
    fields = field((15.0, 140.0, 40))[:1]
    votes = detections.ask(fields, sees_the_lowest_pressure, RULES)
    (centre,) = detections.centres_of(fields, ("msl",), votes, RULES)
    assert np.isnan(centre.wind)


def test_the_mirror_image_of_an_earth_has_the_mirror_image_of_its_centres():
    fields = field((15.0, 140.0, 40), (-12.0, 60.0, 30))
    ours = sorted((round(c.latitude, 2), round(c.longitude, 2)) for c in found(fields, _anywhere(RULES)))
    theirs = sorted((round(-c.latitude, 2), round(c.longitude, 2)) for c in found(fields[:, ::-1], _anywhere(RULES)))
    assert len(ours) == 2
    np.testing.assert_allclose(theirs, ours, atol=0.3)


@pytest.mark.parametrize("stride", [10, 20, 40])
def test_the_stride_changes_the_number_of_patches_and_not_the_storm(stride):
    rules = Rules(**{**vars(RULES), "stride": stride})
    (centre,) = found(field((15.0, 140.0, 40)), rules)
    assert great_circle_km(centre.latitude, centre.longitude, 15, 140) < 20


def test_a_smaller_stride_makes_more_patches():
    counts = [len(detections.tile(Rules(**{**vars(RULES), "stride": stride}))) for stride in (10, 20, 40)]
    assert counts[0] > 3 * counts[1] > 9 * counts[2]


def test_deeper_storms_have_lower_pressure_and_stronger_wind():
    (weak,), (strong,) = found(field((15.0, 140.0, 20))), found(field((15.0, 140.0, 60)))
    assert strong.msl < weak.msl - 30
    assert strong.wind > weak.wind + 10


def test_centres_are_within_the_highest_latitude():
    fields = field((33.0, 150.0, 40), (38.0, 190.0, 40))
    centres = found(fields, _anywhere(RULES))
    assert [round(centre.latitude) for centre in centres] == [33]


def test_a_position_near_a_pole_has_a_window_that_stays_on_the_grid():
    msl = field()[0]
    assert closed(msl, 89.5, 10.0, 4, 3) is False
    latitude, _ = snapped(msl, 2.0, 40.0, 250)
    assert latitude <= 90


def test_answers_outside_of_a_patch_are_taken_to_its_edge():
    rows, _ = detections.positions(np.array([[60.0, 20.0]], dtype=np.float32), np.array([[100, 100]]))
    assert rows[0] == 139.5
