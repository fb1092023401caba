"""A network is judged beside baselines, on patches and on whole fields, and leaves pictures."""

import numpy as np
import pytest

from itwinai_cyclones.assessment import assess
from itwinai_cyclones.data import splits
from itwinai_cyclones.settings import CyclonesSettings, DataSettings, DetectionSettings

SETTINGS = CyclonesSettings(
    data=DataSettings(variables=("msl", "wind_speed"), train_fields=5, validation_fields=1, test_fields=4),
    model={"name": "vgg_v1"},
    detection=DetectionSettings(test_globes=2),
)


@pytest.fixture(scope="module")
def data():
    return splits(SETTINGS.data, seed=2)


class Silent:
    """A network that never sees a cyclone."""

    def predict(self, patches, batch_size=None, verbose=None):
        return np.full((len(patches), 2), -1, dtype=np.float32)


class Oracle:
    """A network that knows the labels of the test patches, and sees nothing elsewhere."""

    def __init__(self, patches):
        self.answers = {values.tobytes(): label for values, label in zip(patches.values, patches.labels, strict=True)}

    def predict(self, patches, batch_size=None, verbose=None):
        none = np.array([-1, -1], dtype=np.float32)
        return np.stack([self.answers.get(values.tobytes(), none) for values in patches])


@pytest.fixture(scope="module")
def judged(data, tmp_path_factory, lowest_pressure):
    """Return the scores and the folder of each network, judged once."""
    networks = {"oracle": Oracle(data.test), "silent": Silent(), "lowest": lowest_pressure}
    folders = {name: tmp_path_factory.mktemp(name) for name in networks}
    return {
        name: (assess(SETTINGS, 2, network, data, folders[name]), folders[name]) for name, network in networks.items()
    }


def test_who_knows_the_labels_is_perfect_on_patches(judged):
    scores, _ = judged["oracle"]
    assert scores["recall"] == scores["precision"] == 1
    assert scores["false_positive_rate"] == 0
    assert scores["distance_km"] == pytest.approx(0, abs=0.01)


def test_who_sees_nothing_has_no_recall_and_no_distance(judged):
    scores, _ = judged["silent"]
    assert scores["recall"] == scores["globe_detected"] == 0
    assert "distance_km" not in scores
    assert "globe_distance_km" not in scores
    assert all(np.isfinite(list(scores.values())))


def test_baselines_do_not_depend_on_the_network(judged):
    (one, _), (two, _) = judged["silent"], judged["oracle"]
    for name in one:
        if name.startswith(("baseline", "mean_position")):
            assert one[name] == two[name]


def test_the_lowest_pressure_is_a_strong_baseline_and_the_mean_position_a_weak_one(judged):
    scores, _ = judged["silent"]
    assert 0.4 < scores["baseline_recall"] <= 1
    assert scores["baseline_distance_km"] < 100
    assert scores["mean_position_distance_km"] > 200


def test_a_detector_that_follows_the_pressure_finds_storms_on_the_globe(judged):
    scores, _ = judged["lowest"]
    assert scores["globe_detected"] > 0.3
    assert scores["globe_distance_km"] < 150


class Scribbler(Silent):
    """A network that writes into what it is given, as a back end may."""

    def predict(self, patches, batch_size=None, verbose=None):
        answers = super().predict(patches)
        patches[:] = 0
        return answers


def test_a_network_that_writes_into_its_inputs_does_not_reach_the_data(data, judged, tmp_path):
    before = data.test.values.sum()
    scores = assess(SETTINGS, 2, Scribbler(), data, tmp_path)
    assert data.test.values.sum() == before
    assert scores == judged["silent"][0]


@pytest.mark.parametrize("network", ["silent", "lowest"])
def test_pictures_are_left(judged, network):
    _, folder = judged[network]
    pictures = {"distances.png", "globe.png", "globe_distances.png", "patches.png", "reliability.png"}
    assert {path.name for path in folder.iterdir()} == {*pictures, "globes.json"}
    assert all((folder / name).stat().st_size > 10_000 for name in pictures)
