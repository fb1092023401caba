"""Patches of generated fields as sources, split by year and by storm."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from itwinai_core import ConfigError, DataSplits, track
from itwinai_cyclones import best_tracks, crops
from itwinai_cyclones.crops import Crops
from itwinai_cyclones.patches import SHARES, choose, cut, flipped
from itwinai_cyclones.settings import DataSettings
from itwinai_cyclones.synthetic import Scenes

Sample = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Patches:
    """Patches in memory, with random access.

    Attributes:
        values: Fields, shape ``(N, 40, 40, C)``.
        labels: Row and column of the centre, -1 twice where there is none [pixels], shape ``(N, 2)``.
        origins: First row and column on the model's grid, shape ``(N, 2)``.
        categories: What each patch was cut for, shape ``(N,)``.
        variables: What the channels are.
    """

    values: NDArray[np.float32]
    labels: NDArray[np.float32]
    origins: NDArray[np.intp]
    categories: NDArray[np.str_]
    variables: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> Sample:
        return self.values[index].copy(), self.labels[index].copy()

    def __getitems__(self, indices: Sequence[int] | NDArray[np.intp]) -> Sample:
        """Return a batch, gathered into new arrays.

        Args:
            indices: Which patches.
        """
        chosen = np.asarray(indices)
        return self.values[chosen], self.labels[chosen]

    def augmented(self, index: int, generator: np.random.Generator) -> Sample:
        """Return a patch mirrored at random, its label with it.

        Args:
            index: Which patch.
            generator: Source of chance, this sample's own.
        """
        north, east = generator.random(2) < 0.5
        return flipped(self.values[index], self.labels[index].tolist(), self.variables, north=north, east=east)


def splits(settings: DataSettings, seed: int, *, wide: bool = False) -> DataSplits:
    """Return patches to train on, to validate on and to be judged on, which share neither year nor storm.

    Args:
        settings: The ``data`` section.
        seed: Of the run.
        wide: Whether to return ``Crops`` with heatmaps, for the compact network, instead of ``Patches``.

    Raises:
        ConfigError: years without enough fields, or parts that share a storm.
    """
    tracks = best_tracks.load()
    parts = {
        "train": (settings.train_years, settings.train_fields),
        "validation": (settings.validation_years, settings.validation_fields),
        "test": (settings.test_years, settings.test_fields),
    }
    times = {part: drawn_times(tracks, part, years, count, seed) for part, (years, count) in parts.items()}
    try:
        best_tracks.refuse_shared_storms(
            [(part, tracks.where(np.isin(tracks.time, chosen))) for part, chosen in times.items()]
        )
    except best_tracks.SharedStormError as error:
        raise ConfigError(str(error)) from error
    scenes = scenes_of(settings, seed, tracks)
    make: Callable[[Scenes, NDArray[np.datetime64], int, str], Patches | Crops] = generate_crops if wide else generate
    per_storm = settings.patches_per_storm
    return DataSplits(**{part: make(scenes, chosen, per_storm, f"Generating {part}") for part, chosen in times.items()})


def expected_patches(settings: DataSettings, *, wide: bool = False) -> int:
    """Return about how many training patches some settings make, without making them.

    Args:
        settings: The ``data`` section.
        wide: Whether they are the crops of the compact network.
    """
    if wide:
        return settings.train_fields * 2 * settings.patches_per_storm
    tracks = best_tracks.load()
    times = best_tracks.usable_times(tracks, settings.train_years)
    cyclones = np.isin(tracks.time[tracks.tropical_cyclone], times).sum() / max(1, len(times))
    return int(settings.train_fields * settings.patches_per_storm * cyclones * (1 + sum(SHARES.values())))


def scenes_of(settings: DataSettings, seed: int, tracks: best_tracks.BestTracks) -> Scenes:
    """Return the generated fields that some settings ask for.

    Args:
        settings: The ``data`` section.
        seed: Of the run.
        tracks: All fixes.
    """
    return Scenes(tracks, settings.variables, settings.resolution, seed)


def drawn_times(
    tracks: best_tracks.BestTracks, part: str, years: Sequence[int], count: int, seed: int
) -> NDArray[np.datetime64]:
    """Return times at random, each once, at which only storms of some years were alive.

    Args:
        tracks: All fixes.
        part: Name of the split, for a stream of chance of its own.
        years: Of the split.
        count: How many times.
        seed: Of the run.

    Returns:
        In order, shape ``(count,)``.

    Raises:
        ConfigError: the years have fewer such times.
    """
    usable = best_tracks.usable_times(tracks, years)
    if len(usable) < count:
        raise ConfigError(
            f"settings.data.{part}_fields is {count}, but {part}_years hold {len(usable)} times with a tropical "
            f"cyclone.\nAsk for at most {len(usable)}, or add years."
        )
    generator = np.random.default_rng([seed, zlib.crc32(part.encode())])
    return np.sort(generator.choice(usable, count, replace=False))


def generate(scenes: Scenes, times: NDArray[np.datetime64], per_storm: int, description: str) -> Patches:
    """Return the patches of some times.

    Args:
        scenes: Fields by time.
        times: When.
        per_storm: Patches around each storm.
        description: For the progress bar.
    """
    values, chosen = [], []
    for time in track(times, description):
        fields = scenes.at(time)
        generator = np.random.default_rng([scenes.seed, int(time.astype(int)), 1])
        msl = fields[scenes.variables.index("msl")]
        for patch in choose(scenes.tracks.at(time), msl, generator, per_storm):
            chosen.append(patch)
            values.append(cut(fields, patch.row, patch.column))
    return Patches(
        values=np.stack(values),
        labels=np.array([patch.label for patch in chosen], dtype=np.float32),
        origins=np.array([(patch.row, patch.column) for patch in chosen]),
        categories=np.array([patch.category for patch in chosen]),
        variables=scenes.variables,
    )


def generate_crops(scenes: Scenes, times: NDArray[np.datetime64], per_storm: int, description: str) -> Crops:
    """Return the wide crops of some times, as many with a cyclone as around lows or anywhere.

    Args:
        scenes: Fields by time.
        times: When.
        per_storm: Crops with a cyclone of each field.
        description: For the progress bar.
    """
    departures, storms, origins = [], [], []
    reference: NDArray[np.float32] | None = None
    for time in track(times, description):
        fields, now = scenes.at(time), scenes.tracks.at(time)
        if reference is None:
            reference = fields.mean(axis=(1, 2))
        generator = np.random.default_rng([scenes.seed, int(time.astype(int)), 2])
        for origin in crops.choose(now, fields[scenes.variables.index("msl")], generator, 2 * per_storm):
            departures.append((crops.crop(fields, origin) - reference).astype(np.float16))
            storms.append(crops.storms_within(now, origin))
            origins.append(origin)
    return Crops(
        departures=np.stack(departures),
        reference=np.asarray(reference),
        storms=crops.filled(storms),
        origins=np.array(origins),
        variables=scenes.variables,
    )
