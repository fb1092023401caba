"""Contract of a use case: what a plugin offers for training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal

from itwinai_core.config import SettingsT
from itwinai_core.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import keras
    from lightning.pytorch import LightningModule

    from itwinai_core.config import Config, RunConfig
    from itwinai_core.sources import DataSplits, Source


class UseCase(ABC, Generic[SettingsT]):
    """What is trained. Subclass `LightningUseCase` or `KerasUseCase`; import frameworks inside the methods."""

    name: ClassVar[str]
    """What users type, e.g. ``virgo``."""

    summary: ClassVar[str]
    """One line for `itwinai list-plugins`."""

    settings: ClassVar[type[Config]]
    """Class of the ``settings`` section."""

    engine: ClassVar[Literal["lightning", "keras"]]
    """Framework that trains the model."""

    defaults: ClassVar[Mapping[str, Any]] = {}
    """The use case's own defaults for the core's sections, e.g. ``{"fit": {"epochs": 20}}``."""

    quick: ClassVar[Mapping[str, Any]] = {}
    """Values, laid over the defaults, of a run small enough for `itwinai check-plugin` to train within seconds."""

    def prepare(self, run: RunConfig[SettingsT]) -> None:
        """Fetch or generate files that the data need; called once, on the chief, before `build_data`."""

    @abstractmethod
    def build_data(self, run: RunConfig[SettingsT]) -> DataSplits:
        """Return the samples to train on, to validate on, and to be judged on."""

    @abstractmethod
    def build_model(self, run: RunConfig[SettingsT]) -> Any:
        """Return the untrained model; called again before a checkpoint is loaded."""

    def adapt(self, run: RunConfig[SettingsT], model: Any, train: Source) -> None:
        """Fit what the model takes from the statistics of its data, e.g. a scale, before the first update.

        Only the training part is handed over, so nothing leaks from the others. The result belongs into what a
        checkpoint saves: buffers of a module, weights of a Keras layer.
        """

    def assess(
        self,
        run: RunConfig[SettingsT],  # noqa: ARG002 - for those who override
        model: Any,  # noqa: ARG002
        data: DataSplits,  # noqa: ARG002
        folder: Path,  # noqa: ARG002
    ) -> Mapping[str, float]:
        """Judge the best model on held-out data, beside baselines; called after a fit and by `itwinai evaluate`.

        Args:
            run: The settings it was trained with.
            model: The best checkpoint, ready for inference.
            data: What `build_data` returned.
            folder: Where pictures and arrays go; it exists and is empty.

        Returns:
            Names without a prefix, and values; the core reports them as ``test/name``.
        """
        return {}

    def predict(
        self,
        run: RunConfig[SettingsT],  # noqa: ARG002 - for those who override
        model: Any,  # noqa: ARG002
        inputs: Sequence[Path],  # noqa: ARG002
        folder: Path,  # noqa: ARG002
    ) -> Sequence[str]:
        """Apply the trained model to a user's files.

        Args:
            run: The settings it was trained with.
            model: The best checkpoint, ready for inference.
            inputs: Files or folders, as the user gave them; all of them exist.
            folder: Where results go; it exists and is empty.

        Returns:
            Lines for the terminal that say what was found.

        Raises:
            DataError: an input is not what the model can take.
        """
        raise RunError(f"The use case '{self.name}' cannot be applied to files: it has no predict.")

    def samples(self) -> Mapping[str, Path]:
        """Return real inputs that are at hand, for `itwinai predict RUN sample:NAME`."""
        return {}


class LightningUseCase(UseCase[SettingsT]):
    """A use case that trains a `LightningModule`.

    Its module logs ``train/<metric>`` in `training_step` and ``validation/<metric>`` in `validation_step`, each epoch;
    the core runs the latter over the test samples too, and reports ``test/<metric>``.
    """

    engine = "lightning"

    @abstractmethod
    def build_model(self, run: RunConfig[SettingsT]) -> LightningModule:
        """Return the untrained module; called again before a checkpoint is loaded."""


class KerasUseCase(UseCase[SettingsT]):
    """A use case that trains a compiled `keras.Model` on ``(inputs, targets)`` samples.

    Keras's ``loss`` and ``val_loss`` are reported as ``train/loss`` and ``validation/loss``.
    """

    engine = "keras"

    @abstractmethod
    def build_model(self, run: RunConfig[SettingsT]) -> keras.Model:
        """Return the untrained model, compiled; called again before a checkpoint is loaded."""
