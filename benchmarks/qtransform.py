"""Prints what a Q-transform costs beside GWpy's, and beside its Fourier transforms alone: CPU time per series."""

import argparse
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

# One thread each, as GWpy has; said before a library reads it.
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import torch
from gwpy.timeseries import TimeSeries

from itwinai_virgo.qtransform import QTransform, quality_factors
from itwinai_virgo.tiles import TILE_STEP, row_frequencies


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


def cpu_milliseconds(work: Callable[[], object], repeats: int) -> float:
    """Return the least CPU time of some calls, after one to warm up [ms]."""
    work()
    took = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return 1000 * min(took)


def gwpy_image(values: np.ndarray, case: Case) -> np.ndarray:
    """Return GWpy's image of one series, frequencies first."""
    series = TimeSeries(values, sample_rate=case.rate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = series.q_transform(
            whiten=False,
            qrange=case.q,
            frange=case.band,
            logf=True,
            fres=case.shape[0],
            tres=case.seconds / case.shape[1],
        )
    return np.asarray(found.value).T[:, : case.shape[1]]


def fourier_transforms(case: Case) -> list[torch.Tensor]:
    """Return as many windowed spectra as one series has rows of tiles, a tensor for each number of tiles."""
    spectra = []
    for q in quality_factors(*case.q):
        rows = row_frequencies(q, case.band, case.seconds)
        tiles = 2 ** np.ceil(np.log2(rows * case.seconds * 2 * np.pi / q / TILE_STEP)).astype(int)
        spectra += [torch.randn(int((tiles == n).sum()), int(n), dtype=torch.complex64) for n in np.unique(tiles)]
    return spectra


def measure(case: Case, batch: int, repeats: int) -> dict[str, float]:
    """Return what each way costs per series [ms], and how far the images of ours are from GWpy's, relative L2."""
    values = np.random.default_rng(0).normal(size=(batch, case.rate * case.seconds))
    transform = QTransform(values.shape[1], case.rate, case.band, case.q, case.shape)
    series, spectra = torch.from_numpy(values), fourier_transforms(case)
    ours, theirs = transform(series[:1]).energy[0].numpy(), gwpy_image(values[0], case)
    return {
        "GWpy": cpu_milliseconds(lambda: gwpy_image(values[0], case), repeats),
        "one": cpu_milliseconds(lambda: transform(series[:1]), repeats),
        "batch": cpu_milliseconds(lambda: transform(series), repeats) / batch,
        "floor": cpu_milliseconds(lambda: [torch.fft.ifft(spectrum) for spectrum in spectra], repeats),
        "apart": float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)),
    }


def main() -> None:
    """Measure each case; exit with 1 where the images are not GWpy's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64, help="series that are transformed together")
    parser.add_argument("--repeats", type=int, default=7, help="measured calls of each, of which the cheapest counts")
    given = parser.parse_args()
    torch.set_num_threads(1)
    print("CPU milliseconds per series, one thread, cheapest of", given.repeats)
    print(
        f"{'case':<48}{'GWpy':>8}{'alone':>8}{f'{given.batch} at once':>12}{'Fourier':>9}{'GWpy/ours':>11}{'apart':>9}"
    )
    apart = 0.0
    for name, case in CASES.items():
        found = measure(case, given.batch, given.repeats)
        ratio = found["GWpy"] / found["batch"]
        numbers = f"{found['GWpy']:>8.1f}{found['one']:>8.1f}{found['batch']:>12.2f}{found['floor']:>9.2f}"
        print(f"{name:<48}{numbers}{ratio:>9.1f} x{found['apart']:>9.0e}")
        apart = max(apart, found["apart"])
    print(f"largest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, libraries included")
    sys.exit("the images are not those of GWpy" if apart > 1e-5 else 0)


if __name__ == "__main__":
    main()
