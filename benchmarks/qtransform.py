"""Prints what a Q-transform costs beside GWpy's, ml4gw's and its Fourier transforms alone; ends with 1 over a bar."""

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import resource
import subprocess
import sys
import time
import types
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

# One thread each, as GWpy has; said before a library reads it.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

Work = Callable[[], np.ndarray]


class Case(NamedTuple):
    """One kind of image."""

    rate: int
    seconds: int
    band: tuple[float, float]
    q: tuple[float, float]
    shape: tuple[int, int]


CASES = {
    "A, 500 Hz, 16 s, 10-150 Hz, Q 4-64, 280 x 1000": Case(500, 16, (10, 150), (4, 64), (280, 1000)),
    "B, 4096 Hz, 8 s, 20-1024 Hz, Q 4-64, 128 x 512": Case(4096, 8, (20, 1024), (4, 64), (128, 512)),
    "C, 4096 Hz, 8 s, 20-1024 Hz, Q 12, 128 x 512": Case(4096, 8, (20, 1024), (12, 12), (128, 512)),
}

FASTER = {"GWpy": 12.0, "ml4gw": 4.0}
"""How many times as long as ours each may at least take on case B."""

APART = 1e-5
"""Largest distance of an image from GWpy's, relative L2."""

MEMORY = 500e6
"""Largest memory of a process that does case B our way [bytes]."""

GET_ML4GW = """\
ml4gw is not importable, so it is left out. It pins another torch, and is measured beside this one by
    pip install --no-deps --target FOLDER ml4gw==0.8.5 && pip install jaxtyping
    PYTHONPATH=FOLDER python benchmarks/qtransform.py"""


def noise(case: Case, count: int) -> np.ndarray:
    """Return white noise, a series a row."""
    return np.random.default_rng(0).normal(size=(count, case.rate * case.seconds))


def ours(case: Case, values: np.ndarray) -> Work:
    """Return this plugin's way, of all series at once."""
    way = import_module("itwinai_virgo.qtransform").QTransform
    transform = way(values.shape[1], case.rate, case.band, case.q, case.shape)
    series = import_module("torch").from_numpy(values)

    def work() -> np.ndarray:
        return transform(series).energy.numpy()

    return work


def gwpys(case: Case, values: np.ndarray) -> Work:
    """Return GWpy's way, one series after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        series = import_module("gwpy.timeseries").TimeSeries
    asked = {
        "whiten": False,
        "qrange": case.q,
        "frange": case.band,
        "logf": True,
        "fres": case.shape[0],
        "tres": case.seconds / case.shape[1],
    }

    def work() -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = [series(row, sample_rate=case.rate).q_transform(**asked).value for row in values]
        return np.stack([image.T[:, : case.shape[1]] for image in found])

    return work


def ml4gws(case: Case, values: np.ndarray) -> Work:
    """Return ml4gw's way, of all series at once, with its default interpolation, which is bicubic."""
    # It pins an older torch with the torchaudio of that; of torchaudio it needs a filter and a spectrogram that its
    # Q-transform has no part in, so that empty ones let it be imported with this torch.
    for name, held in {
        "torchaudio": "",
        "torchaudio.functional": "filtfilt",
        "torchaudio.transforms": "Spectrogram",
    }.items():
        module = types.ModuleType(name)
        if held:
            setattr(module, held, None)
        sys.modules.setdefault(name, module)
    way = import_module("ml4gw.transforms.qtransform").QScan
    # Of a range without width it makes no factor.
    q = [case.q[0], max(case.q[1], case.q[0] * (1 + 1e-9))]
    scan = way(float(case.seconds), float(case.rate), case.shape, qrange=q, frange=list(case.band))
    series = import_module("torch").from_numpy(values[:, None]).float()
    return lambda: scan(series).numpy().reshape(len(values), *case.shape)


WAYS = {"ours": ours, "GWpy": gwpys, "ml4gw": ml4gws}


def fourier_transforms(case: Case) -> Work:
    """Return the Fourier transforms of one series, windows left out: what no way can do without."""
    torch, tiling = import_module("torch"), import_module("itwinai_virgo.tiles")
    spectra = []
    for q in import_module("itwinai_virgo.qtransform").quality_factors(*case.q):
        rows = tiling.row_frequencies(q, case.band, case.seconds)
        tiles = 2 ** np.ceil(np.log2(rows * case.seconds * 2 * np.pi / q / tiling.TILE_STEP)).astype(int)
        spectra += [torch.randn(int((tiles == n).sum()), int(n), dtype=torch.complex64) for n in np.unique(tiles)]

    def work() -> np.ndarray:
        for spectrum in spectra:
            torch.fft.ifft(spectrum)
        return np.empty(0)

    return work


def cpu_milliseconds(works: dict[str, Work], repeats: int) -> dict[str, float]:
    """Return the least CPU time of some calls of each, taken in turns after one to warm up [ms]."""
    least = dict.fromkeys(works, float("inf"))
    for work in works.values():
        work()
    for _ in range(repeats):
        for name, work in works.items():
            started = time.process_time()
            work()
            least[name] = min(least[name], 1000 * (time.process_time() - started))
    return least


def measure(case: Case, batch: int, repeats: int, ways: list[str]) -> dict[str, float]:
    """Return what each way costs per series [ms], and how far its images are from GWpy's, relative L2."""
    values = noise(case, batch)
    few = values[:2]
    # One series: of several, ml4gw takes the quality factor of the loudest for all.
    images = {name: WAYS[name](case, values[:1])() for name in ways}
    works = {name: WAYS[name](case, few if name == "GWpy" else values) for name in ways}
    took = cpu_milliseconds({**works, "alone": ours(case, values[:1]), "floor": fourier_transforms(case)}, repeats)
    shares = {"GWpy": len(few), "alone": 1, "floor": 1}
    found = {name: milliseconds / shares.get(name, batch) for name, milliseconds in took.items()}
    norm = np.linalg.norm(images["GWpy"])
    return found | {f"{name} apart": float(np.linalg.norm(images[name] - images["GWpy"]) / norm) for name in ways}


def peak_memory(way: str, batch: int) -> float:
    """Return the largest memory of a process of its own that does case B one way [bytes]."""
    command = [sys.executable, __file__, "--alone", way, "--batch", str(batch)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def machine() -> str:
    """Return what is measured on and with."""
    model = platform.processor() or platform.machine()
    if (cpus := Path("/proc/cpuinfo")).exists():
        lines = cpus.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    names = ("torch", "numpy", "scipy", "gwpy", "ml4gw")
    held = [f"{name} {importlib.metadata.version(name)}" for name in names if importlib.util.find_spec(name)]
    held.insert(0, f"Python {platform.python_version()}")
    return f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {', '.join(held)}"


def main() -> None:
    """Measure each case; exit with 1 where a bar does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64, help="series that are transformed together")
    parser.add_argument("--repeats", type=int, default=7, help="measured calls of each, of which the cheapest counts")
    parser.add_argument("--alone", choices=WAYS, help="do case B one way, once, and print the largest memory in bytes")
    given = parser.parse_args()
    second = list(CASES.values())[1]
    if given.alone:
        WAYS[given.alone](second, noise(second, given.batch))()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        return
    ways = [name for name in WAYS if name != "ml4gw" or importlib.util.find_spec("ml4gw")]
    print(machine())
    # First, while this process is small: a child's largest memory is at least what it was at its start, this one's.
    memory = {way: peak_memory(way, given.batch) for way in ways}
    print(f"CPU milliseconds per series, one thread, cheapest of {given.repeats}, {given.batch} series at once")
    missed = []
    columns = [*ways, "alone", "floor", *(f"{name} apart" for name in ways if name != "GWpy")]
    print(f"{'case':<48}" + "".join(f"{name:>13}" for name in columns))
    for name, case in CASES.items():
        found = measure(case, given.batch, given.repeats, ways)
        numbers = (f"{found[c]:>13.0e}" if c.endswith("apart") else f"{found[c]:>13.2f}" for c in columns)
        print(f"{name:<48}" + "".join(numbers))
        if found["ours apart"] > APART:
            missed.append(f"{name}: images are {found['ours apart']:.0e} from GWpy's, at most {APART:.0e}")
        if case is second:
            ratios = {way: (found[way] / found["ours"], FASTER[way]) for way in ways if way != "ours"}
            missed += [
                f"{way} takes {r:.1f} times ours, at least {bar:g}" for way, (r, bar) in ratios.items() if r < bar
            ]
    print("on case B " + ", ".join(f"{way} takes {ratio:.1f} times as long" for way, (ratio, _) in ratios.items()))
    print("memory of a process of case B: " + ", ".join(f"{way} {peak / 1e6:.0f} MB" for way, peak in memory.items()))
    if memory["ours"] > MEMORY:
        missed.append(f"case B needs {memory['ours'] / 1e6:.0f} MB, at most {MEMORY / 1e6:.0f}")
    if "ml4gw" not in ways:
        print(GET_ML4GW)
    sys.exit("\n".join(missed) if missed else 0)


if __name__ == "__main__":
    main()
