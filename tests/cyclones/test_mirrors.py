"""Mirror images obey the physics of the other hemisphere, and are drawn by seed, epoch and sample."""

import numpy as np
import pytest

from itwinai_cyclones.mirrors import mirrored, ways_of
from itwinai_cyclones.patches import NO_CYCLONE, SIZE
from itwinai_cyclones.regrid import source_axes
from itwinai_cyclones.vortex import Vortex, footprint
from itwinai_cyclones.vorticity import cyclonic, relative_vorticity

WAYS = [(north, east) for north in (False, True) for east in (False, True)]


def one(patch, label, variables, way):
    """Return the mirror image of a single patch."""
    labels = np.array([label], dtype=np.float32)
    images, turned = mirrored(patch[None], np.zeros(1, dtype=int), labels, np.array([way]), variables)
    return images[0], turned[0]


@pytest.mark.parametrize("way", WAYS)
def test_a_mirrored_label_points_to_the_mirrored_pixel(way):
    patch = np.zeros((SIZE, SIZE, 1), dtype=np.float32)
    patch[7, 31] = 1
    image, label = one(patch, (7.0, 31.0), ("msl",), way)
    assert np.argwhere(image[..., 0])[0].tolist() == label.tolist()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variables", [("msl",), ("msl", "u10", "v10"), ("v10", "t_300", "u10", "msl", "gust")])
def test_mirroring_twice_changes_nothing(way, variables):
    patch = np.random.default_rng(1).standard_normal((SIZE, SIZE, len(variables))).astype(np.float32)
    image, label = one(patch, (3.25, 17.5), variables, way)
    again, back = one(image, label, variables, way)
    np.testing.assert_array_equal(again, patch)
    np.testing.assert_array_equal(back, np.array([3.25, 17.5], dtype=np.float32))


@pytest.mark.parametrize("way", WAYS)
def test_a_batch_holds_the_images_that_numpy_flips(way):
    values = np.random.default_rng(2).standard_normal((6, 9, 9, 2)).astype(np.float32)
    chosen = np.array([4, 0, 4])
    axes = [axis for axis, turned in zip((1, 2), way, strict=True) if turned]
    labels = np.full((3, 2), 2, dtype=np.float32)
    images, _ = mirrored(values, chosen, labels, np.array([way] * 3), ("msl", "gust"))
    np.testing.assert_array_equal(images, np.flip(values[chosen], axes))


def test_the_wind_across_a_mirror_changes_its_sign():
    patch = np.ones((SIZE, SIZE, 3), dtype=np.float32)
    variables = ("u10", "msl", "v10")
    assert one(patch, (1.0, 1.0), variables, (True, False))[0][0, 0].tolist() == [1, 1, -1]
    assert one(patch, (1.0, 1.0), variables, (False, True))[0][0, 0].tolist() == [-1, 1, 1]


def storm(latitude):
    """Return the pressure and wind of a storm on some latitude, on a grid of 41 x 41 points around it."""
    north, east = source_axes(0.5)
    rows, columns = np.abs(north - latitude) <= 10, np.abs(east - 140) <= 10
    resting = Vortex(latitude, 140.0, deficit=40.0, radius=80.0, shape=1.4)
    fields = footprint(resting, north[rows, None], east[None, columns])
    return np.stack([fields[name] for name in ("msl", "u10", "v10")], axis=-1).astype(np.float32)


def test_a_storm_swapped_north_and_south_is_that_of_the_other_hemisphere():
    image, _ = one(storm(18.0), (20, 20), ("msl", "u10", "v10"), (True, False))
    np.testing.assert_allclose(image, storm(-18.0), atol=1e-4)


@pytest.mark.parametrize(("way", "sense"), [((True, False), -1), ((False, True), -1), ((True, True), 1)])
def test_one_mirror_turns_the_circulation_round_and_two_do_not(way, sense):
    def circulation(patch):
        # Along the edge of the patch, counter-clockwise: Stokes' theorem.
        u, v = patch[..., 1], patch[..., 2]
        return u[-1].sum() - u[0].sum() + v[:, -1].sum() - v[:, 0].sum()

    patch = storm(18.0)[8:33, 8:33]
    image, _ = one(patch, (12, 12), ("msl", "u10", "v10"), way)
    assert circulation(patch) > 100
    assert circulation(image) == pytest.approx(sense * circulation(patch), rel=1e-4)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("latitude", [18.0, -23.0])
def test_vorticity_that_is_positive_around_cyclones_stays_what_it_is(way, latitude):
    north, east = source_axes(1.0)
    resting = Vortex(latitude, 140.0, deficit=40.0, radius=90.0, shape=1.4)
    fields = footprint(resting, north[:, None], east[None, :])
    globe = np.stack([fields["u10"], fields["v10"]], axis=-1)

    def around(winds):
        return cyclonic(relative_vorticity(winds[..., 0], winds[..., 1], north, east), north)

    # The whole globe as a patch. Swapped north and south it is a globe again, with the storm on the other side. Swapped
    # west and east, the storm turns as those of the other hemisphere, where what is clockwise counts as positive.
    sense = -1 if way[1] else 1
    image, _ = one(globe.astype(np.float32), (0, 0), ("u10", "v10"), way)
    turned, _ = one(around(globe)[..., None].astype(np.float32), (0, 0), ("vo_850",), way)
    np.testing.assert_allclose(sense * around(image), turned[..., 0], atol=1e-9)
    assert turned.max() > 1e-4 > -turned.min()


def test_no_cyclone_stays_no_cyclone_in_the_mirror():
    patch = np.zeros((SIZE, SIZE, 1), dtype=np.float32)
    _, label = one(patch, (NO_CYCLONE, NO_CYCLONE), ("msl",), (True, True))
    assert label.tolist() == [NO_CYCLONE, NO_CYCLONE]


def test_a_centre_on_the_first_row_and_column_is_no_missing_one():
    patch = np.zeros((SIZE, SIZE, 1), dtype=np.float32)
    assert one(patch, (0.0, 0.0), ("msl",), (True, True))[1].tolist() == [39, 39]
    # Half a pixel outside the first row, where the patch still ends, and where its neighbour begins.
    assert one(patch, (-0.25, NO_CYCLONE), ("msl",), (True, False))[1].tolist() == [39.25, NO_CYCLONE]


def test_images_share_no_memory_with_the_patches():
    values = np.ones((2, 5, 5, 1), dtype=np.float32)
    values.flags.writeable = False
    labels = np.full((2, 2), 1, dtype=np.float32)
    images, turned = mirrored(values, np.arange(2), labels, np.zeros((2, 2), dtype=bool), ("msl",))
    images[:], turned[:] = 7, 7
    assert values.sum() == 50
    assert labels.sum() == 4


def test_ways_depend_on_seed_epoch_and_sample_alone():
    np.testing.assert_array_equal(ways_of(100, 3, 4), ways_of(100, 3, 4))
    # A data set that grew mirrors the samples that it had as before.
    np.testing.assert_array_equal(ways_of(100, 3, 4), ways_of(1000, 3, 4)[:100])
    others = [ways_of(1000, 3, 5), ways_of(1000, 4, 4), ways_of(1000, 4, 3)]
    for other in others:
        assert 0.15 < (other == ways_of(1000, 3, 4)).all(axis=1).mean() < 0.35


def test_all_four_ways_are_as_likely():
    ways = ways_of(40_000, 1, 0)
    counts = np.bincount(2 * ways[:, 0] + ways[:, 1])
    assert np.abs(counts / 10_000 - 1).max() < 0.05
