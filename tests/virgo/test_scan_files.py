"""`itwinai virgo qscan` draws and tabulates any number of files, and an unfit one costs no other."""

import csv
import shutil

import h5py
import numpy as np
import pytest
from click.testing import CliRunner

from itwinai_core import DataError
from itwinai_virgo import strain
from itwinai_virgo.plugin import virgo
from itwinai_virgo.scan_files import ScanOptions, scan_files
from itwinai_virgo.scans import Q_RANGE
from itwinai_virgo.strain import Channel, Recording

RATE = 512.0


def options(channel="V1:Test", sample_rate=None, band=(20.0, None), q_range=(8.0, 8.0)):
    """Return what is scanned, cheaply."""
    return ScanOptions(channel, sample_rate, band, q_range)


def write_burst(path, frequency, rate=RATE, name="V1:Test"):
    """Write 16 s of noise from GPS 1000 with a burst at 1009 s, and return the path."""
    time = np.arange(round(16 * rate)) / rate - 9.0
    values = np.random.default_rng(1).normal(size=len(time))
    values += 12 * np.exp(-((time / 0.05) ** 2)) * np.cos(2 * np.pi * frequency * time)
    strain.write(path, Recording(Channel(name, values * 1e-21, rate, 1000.0, "strain"), ()))
    return path


def table(folder):
    """Return the rows of the table in a folder."""
    with (folder / "qscans.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_each_file_gets_a_folder_and_a_row(tmp_path):
    files = [write_burst(tmp_path / f"{frequency}.h5", frequency) for frequency in (60, 150)]
    said = []
    scan_files(files, options(), tmp_path / "out", said.append)
    rows = table(tmp_path / "out")
    assert [float(row["frequency_hz"]) for row in rows] == pytest.approx([60, 150], rel=0.1)
    assert [float(row["gps"]) for row in rows] == pytest.approx([1009.0, 1009.0], abs=0.1)
    assert [row["file"] for row in rows] == [str(path) for path in files]
    assert [row["folder"] for row in rows] == ["1-60", "2-150"]
    for row in rows:
        assert {path.name for path in (tmp_path / "out" / row["folder"]).iterdir()} == {"qscan.h5", "qscan.png"}
    assert [line.split(":")[0] for line in said] == ["60.h5", "150.h5"]


def test_the_written_scan_is_that_of_the_options(tmp_path):
    path = write_burst(tmp_path / "loud.h5", 60)
    scan_files([path], options(band=(30.0, 90.0), sample_rate=256.0), tmp_path / "out", print)
    with h5py.File(tmp_path / "out" / "loud" / "qscan.h5") as file:
        assert file["frequency"][[0, -1]] == pytest.approx([30.0, 90.0])
        assert file["energy"].attrs["q"] == pytest.approx(8.0)


def test_strain_keeps_the_rate_of_its_file(tmp_path):
    path = write_burst(tmp_path / "fast.h5", 400, rate=2048.0)
    scan_files([path], options(), tmp_path / "out", print)
    assert float(table(tmp_path / "out")[0]["frequency_hz"]) == pytest.approx(400, rel=0.1)


def test_of_a_file_with_a_gap_the_loudest_stretch_is_scanned_and_the_gap_is_said(tmp_path):
    path = write_burst(tmp_path / "loud.h5", 60)
    with h5py.File(path, "r+") as file:
        file["channels/V1:Test"][: int(0.5 * RATE)] = np.nan
    said = []
    scan_files([path], options(), tmp_path / "out", said.append)
    assert float(table(tmp_path / "out")[0]["gps"]) == pytest.approx(1009.0, abs=0.1)
    assert said[1] == "loud.h5: V1:Test has no data in 0.5 of 16 s: GPS 1000.000 to 1000.500."


def test_text_and_frames_are_scanned_as_well(tmp_path):
    gwframe = pytest.importorskip("gwframe", reason="gwframe, which reads frames, is an extra")
    channel = strain.read(write_burst(tmp_path / "loud.h5", 60), "V1:Test", (), None).strain
    header = f"# {RATE} samples per second\n# starting GPS {channel.gps_start}\n"
    (tmp_path / "loud.txt").write_text(header + "".join(f"{value!r}\n" for value in channel.values.tolist()))
    gwframe.write(tmp_path / "loud.gwf", {"V1:Test": channel.values}, channel.gps_start, RATE, name="V1")
    files = [tmp_path / f"loud.{kind}" for kind in ("h5", "txt", "gwf")]
    scan_files(files, options(), tmp_path / "out", print)
    assert len({(row["gps"], row["frequency_hz"], row["energy"]) for row in table(tmp_path / "out")}) == 1


def test_an_unfit_file_is_named_and_the_others_are_scanned(tmp_path):
    files = [tmp_path / "nowhere.h5", write_burst(tmp_path / "loud.h5", 60)]
    with pytest.raises(DataError, match=r"(?s)1 of 2 files cannot be scanned:\n.*nowhere\.h5: no such file"):
        scan_files(files, options(), tmp_path / "out", print)
    assert [row["folder"] for row in table(tmp_path / "out")] == ["2-loud"]


def test_of_many_unfit_files_some_are_named_and_the_rest_counted(tmp_path):
    files = [tmp_path / f"{number}.h5" for number in range(8)]
    with pytest.raises(DataError, match=r"(?s)8 of 8 .*4\.h5: no such file.*\nand 3 more\.$"):
        scan_files(files, options(), tmp_path / "out", print)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"channel": "V1:Other"}, r"no channel 'V1:Other' in it. Did you mean 'V1:Test'"),
        ({"sample_rate": 1024.0}, r"512 Hz, below the 1024 Hz"),
        ({"band": (20.0, 250.0)}, r"the band ends at 250 Hz; at 512 Hz it can end at"),
        ({"band": (0.01, None)}, r"too short for 0.01 Hz"),
    ],
)
def test_what_cannot_be_scanned_is_said_and_leaves_nothing(tmp_path, given, message):
    path = write_burst(tmp_path / "loud.h5", 60)
    with pytest.raises(DataError, match=message) as caught:
        scan_files([path], options(**given), tmp_path / "out", print)
    assert str(path) in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="there already, and stays as it is"):
        scan_files([write_burst(tmp_path / "loud.h5", 60)], options(), tmp_path, print)
    assert {path.name for path in tmp_path.iterdir()} == {"mine.txt", "loud.h5"}


def test_what_was_scanned_before_ctrl_c_is_whole(tmp_path):
    files = [write_burst(tmp_path / f"{frequency}.h5", frequency) for frequency in (60, 150)]

    def stop(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan_files(files, options(), tmp_path / "out", stop)
    assert [row["folder"] for row in table(tmp_path / "out")] == ["1-60"]
    assert (tmp_path / "out" / "1-60" / "qscan.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--q", "9", "8"], "9 is above 8; give the lowest first"),
        (["--low", "50", "--high", "40"], "50 Hz is not below --high, 40 Hz"),
        (["--q", "2", "8"], "not in the range"),
        (["--low", "-1"], "not in the range"),
        ([], "Missing argument"),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path, arguments, message):
    files = ["loud.h5"] if arguments else []
    done = CliRunner().invoke(virgo, ["qscan", *files, *arguments, "--output", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert message in done.output
    assert not (tmp_path / "out").exists()


def test_the_command_scans_the_sample_and_a_file(tmp_path, sample):
    copy = str(shutil.copy(sample, tmp_path / "copy.hdf5"))
    quick = ["--sample-rate", "512", "--q", "12", "12", "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(virgo, ["qscan", "sample:gw170814", copy, *quick], catch_exceptions=False)
    assert done.exit_code == 0
    first, second = table(tmp_path / "out")
    assert first["gps"] == second["gps"]
    assert f"In {tmp_path / 'out'}: qscans.csv" in done.output


def test_the_command_searches_the_quality_factors_of_a_prediction():
    (q,) = (option.default for option in virgo.commands["qscan"].params if option.name == "q")
    assert q == Q_RANGE
