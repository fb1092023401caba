"""Prints what training a network of virgo costs beside a plain loop, and what bfloat16 gains: ratios of CPU time."""

import argparse
import io
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

# One thread: CPU time then tells of the work alone, whatever else the machine does. Said before a library reads it.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import torch
from lightning.pytorch import LightningModule

from itwinai_core import DataSplits, RunConfig
from itwinai_core.engines.contract import FitJob
from itwinai_core.engines.lightning import ENGINE
from itwinai_core.order import epoch_batches
from itwinai_core.strategies.lightning import LightningAuto
from itwinai_virgo.images import Images
from itwinai_virgo.model import StrainEstimator
from itwinai_virgo.plugin import Virgo
from itwinai_virgo.presets import PRESETS
from itwinai_virgo.settings import VirgoSettings

LEAST_THROUGHPUT = 0.95
"""Images a second of the product over those of a plain loop."""

LEAST_GAIN = 1.6
"""Images a second of bfloat16 with channels last over those of float32, on a CPU that multiplies bfloat16."""

BATCH = 8
BATCHES = 5
"""Batches of an epoch; the first one warms up and does not count."""


class Speed(NamedTuple):
    """CPU seconds that a batch takes, the least of all repeats."""

    seconds: float

    @property
    def images(self) -> float:
        """Images a second."""
        return BATCH / self.seconds


def random_images(windows: int) -> Images:
    """Return noise in the place of images, as the product reads them."""
    energy = np.random.default_rng(0).exponential(1.44, size=(windows, 4, 64, 64)).astype(np.float32)
    images = np.log1p(energy)
    return Images(images[:, 1:].copy(), images[:, :1].copy(), np.arange(windows, dtype=float), None)


def run_of(name: str, precision: str = "float32") -> RunConfig[VirgoSettings]:
    """Return a run of one epoch of a preset."""
    return RunConfig[VirgoSettings].model_validate(
        {
            "use_case": "virgo",
            "fit": {"epochs": 1, "batch_size": BATCH},
            "strategy": {"precision": precision},
            "settings": {"model": {"name": name}},
        }
    )


class Timed(StrainEstimator):
    """The product's module, which notes when each batch of training ends."""

    ends: list[float]

    def on_train_start(self) -> None:
        """Note the start."""
        self.ends = []

    def on_train_batch_end(self, *_: Any) -> None:
        """Note the end of a batch."""
        self.ends.append(time.process_time())


class TimedVirgo(Virgo):
    """The use case, of which the module is kept."""

    module: Timed

    def build_model(self, run: RunConfig[VirgoSettings]) -> LightningModule:
        """Return the module that notes its times."""
        self.module = Timed(run.settings)
        return self.module


def product(run: RunConfig[VirgoSettings], images: Images) -> Iterator[list[float]]:
    """Yield the ends of an epoch's batches, as the core's engine trains, anew each time."""
    use_case = TimedVirgo()
    data = DataSplits(images, random_images(1))
    while True:
        with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
            ENGINE.fit(FitJob(use_case, run, data, LightningAuto(), Path(folder), lambda *_: None))
        yield use_case.module.ends


def plain(run: RunConfig[VirgoSettings], images: Images) -> Iterator[list[float]]:
    """Yield the ends of an epoch's batches of a loop that does what learning needs, and nothing else."""
    module = StrainEstimator(run.settings)
    module.fit_scaling(images)
    module.trainer = SimpleNamespace(estimated_stepping_batches=BATCHES)
    while True:
        found = module.configure_optimizers()
        optimiser, schedule = found["optimizer"], found["lr_scheduler"]["scheduler"]
        ends = []
        for batch in epoch_batches(len(images), BATCH, seed=run.seed, epoch=0, shuffle=True):
            inputs, target = (torch.from_numpy(part) for part in images.__getitems__(batch.tolist()))
            with torch.autocast("cpu", torch.bfloat16, enabled=run.strategy.precision == "bfloat16"):
                estimate = module(inputs)
            loss = torch.nn.functional.l1_loss(estimate, target) / module.strain_deviation
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            ends.append(time.process_time())
        yield ends


def network_alone(name: str, *, quick: bool) -> Iterator[list[float]]:
    """Yield the ends of batches of a network, in bfloat16 with channels last or as PyTorch has it by itself."""
    layout = torch.channels_last if quick else torch.contiguous_format
    network = PRESETS[name](3).to(memory_format=layout)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4)
    images = random_images(BATCH)
    inputs = torch.from_numpy(images.witnesses).contiguous(memory_format=layout)
    target = torch.from_numpy(images.strain)
    while True:
        ends = []
        for _ in range(BATCHES):
            with torch.autocast("cpu", torch.bfloat16, enabled=quick):
                raw = network(inputs)
            loss = torch.nn.functional.l1_loss(torch.nn.functional.softplus(raw.float()), target)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            ends.append(time.process_time())
        yield ends


def compared(ways: list[Iterator[list[float]]], repeats: int) -> list[Speed]:
    """Return the speed of several ways to train, taken in turns so that the machine's mood meets all of them."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(repeats):
        for least, way in zip(taken, ways, strict=True):
            least.append(float(np.diff(next(way)).min()))
    return [Speed(min(least)) for least in taken]


def checked(name: str, what: str, speeds: list[Speed], least: float) -> bool:
    """Print a ratio, and return whether it is high enough."""
    ratio = speeds[0].images / speeds[1].images
    met = ratio >= least
    print(
        f"{name:24} {what:42} {speeds[0].images:8.2f} {speeds[1].images:8.2f} {ratio:7.3f}  "
        f"{'' if met else f'below {least:g}'}",
        flush=True,
    )
    return met


def machine() -> str:
    """Return processor, what it can multiply, PyTorch, and how busy the machine is."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{platform.machine()}, {model}, {os.cpu_count()} cores, bfloat16 {'yes' if multiplies_bfloat16() else 'no'}, "
        f"PyTorch {torch.__version__}, load {load}"
    )


def multiplies_bfloat16() -> bool:
    """Return whether the processor has instructions for products of bfloat16."""
    path = Path("/proc/cpuinfo")
    return path.exists() and any(word in path.read_text(encoding="utf-8") for word in ("avx512_bf16", "amx_bf16"))


def every_preset(repeats: int) -> None:
    """Print parameters and images a second of each preset, as the product trains it."""
    print(f"\n{'preset':24} {'parameters':>12} {'float32':>9} {'bfloat16':>9}  images a second, channels last")
    for name, build in PRESETS.items():
        parameters = sum(weights.numel() for weights in build(3).parameters())
        ways = [plain(run_of(name, kind), random_images(2 * BATCH)) for kind in ("float32", "bfloat16")]
        exact, quick = compared(ways, repeats)
        print(f"{name:24} {parameters:12,} {exact.images:9.2f} {quick.images:9.2f}", flush=True)


def main() -> int:
    """Measure, print, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="Turns of each way to train.")
    parser.add_argument("--networks", nargs="+", default=["unet", "reference_decoder", "decoder"], choices=[*PRESETS])
    parser.add_argument("--all", action="store_true", help="Print parameters and speed of every preset, too.")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine()}\n{'network':24} {'images a second of A over those of B':42} {'A':>8} {'B':>8} {'ratio':>7}")
    images = random_images(BATCH * BATCHES)
    met = []
    for name in options.networks:
        run = run_of(name)
        speeds = compared([product(run, images), plain(run, images)], options.repeats)
        met.append(checked(name, "the product, a plain loop", speeds, LEAST_THROUGHPUT))
        speeds = compared([network_alone(name, quick=quick) for quick in (True, False)], options.repeats)
        gained = checked(name, "bfloat16 with channels last, plain float32", speeds, LEAST_GAIN)
        met.append(gained or not multiplies_bfloat16())
    if options.all:
        every_preset(options.repeats)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
