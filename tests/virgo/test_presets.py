"""Every network that a run can name is there, of its size, and takes the images that the settings allow."""

import pytest
import torch

from itwinai_virgo.model import StrainEstimator
from itwinai_virgo.presets import LEARNING_RATES, PRESETS
from itwinai_virgo.settings import MULTIPLES, VirgoSettings

PARAMETERS = {
    "unet": 2_486_989,
    "decoder": 2_125_121,
    "recurrent_unet": 2_447_665,
    "reference_decoder": 309_057,
    "reference_deep_decoder": 1_035_649,
    "reference_resnet": 14_909_825,
    "reference_unet": 34_513_345,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_settings_reach_every_preset(name):
    module = StrainEstimator(VirgoSettings.model_validate({"model": {"name": name}}))
    assert sum(weights.numel() for weights in module.parameters() if weights.requires_grad) == PARAMETERS[name]


def test_presets_are_those_of_the_settings():
    choices = VirgoSettings.model_json_schema()["$defs"]["ModelSettings"]["properties"]["name"]["enum"]
    assert set(PRESETS) == set(LEARNING_RATES) == set(PARAMETERS) == set(choices)


@torch.no_grad()
@pytest.mark.parametrize("name", PARAMETERS)
def test_a_preset_takes_the_multiples_that_the_settings_ask_for_and_no_others(name):
    network = PRESETS[name](1).eval()

    def takes(times):
        try:
            return network(torch.zeros(1, 1, 16, times)).shape == (1, 1, 16, times)
        except RuntimeError:
            return False

    multiple = MULTIPLES.get(name, 1)
    assert takes(16 + multiple)
    assert multiple == 1 or not takes(16 + multiple // 2)
