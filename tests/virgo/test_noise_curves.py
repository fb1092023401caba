"""A noise curve from elsewhere whitens as SciPy's filter of it would, and an unfit one is told."""

import gzip
import re

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import signal

from itwinai_virgo import strain
from itwinai_virgo.channels import StrainError
from itwinai_virgo.noise_curves import read_curve
from itwinai_virgo.plugin import virgo
from itwinai_virgo.strain import Channel, Recording

RATE = 512.0
LEVEL = 2e-21


def write_curve(path, low=0.0, high=256.0, scale=1.0):
    """Write a curve that falls as the inverse of the frequency, and return its path."""
    frequencies = np.linspace(low, high, 500)
    np.savetxt(path, np.stack([frequencies, scale * LEVEL * 100.0 / np.maximum(frequencies, 4.0)], axis=1))
    return path


@pytest.fixture
def red(tmp_path):
    """Return a file of 24 s of noise of that curve with a burst of 100 Hz at GPS 1012, from GPS 1000."""
    samples = round(24 * RATE)
    grid = np.fft.rfftfreq(samples, 1 / RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=samples)) * np.sqrt(RATE / 2)
    values = np.fft.irfft(spectrum * LEVEL * 100.0 / np.maximum(grid, 4.0), samples)
    time = np.arange(samples) / RATE - 12.0
    values += 12 * LEVEL * np.sqrt(RATE / 2) * np.exp(-((time / 0.05) ** 2)) * np.cos(2 * np.pi * 100.0 * time)
    strain.write(tmp_path / "red.h5", Recording(Channel("V1:Test", values, RATE, 1000.0, "strain"), ()))
    return tmp_path / "red.h5"


def scanned(red, curve, *more):
    """Return the result of a scan of the red noise by a curve."""
    given = ["qscan", str(red), "--channel", "V1:Test", "--high", "150", "--output", str(red.parent / "out")]
    return CliRunner().invoke(virgo, [*given, "--curve", str(curve), *more])


def test_a_curve_is_read_with_comments_and_packed(tmp_path):
    text = b"% by hand\n10 1e-22 # corner\n\n20 5e-23\n"
    (tmp_path / "plain.txt").write_bytes(text)
    with gzip.open(tmp_path / "packed.txt.gz", "wb") as file:
        file.write(text)
    for name in ("plain.txt", "packed.txt.gz"):
        curve = read_curve(tmp_path / name)
        assert (curve.frequencies.tolist(), curve.densities.tolist()) == ([10.0, 20.0], [1e-22, 5e-23])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "0 rows"),
        (b"10 1e-22\n", "1 rows of 2 numbers"),
        (b"10 1e-22 3\n20 1e-22 3\n", "of 3 numbers"),
        (b"10 1e-22\n20 loud\n", "loud"),
        (b"10 1e-22\n20 nan\n", "row 2 holds not a finite number"),
        (b"10 1e-22\n10 1e-22\n", "row 2 holds a frequency"),
        (b"-1 1e-22\n10 1e-22\n", "row 1 holds a frequency"),
        (b"10 1e-22\n20 0\n", "row 2 holds a density"),
        (b"\x89HDF\r\n\x1a\n\x00\xff\x00", "cannot be read"),
    ],
)
def test_what_is_no_curve_is_told(tmp_path, text, message):
    (tmp_path / "curve.txt").write_bytes(text)
    with pytest.raises(StrainError, match=message) as raised:
        read_curve(tmp_path / "curve.txt")
    assert "two columns" in str(raised.value)


def test_a_packed_curve_that_was_cut_short_is_told(tmp_path):
    packed = gzip.compress(b"10 1e-22\n20 5e-23\n" * 200)
    (tmp_path / "cut.txt.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(StrainError, match="cannot be read"):
        read_curve(tmp_path / "cut.txt.gz")


def test_strain_is_whitened_by_the_curve(red, tmp_path):
    from itwinai_virgo.scan_files import ScanOptions, _whitened

    recording = strain.read(red, "V1:Test", (), None)
    options = ScanOptions("V1:Test", None, (20.0, 200.0), (8.0, 8.0), write_curve(tmp_path / "curve.txt"))
    (white,), notes = _whitened(recording, options, read_curve(options.curve))
    assert notes == ()
    quiet = white.values[np.abs(white.gps_start + np.arange(len(white.values)) / RATE - 1012.0) > 0.5]
    frequencies, density = signal.welch(quiet, RATE, nperseg=1024)
    inside = (frequencies > 20) & (frequencies < 200)
    # White noise of unit deviation has 2 / rate on each side of this band.
    assert density[inside].mean() == pytest.approx(2 / RATE, rel=0.1)


def test_the_command_finds_the_burst_by_a_curve(red, tmp_path):
    result = scanned(red, write_curve(tmp_path / "curve.txt"))
    assert result.exit_code == 0, result.output
    assert "GPS 1012.0" in result.output


def test_strain_that_is_louder_than_its_curve_is_scanned_and_told(red, tmp_path):
    result = scanned(red, write_curve(tmp_path / "curve.txt", scale=0.2))
    assert result.exit_code == 0, result.output
    told = re.search(r"curve\.txt its deviation is ([\d.]+), not 1", result.output)
    # The noise is five times the curve; the burst adds a tenth to its deviation.
    assert float(told[1]) == pytest.approx(5.5, rel=0.05)


def test_a_line_that_the_curve_lacks_makes_no_burst_at_the_ends(red, tmp_path):
    found = strain.read(red, "V1:Test", (), None).strain
    time = np.arange(len(found.values)) / RATE
    line = 40 * LEVEL * np.sin(2 * np.pi * 61.37 * time)
    strain.write(red, Recording(Channel("V1:Test", found.values + line, RATE, 1000.0, "strain"), ()))
    result = scanned(red, write_curve(tmp_path / "curve.txt"))
    assert result.exit_code == 0, result.output
    assert "GPS 1012.0" in result.output


@pytest.mark.parametrize(
    ("curve", "message"),
    [
        ({"low": 30.0}, "holds 30 to 256 Hz"),
        ({"high": 120.0}, "holds 0 to 120 Hz"),
        ({"scale": LEVEL}, "amplitude spectral density"),
        ({"scale": 1e4}, "where 1 is expected"),
    ],
)
def test_a_curve_that_does_not_fit_the_strain_is_refused_and_leaves_nothing(red, tmp_path, curve, message):
    result = scanned(red, write_curve(tmp_path / "curve.txt", **curve))
    assert result.exception is not None
    assert message in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_an_unfit_curve_is_refused_before_any_file_is_read(red, tmp_path):
    (tmp_path / "curve.txt").write_text("not a curve")
    result = scanned(red, tmp_path / "curve.txt")
    assert "cannot be read as a noise curve" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_a_curve_that_is_not_there_is_refused(red, tmp_path):
    result = scanned(red, tmp_path / "none.txt")
    assert result.exit_code == 2
    assert "does not exist" in result.output
