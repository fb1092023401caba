"""The typed shape of a run: what every run has, and room for what its use case adds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from itwinai_core.config.docstrings import describe
from itwinai_core.config.shape import Read, Wording


class Config(BaseModel):
    """Base of all settings: frozen, closed, each field described by the docstring under it.

    Subclass it for the ``settings`` section of a use case. Nested subclasses make sub-sections. The schema is
    built when it is first used, so that listing plugins does not pay for it.
    """

    model_config = ConfigDict(
        allow_inf_nan=False,
        defer_build=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Describe the fields of a class by the docstrings under them."""
        super().__pydantic_init_subclass__(**kwargs)
        if not cls.__pydantic_generic_metadata__["origin"]:
            describe(cls)


SettingsT = TypeVar("SettingsT", bound=Config)


def _near_metric(word: str) -> str:
    """Return the metric that a name in another tool's style means."""
    split, _, name = word.replace("\\", "/").rpartition("/")
    if not split:
        first, _, rest = word.replace("-", "_").replace(".", "_").partition("_")
        split, name = (first, rest) if rest and _split_of(first) else ("", word)
    name = re.sub(r"\W+", "_", name).strip("_").lower()
    return f"{_split_of(split) or 'validation'}/{name}" if name else ""


def _split_of(word: str) -> str:
    """Return the part of the data that a word means; the test part is no choice, so it stands for validation."""
    short = word.lower().strip("/_ ")
    if short.startswith("tr"):
        return "train"
    return "validation" if short.startswith(("val", "dev", "test", "eval")) else ""


MetricName = Annotated[
    str,
    Field(pattern=r"^(train|validation)/\w+$"),
    Wording("train/METRIC or validation/METRIC", near=_near_metric),
]


InputFile = Annotated[Path, Read()]
"""A file that a run reads: `fit` and `explain` see that it is there before anything is imported that takes seconds.

Pydantic's `FilePath` would ask for it whenever the run is read again, though a trained model can be applied without it.
"""


class FitConfig(Config):
    """The ``fit`` section: how long to train, and what to watch."""

    epochs: PositiveInt = 10
    """Passes over the training data, at most."""

    batch_size: PositiveInt = 32
    """Samples in one optimiser update, over all replicas together."""

    shuffle: bool = True
    """Whether the training samples are put into a new order each epoch; the order depends on seed and epoch alone."""

    monitor: MetricName = "validation/loss"
    """Metric that decides which checkpoint is the best and when to stop."""

    mode: Literal["min", "max"] = "min"
    """Whether a smaller or a larger value of the monitored metric is better."""

    patience: NonNegativeInt | None = 10
    """Epochs without improvement after which training stops early; null trains all epochs."""

    min_delta: NonNegativeFloat = 0.0
    """Smallest change of the monitored metric that counts as an improvement."""

    trackers: tuple[str, ...] = ()
    """Trackers beside the CSV file, which is always written, e.g. [wandb]."""


class StrategyConfig(Config):
    """The ``strategy`` section: how the fit is spread over devices."""

    name: str = "auto"
    """Strategy, in the framework's own name."""

    precision: Literal["float32", "bfloat16"] = "float32"
    """Arithmetic of the network; with bfloat16 the weights stay float32."""


class RunConfig(Config, Generic[SettingsT]):
    """One run, complete: it can be written, read and replayed."""

    use_case: str
    """Use case to train, as `itwinai list-plugins` names it."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of every random stream: initial weights, order of samples, augmentation, synthetic data."""

    # Made when a run is: a section that is made while this module is imported would cost every command its schema.
    fit: FitConfig = Field(default_factory=FitConfig)
    """How long to train, and what to watch."""

    strategy: StrategyConfig = Field(default_factory=StrategyConfig)
    """How the fit is spread over devices."""

    settings: SettingsT
    """Options of the use case."""
