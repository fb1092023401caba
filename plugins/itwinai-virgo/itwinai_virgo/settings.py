"""Options of a virgo run, typed and with units."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from itwinai_core import Config, InputFile

Fraction = Annotated[float, Field(gt=0, lt=0.5)]
Task = Literal["noise", "denoise"]


class DataSettings(Config):
    """Strain and witnesses to learn from, and how their time is split."""

    file: InputFile | None = None
    """HDF5 file of strain and witnesses in this plugin's layout; null generates them from Virgo's noise curve."""

    strain: str = "V1:Hrec_hoft_16384Hz"
    """Channel of the strain, as the file names it."""

    witnesses: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "V1:SPRB_B4_PD1_56MHz_Q",
        "V1:ENV_CEB_MAG_W",
        "V1:INJ_IMC_REFL_I_POST",
    )
    """Channels that saw disturbances at their source, in the order in which the network takes them."""

    sample_rate: Annotated[float, Field(gt=0, le=32768)] = 1024.0
    """Rate that every channel is brought down to [Hz]."""

    seconds: PositiveInt = 2400
    """Length of generated data [s]."""

    glitch_rate: Annotated[float, Field(ge=0, le=10)] = 0.5
    """Mean number of glitches a second in generated data [Hz]."""

    coherence: Annotated[float, Field(ge=0, le=1)] = 0.95
    """Part of the generated strain's noise power that is a witness's own noise, inside the bands where it couples."""

    validation: Fraction = 0.12
    """Part of the time that chooses the best checkpoint; it follows the training part."""

    test: Fraction = 0.12
    """Part of the time that the trained network is judged on; it is the last."""

    guard: PositiveFloat = 8.0
    """Time left out between two parts [s]; at least a window and the whitening filter."""


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

    frequencies: Annotated[int, Field(ge=16, multiple_of=16)] = 64
    """Height of an image [pixels], in equal ratios of frequency; a multiple of 16 for the U-Net."""

    times: Annotated[int, Field(ge=16, multiple_of=16)] = 64
    """Width of an image [pixels]; a multiple of 16 for the U-Net."""


class ModelSettings(Config):
    """The network from images of witnesses to the image of the strain."""

    name: Literal["unet", "decoder"] = "unet"
    """Preset: a U-Net of 2,486,989 parameters, or a decoder of 2,125,121 whose updates take ten times as long."""


class TrainingSettings(Config):
    """The optimiser, AdamW; its rate rises for a tenth of the updates and then falls along a cosine."""

    learning_rate: PositiveFloat | None = None
    """Highest learning rate; null takes the preset's own, 2e-3 for the U-Net and 2e-4 for the decoder."""

    weight_decay: NonNegativeFloat = 1e-2
    """Part of each weight, times the learning rate, that an update takes away."""


class VirgoSettings(Config):
    """The ``settings`` section of a virgo run."""

    task: Task = "noise"
    """What is learnt: the image of the strain from those of its witnesses, or from both that of the clean strain."""

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

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Refuse settings that are fine alone and not together."""
        if self.qscan.low >= self.qscan.high:
            raise ValueError(f"qscan.low is {self.qscan.low:g} Hz, not below qscan.high, {self.qscan.high:g} Hz")
        settle = self.qscan.window + self.whitening.filter_length
        if self.data.guard < settle:
            raise ValueError(
                f"data.guard is {self.data.guard:g} s; parts stay apart from {settle:g} s, a window and the filter"
            )
        if len(set(self.data.witnesses)) < len(self.data.witnesses) or self.data.strain in self.data.witnesses:
            raise ValueError("data.witnesses names a channel twice, or the strain itself")
        return self
