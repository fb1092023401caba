"""Windows keep their time, parts share none, and nothing of one part reaches another."""

import itertools
from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch

from itwinai_core import ConfigError, DataError, RunConfig, Source
from itwinai_virgo import strain
from itwinai_virgo.data import build_splits, read_recording, trial
from itwinai_virgo.images import scaled
from itwinai_virgo.settings import VirgoSettings
from itwinai_virgo.truth import Truth
from itwinai_virgo.whitening import whiten
from itwinai_virgo.windows import image_transform, images, whitened


def run_of(content, seed=3):
    """Return a run of settings."""
    return RunConfig[VirgoSettings](use_case="virgo", seed=seed, settings=VirgoSettings.model_validate(content))


@pytest.mark.parametrize("seconds", [1, 5, 20])
def test_too_short_a_time_is_refused_before_it_is_generated(seconds):
    with pytest.raises(ConfigError, match=f"^{seconds} s of data leave .* s for a part, which needs 8 s"):
        build_splits(run_of({"data": {"seconds": seconds}}))


@pytest.mark.parametrize("scan", [{"low": 0.1}, {"window": 0.01}])
def test_a_window_too_short_for_its_lowest_frequency_is_refused_with_the_one_it_can_start_at(scan):
    with pytest.raises(ConfigError, match=r"is too short for .* Hz at Q 12; it can start at"):
        image_transform(VirgoSettings.model_validate({"qscan": scan}))


@pytest.fixture(scope="module")
def splits(small_run):
    """Return the three parts of the small run."""
    return build_splits(small_run)


@pytest.fixture(scope="module")
def parts(splits):
    """Return the three parts in order of time."""
    return splits.train, splits.validation, splits.test


def test_parts_are_sources_with_images(parts, small):
    for part in parts:
        assert isinstance(part, Source)
        assert len(part) > 0
        witnesses, target = part[0]
        assert witnesses.shape == (3, 16, 16)
        assert target.shape == (1, 16, 16)
        assert witnesses.dtype == target.dtype == np.float32


def test_a_batch_is_its_samples(parts):
    batch = parts[0].__getitems__([3, 1])
    for number, index in enumerate((3, 1)):
        for whole, alone in zip(batch, parts[0][index], strict=True):
            assert (whole[number] == alone).all()


def test_samples_are_copies(parts):
    before = parts[0][0][0].copy()
    parts[0][0][0][:] = -1.0
    parts[0].__getitems__([0])[0][:] = -1.0
    assert (parts[0][0][0] == before).all()


def test_parts_follow_one_another_with_a_guard_between_what_was_recorded(parts, small):
    for before, after in itertools.pairwise(parts):
        end = before.recording.strain.gps_start + before.recording.strain.seconds
        assert after.recording.strain.gps_start - end == pytest.approx(small.data.guard, abs=0.01)


def test_windows_lie_inside_the_part_they_are_of(parts, small):
    settle, window = small.whitening.filter_length / 2, small.qscan.window
    for part in parts:
        start = part.recording.strain.gps_start
        assert part.gps[0] == pytest.approx(start + settle)
        assert np.diff(part.gps) == pytest.approx(window)
        assert part.gps[-1] + window <= start + part.recording.strain.seconds - settle + 1e-6


def test_windows_of_two_parts_are_further_apart_than_filter_and_window(parts, small):
    for before, after in itertools.pairwise(parts):
        gap = after.gps[0] - (before.gps[-1] + small.qscan.window)
        assert gap >= small.whitening.filter_length + small.qscan.window


def test_parts_have_the_share_of_time_asked_for(parts, small):
    for part, share in ((parts[1], small.data.validation), (parts[2], small.data.test)):
        assert part.recording.strain.seconds == pytest.approx(share * small.data.seconds, abs=0.01)


def test_each_part_knows_its_own_glitches(parts):
    assert any(part.truth.glitches for part in parts)
    for part in parts:
        start = part.recording.strain.gps_start
        assert all(start <= glitch.gps < start + part.recording.strain.seconds for glitch in part.truth.glitches)


def test_the_test_part_does_not_depend_on_the_training_part(parts, small):
    again = images(parts[2].recording, small, Truth(), "test")
    assert (again.strain == parts[2].strain).all()
    assert (again.witnesses == parts[2].witnesses).all()


def test_an_image_is_the_scaled_transform_of_its_window(parts, small):
    part = parts[1]
    channel = part.recording.witnesses[1]
    white = whiten(channel.values, 1024.0, 4.0, 4.0)
    window = torch.from_numpy(white[4096:8192][None])
    expected = scaled(image_transform(small)(window).energy[0].numpy())
    assert part.witnesses[1, 1] == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_images_are_finite_and_not_negative(parts):
    for part in parts:
        for stack in (part.strain, part.witnesses):
            assert np.isfinite(stack).all()
            assert stack.min() >= 0.0


def test_a_run_has_the_same_data_each_time_and_other_data_with_another_seed(small, splits):
    again, other = (
        build_splits(RunConfig[VirgoSettings](use_case="virgo", seed=seed, settings=small)).train for seed in (3, 4)
    )
    assert (again.strain == splits.train.strain).all()
    assert not (other.strain == splits.train.strain).all()


def test_fewer_witnesses_can_be_chosen_and_put_in_order(small):
    chosen = ["V1:INJ_IMC_REFL_I_POST", "V1:SPRB_B4_PD1_56MHz_Q"]
    content = small.model_dump(mode="json")
    content["data"]["witnesses"] = chosen
    part = build_splits(run_of(content)).validation
    assert part.witnesses.shape[1] == 2
    assert [channel.name for channel in part.recording.witnesses] == chosen


def test_a_recorded_file_is_trained_on(tmp_path, stretch, small):
    strain.write(tmp_path / "own.h5", stretch[0])
    content = small.model_dump(mode="json")
    content["data"] |= {"file": str(tmp_path / "own.h5"), "validation": 0.2, "test": 0.2}
    found = build_splits(run_of(content))
    assert len(found.train) > len(found.test) > 0
    assert found.test.truth.glitches == ()


def test_a_file_without_witnesses_cannot_be_trained_on(sample):
    with pytest.raises(DataError, match=r"no witness in it; training needs V1:SPRB"):
        build_splits(run_of({"data": {"file": str(sample)}}))


@pytest.mark.parametrize("data", [{"witnesses": ["V1:NOBODY"]}, {"strain": "V1:OTHER"}])
def test_channels_that_generated_data_do_not_have_are_refused_by_name(data):
    name = data.get("strain") or data["witnesses"][0]
    with pytest.raises(ConfigError, match=f"names {name}, which generated data do not have"):
        build_splits(run_of({"data": data}))


def test_too_little_time_for_a_part_is_refused():
    with pytest.raises(ConfigError, match=r"60 s of data leave 7.2 s for a part, which needs 8 s"):
        build_splits(run_of({"data": {"seconds": 60}}))


def test_a_band_above_the_rate_is_refused_before_anything_is_generated():
    with pytest.raises(ConfigError, match=r"settings.qscan does not fit .* the band ends at 350 Hz"):
        build_splits(run_of({"data": {"sample_rate": 512.0, "seconds": 10**9}}))


def test_real_strain_is_whitened_to_unit_deviation(sample, small):
    white = whitened(read_recording(sample, small).strain, small)
    assert white.values.std() == pytest.approx(1.0, abs=0.12)  # Virgo's noise was not stationary, see around 21 s
    assert white.gps_start == 1186741846 + 2.0
    assert white.seconds == 28.0


def test_a_stretch_shorter_than_a_window_and_the_filter_is_refused(stretch, small):
    channel = stretch[0].strain
    short = channel.between(channel.gps_start, channel.gps_start + 7.5)
    with pytest.raises(DataError, match=r"has 7.5 s of data; a window of 4 s and 4 s .* need 8 s"):
        whitened(short, small)


def test_a_stretch_without_power_is_refused(small):
    flat = strain.Channel("V1:flat", np.ones(16384), 1024.0, 0.0, "")
    with pytest.raises(DataError, match=r"V1:flat cannot be whitened: it is constant"):
        whitened(flat, small)


def test_an_unfit_file_is_a_data_error(tmp_path, small):
    with pytest.raises(DataError, match="no such file"):
        read_recording(tmp_path / "nowhere.h5", small)
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(DataError, match="no strain in it"):
        read_recording(tmp_path / "empty.h5", small)


def test_a_file_of_too_low_a_rate_is_refused_with_the_band_that_fits(tmp_path, rng):
    slow = strain.Channel("V1:Hrec_hoft_16384Hz", rng.normal(size=256 * 60), 256.0, 0.0, "")
    strain.write(tmp_path / "slow.h5", strain.Recording(slow, ()))
    with pytest.raises(DataError, match=r"256 Hz, below the 1024 Hz") as caught:
        read_recording(tmp_path / "slow.h5", VirgoSettings())
    assert "settings.data.sample_rate=256 and settings.qscan.high=100.2 or lower" in str(caught.value)
    image_transform(VirgoSettings.model_validate({"data": {"sample_rate": 256.0}, "qscan": {"high": 100.2}}))


@pytest.fixture
def gapped(tmp_path, stretch):
    """Return the path of two minutes of strain and witnesses with a gap of 10 s, from 30 s on."""
    recording = stretch[0]
    start = recording.strain.gps_start
    values = recording.strain.values.copy()
    values[30 * 1024 : 40 * 1024] = np.nan
    changed = strain.Recording(
        strain.Channel(recording.strain.name, values, 1024.0, start, "strain"), recording.witnesses
    )
    strain.write(tmp_path / "gapped.h5", changed)
    return tmp_path / "gapped.h5", start


def test_gaps_are_passed_over_and_said(gapped, small, caplog):
    path, start = gapped
    content = small.model_dump(mode="json")
    content["data"] |= {"file": str(path), "validation": 0.2, "test": 0.2}
    splits = build_splits(run_of(content))
    gps = splits.train.gps - start
    assert not ((gps > 26.0) & (gps < 42.0)).any()
    assert np.isfinite(splits.train.strain).all()
    said = caplog.messages
    assert any("has no data in 10 of 128 s" in line for line in said)
    assert said[-1].startswith("Of 128 s with gaps at GPS ")
    assert f"windows use {4 * len(splits.train)} s for training" in said[-1]


def test_a_part_with_gaps_alone_is_refused(tmp_path, small, stretch):
    cut = stretch[0].between(stretch[0].strain.gps_start, stretch[0].strain.gps_start + 40)
    values = cut.strain.values.copy()
    for first in range(0, 40, 7):
        values[first * 1024 : (first + 1) * 1024] = np.nan
    strain.write(tmp_path / "holes.h5", replace(cut, strain=replace(cut.strain, values=values)))
    content = small.model_dump(mode="json")
    content["data"] |= {"file": str(tmp_path / "holes.h5")}
    with pytest.raises(ConfigError, match=r"(?s)leave .* s for a part, which needs 8 s.*Give longer files, or raise"):
        build_splits(run_of(content))


def test_several_files_are_one_recording(tmp_path, stretch, small):
    start = stretch[0].strain.gps_start
    halves = [str(tmp_path / f"{number}.h5") for number in range(2)]
    for number, path in enumerate(halves):
        strain.write(path, stretch[0].between(start + 64 * number, start + 64 * (number + 1)))
    strain.write(tmp_path / "whole.h5", stretch[0])
    content = small.model_dump(mode="json")
    content["data"] |= {"validation": 0.2, "test": 0.2}
    splits = []
    for file in (halves, str(tmp_path / "whole.h5")):
        content["data"]["file"] = file
        splits.append(build_splits(run_of(content)))
    assert (splits[0].train.strain == splits[1].train.strain).all()
    assert (splits[0].test.gps == splits[1].test.gps).all()


def test_vetoes_are_judged_on_another_stretch_of_the_rates_asked_for(splits):
    content = {"qscan": {"frequencies": 16, "times": 16}, "evaluation": {"seconds": 120, "glitch_rate": 0.1}}
    found = trial(run_of(content))
    assert found.recording.strain.seconds == 120
    assert 3 <= len(found.truth.glitches) <= 30
    assert not np.isin(found.strain[0], splits.train.strain).all()
    assert (trial(run_of(content)).strain == found.strain).all()
    assert not (trial(run_of(content, seed=4)).strain == found.strain).all()


@pytest.mark.parametrize("given", [{"evaluation": {"seconds": 0}}, {"data": {"file": "any.h5"}}])
def test_there_is_no_trial_of_no_time_or_of_files(given):
    assert trial(run_of(given)) is None
