"""The whole way of a run through the program: fit, replay of the judgement, predict, and errors of one message."""

import csv
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace

import numpy as np
import pytest

SMALL = [
    "settings.model.name=vgg_v1",
    "settings.data.variables=[msl,wind_speed]",
    "settings.data.train_fields=12",
    "settings.data.validation_fields=3",
    "settings.data.test_fields=3",
    "settings.detection.test_globes=1",
    "settings.detection.maximum_latitude=25",
    "settings.detection.stride=10",
]


def itwinai(*arguments):
    """Return what the program does with some arguments, in this process."""
    from itwinai_core.cli import main

    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return SimpleNamespace(exit_code=ended.value.code, output=output.getvalue())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Train a small network for one epoch, and return the folder of runs."""
    folder = tmp_path_factory.mktemp("runs")
    done = itwinai("fit", "cyclones", "--runs", folder, "--name", "small", "fit.epochs=1", *SMALL)
    assert done.exit_code == 0, done.output
    return folder


def predict(runs, *inputs):
    return itwinai("predict", runs / "small", *inputs)


@pytest.mark.slow
def test_a_run_is_judged_beside_its_baselines(runs):
    report = json.loads((runs / "small" / "report.json").read_text(encoding="utf-8"))
    metrics = report["metrics"]
    for name in ("recall", "false_positive_rate", "baseline_recall", "baseline_distance_km", "globe_detected"):
        assert np.isfinite(metrics[f"test/{name}"])
    artefacts = {path.name for path in (runs / "small" / "artefacts").iterdir()}
    pictures = {"distances.png", "globe.png", "globe_distances.png", "patches.png", "reliability.png"}
    assert artefacts == {*pictures, "globes.json"}


@pytest.mark.slow
def test_judging_again_gives_the_same_numbers(runs):
    report = json.loads((runs / "small" / "report.json").read_text(encoding="utf-8"))
    done = itwinai("evaluate", runs / "small")
    assert done.exit_code == 0, done.output
    again = json.loads((runs / "small" / "evaluation.json").read_text(encoding="utf-8"))
    metrics = again.get("metrics", again)
    assert metrics["test/recall"] == pytest.approx(report["metrics"]["test/recall"], abs=0.02)


@pytest.mark.slow
def test_a_file_becomes_a_table_and_a_map(runs, written, dataset, tmp_path):
    done = itwinai("predict", runs / "small", written(dataset), "--output", tmp_path / "found")
    assert done.exit_code == 0, done.output
    with (tmp_path / "found" / "centres.csv").open(encoding="utf-8") as file:
        assert csv.DictReader(file).fieldnames[:3] == ["time", "latitude", "longitude"]
    assert (tmp_path / "found" / "map.png").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.drop_vars("v10"), "has no wind_speed"),
        (lambda data: data.assign(msl=data.msl.assign_attrs(units="furlong")), "units of 'furlong'"),
        (lambda data: data.sel(longitude=slice(100, 200)), "no globe"),
    ],
    ids=["variable", "units", "region"],
)
def test_a_bad_file_is_one_message_and_exit_code_2(runs, written, dataset, change, words):
    done = predict(runs, written(change(dataset), "bad.nc"))
    assert done.exit_code == 2
    assert words in done.output
    assert "Traceback" not in done.output
    assert not list((runs / "small").glob("predictions/*"))


@pytest.mark.slow
def test_a_missing_file_is_one_message_and_exit_code_2(runs, tmp_path):
    done = predict(runs, tmp_path / "nothing.nc")
    assert done.exit_code == 2
    assert "nothing.nc" in done.output


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("settings.data.variables=[msl,vorticity]", "vorticity"),
        ("settings.data.test_years=[1995]", "both hold 1995"),
        ("settings.detection.stried=5", "Did you mean 'stride'"),
        ("settings.data.variables=[u10]", "lack msl"),
        ("settings.data.resolution=0.7", "does not divide 180"),
    ],
)
def test_a_wrong_setting_is_one_message_and_exit_code_2(tmp_path, key, words):
    done = itwinai("fit", "cyclones", "--runs", tmp_path, key)
    assert done.exit_code == 2
    assert words in " ".join(done.output.split())
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["data.variables", "data.resolution", "detection.contour", "detection.agreement"])
def test_settings_are_described(key):
    done = itwinai("describe", "cyclones")
    assert done.exit_code == 0
    assert f"settings.{key}" in done.output
