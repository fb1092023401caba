"""Prints how fast fields of cyclones are generated, and patches are read, beside TFRecords; ends with 1 over a bar."""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# One thread: CPU time then tells of the work alone, whatever else the machine does. Said before a library reads it.
os.environ.update(OMP_NUM_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")

import numpy as np
import tensorflow as tf

from itwinai_core.order import epoch_batches, gather, gather_augmented
from itwinai_cyclones.data import Patches, drawn_times, patches_of, scenes_of
from itwinai_cyclones.settings import DataSettings

LEAST_FIELDS = 15.0
"""Global fields of 0.25° a CPU second, as the settings have them by default."""

DEFAULT = "known at 1°, six-hourly"
"""What the fields are by default."""

LEAST_PATCHES = 50_000.0
"""Patches a CPU second out of the store, mirrored and as tensors."""

LEAST_RATIO = 5.0
"""Patches a CPU second out of the store over those out of TFRecords, both mirrored and as tensors."""

BATCH = 32
YEARS = tuple(range(1990, 2010))

FLIPS: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {
    "as it is": lambda patch, label: (patch, label),
    "left and right": lambda patch, label: (patch[:, ::-1], label * [1, -1] + [0, 39]),
    "up and down": lambda patch, label: (patch[::-1], label * [-1, 1] + [39, 0]),
    "both": lambda patch, label: (patch[::-1, ::-1], 39 - label),
}


def generated(fields: int) -> dict[str, Callable[[], int]]:
    """Return ways to generate global fields of four variables: each returns how many it has made."""
    ways = {}
    for name, options in {
        DEFAULT: {},
        "known at 0.25°, six-hourly": {"resolution": 0.25},
        "known at 1°, daily": {"daily": True},
    }.items():
        scenes = scenes_of(DataSettings(train_years=YEARS, **options), seed=0)
        times = drawn_times(scenes.fixes, "train", YEARS, fields, seed=0)

        def way(scenes: Any = scenes, times: Any = times) -> int:
            for moment in times:
                scenes.at(moment)
            return len(times)

        ways[name] = way
    return ways


def kept(folder: Path, fields: int) -> Patches:
    """Return patches in a store, which is written now."""
    settings = DataSettings(train_years=YEARS, patches_per_storm=8, store=folder)
    scenes = scenes_of(settings, seed=0)
    times = drawn_times(scenes.fixes, "train", YEARS, fields, seed=0)
    return patches_of(settings, scenes, times, "train")


def write_records(folder: Path, patches: Patches) -> None:
    """Write patches as TFRecords: a file a category, a serialised tensor for each variable of each patch."""
    kinds = {"cyclone": ["cyclone"], "nearest": ["nearest"], "random": ["random", "low"]}
    for kind, categories in kinds.items():
        with tf.io.TFRecordWriter(str(folder / f"{kind}.tfrecord")) as file:
            for index in np.flatnonzero(np.isin(patches.categories, categories)):
                values, label = patches[int(index)]
                tensors = {
                    name: tf.io.serialize_tensor(values[..., channel]).numpy()
                    for channel, name in enumerate(patches.variables)
                }
                feature = {
                    name: tf.train.Feature(bytes_list=tf.train.BytesList(value=[tensor]))
                    for name, tensor in tensors.items()
                }
                feature["label"] = tf.train.Feature(float_list=tf.train.FloatList(value=label.tolist()))
                example = tf.train.Example(features=tf.train.Features(feature=feature))
                file.write(example.SerializeToString())


def from_records(folder: Path, variables: tuple[str, ...]) -> Any:
    """Return a pipeline after that of the interTwin use case: cyclones in four mirror images, 4 : 1 : 3 to the others.

    Each mirror image reads and parses the cyclones' file again.
    """
    features = {name: tf.io.FixedLenFeature([], tf.string) for name in variables}
    features["label"] = tf.io.FixedLenFeature([2], tf.float32)

    def parsed(record: Any) -> tuple[Any, Any]:
        example = tf.io.parse_single_example(record, features)
        channels = [tf.ensure_shape(tf.io.parse_tensor(example[name], tf.float32), (40, 40)) for name in variables]
        return tf.stack(channels, axis=-1), example["label"]

    def read(kind: str) -> Any:
        records = tf.data.TFRecordDataset(str(folder / f"{kind}.tfrecord"))
        return records.map(parsed, num_parallel_calls=tf.data.AUTOTUNE)

    cyclones = [read("cyclone").map(flip, num_parallel_calls=tf.data.AUTOTUNE) for flip in FLIPS.values()]
    # Not one after another, but cyclone, other, cyclone, ... until the cyclones are through.
    kinds = [*cyclones, read("random").repeat(), read("nearest").repeat()]
    turns = tf.data.Dataset.from_tensor_slices(tf.constant([0, 4, 1, 5, 2, 5, 3, 5], tf.int64)).repeat()
    return tf.data.Dataset.choose_from_datasets(kinds, turns).batch(BATCH).prefetch(tf.data.AUTOTUNE)


def reading(patches: Patches, records: Any) -> dict[str, Callable[[], int]]:
    """Return ways to go through the data once: each returns how many patches it has had."""
    epoch = iter(range(1_000_000))

    def batches() -> Iterator[tuple[int, np.ndarray]]:
        number = next(epoch)
        for batch in epoch_batches(len(patches), BATCH, seed=0, epoch=number, shuffle=True):
            yield number, batch

    def plain() -> int:
        return sum(len(gather(patches, batch)[0]) for _, batch in batches())

    def mirrored() -> int:
        return sum(len(gather_augmented(patches, batch, seed=0, epoch=number)[0]) for number, batch in batches())

    def tensors() -> int:
        count = 0
        for number, batch in batches():
            values, labels = gather_augmented(patches, batch, seed=0, epoch=number)
            values, labels = tf.convert_to_tensor(values), tf.convert_to_tensor(labels)
            count += len(values)
        return count

    def theirs() -> int:
        return sum(len(labels) for _, labels in records)

    return {
        "store, gathered at random": plain,
        "store, and mirrored": mirrored,
        "store, and as tensors": tensors,
        "TFRecords, mirrored, as tensors": theirs,
    }


def rates(ways: dict[str, Callable[[], int]], repeats: int) -> dict[str, tuple[float, float]]:
    """Return how many a CPU second and a second each way has, its best, taken in turns after one to warm up."""
    best = dict.fromkeys(ways, (0.0, 0.0))
    for way in ways.values():
        way()
    for _ in range(repeats):
        for name, way in ways.items():
            started, by_clock = time.process_time(), time.perf_counter()
            count = way()
            found = count / (time.process_time() - started), count / (time.perf_counter() - by_clock)
            best[name] = max(best[name], found)
    return best


def shown(title: str, found: dict[str, tuple[float, float]]) -> None:
    """Print a table of rates."""
    print(f"\n{title:36}{'a CPU second':>14}{'a second':>14}")
    for name, (cpu, clock) in found.items():
        print(f"{name:36}{cpu:>14,.1f}{clock:>14,.1f}" if cpu < 1000 else f"{name:36}{cpu:>14,.0f}{clock:>14,.0f}")


def machine() -> str:
    """Return what is measured on and with."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    held = f"Python {platform.python_version()}, numpy {np.__version__}, tensorflow {tf.__version__}"
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {held}"


def main() -> int:
    """Measure, print, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="Turns of each way, of which the best counts.")
    parser.add_argument("--fields", type=int, default=120, help="Global fields that patches are cut from.")
    given = parser.parse_args()
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    print(machine())
    fields = rates(generated(12), given.repeats)
    shown("global fields, 721 x 1440, 4 variables", fields)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        patches = kept(folder, given.fields)
        write_records(folder, patches)
        read = rates(reading(patches, from_records(folder, patches.variables)), given.repeats)
    shown(f"{len(patches):,} patches, {BATCH} a batch", read)
    ours, theirs = (read[name][0] for name in ("store, and as tensors", "TFRecords, mirrored, as tensors"))
    print(f"\nthe store over TFRecords: {ours / theirs:.1f}")
    bars = {f"fields {DEFAULT}, a CPU second": (fields[DEFAULT][0], LEAST_FIELDS)}
    bars |= {"patches a CPU second": (ours, LEAST_PATCHES), "the store over TFRecords": (ours / theirs, LEAST_RATIO)}
    missed = [f"{name}: {value:,.1f}, at least {bar:,.0f}" for name, (value, bar) in bars.items() if value < bar]
    print(*missed, sep="\n", end="\n" if missed else "")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
