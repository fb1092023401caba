"""Recordings whitened, cut into windows, and the images of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from itwinai_core import ConfigError, DataError, track
from itwinai_virgo.channels import Channel
from itwinai_virgo.images import Images, scaled
from itwinai_virgo.qtransform import QTransform, highest_frequency
from itwinai_virgo.whitening import median_asd, whiten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from itwinai_virgo.channels import Recording
    from itwinai_virgo.settings import VirgoSettings
    from itwinai_virgo.truth import Truth

BATCH = 16
"""Windows that are worked on at once."""

FINE_SECONDS = 0.016
"""Length of the columns whose loudest stands for one of an image in ``peak_energies`` [s]."""

PASSED = 0.9
"""Part of a channel's highest frequency up to which bringing it to a higher rate leaves it whole."""


def image_transform(settings: VirgoSettings) -> QTransform:
    """Return the transform that makes the images of a run.

    Raises:
        ConfigError: Rate, band and quality factor do not fit together.
    """
    rate, scan = settings.data.sample_rate, settings.qscan
    samples = round(scan.window * rate / 2) * 2
    try:
        return QTransform(samples, rate, (scan.low, scan.high), (scan.q, scan.q), (scan.frequencies, scan.times))
    except ValueError as error:
        raise ConfigError(f"settings.qscan does not fit settings.data.sample_rate: {error}.") from error


def images(recording: Recording, settings: VirgoSettings, truth: Truth, name: str = "a recording") -> Images:
    """Return the images of a recording: each stretch without a gap whitened by itself, cropped, and cut into windows.

    Args:
        recording: Strain and witnesses at the rate of the settings.
        settings: Options of the run.
        truth: What is known about it.
        name: What to call it while it is worked on.

    Raises:
        DataError: No stretch is long enough for a window, or a channel's density is zero somewhere.
    """
    transform = image_transform(settings)
    with_clean = settings.task == "denoise" and truth.clean is not None
    windows, gps = [], []
    for stretch in long_stretches(recording, settings):
        cut, starts = _windows(stretch, truth.clean if with_clean else None, settings, transform.samples)
        windows += [cut[first : first + BATCH] for first in range(0, len(cut), BATCH)]
        gps.append(starts)
    energies = [_energies(batch, transform, clean=with_clean) for batch in track(windows, f"Q-transform of {name}")]
    out = scaled(_blanked(np.concatenate(energies), recording, transform.frequencies))
    count = len(recording.channels)
    return Images(
        out[:, 1:count].copy(),
        out[:, :1].copy(),
        np.concatenate(gps),
        recording,
        truth,
        clean=out[:, count:].copy() if with_clean else None,
        task=settings.task,
    )


def peak_energies(recording: Recording, settings: VirgoSettings, qs: Sequence[float]) -> Iterator[np.ndarray]:
    """Yield energies at other quality factors, each the loudest of finer columns: bursts do not slip through.

    A tile of high frequency is shorter than a column of an image, which may lie beside it.

    Args:
        recording: Strain and witnesses at the rate of the settings.
        settings: Options of the run.
        qs: Quality factors, above 3.4.

    Yields:
        For each factor the energies over the median of their row, strain first, shape ``(N, C, F, T)`` as the images of
        the recording; rows reach from their lowest frequency to the highest that the factor allows at the rate.
    """
    rate, scan = settings.data.sample_rate, settings.qscan
    samples = image_transform(settings).samples
    finer = max(round(scan.window / scan.times / FINE_SECONDS), 1)
    cuts = [_windows(stretch, None, settings, samples)[0] for stretch in long_stretches(recording, settings)]
    batches = [cut[first : first + BATCH] for cut in cuts for first in range(0, len(cut), BATCH)]
    for q in qs:
        band = (scan.low, min(scan.high, highest_frequency(rate, q)))
        transform = QTransform(samples, rate, band, (q, q), (scan.frequencies, finer * scan.times))
        found = []
        for batch in track(batches, f"Coincidences at Q {q:g}"):
            energies = _energies(batch, transform, clean=False)
            found.append(energies.reshape(*energies.shape[:3], scan.times, finer).max(axis=4))
        yield _blanked(np.concatenate(found), recording, transform.frequencies)


def long_stretches(recording: Recording, settings: VirgoSettings) -> list[Recording]:
    """Return the parts of a recording without a gap, those that are too short for a window left out.

    Raises:
        DataError: All are too short.
    """
    found = [(start, stop) for start, stop in recording.stretches if stop - start >= needed_seconds(settings) - 1e-6]
    if not found:
        longest = max((stop - start for start, stop in recording.stretches), default=0.0)
        raise DataError(_too_short(recording.strain.name, longest, settings, gaps=bool(recording.gaps)))
    return [recording.between(*span) for span in found]


def needed_seconds(settings: VirgoSettings) -> float:
    """Return the length of the shortest stretch that has a spectrum and a window [s]."""
    whitening = settings.whitening
    return max(settings.qscan.window + whitening.filter_length, whitening.spectrum_length)


def whitened(
    channel: Channel, settings: VirgoSettings, density: tuple[torch.Tensor, torch.Tensor] | None = None
) -> Channel:
    """Return a channel without gaps divided by a spectral density, its ends cropped.

    Args:
        channel: The channel.
        settings: Options of the run.
        density: Frequencies [Hz] and amplitude spectral densities [unit/sqrt(Hz)]; by default the channel's own.

    Raises:
        DataError: The channel is too short for a spectrum or a window, or its density is zero somewhere.
    """
    if channel.seconds < needed_seconds(settings):
        raise DataError(_too_short(channel.name, channel.seconds, settings))
    return _divided(channel, density or _density(channel, settings), settings)


def _windows(
    stretch: Recording, clean: Channel | None, settings: VirgoSettings, length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return whitened windows ``(N, C, length)`` of a stretch without gaps, and their starts, GPS [s].

    Where the clean strain is given it comes last, by the strain's own filter.
    """
    series: list[np.ndarray] = []
    strain = stretch.strain
    for channel in stretch.channels:
        if channel.highest is not None and PASSED * channel.highest <= settings.qscan.low:
            # All of the band lies above what it holds; its density there is that of rounding.
            series.append(np.zeros(len(series[0])))
        else:
            series.append(_filled(whitened(channel, settings)))
    if clean is not None:
        without = clean.between(strain.gps_start, strain.gps_stop)
        series.append(_divided(without, _density(strain, settings), settings).values)
    white = np.stack(series)
    count = white.shape[1] // length
    windows = white[:, : count * length].reshape(len(white), count, length).swapaxes(0, 1)
    start = strain.gps_start + settings.whitening.filter_length / 2
    return windows, start + np.arange(count) * (length / strain.sample_rate)


def _filled(white: Channel) -> np.ndarray:
    """Return a white series with noise, the same each time, above what its channel holds.

    Rows without energy have medians of rounding, and the spline through their energies would swing into other rows.
    """
    if white.highest is None:
        return white.values
    noise = np.fft.rfft(np.random.default_rng(0).standard_normal(len(white.values)))
    noise[np.fft.rfftfreq(len(white.values), 1.0 / white.sample_rate) <= PASSED * white.highest] = 0.0
    return white.values + np.fft.irfft(noise, len(white.values))


def _energies(batch: np.ndarray, transform: QTransform, *, clean: bool) -> np.ndarray:
    """Return energies ``(B, C, F, T)`` of windows ``(B, C, N)``; a clean strain, the last, over the strain's."""
    series = torch.from_numpy(np.ascontiguousarray(batch))
    own = series[:, :-1] if clean else series
    found = [transform(own).energy]
    if clean:
        found.append(transform(series[:, -1], reference=series[:, 0]).energy[:, None])
    return np.asarray(torch.cat(found, dim=1))


def _blanked(energies: np.ndarray, recording: Recording, frequencies: np.ndarray) -> np.ndarray:
    """Return energies ``(N, C, F, T)``, zeros in the rows above what their channel holds."""
    for number, channel in enumerate(recording.channels):
        if channel.highest is not None:
            energies[:, number, frequencies > PASSED * channel.highest] = 0.0
    return energies


def _density(channel: Channel, settings: VirgoSettings) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the frequencies [Hz] and the spectral density of a channel, zero above what it holds."""
    values = torch.as_tensor(channel.values)
    frequencies, asd = median_asd(values, channel.sample_rate, settings.whitening.spectrum_length)
    if channel.highest is None:
        return frequencies, asd
    # What a channel of a lower rate does not hold would be raised to the level of what it does.
    return frequencies, torch.where(frequencies <= PASSED * channel.highest, asd, 0.0)


def _divided(channel: Channel, density: tuple[torch.Tensor, torch.Tensor], settings: VirgoSettings) -> Channel:
    """Return a channel divided by a density that may not be its own, without the filter's settle-in."""
    lengths = settings.whitening
    try:
        white = whiten(channel.values, channel.sample_rate, lengths.filter_length, lengths.spectrum_length, density)
    except ValueError as error:
        raise DataError(f"{channel.name} cannot be whitened: {error}.") from error
    start = channel.gps_start + lengths.filter_length / 2
    return Channel(channel.name, white, channel.sample_rate, start, "", channel.highest)


def _too_short(name: str, seconds: float, settings: VirgoSettings, *, gaps: bool = False) -> str:
    """Return what is said of a channel that is too short."""
    window, settle, needed = settings.qscan.window, settings.whitening.filter_length, needed_seconds(settings)
    return (
        f"{name} has {seconds:g} s of data{' without a gap' * gaps}; a window of {window:g} s and {settle:g} s for the "
        f"whitening filter to settle need {needed:g} s."
    )
