"""The Q-transform is GWpy's, for any rate, length, band, quality factors and axes."""

import warnings

import numpy as np
import pytest
import torch

from itwinai_virgo.qtransform import QTransform, highest_frequency, quality_factors

RATE = 1024.0


def burst(seconds, rate, frequency, q, centre):
    """Return a sine-Gaussian of unit amplitude."""
    time = np.arange(round(seconds * rate)) / rate - centre
    width = q / (2 * np.pi * frequency)
    return np.exp(-((time / width) ** 2) / 2) * np.sin(2 * np.pi * frequency * time)


def relative(ours, theirs):
    """Return the relative distance of two images in the L2 norm."""
    return np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)


def gwpy_image(series, rate, band, q, shape, gwpy):
    """Return GWpy's image of one series and its quality factor."""
    seconds = len(series) / rate
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = gwpy(series, sample_rate=rate).q_transform(
            whiten=False, qrange=q, frange=band, logf=True, fres=shape[0], tres=seconds / shape[1]
        )
    return np.asarray(found.value).T[:, : shape[1]], found.q  # its arange may count one time too many


CASES = {
    "learning": (1024, 4, (16, 350), (12, 12), (64, 64)),
    "fixed low Q": (1024, 4, (16, 300), (5, 5), (64, 128)),
    "Omega scan": (4096, 8, (20, 1024), (4, 64), (128, 512)),
    "reference of the itwinai use case": (500, 16, (10, 150), (4, 64), (280, 1000)),
    "times that fall between tiles": (2048, 5, (30, 500), (6, 40), (77, 333)),
    "odd length of time": (1000, 7, (11, 200), (10, 20), (50, 97)),
    "half a minute": (1024, 30, (16, 280), (4, 64), (100, 1000)),
    "more times than tiles": (512, 2, (20, 100), (4, 8), (40, 900)),
}


@pytest.mark.parametrize(("rate", "seconds", "band", "q", "shape"), CASES.values(), ids=CASES)
def test_images_are_those_of_gwpy(rng, gwpy, rate, seconds, band, q, shape):
    series = rng.normal(size=rate * seconds) + 6 * burst(seconds, rate, 60.0, 9.0, seconds / 2)
    theirs, factor = gwpy_image(series, rate, band, q, shape, gwpy)
    ours = QTransform(rate * seconds, rate, band, q, shape)(torch.from_numpy(series[None]))
    assert relative(ours.energy[0].numpy(), theirs) < 1e-5
    assert float(ours.q[0]) == pytest.approx(factor, rel=1e-6)


SEEDS = [*range(20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 220))]


@pytest.mark.parametrize("seed", SEEDS)
def test_images_are_those_of_gwpy_for_random_settings(gwpy, seed):
    random = np.random.default_rng(seed)
    rate = float(random.choice([256, 500, 1000, 1024, 2048, 4096, 1000 / 3, 977.3, 2000.5, 16384 / 7]))
    samples = int(random.integers(1.5 * rate, 7 * rate))
    lowest = float(random.uniform(3.4, 20))
    q = (lowest, lowest * float(random.choice([1, 1.3, 3, 6])))
    ceiling = highest_frequency(rate, quality_factors(*q)[0])
    # GWpy needs four tiles in a row and four rows.
    low = float(min(max(random.uniform(4, 30), (0.4 * q[1] + 8) * rate / samples), ceiling / 2.5))
    high = float(random.choice([random.uniform(2.45 * low, ceiling), np.inf]))
    top = min(high, ceiling)
    shape = (int(random.integers(4, 250)), int(random.integers(4, 900)))
    series = random.normal(size=samples)
    frequency, loud = random.uniform(low, top), float(random.choice([0, 5, 50, 1000]))
    series += loud * burst(samples / rate, rate, frequency, random.uniform(4, 40), samples / rate / 2)[:samples]
    if random.integers(3) == 0:  # strain that is not whitened
        steep = 1e-19 / np.maximum(np.fft.rfftfreq(samples, 1 / rate), 5) ** 2
        series = np.fft.irfft(np.fft.rfft(series) * steep, samples)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logarithmic, seconds = bool(random.integers(2)), samples / rate
        spacing = {"logf": True, "fres": shape[0]} if logarithmic else {"fres": (top - low) / shape[0]}
        scanned = gwpy(series, sample_rate=rate)
        found = scanned.q_transform(whiten=False, qrange=q, frange=(low, high), tres=seconds / shape[1], **spacing)
    rows = shape[0] if logarithmic else np.asarray(found.frequencies.value)
    ours = QTransform(samples, rate, (low, high), q, (rows, shape[1]))(torch.from_numpy(series[None]))
    assert relative(ours.energy[0].numpy(), np.asarray(found.value).T[:, : shape[1]]) < 1e-5
    assert float(ours.q[0]) == pytest.approx(found.q, rel=1e-6)


def test_the_whole_band_is_that_of_gwpy(rng, gwpy):
    series = rng.normal(size=8192)
    theirs, factor = gwpy_image(series, RATE, (0, np.inf), (4, 64), (100, 128), gwpy)
    ours = QTransform(8192, RATE, (0, np.inf), (4.0, 64.0), (100, 128))(torch.from_numpy(series[None]))
    assert relative(ours.energy[0].numpy(), theirs) < 1e-5
    assert float(ours.q[0]) == pytest.approx(factor, rel=1e-6)


def test_the_loudest_tile_is_that_of_gwpy(rng, gwpy):
    from gwpy.signal.qtransform import q_scan

    series = rng.normal(size=8192) + 8 * burst(8, RATE, 90.0, 15.0, 3.3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gram, _ = q_scan(gwpy(series, sample_rate=RATE), qrange=(4, 64), frange=(20, 300))
    ours = QTransform(8192, RATE, (20.0, 300.0), (4.0, 64.0), (64, 64))(torch.from_numpy(series[None]))
    assert float(ours.peak[0]) == pytest.approx(gram.peak["energy"], rel=1e-5)
    assert float(ours.peak_time[0]) == pytest.approx(gram.peak["time"], abs=1e-6)
    assert float(ours.peak_frequency[0]) == pytest.approx(gram.peak["frequency"], rel=1e-6)


@pytest.mark.parametrize("q", [(4.0, 64.0), (8.0, 8.0), (10.0, 11.0), (4.0, 150.0)])
def test_quality_factors_are_those_of_gwpy(gwpy, q):
    from gwpy.signal.qtransform import QTiling

    assert quality_factors(*q) == pytest.approx(QTiling(8, 4096, qrange=q, frange=(20, 300)).qs)


def test_a_burst_of_any_loudness_leaves_the_rest_of_its_row_as_gwpy_has_it(rng, gwpy):
    noise = rng.normal(size=4096)
    for loud in (30.0, 1e3, 1e5):
        series = noise + loud * burst(4, RATE, 100.0, 9.0, 2.0)
        theirs, _ = gwpy_image(series, RATE, (16, 300), (12, 12), (64, 128), gwpy)
        ours = (
            QTransform(4096, RATE, (16.0, 300.0), (12.0, 12.0), (64, 128))(torch.from_numpy(series[None]))
            .energy[0]
            .numpy()
        )
        assert relative(ours, theirs) < 2e-6
        assert relative(ours[:, :32], theirs[:, :32]) < 1e-4
