"""Options of both use cases, typed and with units."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from itwinai_core import Config

Width = Annotated[int, Field(ge=1, le=512)]
Season = Literal["winter", "spring", "summer", "autumn"]


class RainSettings(Config):
    """The record that is generated to learn from."""

    hours: Annotated[int, Field(ge=400)] = 1200
    """Length of the record [h]."""

    storms: Annotated[float, Field(gt=0, le=1)] = 0.04
    """Share of the hours in which rain sets in."""

    seasons: Annotated[tuple[Season, ...], Field(min_length=1)] = ("winter", "autumn")
    """Seasons to draw from; summer storms are short and heavy."""

    jitter: NonNegativeFloat = 0.05
    """Deviation of the gauge's error, added to the levels in training [m]."""


class ModelSettings(Config):
    """The network and its optimiser."""

    widths: Annotated[tuple[Width, ...], Field(min_length=1, max_length=4)] = (24, 12)
    """Numbers in each hidden layer."""

    activation: Literal["relu", "tanh"] = "relu"
    """What stands between the layers."""

    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the hidden numbers that an update leaves out."""

    learning_rate: PositiveFloat = 5e-3
    """Learning rate at the start."""

    decay: Annotated[float, Field(gt=0, le=1)] | None = 0.7
    """Factor on the learning rate after each epoch; null keeps the rate."""


class GaugeSettings(Config):
    """The ``settings`` section of a gauge run."""

    rain: RainSettings = RainSettings()
    """The record."""

    model: ModelSettings = ModelSettings()
    """The network."""

    horizon: PositiveInt = 3
    """Lead time of the forecast [h]."""


class FloodSettings(Config):
    """The ``settings`` section of a flood run."""

    rain: RainSettings = RainSettings()
    """The record."""

    model: ModelSettings = ModelSettings(widths=(16,))
    """The network."""

    horizon: PositiveInt = 3
    """Time within which the river must pass the threshold [h]."""

    threshold: PositiveFloat = 1.2
    """Level that counts as a flood [m]."""

    @model_validator(mode="after")
    def _floods_are_above_the_gauges_error(self) -> Self:
        if self.threshold <= self.rain.jitter:
            raise ValueError(
                f"threshold is {self.threshold:g} m, not above rain.jitter, {self.rain.jitter:g} m. Raise the threshold"
            )
        return self
