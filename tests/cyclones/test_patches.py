"""Patches show what they are labelled with, across Greenwich as anywhere."""

import numpy as np
import pytest

from itwinai_cyclones.best_tracks import BestTracks
from itwinai_cyclones.geodesy import to_pixels
from itwinai_cyclones.patches import NO_CYCLONE, SIZE, choose, cut, inside

SHARES = {"nearest": 0.5, "adjacent": 0.5, "low": 0.75, "random": 0.5}


@pytest.fixture
def numbered():
    """Return a field whose values tell row and column: two channels, on the model's grid."""
    return np.stack(np.meshgrid(np.arange(721), np.arange(1440), indexing="ij")).astype(np.float32)


def fixes(latitude, longitude, wind):
    count = len(latitude)
    return BestTracks(
        names=np.array([f"storm{i}" for i in range(count)]),
        storm=np.arange(count),
        time=np.full(count, np.datetime64("2001-09-01T00", "h")),
        latitude=np.array(latitude, dtype=float),
        longitude=np.array(longitude, dtype=float),
        wind=np.array(wind, dtype=float),
        pressure=np.full(count, np.nan),
        extratropical=np.zeros(count, dtype=bool),
    )


def test_a_patch_starts_where_it_is_said_to(numbered):
    patch = cut(numbered, 100, 200)
    assert patch.shape == (SIZE, SIZE, 2)
    np.testing.assert_array_equal(patch[..., 0], np.arange(100, 140)[:, None] + np.zeros(SIZE))
    np.testing.assert_array_equal(patch[..., 1], np.arange(200, 240)[None, :] + np.zeros((SIZE, 1)))


def test_a_patch_reaches_across_greenwich(numbered):
    patch = cut(numbered, 300, 1420)
    np.testing.assert_array_equal(patch[0, :, 1], [*range(1420, 1440), *range(20)])


def test_a_rolled_globe_gives_the_same_patches(numbered):
    rolled = np.roll(numbered, 100, axis=2)
    np.testing.assert_array_equal(cut(rolled, 50, (1410 + 100) % 1440), cut(numbered, 50, 1410))


def test_a_patch_is_a_copy(numbered):
    patch = cut(numbered, 0, 0)
    patch[:] = -1
    assert numbered[:, 0, 1].tolist() == [0, 1]


def test_every_place_lies_in_exactly_one_of_the_patches_that_tile_the_globe():
    generator = np.random.default_rng(9)
    rows, columns = generator.uniform(0, 679, 300), generator.uniform(0, 1440, 300)
    count = np.zeros(300, dtype=int)
    for row in range(0, 720, SIZE):
        for column in range(0, 1440, SIZE):
            count += inside(rows, columns, row, column)
    np.testing.assert_array_equal(count, 1)


@pytest.fixture
def scene(haiyan_field, tracks, haiyan_time):
    now = tracks.at(haiyan_time)
    return now, choose(now, haiyan_field[0], np.random.default_rng(2), per_storm=20, shares=SHARES)


def test_all_categories_are_drawn(scene):
    assert {patch.category for patch in scene[1]} == {"cyclone", *SHARES}


def test_labels_point_to_a_fix(scene):
    now, patches = scene
    rows, columns = to_pixels(now.latitude, now.longitude)
    for patch in patches:
        if patch.category == "cyclone":
            row, column = patch.row + patch.label[0], (patch.column + patch.label[1]) % 1440
            assert np.min(np.hypot(rows - row, columns - column)) < 1e-6


def test_centres_come_to_lie_everywhere_in_a_patch(scene):
    labels = np.array([patch.label for patch in scene[1] if patch.category == "cyclone"])
    assert labels.min() >= 0
    assert labels.max() <= SIZE - 1
    assert (labels.min(axis=0) < 8).all()
    assert (labels.max(axis=0) > 31).all()
    assert (np.abs(labels.mean(axis=0) - 19.5) < 6).all()


def test_labels_keep_fractions_of_a_pixel(scene):
    labels = np.array([patch.label for patch in scene[1] if patch.category == "cyclone"])
    assert (labels % 1 != 0).any()


def test_patches_without_a_cyclone_hold_no_storm_at_all(scene):
    now, patches = scene
    rows, columns = to_pixels(now.latitude, now.longitude)
    for patch in patches:
        if patch.category != "cyclone":
            assert patch.label == (NO_CYCLONE, NO_CYCLONE)
            assert not inside(rows, columns, patch.row, patch.column).any()


def test_nearest_patches_lie_beside_a_cyclone(scene):
    now, patches = scene
    rows, columns = to_pixels(now.latitude, now.longitude)
    for patch in patches:
        if patch.category == "nearest":
            away = np.hypot(rows - patch.row - 20, (columns - patch.column - 20 + 720) % 1440 - 720)
            assert away[now.tropical_cyclone].min() < 75


def test_low_patches_hold_their_lowest_pressure_inside_more_often_than_random_ones(scene, haiyan_field):
    inner = {kind: [] for kind in SHARES}
    for patch in scene[1]:
        if patch.category in inner:
            values = cut(haiyan_field, patch.row, patch.column)[..., 0]
            inner[patch.category].append(values[1:-1, 1:-1].min() <= values.min())
    assert np.mean(inner["low"]) > 1.5 * np.mean(inner["random"])


def test_of_two_cyclones_in_a_patch_the_stronger_is_the_label():
    now = fixes([15.0, 15.6], [140.0, 140.6], [40, 110])
    msl = np.full((721, 1440), 1010, dtype=np.float32)
    rows, columns = to_pixels(now.latitude, now.longitude)
    for patch in choose(now, msl, np.random.default_rng(3), per_storm=8, shares=SHARES):
        both = inside(rows, columns, patch.row, patch.column).all()
        if patch.category == "cyclone" and both:
            assert patch.row + patch.label[0] == pytest.approx(rows[1])


def test_a_weak_storm_is_neither_a_cyclone_nor_its_absence():
    now = fixes([15.0, -12.0], [140.0, 60.0], [25, 90])
    patches = choose(
        now, np.full((721, 1440), 1010, dtype=np.float32), np.random.default_rng(3), per_storm=30, shares=SHARES
    )
    rows, columns = to_pixels(now.latitude, now.longitude)
    assert not any(inside(rows[:1], columns[:1], patch.row, patch.column)[0] for patch in patches)


def test_patches_around_a_storm_on_greenwich_wrap():
    now = fixes([12.0], [0.1], [60])
    patches = choose(
        now, np.full((721, 1440), 1010, dtype=np.float32), np.random.default_rng(3), per_storm=30, shares=SHARES
    )
    around = [patch for patch in patches if patch.category == "cyclone"]
    assert {patch.column > 720 for patch in around} == {True, False} or all(patch.column > 1400 for patch in around)
    assert all(0 <= patch.label[1] <= SIZE - 1 for patch in around)


@pytest.mark.parametrize("seed", range(5))
def test_patches_lie_on_the_grid(haiyan_field, tracks, haiyan_time, seed):
    for patch in choose(
        tracks.at(haiyan_time), haiyan_field[0], np.random.default_rng(seed), per_storm=4, shares=SHARES
    ):
        assert 0 <= patch.row <= 721 - SIZE
        assert 0 <= patch.column < 1440
        assert cut(haiyan_field, patch.row, patch.column).shape == (SIZE, SIZE, 2)


def test_the_same_chance_gives_the_same_patches(haiyan_field, tracks, haiyan_time):
    draws = [choose(tracks.at(haiyan_time), haiyan_field[0], np.random.default_rng(4), 3, SHARES) for _ in range(2)]
    assert draws[0] == draws[1]


def test_a_time_without_a_cyclone_gives_no_patch():
    now = fixes([15.0], [140.0], [25])
    assert (
        choose(now, np.full((721, 1440), 1010, dtype=np.float32), np.random.default_rng(3), per_storm=5, shares=SHARES)
        == []
    )


def test_random_patches_stay_off_the_polar_caps(scene):
    for patch in scene[1]:
        if patch.category == "random":
            assert 90 - patch.row / 4 <= 60
            assert 90 - (patch.row + SIZE) / 4 >= -60.25


def neighbours_of(patch):
    """Return the origins of the eight patches around one."""
    steps = [(down, right) for down in (-SIZE, 0, SIZE) for right in (-SIZE, 0, SIZE) if down or right]
    return {(patch.row + down, (patch.column + right) % 1440) for down, right in steps}


@pytest.mark.parametrize("longitude", [140.0, 0.1, 179.9])
def test_all_eight_neighbours_are_cut_where_that_is_asked_for(longitude):
    now = fixes([12.0], [longitude], [90])
    shares = dict.fromkeys(SHARES, 0.0) | {"adjacent": 8.0}
    msl = np.full((721, 1440), 1010, dtype=np.float32)
    one, *others = choose(now, msl, np.random.default_rng(1), per_storm=1, shares=shares)
    assert one.category == "cyclone"
    assert {patch.category for patch in others} == {"adjacent"}
    assert len(others) == 8
    assert {(patch.row, patch.column) for patch in others} == neighbours_of(one)


def test_neighbours_off_the_globe_or_with_another_storm_are_left_out():
    now = fixes([76.0, 70.0], [140.0, 150.0], [90, 30])
    shares = dict.fromkeys(SHARES, 0.0) | {"adjacent": 8.0}
    chosen = choose(now, np.full((721, 1440), 1010, dtype=np.float32), np.random.default_rng(1), 4, shares)
    rows, columns = to_pixels(now.latitude, now.longitude)
    around = [patch for patch in chosen if patch.category == "adjacent"]
    assert 0 < len(around) < 32
    for patch in around:
        assert 0 <= patch.row <= 721 - SIZE
        assert not inside(rows, columns, patch.row, patch.column).any()


def test_a_share_of_neighbours_is_cut_without_one_twice(haiyan_field, tracks, haiyan_time):
    shares = dict.fromkeys(SHARES, 0.0) | {"adjacent": 3.0}
    chosen = choose(tracks.at(haiyan_time), haiyan_field[0], np.random.default_rng(5), 10, shares)
    cyclones = [patch for patch in chosen if patch.category == "cyclone"]
    around = [patch for patch in chosen if patch.category == "adjacent"]
    assert 2 * len(cyclones) < len(around) <= 3 * len(cyclones)
    assert all(any((p.row, p.column) in neighbours_of(one) for one in cyclones) for p in around)


@pytest.mark.parametrize("category", SHARES)
def test_a_category_without_a_share_is_not_drawn(haiyan_field, tracks, haiyan_time, category):
    shares = SHARES | {category: 0.0}
    chosen = choose(tracks.at(haiyan_time), haiyan_field[0], np.random.default_rng(5), 6, shares)
    assert {patch.category for patch in chosen} == {"cyclone", *SHARES} - {category}


def test_shares_count_patches_without_a_cyclone_for_each_with_one(haiyan_field, tracks, haiyan_time):
    shares = {"nearest": 0.0, "adjacent": 0.0, "low": 0.0, "random": 2.5}
    chosen = choose(tracks.at(haiyan_time), haiyan_field[0], np.random.default_rng(5), 40, shares)
    cyclones = sum(patch.category == "cyclone" for patch in chosen)
    # Of those that lie anywhere, few meet a storm by chance and are given up.
    assert 2.2 < sum(patch.category == "random" for patch in chosen) / cyclones <= 2.5
