"""Options of a virgo run, typed and with units."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from itwinai_core import Config, InputFile

if TYPE_CHECKING:
    from collections.abc import Mapping

Fraction = Annotated[float, Field(gt=0, lt=0.5)]
Task = Literal["noise", "denoise"]


class DataSettings(Config):
    """Strain and witnesses to learn from, and how their time is split."""

    file: InputFile | Annotated[tuple[InputFile, ...], Field(min_length=1)] | None = None
    """File of strain and witnesses, GWF, HDF5 or text, or a list of them; null generates them from Virgo's curve."""

    recipe: Literal["virgo", "sines"] = "virgo"
    """What is generated: Virgo's noise, or the sums of sines of the earlier use case, a row for every 16 s."""

    strain: str = "V1:Hrec_hoft_16384Hz"
    """Channel of the strain, as the file names it."""

    witnesses: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "V1:SPRB_B4_PD1_56MHz_Q",
        "V1:ENV_CEB_MAG_W",
        "V1:INJ_IMC_REFL_I_POST",
    )
    """Channels that saw disturbances at their source, in the order in which the network takes them."""

    sample_rate: Annotated[float, Field(gt=0, le=32768)] = 1024.0
    """Rate that every channel is brought to [Hz]."""

    seconds: PositiveInt = 2400
    """Length of generated data [s]."""

    glitch_rate: Annotated[float, Field(ge=0, le=10)] = 0.5
    """Mean number of glitches a second in generated data [Hz]."""

    chirp_rate: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Mean number of mergers a second in generated data, whose signals no witness sees [Hz]."""

    coherence: Annotated[float, Field(ge=0, le=1)] = 0.95
    """Part of the generated strain's noise power that is a witness's own noise, inside the bands where it couples."""

    validation: Fraction = 0.12
    """Part of the time that chooses the best checkpoint; it follows the training part."""

    test: Fraction = 0.12
    """Part of the time that the trained network is judged on; it is the last."""

    guard: PositiveFloat = 8.0
    """Time left out between two parts [s]; at least a window and the whitening filter."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of ``file``, none where data are generated."""
        return (self.file,) if isinstance(self.file, Path) else self.file or ()


class WhiteningSettings(Config):
    """How each stretch is divided by its own spectral density."""

    filter_length: PositiveFloat = 4.0
    """Length of the filter [s]; half of it is cropped at each end of a stretch."""

    spectrum_length: PositiveFloat = 4.0
    """Length of the parts of a stretch whose median spectrum is taken [s]."""


class QScanSettings(Config):
    """Energy images that the network learns from."""

    window: PositiveFloat = 4.0
    """Length of time that one image covers [s]."""

    q: Annotated[float, Field(gt=3.4, le=200)] = 12.0
    """Quality factor of the images, one for all channels, so that a pixel means the same in each of them."""

    low: PositiveFloat = 16.0
    """Lowest frequency [Hz]."""

    high: PositiveFloat = 350.0
    """Highest frequency [Hz]."""

    frequencies: Annotated[int, Field(ge=16)] = 64
    """Height of an image [pixels], in equal ratios of frequency; networks that halve it ask for a multiple."""

    times: Annotated[int, Field(ge=16)] = 64
    """Width of an image [pixels]; likewise."""


Network = Literal[
    "unet",
    "decoder",
    "recurrent_unet",
    "reference_decoder",
    "reference_deep_decoder",
    "reference_resnet",
    "reference_unet",
]

MULTIPLES: Mapping[str, int] = {"unet": 16, "recurrent_unet": 16, "reference_resnet": 4, "reference_unet": 16}
"""What the height and the width of an image are multiples of, for networks that halve them."""


class ModelSettings(Config):
    """The network from images of witnesses to the image of the strain."""

    name: Network = "unet"
    """Preset: the U-Net, a decoder that costs ten times as much, a recurrent U-Net, or one of the earlier use case."""


class TrainingSettings(Config):
    """The optimiser, AdamW; its rate rises for a tenth of the updates and then falls along a cosine."""

    learning_rate: PositiveFloat | None = None
    """Highest learning rate; null takes the preset's own, which trains stably on generated data."""

    weight_decay: NonNegativeFloat = 1e-2
    """Part of each weight, times the learning rate, that an update takes away."""


class EvaluationSettings(Config):
    """The generated stretch, of realistic rates, on which vetoes are judged."""

    seconds: Annotated[int, Field(ge=0, le=86_400)] = 3600
    """Length [s]; 0 leaves it out."""

    glitch_rate: Annotated[float, Field(ge=0, le=10)] = 1 / 60
    """Mean number of glitches a second [Hz]."""

    chirp_rate: Annotated[float, Field(ge=0, le=10)] = 1 / 60
    """Mean number of mergers a second [Hz], which no witness sees."""

    dead_time: Annotated[float, Field(gt=0, lt=1)] = 0.007
    """Part of the time that vetoes may take; more of it catches more, and touches more signals by chance."""


class VirgoSettings(Config):
    """The ``settings`` section of a virgo run."""

    task: Task = "noise"
    """What is learnt: the image of the strain from those of its witnesses, or from both that of the clean strain; the
    latter, ``denoise``, takes some of the energy of signals away."""

    data: DataSettings = DataSettings()
    """Strain and witnesses to learn from."""

    whitening: WhiteningSettings = WhiteningSettings()
    """How each stretch is whitened."""

    qscan: QScanSettings = QScanSettings()
    """Energy images."""

    model: ModelSettings = ModelSettings()
    """The network."""

    training: TrainingSettings = TrainingSettings()
    """The optimiser."""

    evaluation: EvaluationSettings = EvaluationSettings()
    """What vetoes are judged on."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Refuse settings that are fine alone and not together."""
        if self.qscan.low >= self.qscan.high:
            raise ValueError(f"qscan.low is {self.qscan.low:g} Hz, not below qscan.high, {self.qscan.high:g} Hz")
        multiple = MULTIPLES.get(self.model.name, 1)
        for side, pixels in (("frequencies", self.qscan.frequencies), ("times", self.qscan.times)):
            if pixels % multiple:
                near = round(pixels / multiple) * multiple
                raise ValueError(
                    f"qscan.{side} is {pixels}; model.name={self.model.name} takes multiples of {multiple}, as {near}"
                )
        settle = self.qscan.window + self.whitening.filter_length
        if self.data.guard < settle:
            raise ValueError(
                f"data.guard is {self.data.guard:g} s; parts stay apart from {settle:g} s, a window and the filter"
            )
        if len(set(self.data.witnesses)) < len(self.data.witnesses) or self.data.strain in self.data.witnesses:
            raise ValueError("data.witnesses names a channel twice, or the strain itself")
        return self
