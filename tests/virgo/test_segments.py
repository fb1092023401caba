"""Segments are those that others read from our files, and their arithmetic is that of igwn-segments."""

import csv
import warnings
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from itwinai_virgo.segments import NAME, Segments, from_columns, write_csv, write_ligo_lw, write_segwizard

START = 1_265_246_178.0


@pytest.fixture
def found():
    """Return three segments."""
    spans = START + np.array([[1.0, 1.5], [2.0, 4.25], [100.0625, 100.625]])
    return Segments(spans, np.array([3.0, 9.0, 5.0]))


@pytest.fixture
def known():
    """Return what was looked at."""
    return Segments(np.array([[START, START + 200.0]]), np.array([9.0]))


def test_neighbouring_columns_become_one_segment():
    flagged = np.array([0, 1, 1, 0, 0, 1, 0, 1], dtype=bool)
    found = from_columns(flagged, np.arange(8.0), 100.0 + np.arange(8), 1.0)
    assert found.spans.tolist() == [[101.0, 103.0], [105.0, 106.0], [107.0, 108.0]]
    assert found.loudness.tolist() == [2.0, 5.0, 7.0]
    assert found.seconds == 4.0


def test_a_gap_in_time_parts_a_segment():
    gps = np.array([100.0, 101.0, 150.0, 151.0])
    assert from_columns(np.ones(4, dtype=bool), np.ones(4), gps, 1.0).spans.tolist() == [[100.0, 102.0], [150.0, 152.0]]


def test_no_flagged_column_is_no_segment():
    found = from_columns(np.zeros(4, dtype=bool), np.ones(4), np.arange(4.0), 1.0)
    assert len(found) == 0
    assert found.seconds == 0.0
    assert not found.hold(np.array([1.0, 2.0])).any()


def test_segments_hold_what_igwns_hold(found, rng):
    segments = pytest.importorskip("igwn_segments", reason="igwn-segments, the oracle, is not installed")
    theirs = segments.segmentlist(segments.segment(*span) for span in found.spans.tolist())
    times = np.concatenate([START + rng.uniform(0.0, 110.0, size=500), found.spans.ravel()])
    assert found.hold(times).tolist() == [time in theirs for time in times.tolist()]
    assert found.seconds == pytest.approx(abs(theirs))


def test_columns_make_the_segments_that_igwn_coalesces(rng):
    segments = pytest.importorskip("igwn_segments", reason="igwn-segments, the oracle, is not installed")
    flagged, gps = rng.uniform(size=300) < 0.3, 100.0 + 0.25 * np.arange(300)
    theirs = segments.segmentlist(segments.segment(a, a + 0.25) for a in gps[flagged].tolist()).coalesce()
    assert from_columns(flagged, np.ones(300), gps, 0.25).spans.tolist() == [list(each) for each in theirs]


def test_gwpy_reads_the_segwizard_file(found, tmp_path, gwpy):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy's and ligo's own deprecations
        segments = pytest.importorskip("gwpy.segments", reason="GWpy, the oracle, is not installed")
        write_segwizard(tmp_path / "x.txt", found)
        theirs = segments.SegmentList.read(tmp_path / "x.txt", gpstype=float)
    assert np.array(theirs) == pytest.approx(found.spans, abs=1e-6)


def test_gwpy_reads_the_ligo_lw_file(found, known, tmp_path, gwpy):
    pytest.importorskip("igwn_ligolw.lsctables", reason="igwn-ligolw, by which GWpy reads LIGO_LW, is not installed")
    write_ligo_lw(tmp_path / "x.xml", found, known, "V1", "a comment, with <signs> & a comma")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy's and ligo's own deprecations
        from gwpy.segments import DataQualityFlag

        flag = DataQualityFlag.read(tmp_path / "x.xml", f"V1:{NAME}:1", format="ligolw")
    assert np.array([[float(a), float(b)] for a, b in flag.active]) == pytest.approx(found.spans, abs=1e-6)
    assert [[float(a), float(b)] for a, b in flag.known] == known.spans.tolist()


def test_a_ligo_lw_file_has_whole_seconds_and_nanoseconds(found, known, tmp_path):
    write_ligo_lw(tmp_path / "x.xml", found, known, "V1", "")
    tables = {table.get("Name"): table for table in ET.parse(tmp_path / "x.xml").getroot()}  # noqa: S314  our own file
    assert list(tables) == ["process:table", "segment_definer:table", "segment_summary:table", "segment:table"]
    rows = [row.strip().rstrip(",").split(",") for row in tables["segment:table"].find("Stream").text.split("\n")]
    rows = [[int(cell) for cell in row] for row in rows if row[0]]
    assert [row[1] for row in rows] == [0, 1, 2]
    assert [(row[3], row[4]) for row in rows] == [
        (1265246179, 0),
        (1265246180, 0),
        (1265246278, 62_500_000),
    ]


def test_the_table_has_a_line_a_segment(found, tmp_path):
    write_csv(tmp_path / "x.csv", found)
    with (tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["gps_stop"]) for row in rows] == found.spans[:, 1].tolist()
    assert [float(row["loudness"]) for row in rows] == [3.0, 9.0, 5.0]
