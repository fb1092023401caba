"""`itwinai cyclones detect`: runs come first, files behind them, and what fits neither is said."""

import csv

import pytest
import xarray as xr

from itwinai_core import ConfigError
from itwinai_cyclones.ensemble_runs import detect_with_runs, is_run, sorted_words
from itwinai_cyclones.plugin import Cyclones


@pytest.fixture
def runs(tmp_path):
    for name in ("first", "second"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "run.yaml").write_text("use_case: cyclones\n")
    return tmp_path / "runs"


def test_runs_are_known_by_name_and_by_folder(runs):
    assert is_run("first", runs)
    assert is_run(str(runs / "second"), runs.parent)
    assert not is_run("third", runs)


def test_words_are_runs_and_files(runs, tmp_path):
    file, store = tmp_path / "a.nc", tmp_path / "b.zarr"
    file.write_text("")
    store.mkdir()
    words = ["first", "second", str(file), str(store), "sample:era5"]
    names, files = sorted_words(words, runs, {"era5": tmp_path / "sample.zarr"})
    assert names == ("first", "second")
    assert files == [file, store, tmp_path / "sample.zarr"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["third", "a.nc"], "'third' is neither a run nor a file.\nRuns in .*: first, second. Samples: sample:era5"),
        (["first", "b.nc"], "'b.nc' is neither a run nor a file"),
        (["first", "sample:era6"], "'sample:era6' is neither"),
        (["first", "second"], "No file among first, second"),
        (["first", "second", "runs/first", "a.nc"], "first and runs/first are one run.\nName each run once"),
        (["sample:era5"], "No run among sample:era5"),
    ],
)
def test_what_does_not_fit_is_said(runs, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.nc").write_text("")
    with pytest.raises(ConfigError, match=message):
        sorted_words(words, runs, {"era5": tmp_path / "sample.zarr"})


def test_what_a_network_was_trained_on_cannot_be_changed(runs, tmp_path):
    (tmp_path / "a.nc").write_text("")
    words, output = ["first", str(tmp_path / "a.nc")], tmp_path / "out"
    for change in ("settings.data.variables=[wind_speed,msl]", "settings.model.name=vgg_v1", "fit.epochs=1"):
        with pytest.raises(ConfigError, match="would change what a run was trained with"):
            detect_with_runs(Cyclones(), words, output, runs, [change], None, ["csv"], print)
    assert not output.exists()


def command(capsys, *arguments):
    """Run a command line; return its exit code and what it says."""
    from itwinai_core.cli import main

    with pytest.raises(SystemExit) as ended:
        main([*arguments])
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


@pytest.mark.slow
def test_an_ensemble_of_both_networks_is_applied_and_its_tracks_are_linked(written, dataset, tmp_path, capsys):
    small = ["settings.data.variables=[msl,wind_speed]", "fit.epochs=1", "fit.batch_size=8"]
    small += [f"settings.data.{part}_fields={count}" for part, count in (("train", 4), ("validation", 1), ("test", 1))]
    small += ["settings.detection.test_globes=1", "settings.detection.stride=10"]
    runs = ["--runs", str(tmp_path / "runs")]
    for name in ("compact", "vgg_v1"):
        code, _ = command(capsys, "fit", "cyclones", f"settings.model.name={name}", *small, *runs, "--name", name)
        assert code == 0
    file, output = str(written(dataset)), tmp_path / "found"
    loose = ["--set", "settings.detection.score=0", "--set", "settings.detection.agreement=0"]
    detect = ["cyclones", "detect", "compact", "vgg_v1", file, *runs, *loose, "--output", str(output)]
    code, said = command(capsys, *detect, "--agree", "1", "--format", "netcdf")
    assert code == 0, said
    assert f"In {output}: centres.csv, scores.nc, map.png." in said
    with (output / "centres.csv").open(encoding="utf-8") as table:
        assert csv.DictReader(table).fieldnames[:4] == ["time", "latitude", "longitude", "score"]
    with xr.open_dataset(output / "scores.nc") as maps:
        assert maps.score.shape == (2, 71, 360)
        assert float(maps.score.min()) >= 0
        assert float(maps.score.max()) <= 1
    code, said = command(capsys, *detect)
    assert code == 2
    assert f"{output} is there already" in said
    code, said = command(capsys, *detect[:-1], str(tmp_path / "other"), "--agree", "3")
    assert code == 2
    assert "--agree is 3, but there are only 2 run(s)" in said
    assert not (tmp_path / "other").exists()
