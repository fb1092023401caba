"""The Q-transform keeps the laws that a batch, a unit, an event and an empty channel demand."""

import math

import numpy as np
import pytest
import torch

from itwinai_virgo.qtransform import CHUNK, QTransform
from itwinai_virgo.whitening import Whitening

RATE = 1024.0


def burst(seconds, rate, frequency, q, centre):
    """Return a sine-Gaussian of unit amplitude."""
    time = np.arange(round(seconds * rate)) / rate - centre
    width = q / (2 * np.pi * frequency)
    return np.exp(-((time / width) ** 2) / 2) * np.sin(2 * np.pi * frequency * time)


def transform(seconds=4.0, band=(16.0, 300.0), q=(12.0, 12.0), shape=(64, 64)):
    """Return a transform of series of 1024 Hz."""
    return QTransform(round(seconds * RATE), RATE, band, q, shape)


def relative(ours, theirs):
    """Return the relative distance of two images in the L2 norm."""
    return np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)


def test_any_axes_cut_the_image_that_even_ones_give(rng):
    series = torch.from_numpy(rng.normal(size=(1, 4096)))
    whole = transform(shape=(64, 256))
    rows, columns = whole.frequencies[10:40:3], whole.times[100:131]
    cut = transform(shape=(rows, columns))
    assert (cut.frequencies == rows).all()
    assert (cut.times == columns).all()
    expected = whole(series).energy[:, 10:40:3, 100:131]
    assert relative(cut(series).energy.numpy(), expected.numpy()) < 1e-5


@pytest.mark.parametrize("unit", [1e-23, 1e-21, 1.0, 1e6])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_unit_of_a_series_does_not_matter(rng, unit, kind):
    series = torch.from_numpy(rng.normal(size=(2, 4096)))
    expected = transform()(series).energy
    assert torch.allclose(transform()((series * unit).to(kind)).energy, expected, rtol=1e-4, atol=1e-5)


def test_an_offset_does_not_matter(rng):
    series = torch.from_numpy(rng.normal(size=(1, 4096)))
    assert relative(transform()(series + 1e4).energy.numpy(), transform()(series).energy.numpy()) < 1e-5


def test_a_series_has_the_same_image_alone_and_in_a_batch(rng):
    count = CHUNK + 3
    series = torch.from_numpy(rng.normal(size=(count, 4096)))
    series[3] += 30 * torch.from_numpy(burst(4, RATE, 120.0, 40.0, 2.0))  # a loud neighbour of another Q
    scan = transform(q=(4.0, 64.0), band=(16.0, 250.0))
    whole = scan(series)
    for number in range(count):
        alone = scan(series[number : number + 1])
        assert relative(alone.energy.numpy(), whole.energy[number : number + 1].numpy()) < 1e-6
        assert alone.q == whole.q[number]
        assert alone.peak_time == whole.peak_time[number]
        assert alone.peak_frequency == whole.peak_frequency[number]


def test_each_series_has_its_own_quality_factor():
    series = np.stack([burst(4, RATE, 100.0, q, 2.0) for q in (5.0, 44.0)])
    noise = np.random.default_rng(0).normal(size=series.shape)
    found = transform(q=(4.0, 64.0), band=(16.0, 250.0))(torch.from_numpy(8 * series + noise)).q
    assert found.tolist() == pytest.approx([5.66, 45.25], abs=0.01)


def test_a_reference_of_itself_changes_nothing(rng):
    series = torch.from_numpy(rng.normal(size=(CHUNK + 1, 4096)))
    scan = transform(q=(4.0, 64.0), band=(16.0, 250.0))
    alone, beside = scan(series), scan(series, series.clone())
    for name in ("energy", "q", "peak", "peak_time", "peak_frequency", "valid"):
        assert torch.equal(getattr(alone, name), getattr(beside, name))


@pytest.mark.parametrize("unit", [1.0, 1e-23])
def test_half_the_amplitude_of_a_reference_is_a_quarter_of_its_energy(rng, unit):
    reference = torch.from_numpy(rng.normal(size=(3, 4096)) + 9 * burst(4, RATE, 100.0, 30.0, 2.0)) * unit
    scan = transform(q=(4.0, 64.0), band=(16.0, 250.0))
    whole, half = scan(reference), scan(reference / 2, reference)
    assert torch.equal(half.q, whole.q)
    assert relative(4 * half.energy.numpy(), whole.energy.numpy()) < 1e-6
    assert 4 * half.peak.numpy() == pytest.approx(whole.peak.numpy(), rel=1e-6)


def test_a_cleaned_series_is_seen_at_the_quality_factor_of_its_reference(rng):
    noise = rng.normal(size=4096)
    loud = noise + 20 * burst(4, RATE, 100.0, 44.0, 2.0)
    scan = transform(q=(4.0, 64.0), band=(16.0, 250.0))
    found = scan(torch.from_numpy(noise[None]), torch.from_numpy(loud[None]))
    assert float(found.q[0]) == pytest.approx(45.25, abs=0.01)
    assert float(found.peak[0]) < 0.1 * float(scan(torch.from_numpy(loud[None])).peak[0])


def test_a_series_or_reference_that_is_no_number_masks_its_own_item(rng):
    series = torch.from_numpy(rng.normal(size=(3, 4096)))
    spoilt = series.clone()
    spoilt[1, 5] = math.nan
    for pair in ((spoilt, series), (series, spoilt)):
        found = transform()(*pair)
        assert found.valid.tolist() == [True, False, True]
        assert found.energy.isnan().all(dim=(1, 2)).tolist() == [False, True, False]


def test_a_reference_of_nothing_or_of_another_shape(rng):
    series = torch.from_numpy(rng.normal(size=(2, 4096)))
    assert (transform()(series, torch.zeros_like(series)).energy == 0).all()
    assert (transform()(torch.zeros_like(series), series).energy == 0).all()
    with pytest.raises(ValueError, match=r"the reference has shape \(1, 4096\), the series \(2, 4096\)"):
        transform()(series, series[:1])


def test_nothing_gives_nothing():
    found = transform()(torch.zeros(2, 4096, dtype=torch.float64))
    assert (found.energy == 0).all()
    assert (found.peak == 0).all()
    assert found.valid.all()


@pytest.mark.parametrize("value", [7.25, 0.1, -1e-22])
def test_a_constant_gives_nothing(value):
    assert (transform()(torch.full((1, 4096), value, dtype=torch.float64)).energy == 0).all()


def test_an_event_has_the_quality_factor_of_its_first_or_of_its_loudest_channel():
    noise = np.random.default_rng(0).normal(size=(2, 3, 4096))
    noise[0, 0] += 8 * burst(4, RATE, 100.0, 5.0, 2.0)
    noise[0, 2] += 20 * burst(4, RATE, 100.0, 44.0, 2.0)
    noise[1, 0] += 8 * burst(4, RATE, 100.0, 44.0, 2.0)
    noise[1, 1] = np.nan
    events, scan = torch.from_numpy(noise), transform(q=(4.0, 64.0), band=(16.0, 250.0))
    first, loudest = scan(events, q_of="first"), scan(events, q_of="loudest")
    assert first.energy.shape == (2, 3, 64, 64)
    assert first.q.tolist() == [pytest.approx([5.66] * 3, abs=0.01), pytest.approx([45.25] * 3, abs=0.01)]
    assert loudest.q.tolist() == [pytest.approx([45.25] * 3, abs=0.01)] * 2
    assert first.valid.tolist() == [[True] * 3, [True, False, True]]
    # The image at a shared quality factor is that of a transform which has no other.
    alone = transform(q=(5.6, 5.75), band=(16.0, 250.0))
    assert float(alone(events[0]).q[0]) == pytest.approx(5.67, abs=0.01)
    fixed = QTransform(4096, RATE, (16.0, 250.0), (float(first.q[1, 0]),) * 2, (64, 64))(events[1])
    assert relative(first.energy[1, [0, 2]].numpy(), fixed.energy[[0, 2]].numpy()) < 1e-4


@pytest.mark.parametrize("q_of", ["each", "first", "loudest"])
def test_events_are_the_same_alone_and_in_a_batch(rng, q_of):
    events = torch.from_numpy(rng.normal(size=(5, 3, 4096)))
    scan = transform(q=(4.0, 64.0), band=(16.0, 250.0))
    whole = scan(events, q_of=q_of)
    for number, event in enumerate(events):
        alone = scan(event[None], q_of=q_of)
        assert relative(alone.energy[0].numpy(), whole.energy[number].numpy()) < 1e-6
        assert torch.equal(alone.q[0], whole.q[number])


def test_channels_that_share_are_told_apart_from_events():
    with pytest.raises(ValueError, match=r"channels that share Q are given as \(B, C, N\)"):
        transform()(torch.ones(2, 4096), q_of="first")


def test_every_tensor_made_by_a_call_is_made_where_the_series_are(rng):
    events = torch.from_numpy(rng.normal(size=(2, 2, 4096)))
    events[0, 0] += 100 * torch.from_numpy(burst(4, RATE, 100.0, 9.0, 2.0))
    scan, whitening = transform(q=(4.0, 64.0), band=(16.0, 250.0), shape=(64, 60)), Whitening(RATE, 1.0, 1.0)
    expected = scan(events, events / 2, q_of="first").energy, whitening(events, crop=False)
    # What does not name its device is made on one that holds no numbers, and does not mix with what has some.
    with torch.device("meta"):
        with pytest.raises((RuntimeError, NotImplementedError)):
            (events + torch.ones(4096)).numpy()
        found = scan(events, events / 2, q_of="first").energy, whitening(events, crop=False)
    assert all(torch.equal(*pair) for pair in zip(found, expected, strict=True))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_masks_its_own_series_only(rng, bad):
    series = torch.from_numpy(rng.normal(size=(3, 4096)))
    expected = transform()(series)
    spoilt = series.clone()
    spoilt[1, 17] = bad
    found = transform()(spoilt)
    assert found.valid.tolist() == [True, False, True]
    assert found.energy[1].isnan().all()
    assert torch.equal(found.energy[[0, 2]], expected.energy[[0, 2]])


def test_the_callers_series_stay_as_they_are(rng):
    series = torch.from_numpy(rng.normal(size=(2, 4096)))
    series[0, 5] = math.nan
    before = series.clone()
    transform()(series)
    assert torch.equal(series.nan_to_num(), before.nan_to_num())


@pytest.mark.parametrize("frequency", [25.0, 60.0, 140.0, 260.0])
def test_a_burst_stands_in_its_row(rng, frequency):
    series = 8 * burst(4, RATE, frequency, 12.0, 2.0) + rng.normal(size=4096)
    found = transform()(torch.from_numpy(series[None]))
    assert float(found.peak_frequency[0]) == pytest.approx(frequency, rel=0.06)  # a fifth of the bandwidth at Q 12


def test_a_tone_that_lasts_is_no_energy_above_its_rows_median(rng):
    noise = rng.normal(size=4096)
    tone = 20 * np.sin(2 * np.pi * 60.0 * np.arange(4096) / RATE)
    quiet, loud = transform()(torch.from_numpy(np.stack([noise, noise + tone]))).peak
    assert float(loud) == pytest.approx(float(quiet), rel=0.2)


@pytest.mark.parametrize("centre", [0.8, 1.63, 3.1])
def test_a_burst_stands_at_its_time(rng, centre):
    series = 8 * burst(4, RATE, 150.0, 12.0, centre) + rng.normal(size=4096)
    scan = transform()
    found = scan(torch.from_numpy(series[None]))
    assert float(found.peak_time[0]) == pytest.approx(centre, abs=0.02)
    column = int(found.energy[0].amax(dim=0).argmax())
    assert scan.times[column] == pytest.approx(centre, abs=4.0 / 64)


def test_energy_grows_with_the_square_of_a_loud_burst(rng):
    noise, loud = rng.normal(size=4096), burst(4, RATE, 150.0, 12.0, 2.0)
    peaks = transform()(torch.from_numpy(np.stack([noise + 30 * loud, noise + 60 * loud]))).peak
    assert float(peaks[1] / peaks[0]) == pytest.approx(4.0, rel=0.1)


def test_tiles_of_white_noise_have_exponential_energies(rng):
    # |Gaussian|^2 is exponential, whose mean is the median over ln 2; interpolation keeps what falls on tiles.
    series = torch.from_numpy(rng.normal(size=(64, 4096)))
    energy = transform(shape=(64, 32), band=(60.0, 300.0))(series).energy
    assert float(energy.mean()) == pytest.approx(1 / math.log(2), rel=0.03)
    assert float((energy > 5 * math.log(2) ** -1).float().mean()) == pytest.approx(math.exp(-5), rel=0.4)


def test_axes_span_the_series_and_the_band():
    scan = transform(seconds=8.0, shape=(40, 32))
    assert scan.times[0] == 0.0
    assert np.diff(scan.times) == pytest.approx(0.25)
    assert scan.frequencies[[0, -1]] == pytest.approx([16.0, 300.0])
    assert np.diff(np.log(scan.frequencies)) == pytest.approx(np.log(300 / 16) / 39)


def test_a_band_above_the_rate_is_refused():
    with pytest.raises(ValueError, match=r"ends at 500 Hz; at 1024 Hz it can end at 401\.13 Hz"):
        transform(band=(16.0, 500.0))


@pytest.mark.parametrize("band", [(100.0, 101.0), (100.0, 100.001), (100.0, 110.0)])
def test_a_band_of_few_rows_has_an_image_too(rng, band):
    series = torch.from_numpy(rng.normal(size=(2, 4096)))
    found = transform(band=band, q=(5.0, 5.0))(series)
    assert found.energy.shape == (2, 64, 64)
    assert found.energy.isfinite().all()


@pytest.mark.parametrize("band", [(300.0, 16.0), (50.0, 50.0), (-3.0, 50.0)])
def test_a_band_that_ends_before_it_starts_is_refused(band):
    with pytest.raises(ValueError, match="not below its end"):
        transform(band=band)


def test_a_band_that_is_too_low_for_the_length_is_refused():
    with pytest.raises(ValueError, match=r"a series of 4 s is too short for 0\.1 Hz at Q 12; it can start at 0\.49 Hz"):
        transform(band=(0.1, 100.0))


def test_a_quality_factor_that_reaches_below_zero_hertz_is_refused():
    with pytest.raises(ValueError, match=r"above 3\.32"):
        transform(q=(3.0, 3.0))


@pytest.mark.parametrize("shape", [(4096,), (1, 4095), (1, 1, 1, 4096), (0, 4096), (3, 0, 4096)])
def test_series_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="expected"):
        transform()(torch.zeros(shape))


def test_images_carry_no_gradient():
    series = torch.ones(1, 4096, requires_grad=True)
    assert not transform()(series).energy.requires_grad
