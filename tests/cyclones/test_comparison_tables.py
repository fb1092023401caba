"""Tables part what was compared by basin, intensity and time, and lose nothing on the way."""

import json

import numpy as np
import pytest

from itwinai_cyclones import best_tracks
from itwinai_cyclones.basins import BASINS
from itwinai_cyclones.centre_tables import texts_of
from itwinai_cyclones.comparison import CLASSES, Storms, compare
from itwinai_cyclones.comparison_tables import (
    basins,
    by_basin,
    by_class,
    counts,
    false_alarms,
    interannual,
    missed,
    plain,
)
from itwinai_cyclones.matching import Fixes

COUNTS = ("hits", "misses", "right", "false_alarms")


def compared_years(*, tracks=True):
    """Return four years of best tracks, compared with a part of themselves and with storms that never were."""
    all_tracks = best_tracks.load()
    years = all_tracks.time.astype("datetime64[Y]").astype(int) + 1970
    chosen = all_tracks.where((years >= 2004) & (years <= 2007))
    hours = (chosen.time - np.datetime64("1850-01-01T00", "h")).astype(float)
    reference = Fixes(chosen.names, chosen.storm, hours, chosen.latitude, chosen.longitude)
    generator = np.random.default_rng(0)
    kept = (generator.random(len(chosen.names)) < 0.7)[chosen.storm]
    found = reference.where(kept)
    # Every fifth track is moved to where no cyclone ever was.
    away = found.track % 5 == 0
    north = np.where(away, found.latitude + np.sign(found.latitude) * 30, found.latitude + 0.5)
    names = found.names if tracks else np.empty(0, dtype=str)
    found = Fixes(names, found.track, found.hours, np.clip(north, -89, 89), found.longitude)
    return compare(Storms(reference, chosen.tropical_cyclone, chosen.wind), found, 300, 4)


@pytest.fixture(scope="module")
def compared():
    return compared_years()


@pytest.fixture(scope="module")
def centres():
    return compared_years(tracks=False)


def labels(compared, length):
    """Return the first characters of the times of both sides."""
    sides = (compared.reference, compared.found)
    return tuple(np.array([text[:length] for text in texts_of(side.hours, "standard")]) for side in sides)


@pytest.mark.parametrize("tracks", [False, True])
def test_the_basins_together_are_the_world(compared, tracks):
    table = by_basin(compared, tracks=tracks)
    assert list(table) == ["all", *(name for name in BASINS if name in table)]
    for name in COUNTS:
        assert sum(table[basin][name] for basin in table if basin != "all") == table["all"][name]
    assert table["all"]["hits"] > 100
    assert table["all"]["false_alarms"] > 20


def test_distances_of_a_basin_are_those_of_its_storms(compared):
    table = by_basin(compared, tracks=False)
    north = 0.5 * np.pi * 6371 / 180
    for scores in table.values():
        if scores["hits"]:
            assert scores["median_km"] == pytest.approx(north, rel=1e-6)


@pytest.mark.parametrize("tracks", [False, True])
def test_the_classes_together_are_all_storms_of_known_wind(compared, tracks):
    table, world = by_class(compared, tracks=tracks), by_basin(compared, tracks=tracks)["all"]
    assert list(table) == list(CLASSES)
    for name in ("hits", "misses"):
        assert sum(scores[name] for scores in table.values()) == world[name]
    assert all(scores["pod"] == scores["hits"] / (scores["hits"] + scores["misses"]) for scores in table.values())


def test_classes_meet_without_gap_and_without_overlap():
    edges = list(CLASSES.values())
    assert [high for _, high in edges[:-1]] == [low for low, _ in edges[1:]]
    assert edges[0][0] == best_tracks.GALE


def test_a_reference_without_winds_has_no_classes():
    fixes = Fixes(np.array(["a"]), np.zeros(4, int), 6.0 * np.arange(4), np.full(4, 15.0), np.arange(4.0))
    compared = compare(Storms(fixes, np.ones(4, bool), np.full(4, np.nan)), fixes, 300, 4)
    assert by_class(compared, tracks=True) == by_class(compared, tracks=False) == {}


@pytest.mark.parametrize("tracks", [False, True])
def test_counts_of_the_months_add_up_to_those_of_the_years_and_to_all(compared, tracks):
    months = counts(compared, labels(compared, 7), tracks=tracks)
    years = counts(compared, labels(compared, 4), tracks=tracks)
    assert list(years) == ["2004", "2005", "2006", "2007"]
    assert len(months) == 48
    for year, both in years.items():
        assert both == tuple(np.sum([value for month, value in months.items() if month[:4] == year], axis=0))
    world = by_basin(compared, tracks=tracks)["all"]
    there, found = np.sum(list(years.values()), axis=0)
    assert there == world["hits"] + world["misses"]
    assert found == world["right"] + world["false_alarms"]


def test_interannual_correlation_is_that_of_the_yearly_counts(compared):
    years = counts(compared, labels(compared, 4), tracks=True)
    found = interannual(compared, labels(compared, 4), tracks=True)
    assert list(found) == ["all", *BASINS]
    assert found["all"] == pytest.approx(np.corrcoef(np.array(list(years.values())).T)[0, 1])


def test_a_track_belongs_to_the_basin_of_its_first_fix(compared):
    there, found = basins(compared, tracks=True)
    assert len(there) == len(compared.reference.names)
    judged = compared.tracks.hit | compared.tracks.missed
    assert set(there[judged]) <= set(BASINS)
    assert "" in there  # storms of other years
    number = int(np.flatnonzero(compared.tracks.right)[0])
    first = np.flatnonzero(compared.found.track == number)[0]
    alone = basins(compared, tracks=False)[1]
    assert found[number] == alone[first]


def test_every_missed_storm_is_named_the_strongest_first(compared):
    rows = list(missed(compared, np.array(texts_of(compared.reference.hours, "standard"))))
    assert {row["storm"] for row in rows} == set(compared.reference.names[compared.tracks.missed])
    winds = [row["wind_kn"] for row in rows]
    assert winds == sorted(winds, reverse=True)
    assert all(row["start"] < row["end"] for row in rows)
    assert all(row["common_with_one_track"] < 4 <= row["fixes"] for row in rows)
    assert all(0 <= row["longitude"] < 360 for row in rows)


def test_katrina_is_missed_by_her_name_where_she_is_not_found():
    tracks = best_tracks.load()
    chosen = tracks.where(tracks.time.astype("datetime64[M]") == np.datetime64("2005-08"))
    hours = (chosen.time - np.datetime64("1850-01-01T00", "h")).astype(float)
    reference = Fixes(chosen.names, chosen.storm, hours, chosen.latitude, chosen.longitude)
    others = reference.where(chosen.names[chosen.storm] != "2005236N23285")
    compared = compare(Storms(reference, chosen.tropical_cyclone, chosen.wind), others, 300, 4)
    (row,) = missed(compared, np.array(texts_of(compared.reference.hours, "standard")))
    assert row["storm"] == "2005236N23285"
    assert row["wind_kn"] == 150
    assert row["basin"] == "NA"
    assert row["start"].startswith("2005-08-24")


def test_every_false_alarm_is_listed_with_its_life(compared):
    rows = list(false_alarms(compared, np.array(texts_of(compared.found.hours, "standard"))))
    assert {row["track_id"] for row in rows} == set(compared.found.names[compared.tracks.wrong])
    assert all(row["start"] <= row["end"] for row in rows)
    assert (
        sum(row["fixes"] for row in rows) == np.isin(compared.found.track, np.flatnonzero(compared.tracks.wrong)).sum()
    )


def test_centres_are_listed_one_by_one(centres):
    gone = list(missed(centres, np.array(texts_of(centres.reference.hours, "standard"))))
    assert len(gone) == centres.fixes.missed.sum()
    assert list(gone[0]) == ["storm", "time", "basin", "latitude", "longitude", "wind_kn"]
    wrong = list(false_alarms(centres, np.array(texts_of(centres.found.hours, "standard"))))
    assert len(wrong) == centres.fixes.wrong.sum()
    assert list(wrong[0]) == ["time", "basin", "latitude", "longitude"]


def test_json_has_nothing_where_there_is_no_number():
    text = json.dumps(plain({"a": float("nan"), "b": [1.5, (float("nan"), "c")], "d": None}), allow_nan=False)
    assert json.loads(text) == {"a": None, "b": [1.5, [None, "c"]], "d": None}
