"""Files become tables and maps time by time: by one network or several, whole or as far as they got."""

import csv

import numpy as np
import pytest
import xarray as xr

from itwinai_core import DataError
from itwinai_cyclones.detect_files import COLUMNS, Ensemble, detect, place_in_words
from itwinai_cyclones.detections import Centre, Rules

RULES = Rules(
    stride=20,
    maximum_latitude=30,
    agreement=0.5,
    merge_km=350,
    snap_km=250,
    contour=4,
    contour_degrees=3,
    minimum_wind=12,
    inland_km=300,
)


class Detector:
    """Stands in for a network: finds the same places at every time, and remembers what it read."""

    def __init__(self, *centres, variables=("msl", "wind_speed"), limit=30, fails_at=None):
        self.centres, self.variables, self.fails_at = centres, variables, fails_at
        self.rules = Rules(**{**vars(RULES), "maximum_latitude": limit})
        self.seen = []

    def look(self, fields, *, mapped):
        if len(self.seen) == self.fails_at:
            raise KeyboardInterrupt
        self.seen.append(fields.mean(axis=(1, 2)))
        shape = 2 * int(self.rules.maximum_latitude) + 1, 360
        return list(self.centres), np.full(shape, self.centres[0].score, dtype=np.float32) if mapped else None


def centre(longitude, score, latitude=10.0):
    return Centre(latitude, longitude, score, 980.0, 30.0)


def ensemble(*detectors, least=1):
    return Ensemble(tuple(f"run{number}" for number in range(len(detectors))), detectors, least)


def read(folder):
    with (folder / "centres.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_one_network_leaves_a_row_for_each_of_its_centres(written, dataset, tmp_path):
    findings, lines = detect(ensemble(Detector(centre(140, 0.8), centre(60, 0.6))), [written(dataset)], tmp_path)
    rows = read(tmp_path)
    assert list(rows[0]) == list(COLUMNS)
    assert [row["longitude"] for row in rows] == ["140.00", "60.00"] * 2
    assert (rows[0]["score"], rows[0]["score_spread"], rows[0]["members"]) == ("0.800", "", "1")
    assert lines[0] == "4 centres in 2 field(s), 2020-08-01T00:00 to 2020-08-01T06:00."
    assert findings.complete
    assert findings.times == ["2020-08-01T00:00", "2020-08-01T06:00"]
    assert (tmp_path / "map.png").stat().st_size > 10_000


def test_what_several_networks_find_is_told_with_spread_and_members(written, dataset, tmp_path):
    networks = Detector(centre(140, 0.8)), Detector(centre(141, 0.6)), Detector(centre(60, 0.9))
    detect(ensemble(*networks, least=2), [written(dataset)], tmp_path)
    (first, _) = read(tmp_path)
    assert 140 < float(first["longitude"]) < 141
    assert (first["score"], first["score_spread"], first["members"]) == ("0.700", "0.141", "2")


def test_each_network_reads_its_own_variables_in_its_own_order(written, dataset, tmp_path):
    one, other = Detector(centre(1, 1), variables=("msl", "u10")), Detector(centre(1, 1), variables=("v10", "msl"))
    detect(ensemble(one, other), [written(dataset)], tmp_path)
    assert one.seen[0][1] == pytest.approx(3)
    assert other.seen[0][0] == pytest.approx(-4)
    assert one.seen[0][0] == other.seen[0][1] > 900


def test_maps_of_scores_are_cf_and_end_where_all_networks_look(written, dataset, tmp_path):
    wide, narrow = Detector(centre(140, 0.8), limit=30), Detector(centre(140, 0.4), limit=20)
    detect(ensemble(wide, narrow), [written(dataset)], tmp_path, ("csv", "netcdf"))
    with xr.open_dataset(tmp_path / "scores.nc") as maps:
        assert maps.score.dims == ("time", "latitude", "longitude")
        assert (maps.latitude.max(), maps.latitude.min()) == (20, -20)
        assert maps.latitude.attrs["standard_name"] == "latitude"
        np.testing.assert_allclose(maps.score, 0.6)
        assert maps.time.to_numpy()[1] == np.datetime64("2020-08-01T06:00")
        assert maps.attrs["Conventions"] == "CF-1.11"
        assert maps.attrs["source"] == "run0, run1"


def test_parquet_holds_the_same_numbers(written, dataset, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="an extra")
    detect(ensemble(Detector(centre(140, 0.8))), [written(dataset)], tmp_path, ("csv", "parquet"))
    table = parquet.read_table(tmp_path / "centres.parquet").to_pydict()
    assert tuple(table) == COLUMNS
    assert table["score"] == [0.8, 0.8]
    assert table["time"] == ["2020-08-01T00:00", "2020-08-01T06:00"]


def test_an_interruption_keeps_what_was_found(written, dataset, tmp_path):
    findings, lines = detect(ensemble(Detector(centre(140, 0.8), fails_at=1)), [written(dataset)], tmp_path)
    assert not findings.complete
    assert (len(findings.times), findings.expected) == (1, 2)
    assert [row["time"] for row in read(tmp_path)] == ["2020-08-01T00:00"]
    assert lines[0].startswith("1 centres in 1 field(s)")
    with pytest.raises(KeyboardInterrupt):
        detect(ensemble(Detector(centre(140, 0.8), fails_at=0)), [written(dataset)], tmp_path)


def test_damage_in_the_middle_of_a_record_keeps_what_was_found_before_it(written, dataset, tmp_path):
    longer = xr.concat([dataset, dataset.assign_coords(time=dataset.time + np.timedelta64(1, "D"))], "time").load()
    longer["psl" if "psl" in longer else "msl"][2, 5:9] = np.nan
    file = written(longer)
    findings, lines = detect(ensemble(Detector(centre(140, 0.8))), [file], tmp_path, ("csv", "netcdf"))
    assert not findings.complete
    assert f"{file} has " in findings.damage
    assert "values missing" in findings.damage
    assert [row["time"] for row in read(tmp_path)] == ["2020-08-01T00:00", "2020-08-01T06:00"]
    assert lines[0].startswith("2 centres in 2 field(s)")
    with xr.open_dataset(tmp_path / "scores.nc") as maps:
        assert maps.sizes["time"] == 2


def test_networks_of_different_radii_agree_within_the_smaller_one_in_any_order(written, dataset, tmp_path):
    near, far = Detector(centre(140, 0.8)), Detector(centre(142, 0.8))
    near.rules = Rules(**{**vars(RULES), "merge_km": 100})
    for pair in ((near, far), (far, near)):
        assert detect(ensemble(*pair, least=2), [written(dataset)], tmp_path)[0].rows == []


def test_an_unfit_file_is_one_message(written, dataset, tmp_path):
    with pytest.raises(DataError, match="has no msl"):
        detect(ensemble(Detector(centre(140, 0.8))), [written(dataset.drop_vars("msl"))], tmp_path)


def test_only_one_pressure_field_is_kept(written, dataset, tmp_path):
    findings, _ = detect(ensemble(Detector(centre(140, 0.8))), [written(dataset)], tmp_path)
    assert findings.background.shape == (721, 1440)
    assert findings.shown == "2020-08-01T00:00"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((-21, 114), "21.0°S 114.0°E"),
        ((15.25, 300), "15.2°N 60.0°W"),
        ((0, 0), "0.0°N 0.0°E"),
        ((5, -10), "5.0°N 10.0°W"),
    ],
)
def test_places_are_written_as_forecasters_do(place, words):
    assert place_in_words(*place) == words
