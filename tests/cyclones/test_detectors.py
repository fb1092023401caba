"""A network with its rules turns with the globe, whichever it is, and its map shows what its centres come from."""

import keras
import numpy as np
import pytest

from itwinai_cyclones.detectors import Detector, detector, predictor, rules_of
from itwinai_cyclones.model import compiled
from itwinai_cyclones.patches import SIZE
from itwinai_cyclones.score_maps import axes
from itwinai_cyclones.settings import CyclonesSettings, DataSettings, DetectionSettings, ModelSettings

DATA = DataSettings(variables=("msl", "wind_speed"))


def settings(name, **detection):
    return CyclonesSettings(data=DATA, model=ModelSettings(name=name), detection=DetectionSettings(**detection))


@pytest.fixture(scope="module")
def compact():
    """An untrained compact network that is sure of some of its peaks."""
    keras.utils.set_random_seed(4)
    model = compiled(DATA, ModelSettings(name="compact"))
    scale = model.get_layer("standardise")
    scale.adapt(np.array([1010.0, 8.0]), np.array([10.0, 5.0]))
    heat = model.get_layer("compact").get_layer("heat")
    kernel, _ = heat.get_weights()
    heat.set_weights([2 * kernel, np.array([0.0])])
    return model


def places(centres, turned=0.0):
    return np.array(sorted((c.latitude, (c.longitude + turned) % 360, c.score, c.msl, c.wind) for c in centres))


@pytest.mark.parametrize("physics", ["soft", "hard"])
def test_rolling_a_field_rolls_what_the_compact_network_finds(compact, haiyan_field, physics):
    find = detector(settings("compact", score=0.0, physics=physics, inland=1e6), compact)
    ours, theirs = find(haiyan_field), find(np.roll(haiyan_field, 4 * 87, axis=2))
    assert len(ours) >= 2
    np.testing.assert_allclose(places(theirs), places(ours, turned=87.0), atol=1e-3)


def test_rolling_a_field_by_strides_rolls_what_a_network_on_patches_finds(haiyan_field, lowest_pressure):
    find = Detector(
        DATA.variables, rules_of(DetectionSettings(inland=1e6)), compact=False, answer=lowest_pressure.predict
    )
    ours, theirs = find(haiyan_field), find(np.roll(haiyan_field, 20 * 7, axis=2))
    assert ours
    np.testing.assert_allclose(places(theirs), places(ours, turned=35.0), atol=1e-3)


@pytest.mark.parametrize("limit", [20.0, 35.0])
def test_the_map_is_high_where_there_are_centres(haiyan_field, haiyan_place, lowest_pressure, limit):
    rules = rules_of(DetectionSettings(maximum_latitude=limit))
    find = Detector(DATA.variables, rules, compact=False, answer=lowest_pressure.predict)
    centres, scores = find.look(haiyan_field, mapped=True)
    latitude, longitude = axes(limit)
    assert scores.shape == (len(latitude), len(longitude))
    assert find.look(haiyan_field, mapped=False) == (centres, None)
    row, column = np.abs(latitude - haiyan_place[0]).argmin(), round(haiyan_place[1])
    assert scores[row, column] >= rules.agreement
    assert np.median(scores) == 0


def test_the_map_of_the_compact_network_holds_its_scores(compact, haiyan_field):
    _, scores = detector(settings("compact"), compact).look(haiyan_field, mapped=True)
    assert scores.dtype == np.float32
    assert 0 <= scores.min() < scores.max() <= 1


def test_a_higher_score_is_asked_for_and_fewer_centres_are_left(compact, haiyan_field):
    all_of_them = detector(settings("compact", score=0.0), compact)(haiyan_field)
    middle = float(np.median([centre.score for centre in all_of_them]))
    some = detector(settings("compact", score=middle), compact)(haiyan_field)
    assert len(some) < len(all_of_them)
    assert some == [centre for centre in all_of_them if centre.score >= middle]


def test_a_network_on_patches_is_asked_for_positions():
    model = compiled(DATA, ModelSettings(name="vgg_v1"))
    answers = predictor(model)(np.full((3, SIZE, SIZE, 2), 1000, dtype=np.float32))
    assert answers.shape == (3, 2)
    assert answers.dtype == np.float32


@pytest.mark.parametrize(("name", "physics", "hard"), [("compact", "soft", False), ("compact", "hard", True)])
def test_physics_is_hard_where_it_is_asked_for(compact, name, physics, hard):
    assert detector(settings(name, physics=physics), compact).rules.hard is hard


def test_physics_is_always_hard_for_a_network_on_patches():
    assert rules_of(DetectionSettings(physics="soft"), compact=False).hard
