"""Two complete toy plugins, a line and a parabola, small enough to train within seconds on either engine."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field, PositiveFloat

from itwinai_core import Config, DataError, DataSplits, KerasUseCase, LightningUseCase, hookimpl


class DataSection(Config):
    """Which points to learn from."""

    count: int = Field(default=48, ge=0)
    """Training points."""

    noise: float = Field(default=0.0, ge=0)
    """Standard deviation added to each target, augmentation included."""


class ModelSection(Config):
    """What to fit."""

    kind: Literal["line", "constant"] = "line"
    """Shape of the function."""

    learning_rate: PositiveFloat = 0.1
    """Size of the first optimiser steps."""


class ToySettings(Config):
    """The ``settings`` section of a toy run."""

    slope: float = 2.0
    """Slope to recover, dimensionless."""

    fail: Literal["no", "data", "bug", "predict"] = "no"
    """Where to go wrong."""

    data: DataSection = DataSection()
    """Which points to learn from."""

    model: ModelSection = ModelSection()
    """What to fit."""


class Points:
    """Points on a line through the origin; keeps a record of what was asked for."""

    def __init__(self, slope: float, count: int, offset: float = 0.0) -> None:
        x = np.linspace(-1, 1, count, dtype="float32")[:, None] + np.float32(offset)
        self.x, self.y = x, np.float32(slope) * x
        self.asked: list[list[int]] = []

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int):
        return self.x[index].copy(), self.y[index].copy()

    def __getitems__(self, indices):
        self.asked.append([int(index) for index in indices])
        return self.x[indices], self.y[indices]


class NoisyPoints(Points):
    """Points whose targets get noise of their own key."""

    def __init__(self, slope: float, count: int, noise: float) -> None:
        super().__init__(slope, count)
        self.noise = noise

    def augmented(self, index: int, generator: np.random.Generator):
        x, y = self[index]
        return x, y + np.float32(self.noise * generator.standard_normal())


class QuicklyNoisyPoints(NoisyPoints):
    """Points whose noise is drawn for a whole batch at once."""

    def augmented_items(self, indices: np.ndarray, seed: int, epoch: int):
        x, y = self.__getitems__(indices)
        noise = np.random.default_rng([seed, epoch]).standard_normal(len(self))
        return x, y + np.float32(self.noise * noise[indices])


class _Toy:
    summary = "Recovers the slope of a line"
    settings = ToySettings
    defaults = {"fit": {"epochs": 3, "batch_size": 16}}  # noqa: RUF012 - as plugins write it

    def build_data(self, run):
        if run.settings.fail == "data":
            raise DataError("The points are lost.\nLook for them.")
        if run.settings.fail == "bug":
            return 1 / 0
        slope, data = run.settings.slope, run.settings.data
        train = NoisyPoints(slope, data.count, data.noise) if data.noise else Points(slope, data.count)
        return DataSplits(train=train, validation=Points(slope, 10, 0.01), test=Points(slope, 7, 0.02))

    def assess(self, run, model, data, folder):
        (folder / "note.txt").write_text("judged\n")
        return {"slope_error": abs(self.slope_of(model) - run.settings.slope)}

    def predict(self, run, model, inputs, folder):
        (folder / "answer.txt").write_text("half")
        if run.settings.fail == "predict":
            raise DataError(f"{inputs[0]} holds no number.\nWrite one into it.")
        (folder / "answer.txt").write_text(f"{self.slope_of(model) * float(inputs[0].read_text())}\n")
        return [f"slope {self.slope_of(model):.3f}"]

    def samples(self):
        from pathlib import Path

        return {"self": Path(__file__)}


class TorchLine(_Toy, LightningUseCase[ToySettings]):
    """The line on Lightning."""

    name = "torch-line"

    def build_model(self, run):
        from torch_line import Line

        return Line(run.settings.model.learning_rate)

    def adapt(self, run, model, train):
        model.scale.fill_(float(np.std([train[index][0] for index in range(len(train))])))

    @staticmethod
    def slope_of(model):
        return model.slope.item()


class KerasLine(_Toy, KerasUseCase[ToySettings]):
    """The line on Keras."""

    name = "keras-line"

    def build_model(self, run):
        import keras

        model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1, use_bias=False, dtype="float32")])
        model.compile(
            keras.optimizers.Adam(run.settings.model.learning_rate), "mse", metrics=["mae"], jit_compile=False
        )
        return model

    @staticmethod
    def slope_of(model):
        return float(model.trainable_weights[0].numpy().squeeze())


@hookimpl
def itwinai_use_cases():
    return [TorchLine(), KerasLine()]
