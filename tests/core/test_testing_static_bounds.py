"""A number that cannot be negative and has no bound is seen where others have theirs, and left alone elsewhere."""

from typing import Annotated, Literal

import pytest
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from itwinai_core import Config
from itwinai_core.testing.static.bounds import forgotten_bounds
from itwinai_core.testing.static.settings import walk


class Bounded(Config):
    """Settings whose numbers have bounds."""

    count: PositiveInt = 100
    """Number of samples."""

    rate: PositiveFloat = 0.01
    """Learning rate."""

    noise: NonNegativeFloat | None = 0.1
    """Standard deviation of the noise [m]."""

    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Share that is kept."""

    kind: Literal[1, 2] = 1
    """Which of two kinds."""


class Forgetful(Bounded):
    """One of them lost its bounds."""

    dropout: float = 0.2
    """Share of the features that is dropped."""


class Signed(Bounded):
    """One of them may be negative."""

    offset: float = 0.0
    """Mean of the levels [m]."""


class Below(Bounded):
    """One of them is negative."""

    width: float = -1.0
    """Width to the left [m]."""


class Careless(Config):
    """None of them has bounds."""

    count: int = 100
    """Number of samples."""

    rate: float = 0.01
    """Learning rate."""


class Spread(Bounded):
    """Half of them have bounds."""

    width: int = 3
    """Numbers in the hidden layer."""

    depth: int = 3
    """Number of layers."""

    dropout: float = 0.1
    """Share of the features that is dropped."""


def told(settings):
    return [fault.problem for fault in forgotten_bounds(list(walk(settings)))]


def test_the_one_that_lost_its_bounds_is_named():
    (said,) = told(Forgetful)
    assert said.startswith("The setting dropout takes any number, -1 too")


@pytest.mark.parametrize("settings", [Bounded, Signed, Below, Careless, Spread])
def test_others_are_left_alone(settings):
    assert told(settings) == []


@pytest.mark.parametrize("name", ["layers", "hidden_size", "n_heads", "weight_lr"])
def test_a_name_may_say_that_a_number_is_not_negative(name):
    kind = type("Named", (Bounded,), {"__annotations__": {name: int}, name: Field(3, description="As in the paper.")})
    assert len(told(kind)) == 1


def test_a_validator_is_a_bound_too(small):
    from small_plugins import PLUGIN

    from itwinai_core.testing.static import settings

    fields = """    size: PositiveInt = 3
    \"\"\"Edge of the small thing [m].\"\"\"

    width: PositiveInt = 3
    \"\"\"Width of it [m].\"\"\"

    depth: PositiveInt = 3
    \"\"\"Depth of it [m].\"\"\"

    count: int = 3
    \"\"\"Number of samples.\"\"\"
"""
    check = """
    @field_validator("count")
    @classmethod
    def _some(cls, count):
        return max(count, 1)
"""
    head = PLUGIN.replace(
        "from itwinai_core", "from pydantic import PositiveInt, field_validator\n\nfrom itwinai_core", 1
    )
    old = PLUGIN[PLUGIN.index("    size: int") : PLUGIN.index("\n\nclass Small")]
    read = "\n\ndef read(x):\n    return x.width, x.depth, x.count\n"
    found = {
        text: [fault.problem for fault in settings.find(small({"small/plugin.py": head.replace(old, text) + read}))]
        for text in (fields, fields + check)
    }
    assert [said.partition(" takes")[0] for said in found[fields]] == ["The setting count"]
    assert found[fields + check] == []
