"""Patches come out of generated fields, apart by year and storm, and the same for the same seed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from itwinai_core import ConfigError, Source
from itwinai_core.order import epoch_batches, gather_augmented
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
    before = splits.train.values.sum(), splits.train.labels.sum()
    given = [splits.train[0], splits.train.__getitems__([0, 1]), splits.train.augmented(0, np.random.default_rng(1))]
    given += [splits.train.__getitems__(range(len(splits.train))), splits.train.augmented_items([0, 1], 1, 2)]
    for patches, labels in given:
        patches[:], labels[:] = 0, 0
    assert (splits.train.values.sum(), splits.train.labels.sum()) == before


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


def test_a_batch_is_mirrored_as_its_samples_alone_would_be(splits):
    source = splits.train
    indices = np.array([5, 0, 9, 5])
    patches, labels = source.augmented_items(indices, 3, 7)
    for row, index in enumerate(indices):
        patch, label = source.augmented_items([index], 3, 7)
        np.testing.assert_array_equal(patches[row], patch[0])
        np.testing.assert_array_equal(labels[row], label[0])
    assert not np.array_equal(source.augmented_items(range(20), 3, 8)[0], source.augmented_items(range(20), 3, 7)[0])


@pytest.mark.parametrize("shards", [1, 2, 4])
@pytest.mark.parametrize("batch_size", [16, 7])
def test_shards_are_disjoint_and_complete_and_hold_the_same_samples(splits, shards, batch_size):
    source = splits.train
    assert len(source) % batch_size  # the last batch is a smaller one
    batches = epoch_batches(len(source), batch_size, seed=2, epoch=3, shuffle=True)
    whole = [gather_augmented(source, batch, seed=2, epoch=3) for batch in batches]
    seen = []
    for batch, (patches, labels) in zip(batches, whole, strict=True):
        # Each process takes its part of every batch, some one sample more than others.
        parts = [batch[rank::shards] for rank in range(shards)]
        seen += [index for part in parts for index in part.tolist()]
        for rank, part in enumerate(parts):
            if len(part):
                own = gather_augmented(source, part, seed=2, epoch=3)
                np.testing.assert_array_equal(own[0], patches[rank::shards])
                np.testing.assert_array_equal(own[1], labels[rank::shards])
    assert sorted(seen) == list(range(len(source)))


def test_patches_are_read_from_the_disk_the_second_time(splits, store, monkeypatch):
    monkeypatch.setattr(data.Scenes, "at", lambda *_: pytest.fail("a field is generated again"))
    again = data.splits(SMALL, seed=5)
    np.testing.assert_array_equal(again.train.values, splits.train.values)
    assert not again.train.values.flags.writeable
    assert type(again.train.values[[0]]) is np.ndarray
    assert {path.name.rpartition("-")[0] for path in store.iterdir()} >= {"patches-train", "patches-test"}


@pytest.mark.parametrize(
    "change",
    [
        {"variables": ("msl",)},
        {"resolution": 2.0},
        {"patches_per_storm": 1},
        {"daily": True},
        {"shares": {"low": 0.0}},
        {"test_years": (2019,)},
        {"test_fields": 1},
    ],
)
def test_what_makes_other_patches_makes_another_store(splits, change, tmp_path):
    one = DataSettings(**SMALL.model_dump() | {"store": tmp_path})
    other = DataSettings(**one.model_dump() | change)
    first, second = data.splits(one, seed=5).test, data.splits(other, seed=5).test
    assert len({path.name for path in tmp_path.iterdir() if path.name.startswith("patches-test")}) == 2
    assert first.values.shape != second.values.shape or not np.array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.values, splits.test.values)


def test_the_store_hangs_on_every_file_that_patches_are_made_by():
    code = (
        "import itwinai_cyclones.synthetic, itwinai_cyclones.patches, itwinai_cyclones.crops, sys; print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    own = {f"{name.rpartition('.')[2]}.py" for name in loaded if name.startswith("itwinai_cyclones.")}
    # Mirrors turn what comes out of the store, and change nothing in it.
    assert own - {"mirrors.py"} <= set(data.MADE_BY)


def test_the_store_is_in_the_users_cache_where_none_is_named(tmp_path):
    code = "from itwinai_cyclones import data; print(data.default_store())"
    for variables, place in (
        ({"XDG_CACHE_HOME": str(tmp_path)}, tmp_path),
        ({"HOME": str(tmp_path)}, tmp_path / ".cache"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": "", **variables}
        )
        assert done.stdout.strip() == f"{place}/itwinai/cyclones"


def test_a_store_in_the_home_folder_is_found_there(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    data.splits(SMALL.model_copy(update={"store": Path("~/patches"), "train_fields": 1}), seed=5)
    assert len(list((tmp_path / "patches").iterdir())) == 3


def test_every_sample_tells_its_time_and_is_of_its_years(splits):
    for part in ("train", "validation", "test"):
        times = getattr(splits, part).times
        assert len(times) == len(getattr(splits, part))
        assert set(times.astype("datetime64[Y]").astype(int) + 1970) <= set(getattr(SMALL, f"{part}_years"))


def test_daily_patches_are_of_whole_days():
    settings = DataSettings(variables=("msl",), train_fields=2, validation_fields=1, test_fields=1, daily=True)
    source = data.splits(settings, seed=5).train
    assert (source.times.astype(int) % 24 == 0).all()
    np.testing.assert_array_equal(cyclone_seen(source.labels), source.categories == "cyclone")
