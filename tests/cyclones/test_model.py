"""The network of a run is compiled for positions, and scaled by its training patches alone."""

import warnings

import keras
import numpy as np
import pytest

from itwinai_core import ConfigError
from itwinai_cyclones.compact import HeatmapLoss
from itwinai_cyclones.model import adapt, compiled
from itwinai_cyclones.network import PositionError
from itwinai_cyclones.settings import DataSettings, ModelSettings

YEARS = tuple(range(1990, 2010))


@pytest.fixture
def network():
    return compiled(DataSettings(variables=("msl", "wind_speed")), ModelSettings(name="vgg_v1", learning_rate=1e-3))


class Source:
    """Patches with a known mean and deviation, of the years 1990 to 1993."""

    def __init__(self, count=50):
        self.times = np.datetime64("1990-08-01T00", "h") + np.arange(count) % 40 * np.timedelta64(31, "D")
        generator = np.random.default_rng(0)
        self.patches = generator.normal([1010, 8], [6, 3], (count, 40, 40, 2)).astype(np.float32)

    def __len__(self):
        return len(self.patches)

    def __getitem__(self, index):
        return self.patches[index], np.zeros(2, dtype=np.float32)


def test_the_default_network_is_the_one_for_whole_globes():
    assert ModelSettings().name == "compact"
    assert ModelSettings().regularisation == "none"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("vgg_v1", 3_749_634), ("vgg_v2", 6_023_842), ("vgg_v3", 11_792_674), ("compact", 43_347)],
)
def test_each_name_stands_for_the_published_network(name, parameters):
    network = compiled(DataSettings(), ModelSettings(name=name))
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == parameters


def test_the_loss_is_the_one_that_checks_shapes(network):
    assert isinstance(network.loss, PositionError)
    heatmaps = compiled(DataSettings(), ModelSettings(name="compact"))
    assert isinstance(heatmaps.loss, HeatmapLoss)


@pytest.mark.parametrize("name", ["vgg_v1", "compact"])
def test_large_weights_are_held_down_where_that_is_asked(name):
    free, held = (compiled(DataSettings(), ModelSettings(name=name, regularisation=r)) for r in ("none", "medium"))
    assert free.losses == []
    assert len(held.losses) >= 6


@pytest.mark.parametrize(("name", "rate"), [("vgg_v1", 5e-4), ("vgg_v3", 5e-4), ("compact", 2e-3)])
def test_a_learning_rate_that_is_not_set_suits_the_network(name, rate):
    network = compiled(DataSettings(), ModelSettings(name=name))
    assert float(network.optimizer.learning_rate) == pytest.approx(rate)


def test_the_learning_rate_falls_from_what_is_set_to_almost_nothing(network):
    adapt(network, Source(), YEARS, updates=100)
    rates = [float(network.optimizer._learning_rate(step)) for step in (0, 50, 100, 500)]
    assert rates[0] == pytest.approx(1e-3)
    assert rates[0] > rates[1] > rates[2] > 0
    assert rates[3] == pytest.approx(rates[2])
    assert rates[2] < 0.05 * rates[0]


def test_the_rate_is_at_its_end_when_the_last_update_is_made(network):
    source = Source(5)
    adapt(network, source, YEARS, updates=3)
    network.fit(source.patches, np.zeros((5, 2), np.float32), batch_size=2, verbose=0)
    assert int(network.optimizer.iterations.numpy()) == 3
    assert float(network.optimizer.learning_rate) == pytest.approx(0.02 * 1e-3, rel=1e-3)


def test_a_scale_is_not_taken_from_years_that_are_judged_on(network):
    source = Source()
    source.times = source.times + np.timedelta64(365 * 26, "D")
    with pytest.raises(ConfigError, match=r"scale of the inputs would know samples of 2016, 2017.* none of its years"):
        adapt(network, source, YEARS, 100)
    assert network.get_layer("standardise").mean.numpy().tolist() == [0, 0]


def test_inputs_are_scaled_by_the_training_patches(network):
    source = Source()
    adapt(network, source, YEARS, 100)
    layer = network.get_layer("standardise")
    np.testing.assert_allclose(layer.mean.numpy(), source.patches.mean(axis=(0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(layer.deviation.numpy(), source.patches.std(axis=(0, 1, 2)), rtol=1e-4)


def test_a_part_of_many_patches_is_enough_for_the_scale(network):
    source = Source(200)
    adapt(network, source, YEARS, 100, most=20)
    np.testing.assert_allclose(network.get_layer("standardise").mean.numpy(), [1010, 8], atol=0.2)


def test_the_scale_changes_what_the_network_answers(network):
    patches = Source(2).patches
    before = network.predict(patches, verbose=0)
    adapt(network, Source(), YEARS, 100)
    assert not np.allclose(before, network.predict(patches, verbose=0))


def test_weights_are_read_back_into_a_network_built_anew(network, tmp_path):
    adapt(network, Source(), YEARS, 100)
    patches = Source(8).patches
    network.save(tmp_path / "network.keras")
    again = compiled(DataSettings(variables=("msl", "wind_speed")), ModelSettings(name="vgg_v1", learning_rate=1e-3))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
        again.load_weights(tmp_path / "network.keras")
    np.testing.assert_allclose(
        again.predict(patches, verbose=0), network.predict(patches, verbose=0), rtol=1e-4, atol=1e-5
    )


def test_the_file_alone_is_enough_without_running_anything_in_it(network, tmp_path):
    adapt(network, Source(), YEARS, 100)
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras", compile=False, safe_mode=True)
    patches = Source(3).patches
    np.testing.assert_allclose(
        again.predict(patches, verbose=0), network.predict(patches, verbose=0), rtol=1e-4, atol=1e-5
    )
