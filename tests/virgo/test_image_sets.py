"""Sets of images are read row by row, strain and witnesses where the file says, and trained on as they are."""

import pickle
from multiprocessing import get_context

import h5py
import numpy as np
import pytest

from itwinai_core import ConfigError, DataError, RunConfig, Source
from itwinai_virgo.data import build_splits, in_memory
from itwinai_virgo.image_sets import ImageSet, is_image_set, set_files
from itwinai_virgo.scaling import image_scaling
from itwinai_virgo.settings import VirgoSettings


def write_set(path, energy, main=0, place="dataset", **options):
    """Write a set as the earlier use case does."""
    with h5py.File(path, "w") as file:
        data = file.create_dataset("virgo_dataset", data=energy, **options)
        (data if place == "dataset" else file).attrs["main_channel_idx"] = main
    return path


@pytest.fixture
def energy(rng):
    """Return energies ``(N, C, T, F)``, a little below 0 here and there."""
    return (rng.exponential(size=(60, 4, 16, 32)) - 0.01).astype(np.float32)


@pytest.fixture
def path(tmp_path, energy):
    """Return the path of a set."""
    return write_set(tmp_path / "set.h5", energy, chunks=(7, 4, 16, 32), compression="gzip")


def run_of(**data):
    """Return a run that fits the shape of the sets."""
    content = {"data": data, "qscan": {"times": 16, "frequencies": 32}}
    return RunConfig[VirgoSettings](use_case="virgo", settings=VirgoSettings.model_validate(content))


def test_a_set_is_told_from_strain(path, sample, tmp_path):
    assert is_image_set(path)
    assert not is_image_set(sample)
    assert not is_image_set(tmp_path)
    assert not is_image_set(tmp_path / "nowhere.h5")


def test_a_row_is_the_logarithm_of_its_energies_with_frequency_first(path, energy):
    part = ImageSet(set_files([path]), range(10, 40))
    assert isinstance(part, Source)
    witnesses, strain = part[5]
    expected = np.log1p(np.maximum(energy[15], 0.0)).transpose(0, 2, 1)
    assert witnesses.shape == (3, 32, 16)
    assert np.concatenate([strain, witnesses]) == pytest.approx(expected, rel=1e-6)


def test_a_batch_in_any_order_is_its_rows(path):
    part = ImageSet(set_files([path]), range(60))
    order = [3, 59, 3, 0, 41]
    batch = part.__getitems__(order)
    for number, index in enumerate(order):
        for whole, alone in zip(batch, part[index], strict=True):
            assert (whole[number] == alone).all()
            assert whole.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("place", ["dataset", "file"])
@pytest.mark.parametrize("main", [0, 2, 3])
def test_the_strain_is_where_the_file_says(tmp_path, energy, main, place):
    part = ImageSet(set_files([write_set(tmp_path / "s.h5", energy, main, place)]), range(60))
    witnesses, strain = part[7]
    expected = np.log1p(np.maximum(energy[7], 0.0)).transpose(0, 2, 1)
    assert strain[0] == pytest.approx(expected[main], rel=1e-6)
    assert witnesses == pytest.approx(np.delete(expected, main, axis=0), rel=1e-6)


def test_rows_of_several_files_follow_one_another(tmp_path, energy):
    paths = [write_set(tmp_path / f"{first}.h5", energy[first : first + 25]) for first in (0, 25, 50)]
    whole = ImageSet(set_files([write_set(tmp_path / "whole.h5", energy)]), range(60))
    split = ImageSet(set_files(paths), range(60))
    order = [0, 24, 25, 49, 50, 59]
    for one, other in zip(whole.__getitems__(order), split.__getitems__(order), strict=True):
        assert (one == other).all()


def test_parts_are_blocks_of_rows_with_a_guard_between(path):
    splits = build_splits(run_of(file=str(path)))
    train, validation, test = splits.train.rows, splits.validation.rows, splits.test.rows
    assert (train.start, test.stop) == (0, 60)
    assert validation.start - train.stop == test.start - validation.stop == 2  # 8 s of windows of 4 s


def test_scales_are_those_of_the_training_rows(path, energy):
    splits = build_splits(run_of(file=str(path)))
    scales = image_scaling(splits.train)
    rows = np.log1p(np.maximum(energy[splits.train.rows.start : splits.train.rows.stop], 0.0))
    assert scales.mean == pytest.approx(rows[:, 1:].mean(axis=(0, 2, 3)), rel=1e-5)
    assert scales.target_median == pytest.approx(np.median(rows[:, 0]), rel=1e-5)


def test_some_rows_are_held_in_memory_spread_over_the_part(path):
    part = ImageSet(set_files([path]), range(20, 60))
    held = part.in_memory(5)
    assert held.gps.tolist() == [20.0, 30.0, 40.0, 49.0, 59.0]
    assert held.recording is None
    assert (held.strain[2] == part[20][1]).all()
    assert len(in_memory(part)) == 40


def test_a_part_goes_to_another_process_and_is_read_there(path):
    part = ImageSet(set_files([path]), range(60))
    here = part[8]
    assert (pickle.loads(pickle.dumps(part))[8][0] == here[0]).all()  # noqa: S301  its own bytes
    with get_context("spawn").Pool(1) as pool:
        there = pool.apply(part.__getitem__, (8,))
    assert (there[1] == here[1]).all()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"witnesses": ["V1:A"]}, ConfigError, "3 witnesses in each row, and settings.data.witnesses names 1"),
        ({"validation": 0.005}, ConfigError, "60 rows leave none for a part"),
    ],
)
def test_settings_that_do_not_fit_a_set_are_refused(path, given, error, message):
    with pytest.raises(error, match=message):
        build_splits(run_of(file=str(path), **given))


def test_a_set_of_another_shape_or_task_is_refused(path):
    run = RunConfig[VirgoSettings](
        use_case="virgo", settings=VirgoSettings.model_validate({"data": {"file": str(path)}})
    )
    with pytest.raises(ConfigError, match=r"16 times and 32 frequencies.\nSet settings.qscan.times=16"):
        build_splits(run)
    settings = run_of(file=str(path)).settings.model_copy(update={"task": "denoise"})
    with pytest.raises(ConfigError, match="needs the clean strain"):
        build_splits(RunConfig[VirgoSettings](use_case="virgo", settings=settings))


@pytest.mark.parametrize(
    ("energy", "main", "message"),
    [
        (np.ones((9, 4)), 0, r"has shape \(9, 4\)"),
        (np.ones((9, 1, 16, 32)), 0, "with the strain and a witness or more"),
        (np.ones((9, 4, 16, 32), dtype=np.int32), 0, "expected numbers of shape"),
        (np.ones((9, 4, 16, 32)), 4, "main_channel_idx is 4; the channels are 0 to 3"),
    ],
    ids=["axes", "channels", "kind", "strain"],
)
def test_a_set_that_cannot_be_used_is_refused(tmp_path, energy, main, message):
    with pytest.raises(DataError, match=message) as caught:
        build_splits(run_of(file=str(write_set(tmp_path / "odd.h5", energy, main))))
    assert "damaged" not in str(caught.value)


def test_files_of_two_kinds_or_shapes_are_refused(tmp_path, path, sample):
    with pytest.raises(DataError, match="no set of images, as the other files are"):
        build_splits(run_of(file=[str(path), str(sample)]))
    other = write_set(tmp_path / "other.h5", np.ones((9, 4, 8, 8)))
    with pytest.raises(DataError, match=r"rows of shape \(4, 8, 8\), those of .*set.h5 \(4, 16, 32\)"):
        build_splits(run_of(file=[str(path), str(other)]))


def test_a_row_that_is_no_number_is_named(tmp_path, energy):
    energy[31, 2, 4, 5] = np.nan
    part = ImageSet(set_files([write_set(tmp_path / "nan.h5", energy)]), range(30, 60))
    with pytest.raises(DataError, match=r"nan.h5: row 31 holds something else than finite numbers"):
        part.__getitems__([0, 1])


def test_a_set_that_is_cut_short_is_refused(path):
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(DataError, match="damaged or cut short"):
        build_splits(run_of(file=str(path)))
