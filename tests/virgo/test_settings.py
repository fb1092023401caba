"""Settings refuse what cannot work, by name and with the numbers."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from itwinai_core import Config
from itwinai_virgo import synthetic
from itwinai_virgo.settings import VirgoSettings


def fields(section, path=""):
    """Yield the path, the field and the value of every setting."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        yield f"{path}{name}", field, value
        if isinstance(value, Config):
            yield from fields(value, f"{path}{name}.")


def test_every_setting_is_described():
    assert [path for path, field, _ in fields(VirgoSettings()) if not field.description] == []


def test_settings_in_seconds_or_hertz_say_so():
    units = {
        "data.sample_rate": "[Hz]",
        "data.seconds": "[s]",
        "data.glitch_rate": "[Hz]",
        "data.chirp_rate": "[Hz]",
        "data.guard": "[s]",
        "whitening.filter_length": "[s]",
        "whitening.spectrum_length": "[s]",
        "qscan.window": "[s]",
        "qscan.low": "[Hz]",
        "qscan.high": "[Hz]",
        "qscan.frequencies": "[pixels]",
    }
    described = {path: field.description for path, field, _ in fields(VirgoSettings())}
    assert {path: unit for path, unit in units.items() if unit not in described[path]} == {}


def test_channels_are_those_of_the_generated_data():
    settings = VirgoSettings()
    assert settings.data.strain == synthetic.STRAIN
    assert settings.data.witnesses == synthetic.WITNESSES


@pytest.mark.parametrize("name", ["unet", "decoder"])
def test_both_presets_are_there(name):
    assert VirgoSettings.model_validate({"model": {"name": name}}).model.name == name


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("data", "sample_rate", -1),
        ("data", "sample_rate", 0),
        ("data", "seconds", 0),
        ("data", "glitch_rate", -0.1),
        ("data", "chirp_rate", 2.0),
        ("data", "coherence", 1.1),
        ("data", "validation", 0.5),
        ("data", "test", 0),
        ("data", "witnesses", []),
        ("whitening", "filter_length", 0),
        ("qscan", "q", 3.0),
        ("qscan", "frequencies", 15),
        ("qscan", "times", 8),
        ("model", "name", "resnet"),
        ("training", "learning_rate", 0),
        ("training", "weight_decay", -1),
        ("data", "sample_rat", 1024),
    ],
)
def test_a_value_that_cannot_be_is_refused_at_its_key(section, key, value):
    with pytest.raises(ValidationError) as caught:
        VirgoSettings.model_validate({section: {key: value}})
    assert caught.value.errors()[0]["loc"][:2] == (section, key)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"qscan": {"low": 400.0}}, r"qscan.low is 400 Hz, not below qscan.high, 350 Hz"),
        ({"data": {"guard": 7.0}}, r"data.guard is 7 s; parts stay apart from 8 s"),
        ({"qscan": {"window": 8.0}}, r"stay apart from 12 s"),
        ({"data": {"witnesses": ["V1:A", "V1:A"]}}, "a channel twice"),
        ({"data": {"witnesses": ["V1:Hrec_hoft_16384Hz"]}}, "or the strain itself"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(content, message):
    with pytest.raises(ValidationError, match=message):
        VirgoSettings.model_validate(content)


@pytest.mark.parametrize(
    ("name", "side", "pixels", "message"),
    [
        ("unet", "frequencies", 50, "qscan.frequencies is 50; model.name=unet takes multiples of 16, as 48"),
        ("recurrent_unet", "times", 24, "qscan.times is 24; model.name=recurrent_unet takes multiples of 16, as 32"),
        ("reference_unet", "times", 40, "qscan.times is 40; model.name=reference_unet takes multiples of 16"),
        ("reference_resnet", "frequencies", 50, "model.name=reference_resnet takes multiples of 4, as 48"),
    ],
)
def test_a_size_that_the_network_cannot_halve_is_refused_with_one_that_it_can(name, side, pixels, message):
    with pytest.raises(ValidationError, match=message):
        VirgoSettings.model_validate({"model": {"name": name}, "qscan": {side: pixels}})


@pytest.mark.parametrize(
    ("name", "pixels"), [("decoder", 50), ("reference_decoder", 17), ("reference_resnet", 20), ("unet", 48)]
)
def test_a_size_that_the_network_takes_is_taken(name, pixels):
    settings = VirgoSettings.model_validate({"model": {"name": name}, "qscan": {"frequencies": pixels}})
    assert settings.qscan.frequencies == pixels


def test_settings_stay_as_they_are():
    with pytest.raises(ValidationError, match="frozen"):
        VirgoSettings().data.seconds = 5


def test_settings_come_back_from_what_was_written():
    settings = VirgoSettings.model_validate({"data": {"file": "/data/virgo.h5", "seconds": 400}})
    assert VirgoSettings.model_validate(settings.model_dump(mode="json")) == settings


def test_the_front_door_opens_without_a_framework():
    heavy = {"torch", "lightning", "torchmetrics", "matplotlib", "h5py", "scipy", "numpy"}
    code = f"import sys, itwinai_virgo.plugin; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
