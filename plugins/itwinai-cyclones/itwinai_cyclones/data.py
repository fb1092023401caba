"""Patches of generated fields as sources, cut once, kept on disk, split by year and by storm."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from itwinai_core import ConfigError, DataSplits
from itwinai_cyclones import best_tracks, crops
from itwinai_cyclones.crops import Crops
from itwinai_cyclones.mirrors import mirrored, ways_of
from itwinai_cyclones.patch_store import Cut, stored
from itwinai_cyclones.patches import choose, cut
from itwinai_cyclones.settings import DataSettings
from itwinai_cyclones.synthetic import Scenes

Sample = tuple[NDArray[np.float32], NDArray[np.float32]]

PATCH = np.dtype([("time", "M8[h]"), ("origin", "i8", (2,)), ("category", "U8"), ("label", "f4", (2,))])
"""What is kept of a patch beside its values."""

CROP = np.dtype([("time", "M8[h]"), ("origin", "i8", (2,)), ("storms", "f8", (crops.MOST_STORMS, 3))])
"""What is kept of a crop beside its values."""

MADE_BY = (
    "best_tracks.py",
    "crops.py",
    "data.py",
    "environment.py",
    "geodesy.py",
    "heatmaps.py",
    "patches.py",
    "regrid.py",
    "synthetic.py",
    "terrain.py",
    "vortex.py",
    "vorticity.py",
    "resources/best_tracks.npz",
    "resources/land.npz",
)
"""Files of this package that patches and crops depend on: others than these make others."""


@dataclass(frozen=True)
class Patches:
    """Patches with random access.

    Attributes:
        values: Fields, shape ``(N, 40, 40, C)``; as a store holds them, they cannot be written to.
        labels: Row and column of the centre, -1 twice where there is none [pixels], shape ``(N, 2)``.
        origins: First row and column on the model's grid, shape ``(N, 2)``.
        categories: What each patch was cut for, shape ``(N,)``.
        times: Of the fields that they were cut from, shape ``(N,)``.
        variables: What the channels are.
    """

    values: NDArray[np.float32]
    labels: NDArray[np.float32]
    origins: NDArray[np.intp]
    categories: NDArray[np.str_]
    times: NDArray[np.datetime64]
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
        values, labels = self._mirrored(np.array([index]), generator.random((1, 2)) < 0.5)
        return values[0], labels[0]

    def augmented_items(self, indices: Sequence[int] | NDArray[np.intp], seed: int, epoch: int) -> Sample:
        """Return a batch mirrored at random, each patch in a way that depends on seed, epoch and its index alone.

        Args:
            indices: Which patches.
            seed: Of the run.
            epoch: Counted from 0.
        """
        chosen = np.asarray(indices)
        return self._mirrored(chosen, ways_of(len(self), seed, epoch)[chosen])

    def _mirrored(self, chosen: NDArray[np.intp], ways: NDArray[np.bool_]) -> Sample:
        return mirrored(self.values, chosen, self.labels[chosen], ways, self.variables)


def splits(settings: DataSettings, seed: int, *, wide: bool = False) -> DataSplits:
    """Return patches to train on, to validate on and to be judged on, which share neither year nor storm.

    They are made with the first call, and read from the disk by the next one with the same settings.

    Args:
        settings: The ``data`` section.
        seed: Of the run.
        wide: Whether to return ``Crops`` with heatmaps, for the compact network, instead of ``Patches``.

    Raises:
        ConfigError: years without enough fields, or parts that share a storm.
        DataError: the patches cannot be kept.
    """
    scenes = scenes_of(settings, seed)
    parts = {
        "train": (settings.train_years, settings.train_fields),
        "validation": (settings.validation_years, settings.validation_fields),
        "test": (settings.test_years, settings.test_fields),
    }
    times = {part: drawn_times(scenes.fixes, part, years, count, seed) for part, (years, count) in parts.items()}
    try:
        best_tracks.refuse_shared_storms(
            [(part, scenes.fixes.where(np.isin(scenes.fixes.time, chosen))) for part, chosen in times.items()]
        )
    except best_tracks.SharedStormError as error:
        raise ConfigError(str(error)) from error
    source = crops_of if wide else patches_of
    return DataSplits(**{part: source(settings, scenes, chosen, part) for part, chosen in times.items()})


def scenes_of(settings: DataSettings, seed: int) -> Scenes:
    """Return the generated fields that some settings ask for.

    Args:
        settings: The ``data`` section.
        seed: Of the run.
    """
    return Scenes(best_tracks.load(), settings.variables, settings.resolution, seed, settings.daily)


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
    generator = np.random.default_rng([seed, crc32(part.encode())])
    return np.sort(generator.choice(usable, count, replace=False))


def patches_of(settings: DataSettings, scenes: Scenes, times: NDArray[np.datetime64], part: str) -> Patches:
    """Return the patches of some times, from the store.

    Args:
        settings: The ``data`` section.
        scenes: Fields by time.
        times: When.
        part: Of the data, for the name of the store.
    """
    shares = settings.shares.model_dump()
    recipe = _recipe(scenes, times, {"shares": shares, "patches_per_storm": settings.patches_per_storm})
    make = partial(_patches_at, scenes, settings.patches_per_storm, shares)
    folder = settings.store.expanduser() if settings.store else default_store()
    values, records = stored(folder, f"patches-{part}", recipe, list(times), make, f"Cutting patches for {part}")
    return Patches(
        values=values,
        labels=records["label"].copy(),
        origins=records["origin"].astype(np.intp),
        categories=records["category"].copy(),
        times=records["time"].copy(),
        variables=scenes.variables,
    )


def crops_of(settings: DataSettings, scenes: Scenes, times: NDArray[np.datetime64], part: str) -> Crops:
    """Return the wide crops of some times, from the store: as many with a cyclone as around lows or anywhere.

    Args:
        settings: The ``data`` section.
        scenes: Fields by time.
        times: When.
        part: Of the data, for the name of the store.
    """
    recipe = _recipe(scenes, times, {"crops_per_field": 2 * settings.patches_per_storm})
    make = partial(_crops_at, scenes, 2 * settings.patches_per_storm)
    folder = settings.store.expanduser() if settings.store else default_store()
    values, records = stored(folder, f"crops-{part}", recipe, list(times), make, f"Cutting crops for {part}")
    return Crops(
        departures=values,
        reference=crops.reference(scenes.variables),
        storms=records["storms"].copy(),
        origins=records["origin"].astype(np.intp),
        times=records["time"].copy(),
        variables=scenes.variables,
    )


def _recipe(scenes: Scenes, times: NDArray[np.datetime64], choice: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that patches of some times depend on."""
    code = sha256()
    for file in MADE_BY:
        code.update(files("itwinai_cyclones").joinpath(file).read_bytes())
    return {
        **choice,
        "variables": list(scenes.variables),
        "resolution": scenes.resolution,
        "daily": scenes.daily,
        "seed": scenes.seed,
        "fields": len(times),
        "times": sha256(times.astype(np.int64).tobytes()).hexdigest(),
        "code": code.hexdigest(),
        "numpy": np.__version__,
    }


def default_store() -> Path:
    """Return the folder of patches where none is named: in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "itwinai" / "cyclones"


def _patches_at(scenes: Scenes, per_storm: int, shares: dict[str, float], time: np.datetime64) -> Cut:
    """Return the patches of one time."""
    fields = scenes.at(time)
    generator = np.random.default_rng([scenes.seed, int(time.astype(int)), 1])
    chosen = choose(scenes.fixes.at(time), fields[scenes.variables.index("msl")], generator, per_storm, shares)
    records = [(time, (patch.row, patch.column), patch.category, patch.label) for patch in chosen]
    return np.stack([cut(fields, patch.row, patch.column) for patch in chosen]), np.array(records, dtype=PATCH)


def _crops_at(scenes: Scenes, count: int, time: np.datetime64) -> Cut:
    """Return the crops of one time."""
    fields, now = scenes.at(time), scenes.fixes.at(time)
    generator = np.random.default_rng([scenes.seed, int(time.astype(int)), 2])
    origins = crops.choose(now, fields[scenes.variables.index("msl")], generator, count)
    away = crops.reference(scenes.variables)
    values = np.stack([(crops.crop(fields, origin) - away).astype(np.float16) for origin in origins])
    records = [(time, origin, crops.filled(crops.storms_within(now, origin))) for origin in origins]
    return values, np.array(records, dtype=CROP)
