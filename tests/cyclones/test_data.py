"""Patches come out of generated fields, apart by year and storm, and the same for the same seed."""

import numpy as np
import pytest

from itwinai_core import ConfigError, Source
from itwinai_cyclones import data
from itwinai_cyclones.detections import cyclone_seen
from itwinai_cyclones.settings import DataSettings

SMALL = DataSettings(variables=("msl", "wind_speed"), train_fields=4, validation_fields=2, test_fields=2)


@pytest.fixture(scope="module")
def splits():
    return data.splits(SMALL, seed=5)


def test_all_three_parts_are_sources(splits):
    for part in (splits.train, splits.validation, splits.test):
        assert isinstance(part, Source)
        assert len(part) > 5


def test_a_sample_is_a_patch_and_its_label(splits):
    patch, label = splits.train[0]
    assert patch.shape == (40, 40, 2)
    assert label.shape == (2,)
    assert patch.dtype == label.dtype == np.float32


def test_a_batch_holds_the_samples_asked_for(splits):
    indices = [3, 0, 5]
    patches, labels = splits.train.__getitems__(indices)
    for row, index in enumerate(indices):
        np.testing.assert_array_equal(patches[row], splits.train[index][0])
        np.testing.assert_array_equal(labels[row], splits.train[index][1])


def test_what_a_framework_writes_into_does_not_reach_the_source(splits):
    before = splits.train.values.sum()
    splits.train[0][0][:] = 0
    splits.train.__getitems__([0, 1])[0][:] = 0
    splits.train.augmented(0, np.random.default_rng(1))[0][:] = 0
    assert splits.train.values.sum() == before


def test_a_label_points_to_low_pressure(splits):
    source = splits.train
    there = np.flatnonzero(source.categories == "cyclone")
    lower = []
    for index in there:
        patch, (row, column) = source[index]
        inner = patch[max(0, round(row) - 4) : round(row) + 5, max(0, round(column) - 4) : round(column) + 5, 0]
        lower.append(inner.min() < patch[..., 0].mean())
    assert np.mean(lower) > 0.9


def test_categories_and_labels_agree(splits):
    for part in (splits.train, splits.validation, splits.test):
        np.testing.assert_array_equal(cyclone_seen(part.labels), part.categories == "cyclone")


def test_about_a_third_of_the_patches_hold_a_cyclone(splits):
    assert 0.25 < np.mean(splits.train.categories == "cyclone") < 0.55


def test_a_seed_gives_the_same_patches_again(splits):
    again = data.splits(SMALL, seed=5)
    np.testing.assert_array_equal(again.test.values, splits.test.values)
    np.testing.assert_array_equal(again.train.labels, splits.train.labels)


def test_more_training_fields_leave_the_test_patches_alone(splits):
    more = data.splits(SMALL.model_copy(update={"train_fields": 6}), seed=5)
    np.testing.assert_array_equal(more.test.values, splits.test.values)


def test_augmenting_depends_on_the_generator_alone(splits):
    one = splits.train.augmented(2, np.random.default_rng(4))
    two = splits.train.augmented(2, np.random.default_rng(4))
    np.testing.assert_array_equal(one[0], two[0])


def test_augmenting_mirrors_patch_and_label_together(splits):
    index = int(np.flatnonzero(splits.train.categories == "cyclone")[0])
    patch, label = splits.train[index]
    seen = set()
    for seed in range(24):
        image, turned = splits.train.augmented(index, np.random.default_rng(seed))
        ways = [(a, b) for a in (1, -1) for b in (1, -1) if np.array_equal(image, patch[::a, ::b])]
        (way,) = ways
        expected = [value if step == 1 else 39 - value for value, step in zip(label, way, strict=True)]
        np.testing.assert_allclose(turned, expected, rtol=1e-6)
        seen.add(way)
    assert len(seen) == 4


def test_times_are_drawn_once_each_and_from_their_years_only(tracks):
    times = data.drawn_times(tracks, "test", (2015, 2016), 50, seed=1)
    assert len(np.unique(times)) == 50
    assert set(times.astype("datetime64[Y]").astype(int) + 1970) == {2015, 2016}


def test_parts_share_no_storm(tracks):
    shown = {}
    for part in ("train", "validation", "test"):
        times = data.drawn_times(tracks, part, getattr(SMALL, f"{part}_years"), 200, seed=3)
        shown[part] = set(tracks.storm[np.isin(tracks.time, times)])
    assert not shown["train"] & shown["test"]
    assert not shown["train"] & shown["validation"]
    assert not shown["validation"] & shown["test"]


def test_more_fields_than_there_are_times_are_refused(tracks):
    with pytest.raises(ConfigError, match=r"settings.data.test_fields is 100000, but test_years hold \d+ times"):
        data.drawn_times(tracks, "test", (2015,), 100_000, seed=1)


def test_a_storm_on_both_sides_is_a_config_error(monkeypatch):
    haiyan = np.array([np.datetime64("2013-11-07T18", "h")])
    monkeypatch.setattr(data, "drawn_times", lambda *_, **__: haiyan)
    with pytest.raises(ConfigError, match=r"train and validation both know \d+ storm"):
        data.splits(SMALL, seed=1)


def test_the_number_of_patches_is_foreseen(tracks):
    many = DataSettings(variables=("msl",), train_fields=200)
    times = data.drawn_times(tracks, "train", many.train_years, 200, seed=2)
    cyclones = sum(int(tracks.at(time).tropical_cyclone.sum()) for time in times)
    # Each cyclone gives two patches and room for 1.75 times as many without one, of which few are given up.
    assert data.expected_patches(many) == pytest.approx(2 * cyclones * 2.75, rel=0.15)
