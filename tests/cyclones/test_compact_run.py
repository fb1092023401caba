"""The compact network goes the way of a run: data, model, judgement, prediction."""

import csv
import json

import numpy as np
import pytest

from itwinai_core import RunConfig
from itwinai_cyclones.crops import CELLS, WIDTH
from itwinai_cyclones.plugin import Cyclones
from itwinai_cyclones.settings import CyclonesSettings

DATA = {"variables": ("msl", "wind_speed"), "train_fields": 2, "validation_fields": 1, "test_fields": 1}


@pytest.fixture(scope="module")
def run():
    settings = CyclonesSettings(
        model={"name": "compact"}, data=DATA, detection={"test_globes": 1, "score": 0.01, "test_days": 1}
    )
    return RunConfig[CyclonesSettings](use_case="cyclones", settings=settings)


@pytest.fixture(scope="module")
def data(run):
    return Cyclones().build_data(run)


@pytest.fixture(scope="module")
def model(run, data):
    model = Cyclones().build_model(run)
    Cyclones().adapt(run, model, data.train)
    return model


def test_data_and_model_fit_each_other(data, model):
    values, target = data.train.__getitems__([0, 1])
    assert values.shape == (2, WIDTH, WIDTH, 2)
    assert target.shape == (2, CELLS, CELLS, 5)
    assert model.predict_on_batch(values).shape == (2, CELLS, CELLS, 3)
    assert np.isfinite(model.test_on_batch(values, target))


def test_the_scale_is_that_of_the_training_crops(data, model):
    mean = model.get_layer("standardise").mean.numpy()
    values = np.stack([data.train[index][0] for index in range(len(data.train))])
    np.testing.assert_allclose(mean, values.mean(axis=(0, 1, 2), dtype=np.float64), rtol=1e-4)
    deviation = model.get_layer("standardise").deviation.numpy()
    np.testing.assert_allclose(deviation, values.std(axis=(0, 1, 2), dtype=np.float64), rtol=1e-2)


def test_a_training_lowers_the_loss(run, data):
    model = Cyclones().build_model(run)
    Cyclones().adapt(run, model, data.train)
    values, target = data.train.__getitems__(range(4))
    before = model.test_on_batch(values, target)
    for _ in range(6):
        model.train_on_batch(values, target)
    model.reset_metrics()
    assert model.test_on_batch(values, target) < 0.9 * before


def test_it_is_judged_on_crops_and_on_globes_beside_the_pressure_minima(run, data, model, tmp_path):
    scores = Cyclones().assess(run, model, data, tmp_path)
    assert {"detected", "baseline_detected", "baseline_false_alarm_ratio", "globe_detected"} <= set(scores)
    assert all(0 <= value <= 1 for name, value in scores.items() if not name.endswith("_km"))
    assert scores["baseline_detected"] > 0.5
    assert "season_detected" in scores
    pictures = {"globe.png", "globe_distances.png", "reliability.png"}
    assert {path.name for path in tmp_path.iterdir()} == {*pictures, "globes.json", "season.json"}


def test_a_file_becomes_a_table_and_a_map(run, model, written, dataset, tmp_path):
    folder = tmp_path / "found"
    folder.mkdir()
    lines = Cyclones().predict(run, model, [written(dataset)], folder)
    assert "centre" in lines[0]
    with (folder / "centres.csv").open(encoding="utf-8") as file:
        assert csv.DictReader(file).fieldnames[:3] == ["time", "latitude", "longitude"]
    assert (folder / "map.png").exists()


@pytest.mark.slow
def test_a_run_is_fitted_judged_again_and_applied(written, dataset, tmp_path):
    from itwinai_core.cli import main

    keys = ["settings.model.name=compact", "fit.epochs=1", "fit.batch_size=8", "settings.detection.test_globes=1"]
    keys += ["settings.data.variables=[msl,wind_speed]"]
    keys += [f"settings.data.{part}_fields={count}" for part, count in (("train", 6), ("validation", 2), ("test", 2))]
    for arguments in (
        ["fit", "cyclones", "--runs", str(tmp_path), "--name", "small", *keys],
        ["evaluate", str(tmp_path / "small")],
        ["predict", str(tmp_path / "small"), str(written(dataset))],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    report = json.loads((tmp_path / "small" / "report.json").read_text(encoding="utf-8"))
    again = json.loads((tmp_path / "small" / "evaluation.json").read_text(encoding="utf-8"))
    assert report["metrics"]["test/loss"] == pytest.approx(again.get("metrics", again)["test/loss"], rel=1e-3)
    assert list((tmp_path / "small" / "predictions").glob("*/centres.csv"))
