"""The nearest name is the one that was meant, and where nothing is near, nothing is said."""

import pytest

from itwinai_core.config import FitConfig
from itwinai_core.config.near import did_you_mean, likeness, near_match, nearest

KEYS = list(FitConfig.model_fields)
SETTINGS = ["learning_rate", "weight_decay", "sample_rate", "train_years", "test_years", "hidden_size", "dropout"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("EPOCHS", "epochs"),
        ("Epochs", "epochs"),
        ("epoch", "epochs"),
        ("epcohs", "epochs"),
        ("epoochs", "epochs"),
        ("epchs", "epochs"),
        ("num_epochs", "epochs"),
        ("n_epochs", "epochs"),
        ("max-epochs", "epochs"),
        ("batch-size", "batch_size"),
        ("batchsize", "batch_size"),
        ("batchSize", "batch_size"),
        ("batch.size", "batch_size"),
        ("size_batch", "batch_size"),
        ("batch_sizes", "batch_size"),
        ("tracker", "trackers"),
        ("minDelta", "min_delta"),
        ("shuffel", "shuffle"),
        ("monito", "monitor"),
    ],
)
def test_a_misspelt_key_has_its_key_as_the_nearest(word, meant):
    assert nearest(word, KEYS) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("learningrate", "learning_rate"),
        ("LearningRate", "learning_rate"),
        ("learn_rate", "learning_rate"),
        ("weightdecay", "weight_decay"),
        ("weight_dcay", "weight_decay"),
        ("hiddensize", "hidden_size"),
        ("drop_out", "dropout"),
        ("train_year", "train_years"),
        ("lr", "learning_rate"),
        ("WD", "weight_decay"),
        ("sampling_frequency", "sample_rate"),
        ("training_years", "train_years"),
    ],
)
def test_a_misspelt_setting_has_its_setting_as_the_nearest(word, meant):
    assert nearest(word, SETTINGS) == meant


@pytest.mark.parametrize(
    ("word", "meant"), [("loggers", "trackers"), ("metric", "monitor"), ("direction", "mode"), ("bs", "batch_size")]
)
def test_another_tools_word_for_a_key_means_that_key(word, meant):
    assert nearest(word, KEYS) == meant


def test_a_word_that_is_spelt_nearly_right_goes_before_one_that_means_the_same():
    assert nearest("logger", ["loggers", "trackers"]) == "loggers"
    assert likeness("lr", "settings.learning_rate") < likeness("lr", "learning_rate") < likeness("LR", "lr")


@pytest.mark.parametrize("word", ["ls", "l", "banana", "x", "", "years", "rate", "_"])
def test_what_is_like_nothing_or_like_two_has_no_nearest(word):
    assert nearest(word, SETTINGS) == ""


@pytest.mark.parametrize("name", KEYS + SETTINGS)
def test_a_name_is_most_like_itself(name):
    assert likeness(name, name) == 1.0
    assert max(KEYS + SETTINGS, key=lambda other: likeness(name, other)) == name


@pytest.mark.parametrize("name", [name for name in KEYS + SETTINGS if len(name) > 3])
def test_every_single_slip_is_understood(name):
    """A letter left out, doubled, swapped with its neighbour, or in capitals: whichever it is."""
    known = KEYS + SETTINGS
    for place in range(len(name) - 1):
        slips = [
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            name[:place] + name[place].upper() + name[place + 1 :],
        ]
        assert {nearest(slip, known) for slip in slips} == {name}


def test_likeness_is_between_nothing_and_everything():
    values = [likeness(one, other) for one in KEYS + SETTINGS for other in KEYS + SETTINGS]
    assert min(values) >= 0
    assert max(values) == 1.0


def test_a_hint_names_the_nearest_or_what_is_known():
    assert near_match("epoch", KEYS) == " Did you mean 'epochs'?"
    assert near_match("banana", KEYS) == ""
    assert did_you_mean("banana", ["b", "a"]) == " Known: a, b."
    assert did_you_mean("x", []) == ""


def test_a_hint_does_not_list_hundreds():
    said = did_you_mean("zzz", [f"name{number:03}" for number in range(200)])
    assert said.endswith("name019 and 180 more.")
