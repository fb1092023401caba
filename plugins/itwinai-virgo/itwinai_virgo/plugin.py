"""The front door: the use case ``virgo``, and the hook that offers it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from itwinai_core import DataSplits, LightningUseCase, RunConfig, hookimpl
from itwinai_virgo.settings import VirgoSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from lightning.pytorch import LightningModule

    from itwinai_core import Source
    from itwinai_virgo.data import Images
    from itwinai_virgo.model import StrainEstimator

ITWINAI_API = ">=0.1,<0.2"


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
        model.fit_scaling(cast("Images", train))

    def assess(
        self, run: RunConfig[VirgoSettings], model: StrainEstimator, data: DataSplits, folder: Path
    ) -> Mapping[str, float]:
        """Return the skill on unseen time beside baselines; write pictures, estimates and a held-out recording."""
        from itwinai_virgo.export import assess

        return assess(run.settings, model, data, folder)

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


@hookimpl
def itwinai_use_cases() -> list[Virgo]:
    """Offer the one use case of this plugin."""
    return [Virgo()]
