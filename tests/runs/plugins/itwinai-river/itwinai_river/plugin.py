"""The front door: the use cases ``gauge`` and ``flood``, a verb, and an observer."""

from __future__ import annotations

import logging
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from itwinai_core import DataSplits, KerasUseCase, LightningUseCase, RunConfig, hookimpl
from itwinai_river.settings import FloodSettings, GaugeSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import keras
    from lightning.pytorch import LightningModule

    from itwinai_core import Report, Source
    from itwinai_river.model import LevelForecaster

ITWINAI_API = ">=0.1,<0.2"

logger = logging.getLogger(__name__)


def sample_files() -> dict[str, Path]:
    """Return the generated week of hourly rain and level that comes with the package."""
    return {"week": Path(str(files("itwinai_river").joinpath("sample/week.csv")))}


class Gauge(LightningUseCase[GaugeSettings]):
    """Level of the river some hours ahead."""

    name = "gauge"
    summary = "Forecasts the level of a small river some hours ahead"
    settings = GaugeSettings
    defaults: ClassVar[Mapping[str, Any]] = {"fit": {"epochs": 4, "batch_size": 32}}

    def build_data(self, run: RunConfig[GaugeSettings]) -> DataSplits:
        """Return windows of a generated record, split in time with guards."""
        from itwinai_river.data import level_splits

        return level_splits(run.settings.rain, run.settings.horizon, run.seed)

    def build_model(self, run: RunConfig[GaugeSettings]) -> LightningModule:
        """Return the untrained forecaster."""
        from itwinai_river.model import LevelForecaster

        return LevelForecaster(run.settings.model)

    def adapt(self, run: RunConfig[GaugeSettings], model: LevelForecaster, train: Source) -> None:
        """Take the scale of rain and level from the training part."""
        from itwinai_river.data import statistics

        model.take_scale(*statistics(train))

    def assess(
        self, run: RunConfig[GaugeSettings], model: LevelForecaster, data: DataSplits, folder: Path
    ) -> Mapping[str, float]:
        """Return the error of the forecast, beside that of a level that stays; write both."""
        from itwinai_river.assessment import level_errors

        return level_errors(model.forecast, data.held_out, folder)

    def predict(
        self, run: RunConfig[GaugeSettings], model: LevelForecaster, inputs: Sequence[Path], folder: Path
    ) -> Sequence[str]:
        """Write the level to come after each hour of a CSV file."""
        from itwinai_river.data import read_windows
        from itwinai_river.records import write_column

        hours, windows = read_windows(inputs[0])
        levels = model.forecast(windows)
        write_column(folder / "level.csv", "level_m", hours, levels)
        return [f"highest level {levels.max():.2f} m, {run.settings.horizon} h after hour {hours[levels.argmax()]}"]

    def samples(self) -> Mapping[str, Path]:
        """Return the week that comes with the package."""
        return sample_files()


class Flood(KerasUseCase[FloodSettings]):
    """Whether the river will pass a threshold."""

    name = "flood"
    summary = "Warns that a small river will pass a threshold"
    settings = FloodSettings
    defaults: ClassVar[Mapping[str, Any]] = {"fit": {"epochs": 4, "batch_size": 32}}

    def build_data(self, run: RunConfig[FloodSettings]) -> DataSplits:
        """Return windows of a generated record with a word on what followed, split in time with guards."""
        from itwinai_river.data import flood_splits

        return flood_splits(run.settings.rain, run.settings.horizon, run.settings.threshold, run.seed)

    def build_model(self, run: RunConfig[FloodSettings]) -> keras.Model:
        """Return the untrained network, compiled."""
        from itwinai_river.network import compiled

        return compiled(run.settings.model)

    def adapt(self, run: RunConfig[FloodSettings], model: keras.Model, train: Source) -> None:
        """Take the scale of rain and level from the training part."""
        from itwinai_river.data import statistics

        model.get_layer("scale").take(*statistics(train))

    def assess(
        self, run: RunConfig[FloodSettings], model: keras.Model, data: DataSplits, folder: Path
    ) -> Mapping[str, float]:
        """Return the Brier score of the warning, beside that of the climate; write both."""
        from itwinai_river.assessment import warning_scores

        return warning_scores(lambda windows: model.predict(windows, verbose=0)[:, 0], data.held_out, folder)

    def predict(
        self, run: RunConfig[FloodSettings], model: keras.Model, inputs: Sequence[Path], folder: Path
    ) -> Sequence[str]:
        """Write the chance of a flood after each hour of a CSV file."""
        from itwinai_river.data import read_windows
        from itwinai_river.records import write_column

        hours, windows = read_windows(inputs[0])
        chances = model.predict(windows, verbose=0)[:, 0]
        write_column(folder / "flood.csv", "chance", hours, chances)
        return [f"{(chances > 0.5).sum()} of {len(hours)} hours warn of more than {run.settings.threshold:g} m"]

    def samples(self) -> Mapping[str, Path]:
        """Return the week that comes with the package."""
        return sample_files()


@click.group("river")
def river() -> None:
    """Look at the record that the river's use cases learn from."""


@river.command()
@click.option("--hours", default=72, show_default=True, help="Length of the record [h].")
@click.option("--seed", default=0, show_default=True, help="Seed of the record.")
def hydrograph(hours: int, seed: int) -> None:
    """Print hourly rain and level as CSV."""
    from itwinai_river.records import generated

    click.echo("hour,rain_mm,level_m")
    for hour, (rain, level) in enumerate(generated(hours, 0.04, seed).T):
        click.echo(f"{hour},{rain:.2f},{level:.3f}")


@hookimpl
def itwinai_use_cases() -> list[Gauge | Flood]:
    """Offer both use cases."""
    return [Gauge(), Flood()]


@hookimpl
def itwinai_commands() -> list[click.Command]:
    """Offer ``itwinai river``."""
    return [river]


@hookimpl
def itwinai_after_fit(use_case: Gauge | Flood, report: Report) -> None:
    """Note for whoever follows the log how far a fit went."""
    if isinstance(use_case, Gauge | Flood):
        logger.info("%s: best epoch %d", use_case.name, report.best_epoch)
