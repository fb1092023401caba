"""A channel knows its time, and a recording the stretches of it at which all channels recorded."""

import numpy as np
import pytest

from itwinai_virgo.channels import Channel, LowRateError, Recording, StrainError


def channel(samples=100, rate=10.0, start=50.0, name="V1:X"):
    """Return a channel that counts its samples."""
    return Channel(name, np.arange(float(samples)), rate, start, "m")


def test_a_channel_ends_where_its_last_sample_does():
    assert channel().seconds == 10.0
    assert channel().gps_stop == 60.0


def test_a_part_of_a_channel_keeps_its_time():
    part = channel().between(52.0, 55.5)
    assert part.values.tolist() == list(range(20, 55))
    assert part.gps_start == 52.0
    assert part.seconds == 3.5


@pytest.mark.parametrize(("start", "stop"), [(40.0, 70.0), (-1e9, 1e9)])
def test_a_part_is_never_longer_than_the_channel(start, stop):
    part = channel().between(start, stop)
    assert (part.gps_start, part.gps_stop) == (50.0, 60.0)


def test_a_part_outside_the_channel_is_empty():
    assert channel().between(70.0, 80.0).seconds == 0.0


def test_a_recording_without_gaps_is_one_stretch():
    assert Recording(channel(), ()).stretches == ((50.0, 60.0),)


def test_stretches_and_gaps_make_up_the_whole():
    recording = Recording(channel(), (channel(name="V1:Y"),), gaps=((50.0, 51.0), (53.0, 54.0), (59.0, 60.0)))
    assert recording.stretches == ((51.0, 53.0), (54.0, 59.0))
    lengths = [stop - start for start, stop in recording.stretches + recording.gaps]
    assert sum(lengths) == recording.strain.seconds


def test_a_part_of_a_recording_keeps_the_gaps_inside_it_and_all_its_channels():
    recording = Recording(channel(), (channel(name="V1:Y"),), gaps=((51.0, 52.0), (53.0, 56.0)), notes=("said",))
    part = recording.between(52.0, 55.0)
    assert part.gaps == ((53.0, 55.0),)
    assert part.stretches == ((52.0, 53.0),)
    assert [one.seconds for one in part.channels] == [3.0, 3.0]
    assert part.notes == ("said",)


def test_an_error_about_a_rate_knows_the_rate():
    error = LowRateError("too low", 256.0)
    assert isinstance(error, StrainError)
    assert str(error) == "too low"
    assert error.sample_rate == 256.0
