"""The front door: the use case ``virgo``, and the hook that offers it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

import click

from itwinai_core import DataSplits, LightningUseCase, RunConfig, hookimpl
from itwinai_virgo.settings import DataSettings, QScanSettings, VirgoSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lightning.pytorch import LightningModule

    from itwinai_core import Source
    from itwinai_virgo.model import StrainEstimator
    from itwinai_virgo.scaling import Pairs

ITWINAI_API = ">=0.1,<0.2"
STRAIN = DataSettings().strain
POSITIVE = click.FloatRange(min=0.0, min_open=True)
Q_FACTOR = click.FloatRange(min=3.4, max=200.0)


class Virgo(LightningUseCase[VirgoSettings]):
    """Noise in the strain of the Virgo detector, estimated from the channels that witnessed its cause."""

    name = "virgo"
    summary = "Denoises Q-transforms of the Virgo gravitational-wave detector by its witness channels"
    settings = VirgoSettings
    defaults: ClassVar[Mapping[str, Any]] = {"fit": {"epochs": 10, "batch_size": 8}}
    quick: ClassVar[Mapping[str, Any]] = {
        "settings": {
            "data": {"seconds": 128, "sample_rate": 512.0},
            "qscan": {"high": 150.0, "frequencies": 16, "times": 16},
        }
    }

    def build_data(self, run: RunConfig[VirgoSettings]) -> DataSplits:
        """Return images of generated or recorded time, split with guards."""
        from itwinai_virgo.data import build_splits

        return build_splits(run)

    def build_model(self, run: RunConfig[VirgoSettings]) -> LightningModule:
        """Return the untrained preset."""
        from itwinai_virgo.model import StrainEstimator

        return StrainEstimator(run.settings)

    def adapt(self, run: RunConfig[VirgoSettings], model: StrainEstimator, train: Source) -> None:  # noqa: ARG002
        """Fit the scaling to the training part."""
        model.fit_scaling(cast("Pairs", train))

    def assess(
        self, run: RunConfig[VirgoSettings], model: StrainEstimator, data: DataSplits, folder: Path
    ) -> Mapping[str, float]:
        """Return the skill on unseen time beside baselines; write pictures, estimates and a held-out recording."""
        from itwinai_virgo.data import in_memory, trial
        from itwinai_virgo.export import assess

        held = DataSplits(in_memory(data.train), in_memory(data.validation), in_memory(data.held_out))
        return assess(run.settings, model, held, folder, trial(run))

    def predict(
        self, run: RunConfig[VirgoSettings], model: StrainEstimator, inputs: Sequence[Path], folder: Path
    ) -> Sequence[str]:
        """Write the Q-scan of each file of strain, and the network's estimate where it holds the witnesses."""
        from itwinai_virgo.predict import predict

        return predict(run.settings, model, inputs, folder)

    def samples(self) -> Mapping[str, Path]:
        """Return real Virgo strain around GW170814, 32 s at 4096 Hz."""
        name = "sample/V-V1_GWOSC_4KHZ_R1-1186741846-32.hdf5"
        return {"gw170814": Path(str(files("itwinai_virgo").joinpath(name)))}


@click.group("virgo")
def virgo() -> None:
    """Look at strain without a trained network."""


@virgo.command(epilog="\b\nExample:\n  itwinai virgo qscan sample:gw170814")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--channel", default=STRAIN, show_default=True, help="Strain channel, of files with several.")
@click.option("--sample-rate", type=POSITIVE, help="Rate that strain is brought down to [Hz].  [default: the file's]")
@click.option("--low", type=POSITIVE, default=QScanSettings().low, show_default=True, help="Lowest frequency [Hz].")
@click.option("--high", type=POSITIVE, help="Highest frequency [Hz].  [default: what the rate allows]")
@click.option(
    "--q", type=(Q_FACTOR, Q_FACTOR), default=(4.0, 64.0), show_default=True, help="Lowest and highest quality factor."
)
@click.option(
    "--curve",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Noise curve to whiten by, text of two columns, frequency [Hz] and amplitude spectral density [1/sqrt(Hz)].  "
    "[default: the file's own]",
)
@click.option(
    "--output", type=click.Path(path_type=Path), default="qscans", show_default=True, help="Folder to make for results."
)
def qscan(  # noqa: PLR0913, PLR0917  an argument for each option
    files: tuple[str, ...],
    channel: str,
    sample_rate: float | None,
    low: float,
    high: float | None,
    q: tuple[float, float],
    curve: Path | None,
    output: Path,
) -> None:
    """Draw the Omega scan of each FILE of strain.

    FILE is GWF frames, HDF5 as GWOSC publishes it, as GWpy writes it or in this plugin's layout, or text; or
    sample:gw170814 for real data that come with it.
    A folder for each file holds qscan.png and the energies, qscan.h5; qscans.csv lists the loudest tiles of all.
    """
    if q[0] > q[1]:
        raise click.BadParameter(f"{q[0]:g} is above {q[1]:g}; give the lowest first.", param_hint="--q")
    if high is not None and low >= high:
        raise click.BadParameter(f"{low:g} Hz is not below --high, {high:g} Hz.", param_hint="--low")
    from itwinai_virgo.scan_files import TABLE, ScanOptions, scan_files

    samples = {f"sample:{name}": path for name, path in Virgo().samples().items()}
    paths = [samples.get(file, Path(file)) for file in files]
    scan_files(paths, ScanOptions(channel, sample_rate, (low, high), q, curve), output, click.echo)
    click.echo(f"In {output}: {TABLE}, and a folder for each file.")


@hookimpl
def itwinai_commands() -> list[click.Command]:
    """Offer ``itwinai virgo``."""
    return [virgo]


@hookimpl
def itwinai_use_cases() -> list[Virgo]:
    """Offer the one use case of this plugin."""
    return [Virgo()]
