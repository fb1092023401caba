"""Text strain says its rate and start in its header, its name or its times, and is refused where it does not."""

import gzip

import numpy as np
import pytest

from itwinai_virgo import text_strain
from itwinai_virgo.channels import StrainError

HEADER = """# Gravitational wave strain for V1 for GW170814 (see http://losc.ligo.org)
# This file has 4096 samples per second
# starting GPS 1186741846 duration 2
"""


def column(path, values, header=HEADER):
    """Write a column of samples, packed where the name says so."""
    text = header + "".join(f"{value!r}\n" for value in values.tolist())
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def rows(path, times, values, pattern="{:.6f} {!r}"):
    """Write columns of time and value."""
    lines = [pattern.format(time, value) for time, value in zip(times, values.tolist(), strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("name", ["strain.txt", "strain.txt.gz", "no-suffix"])
def test_a_column_under_gwoscs_header_is_read(tmp_path, rng, name):
    values = rng.normal(size=8192) * 1e-21
    found = text_strain.channel(column(tmp_path / name, values))
    assert (found.values == values).all()
    assert (found.sample_rate, found.gps_start, found.seconds) == (4096.0, 1186741846.0, 2.0)
    assert found.name == "V1:TEXT_STRAIN"


@pytest.mark.parametrize(
    ("header", "rate", "start"),
    [
        ("# 16384 samples per second\n# starting GPS 1000000000.5\n", 16384.0, 1000000000.5),
        ("% sample_rate: 4096.0\n% gps_start: 1000\n", 4096.0, 1000.0),
        ("# Sampling rate = 2e4, t0 = 5\n", 20000.0, 5.0),
        ("# rate [Hz]: 500; GPS start time: 1234567890\n", 500.0, 1234567890.0),
        ("# strain at 1 Hz\n# epoch 77\n", 1.0, 77.0),
    ],
)
def test_headers_of_other_wording_are_understood(tmp_path, rng, header, rate, start):
    found = text_strain.channel(column(tmp_path / "a.txt", rng.normal(size=64), header))
    assert (found.sample_rate, found.gps_start) == (rate, start)


def test_a_name_by_the_fields_rule_tells_start_and_length(tmp_path, rng):
    found = text_strain.channel(column(tmp_path / "V-V1_TEST-1186741846-2.txt", rng.normal(size=8192), ""))
    assert (found.sample_rate, found.gps_start, found.name) == (4096.0, 1186741846.0, "V1:TEXT_STRAIN")


@pytest.mark.parametrize("rate", [1.0, 100.0, 4096.0, 16384.0, 20000.0])
@pytest.mark.parametrize("pattern", ["{:.6f} {!r}", "{:.9f},{!r}", "{:.7f};\t{!r}"])
def test_times_tell_the_rate_though_they_are_rounded(tmp_path, rng, rate, pattern):
    values = rng.normal(size=3000)
    found = text_strain.channel(rows(tmp_path / "t.txt", 1186741846.0 + np.arange(3000) / rate, values, pattern))
    assert found.sample_rate == rate
    assert found.gps_start == 1186741846.0
    assert (found.values == values).all()


def test_times_that_are_left_out_are_no_numbers(tmp_path, rng):
    values, kept = rng.normal(size=1000), np.ones(1000, dtype=bool)
    kept[100:300] = kept[600] = False
    found = text_strain.channel(rows(tmp_path / "t.txt", 50.0 + np.arange(1000)[kept] / 256.0, values[kept]))
    assert len(found.values) == 1000
    assert (np.isnan(found.values) == ~kept).all()
    assert (found.values[kept] == values[kept]).all()


def test_samples_may_be_no_numbers(tmp_path):
    found = text_strain.channel(column(tmp_path / "n.txt", np.array([1.0, np.nan, 2.0])))
    assert np.isnan(found.values).tolist() == [False, True, False]


def test_what_gwpy_writes_is_read(tmp_path, gwpy, rng):
    theirs = gwpy(rng.normal(size=2048), sample_rate=4096, t0=1186741846.25)
    theirs.write(tmp_path / "gwpy.txt")
    ours = text_strain.channel(tmp_path / "gwpy.txt")
    assert (ours.values == theirs.value).all()
    assert (ours.gps_start, ours.sample_rate) == (1186741846.25, 4096.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER, "no sample in it"),
        (HEADER + "1\n2\noops\n3\n", "line 6 holds 'oops', which is not a number"),
        ("time,strain\n1,2\n", "line 1 holds 'time', which is not a number"),
        ("<html>404</html>", "line 1 holds '<html>404</html>'"),
        ("1\n2\n", "a column of 2 samples that does not tell its rate and start"),
        ("# 4096 Hz\n1\n2\n", "does not tell its start"),
        ("# start 4096\n1\n2\n", "does not tell its rate"),
        ("1 2\n2 3\n3\n", "line 3 has 1 columns; those above it have 2"),
        ("1 2 3\n2 3 4\n", "3 columns of numbers; expected one or two"),
        ("1 2\n", "at least two"),
        ("nan 2\n1 3\n", "all of them numbers"),
        ("1 2\n0.5 3\n2 3\n", "time 0.500000 in row 2 comes after 1.000000. Sort"),
        ("1 2\n2 3\n2 4\n3 3\n", "time 2.000000 in row 3 stands there twice"),
        ("0 1\n1 1\n2.4 1\n3.4 1\n4 1\n", "not evenly spaced: that of row"),
        ("0 1\n1 1\n2 1\n1e6 1\n", "samples are left out"),
    ],
)
def test_text_that_cannot_be_used_is_refused_with_the_reason(tmp_path, text, message):
    path = tmp_path / "bad.txt"
    path.write_text(text)
    with pytest.raises(StrainError, match=message) as caught:
        text_strain.channel(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda packed: packed[: len(packed) // 2], "the packed file is damaged or cut short"),
        (lambda packed: packed[:40] + b"####" + packed[44:], "the packed file is damaged or cut short"),
        (lambda _: gzip.compress(b"\x89HDF\r\n\xff\xfe"), "packed by gzip, and no text inside. Unpack it"),
    ],
    ids=["cut", "spoilt", "no text"],
)
def test_a_packed_file_that_cannot_be_unpacked_is_refused(tmp_path, rng, spoil, message):
    path = column(tmp_path / "a.txt.gz", rng.normal(size=2000))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(StrainError, match=message):
        text_strain.channel(path)
