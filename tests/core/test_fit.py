"""A fit on either engine learns, and leaves a complete, replayable folder with the same names in it."""

import csv
import json

import numpy as np
import pytest
import toys
import yaml
from toys import Points

from itwinai_core import ConfigError, DataError, load_run
from itwinai_core.errors import PluginError, RunError
from itwinai_core.evaluate import evaluate
from itwinai_core.fit import fit, plan
from itwinai_core.order import epoch_batches
from itwinai_core.run_folder import RunFolder
from itwinai_core.trained import TrainedRun


@pytest.fixture
def fitted(plugins, toys):
    def run(target, *overrides, name="run"):
        return fit(plan(target, overrides, plugins), runs=toys / "runs", name=name)

    return run


def rows(folder):
    with (folder.path / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_line_is_found(fitted, line):
    _, report = fitted(line, "fit.epochs=8")
    assert report.metrics["test/slope_error"] < 0.1
    assert report.metrics["test/loss"] < 0.01


def test_a_fit_leaves_a_complete_folder(fitted, line):
    folder, report = fitted(line)
    suffix = "ckpt" if line == "torch-line" else "keras"
    left = {str(path.relative_to(folder.path)) for path in folder.path.rglob("*") if path.is_file()}
    assert left == {
        "artefacts/note.txt",
        f"checkpoints/best.{suffix}",
        f"checkpoints/last.{suffix}",
        "curves.png",
        "metrics.csv",
        "report.json",
        "run.yaml",
        "state.json",
    }
    assert json.loads((folder.path / "report.json").read_text()) == report.as_dict()
    assert folder.state()["state"] == "finished"
    assert report.samples == {"train": 48, "validation": 10, "test": 7}
    assert report.parameters == 1
    assert report.duration > 0
    assert set(report.environment["packages"]) >= {"itwinai-core", "numpy"}
    assert report.artefacts == ["artefacts/note.txt"]


def test_both_engines_name_their_metrics_alike(fitted, line):
    folder, report = fitted(line)
    columns = rows(folder)[0].keys()
    assert {"epoch", "step", "train/loss", "validation/loss"} <= set(columns)
    assert {"train/loss", "validation/loss", "test/loss"} <= set(report.metrics)
    assert [(row["epoch"], row["step"]) for row in rows(folder)] == [("1", "3"), ("2", "6"), ("3", "9")]


def test_the_run_file_replays_to_the_same_numbers(fitted, line):
    first, one = fitted(line, "settings.data.noise=0.1", "seed=5", name="one")
    second, two = fitted(str(first.run_file), name="two")
    assert rows(first) == rows(second)
    assert one.metrics == two.metrics
    assert first.run_file.read_text() == second.run_file.read_text()


def test_a_runs_folder_replays_it_too(fitted, plugins):
    folder, _ = fitted("torch-line", "seed=5")
    assert plan(str(folder.path), [], plugins).run.seed == 5


def test_another_seed_gives_other_numbers(fitted, line):
    first, _ = fitted(line, "settings.data.noise=0.1", name="one")
    second, _ = fitted(line, "settings.data.noise=0.1", "seed=1", name="two")
    assert rows(first) != rows(second)


def test_the_engine_reads_the_training_samples_in_the_cores_order(fitted, line, monkeypatch):
    sources = []

    class Kept(Points):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            sources.append(self)

    monkeypatch.setattr(toys, "Points", Kept)
    fitted(line, "fit.epochs=3", "seed=7", "settings.data.count=40")
    train = sources[0]
    expected = [
        batch.tolist() for epoch in range(3) for batch in epoch_batches(40, 16, seed=7, epoch=epoch, shuffle=True)
    ]
    # Keras looks at the first batches once more, to learn their shapes.
    assert train.asked[-len(expected) :] == expected


def test_arrays_handed_over_are_unchanged_after_the_fit(fitted, line, monkeypatch):
    sources = []

    class Kept(Points):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            sources.append((self, self.x.copy(), self.y.copy()))

    monkeypatch.setattr(toys, "Points", Kept)
    fitted(line)
    assert sources
    for source, x, y in sources:
        assert np.array_equal(source.x, x)
        assert np.array_equal(source.y, y)


def test_training_stops_early_when_nothing_improves(fitted, line):
    folder, report = fitted(line, "fit.epochs=60", "fit.patience=2", "fit.min_delta=0.5")
    assert report.stopped_early
    assert report.epochs == report.best_epoch + 3
    assert len(rows(folder)) == report.epochs


def test_the_best_checkpoint_is_the_one_that_is_judged(fitted, plugins, toys, line):
    # A step this large leaves the minimum again, so the last epoch is not the best.
    folder, report = fitted(line, "fit.epochs=20", "settings.model.learning_rate=0.5")
    assert report.best_epoch < 20
    best = min(float(row["validation/loss"]) for row in rows(folder))
    assert report.metrics["validation/loss"] == pytest.approx(best)
    trained = TrainedRun.find("run", toys / "runs", plugins)
    _, model = trained.load()
    slope = trained.use_case.slope_of(model)
    assert abs(slope - 2.0) == pytest.approx(report.metrics["test/slope_error"], abs=1e-6)


def test_bfloat16_is_passed_on(fitted, line):
    _, report = fitted(line, "strategy.precision=bfloat16", "fit.epochs=8")
    assert report.metrics["test/slope_error"] < 0.2


def test_what_adapt_fits_is_in_the_checkpoint(fitted, plugins, toys):
    fitted("torch-line")
    _, model = TrainedRun.find("run", toys / "runs", plugins).load()
    assert float(model.scale) == pytest.approx(np.std(np.linspace(-1, 1, 48)), rel=1e-5)


def test_an_evaluation_finds_what_the_fit_reported(fitted, plugins, toys, line):
    folder, report = fitted(line)
    (folder.path / "artefacts" / "note.txt").write_text("old")
    metrics = evaluate(TrainedRun.find("run", toys / "runs", plugins))
    assert metrics == pytest.approx({name: value for name, value in report.metrics.items() if name in metrics})
    written = json.loads((folder.path / "evaluation.json").read_text())
    assert written["metrics"] == metrics
    assert written["samples"] == 7
    assert (folder.path / "artefacts" / "note.txt").read_text() == "judged\n"


@pytest.mark.parametrize("stem", ["best", "last"])
def test_a_run_without_its_best_checkpoint_falls_back_to_the_last(fitted, plugins, toys, stem):
    folder, _ = fitted("torch-line")
    (folder.checkpoints / f"{stem}.ckpt").unlink()
    assert TrainedRun.find("run", toys / "runs", plugins).checkpoint.stem == {"best": "last", "last": "best"}[stem]


def test_a_run_without_checkpoint_says_how_to_train_it(fitted, plugins, toys):
    folder, _ = fitted("torch-line")
    for path in folder.checkpoints.iterdir():
        path.unlink()
    with pytest.raises(RunError, match="holds no checkpoint: it is finished"):
        TrainedRun.find("run", toys / "runs", plugins)


def test_a_plugin_loads_a_run_of_its_own_use_case(fitted, plugins, toys):
    folder, _ = fitted("torch-line", "seed=4")
    for name in ("run", str(folder.path)):
        run, model = load_run(plugins.use_case("torch-line"), name, toys / "runs", ["fit.epochs=2"])
        assert (run.seed, run.fit.epochs) == (4, 2)
        assert model.training is False


def test_a_run_of_another_use_case_is_named_and_not_loaded(fitted, plugins, toys):
    fitted("torch-line")
    with pytest.raises(RunError, match="The run 'run' trains 'torch-line', not 'keras-line'"):
        load_run(plugins.use_case("keras-line"), "run", toys / "runs")
    with pytest.raises(RunError, match="There is no run 'ran'"):
        load_run(plugins.use_case("torch-line"), "ran", toys / "runs")


@pytest.mark.parametrize("damage", ["truncated", "other model"])
def test_a_checkpoint_that_does_not_fit_is_refused(fitted, plugins, toys, line, damage):
    folder, report = fitted(line)
    checkpoint = folder.path / report.checkpoints["best"]
    if damage == "truncated":
        checkpoint.write_bytes(checkpoint.read_bytes()[:200])
    elif line == "torch-line":
        import torch

        torch.save({"state_dict": {"slope": torch.zeros(()), "other": torch.zeros(3)}}, checkpoint)
    else:
        import keras

        keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(3)]).save(checkpoint)
    with pytest.raises(RunError, match=r"cannot be loaded"):
        TrainedRun.find("run", toys / "runs", plugins).load()


def test_no_code_in_a_checkpoint_is_run(fitted, plugins, toys):
    import pickle

    class Payload:
        def __reduce__(self):
            return (open, (str(toys / "pwned"), "w"))

    folder, _ = fitted("torch-line")
    (folder.checkpoints / "best.ckpt").write_bytes(pickle.dumps({"state_dict": Payload()}))
    with pytest.raises(RunError, match="cannot be loaded"):
        TrainedRun.find("run", toys / "runs", plugins).load()
    assert not (toys / "pwned").exists()


def test_a_failed_fit_says_so_in_its_folder(fitted, toys):
    with pytest.raises(DataError, match="The points are lost"):
        fitted("torch-line", "settings.fail=data")
    state = RunFolder(toys / "runs" / "run").state()
    assert state["state"] == "failed"
    assert "The points are lost" in state["reason"]


@pytest.mark.parametrize(
    ("overrides", "error", "said"),
    [
        (["fit.trackers=[mlflo]"], PluginError, "no tracker is called 'mlflo'"),
        (["strategy.name=dpp"], PluginError, "no lightning strategy is called 'dpp'"),
        (["fit.epochs=0"], ConfigError, r"fit\.epochs"),
        (["use_case=lost"], ConfigError, "'use_case' is set twice"),
    ],
)
def test_a_run_that_does_not_fit_makes_no_folder(fitted, toys, overrides, error, said):
    with pytest.raises(error, match=said):
        fitted("torch-line", *overrides)
    assert list(toys.iterdir()) == []


def test_fits_that_start_in_the_same_second_get_a_folder_each(plugins, toys):
    planned = plan("torch-line", ["fit.epochs=1"], plugins)
    folders = {fit(planned, runs=toys / "runs")[0].path.name for _ in range(3)}
    assert len(folders) == 3


def test_an_empty_part_of_the_data_is_refused(fitted):
    with pytest.raises(ConfigError, match="The train part of the data is empty"):
        fitted("torch-line", "settings.data.count=0")


def test_an_unknown_monitor_is_refused_with_those_that_are_there(fitted, line):
    with pytest.raises(ConfigError, match=r"no 'validation/los'\. Did you mean 'validation/loss'"):
        fitted(line, "fit.monitor=validation/los")


def test_the_use_cases_own_defaults_lie_below_the_run_file(plugins, toys):
    (toys / "mine.yaml").write_text(yaml.safe_dump({"use_case": "torch-line", "fit": {"batch_size": 4}}))
    run = plan("mine.yaml", [], plugins).run
    assert (run.fit.batch_size, run.fit.epochs, run.fit.patience) == (4, 3, 10)
