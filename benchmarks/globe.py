"""Prints how fast globes are searched and a VGG is trained, in CPU seconds; ends with 1 where a bar is missed.

The yardstick of the machine and of how busy it is: training VGG V1 as the interTwin use case has it, float32 and
linear, in the same run. Bars were stated on a machine where that does 119 patches a CPU second; speeds are held against
them as they would be there. Networks are not trained: what they cost does not depend on their weights.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

# One thread: CPU time then tells of the work alone, whatever else the machine does. Said before a library reads it.
os.environ.update(
    OMP_NUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1", KERAS_BACKEND="tensorflow"
)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from itwinai_cyclones.best_tracks import load
from itwinai_cyclones.detectors import detector
from itwinai_cyclones.model import compiled
from itwinai_cyclones.settings import CyclonesSettings
from itwinai_cyclones.synthetic import Scenes

VARIABLES = ("msl", "gust", "t_500", "t_300")
LEAST = {"compact": 15.0, "vgg_v1": 2.0}
"""Globes a CPU second, up to the default latitude."""

LEAST_TRAINED = 180.0
"""Patches a CPU second, in bfloat16."""

REFERENCE = 119.0
"""Patches a CPU second of the reference's way, where the bars were stated."""

BATCH = 32
FIRST = (1015.0, 10.0, 262.0, 236.0), (10.0, 6.0, 6.0, 5.0)
"""Mean and deviation of the variables."""


def network(name: str, precision: str) -> tuple[CyclonesSettings, keras.Model]:
    """Return the settings and the untrained network of a kind."""
    # Patches every 10° tile the globe, each place in one of them, as the reference cuts it.
    detection = {"stride": 10.0}
    settings = CyclonesSettings(data={"variables": VARIABLES}, model={"name": name}, detection=detection)
    keras.config.set_dtype_policy({"float32": "float32", "bfloat16": "mixed_bfloat16"}[precision])
    model = compiled(settings.data, settings.model)
    model.get_layer("standardise").adapt(*(np.array(values) for values in FIRST))
    keras.config.set_dtype_policy("float32")
    return settings, model


def reference() -> keras.Model:
    """Return VGG V1 as the interTwin use case has it: linear, two outputs, mean absolute error, Adam."""
    layers = [keras.Input((40, 40, len(VARIABLES)))]
    for filters, count, kernel, padding in (
        (64, 3, 3, "same"),
        (128, 2, 3, "same"),
        (256, 2, 2, "same"),
        (512, 3, 2, "valid"),
    ):
        layers += [keras.layers.Conv2D(filters, kernel, padding=padding) for _ in range(count)]
        layers.append(keras.layers.MaxPooling2D(2))
    layers.append(keras.layers.Flatten())
    layers += [keras.layers.Dense(units) for units in (512, 256, 128, 64, 2)]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(1e-4), "mae", jit_compile=False)
    return model


def quickest(work: Callable[[], object], repeats: int) -> float:
    """Return the fewest CPU seconds that some work takes [s]; the first time warms up and does not count."""
    work()
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def trained(model: keras.Model, batches: int) -> Callable[[], object]:
    """Return work that trains on some batches."""
    generator = np.random.default_rng(1)
    patches = generator.normal(*(np.array(values) for values in FIRST), (BATCH, 40, 40, len(VARIABLES))).astype("f4")
    labels = generator.uniform(0, 39, (BATCH, 2)).astype("f4")

    def work() -> None:
        for _ in range(batches):
            model.train_on_batch(patches, labels)

    return work


def checked(what: str, speed: float, least: float, pace: float) -> bool:
    """Print a speed, here and where the bar was stated, and return whether the bar is met.

    Args:
        what: Was measured.
        speed: Here.
        least: The bar.
        pace: Of this machine, over that of the bar.
    """
    met = speed / pace >= least
    print(f"{what:56} {speed:8.2f} {speed / pace:8.2f}  at least {least:g}{'' if met else ': missed'}", flush=True)
    return met


def main() -> int:
    """Measure, print, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="Times that each is measured; the quickest counts.")
    options = parser.parse_args()
    busy = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{processor()}, {os.cpu_count()} cores, Keras {keras.__version__}, load {busy}")
    print(f"{'a CPU second':56} {'here':>8} {'there':>8}")
    seen = 4 * BATCH / quickest(trained(reference(), 4), options.repeats)
    pace = seen / REFERENCE
    print(f"{'VGG V1 as the reference has it, float32, patches':56} {seen:8.2f} {REFERENCE:8.2f}")
    ours = 4 * BATCH / quickest(trained(network("vgg_v1", "bfloat16")[1], 4), options.repeats)
    met = [checked(f"VGG V1 in bfloat16, {ours / seen:.2f} times that, patches", ours, LEAST_TRAINED, pace)]
    fields = Scenes(load(), VARIABLES, 0.25, 1).at(np.datetime64("2010-08-29T00", "h"))
    for name, least in LEAST.items():
        settings, model = network(name, "bfloat16")
        find = detector(settings, model)
        speed = 1 / quickest(lambda find=find: find(fields), options.repeats)
        limit = settings.detection.maximum_latitude
        met.append(checked(f"{name} in bfloat16, globes of 0.25° up to {limit:g}° N and S", speed, least, pace))
    return 0 if all(met) else 1


def processor() -> str:
    """Return the name of the processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    sys.exit(main())
