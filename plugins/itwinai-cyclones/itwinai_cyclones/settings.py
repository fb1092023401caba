"""Typed options of a cyclones run, each with its unit."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from itwinai_core import Config

Variable = Literal["msl", "wind_speed", "gust", "u10", "v10", "t_500", "t_300", "vo_850"]
Year = Annotated[int, Field(ge=1980, le=2024)]
Share = Annotated[float, Field(ge=0, le=1)]


class PatchShares(Config):
    """Patches without a cyclone for each patch with one, for the networks on patches."""

    nearest: Annotated[float, Field(ge=0, le=100)] = 0.5
    """Share of those just beside a cyclone, at most about 6° away from it."""

    adjacent: Annotated[float, Field(ge=0, le=8)] = 0.0
    """Share of those that touch a patch with a cyclone along an edge or at a corner; 8 takes all of its neighbours."""

    low: Annotated[float, Field(ge=0, le=100)] = 0.75
    """Share of those around another low."""

    random: Annotated[float, Field(ge=0, le=100)] = 0.5
    """Share of those anywhere between 60° south and north."""

    @model_validator(mode="after")
    def _some_without_a_cyclone(self) -> Self:
        if not self.nearest + self.adjacent + self.low + self.random:
            raise ValueError(
                "nearest, adjacent, low and random are all 0. A network that only sees cyclones finds one everywhere: "
                "set at least one above 0."
            )
        return self


class DataSettings(Config):
    """What the network reads, and of which years."""

    variables: Annotated[tuple[Variable, ...], Field(min_length=1)] = ("msl", "gust", "t_500", "t_300")
    """Fields that the network reads: `msl` and any of `wind_speed gust u10 v10 t_500 t_300 vo_850`."""

    resolution: Annotated[float, Field(ge=0.25, le=2)] = 1.0
    """Grid on which the fields are known before they are interpolated to 0.25°; that of the files to predict [°]."""

    train_years: Annotated[tuple[Year, ...], Field(min_length=1)] = tuple(range(1990, 2010))
    """Years of the storms to learn from."""

    validation_years: Annotated[tuple[Year, ...], Field(min_length=1)] = (2011, 2012, 2013)
    """Years of the storms that decide which checkpoint is best."""

    test_years: Annotated[tuple[Year, ...], Field(min_length=1)] = (2015, 2016, 2017, 2018)
    """Years of the storms that the network is judged on."""

    train_fields: PositiveInt = 300
    """Global fields to cut training patches from; about ten patches each."""

    validation_fields: PositiveInt = 40
    """Global fields to cut validation patches from."""

    test_fields: PositiveInt = 80
    """Global fields to cut test patches from."""

    daily: bool = False
    """Whether fields are means of a day, with the highest gust, as daily files hold them, instead of one moment."""

    patches_per_storm: PositiveInt = 2
    """Patches around each storm of a field, each with the centre in another place; for the compact network, wider
    patches with a storm of each field."""

    shares: PatchShares = PatchShares()
    """Patches without a cyclone for each patch with one."""

    store: Path | None = None
    """Folder where patches are kept once they are cut; by default `itwinai/cyclones` in the user's cache."""

    @model_validator(mode="after")
    def _variables_once_with_pressure(self) -> Self:
        if len(set(self.variables)) < len(self.variables):
            raise ValueError(f"variables {', '.join(self.variables)} name one twice. Name each once.")
        if "msl" not in self.variables:
            raise ValueError(
                f"variables {', '.join(self.variables)} lack msl, which the check of closed contours reads. Add msl."
            )
        return self

    @model_validator(mode="after")
    def _resolution_divides_the_globe(self) -> Self:
        if 180 % self.resolution:
            raise ValueError(f"resolution {self.resolution:g} does not divide 180°. Choose 0.25, 0.5, 1 or 2.")
        return self

    @model_validator(mode="after")
    def _years_in_one_part_only(self) -> Self:
        parts = {"train": self.train_years, "validation": self.validation_years, "test": self.test_years}
        for one, other in (("train", "validation"), ("train", "test"), ("validation", "test")):
            shared = sorted(set(parts[one]) & set(parts[other]))
            if shared:
                raise ValueError(
                    f"{one}_years and {other}_years both hold {', '.join(map(str, shared))}. "
                    "Storms learnt from must not be judged on: leave each year in one of them."
                )
        return self


class ModelSettings(Config):
    """Which network is trained, and how."""

    name: Literal["vgg_v1", "vgg_v2", "vgg_v3", "compact"] = "compact"
    """Network: the compact one, fully convolutional, for whole globes, or one of the three VGG on patches of 10°."""

    regularisation: Literal["none", "weak", "medium", "strong", "very_strong"] = "none"
    """How strongly large weights are held down: `weak` by squares, the others by magnitudes and squares."""

    learning_rate: PositiveFloat | None = None
    """Highest learning rate of the Adam optimiser, which falls to nothing along half a cosine; by default 0.0005, and
    0.002 for the compact network."""


class DetectionSettings(Config):
    """What turns the network's answers on patches into centres."""

    stride: Annotated[float, Field(ge=1, le=10, multiple_of=0.25)] = 5.0
    """Distance between patches of 10° [°]; with 5 each place is seen by four patches."""

    maximum_latitude: Annotated[float, Field(gt=0, le=75)] = 35.0
    """Farthest from the equator that a centre may lie [°]."""

    agreement: Share = 0.5
    """Least share of the patches around a centre that must point to it."""

    score: Share = 0.4
    """Least score of a centre of the compact network, its probability, dimensionless, in place of `agreement`."""

    physics: Literal["soft", "hard"] = "soft"
    """Physical check of the compact network's centres: `soft` weighs contours and warm cores in the score, `hard` asks
    for `contour`, `warmth` and `minimum_wind` outright as well, as is always done for the VGG."""

    merge_radius: PositiveFloat = 350.0
    """Answers within this distance mean the same centre [km]."""

    snap_radius: NonNegativeFloat = 250.0
    """How far a centre is moved to the lowest pressure; 0 leaves it where the network put it [km]."""

    contour: NonNegativeFloat = 2.0
    """Pressure rise that must close around a centre; 0 asks for none [hPa]."""

    contour_radius: PositiveFloat = 2.0
    """Distance within which that contour must close [°]."""

    warmth: NonNegativeFloat = 0.4
    """How much warmer a core must be aloft than the air around it, where temperatures are read; 0 asks for nothing
    [K]."""

    minimum_wind: NonNegativeFloat = 10.0
    """Least highest wind within 300 km of a centre; 0 asks for none [m/s]."""

    inland: NonNegativeFloat = 300.0
    """Farthest from the sea that a centre may lie: pressure over high ground is extrapolated [km]."""

    test_globes: PositiveInt = 8
    """Whole held-out fields that the detection is judged on."""

    test_days: Annotated[int, Field(ge=0, le=153)] = 0
    """Days from 1 August of the first test year whose fields, every six hours, are linked to tracks and judged; at most
    153, or the storms would be those of another year, perhaps of training."""


class CyclonesSettings(Config):
    """The ``settings`` section of a cyclones run."""

    data: DataSettings = DataSettings()
    """What the network reads, and of which years."""

    model: ModelSettings = ModelSettings()
    """How the network is trained."""

    detection: DetectionSettings = DetectionSettings()
    """What turns answers on patches into centres."""
