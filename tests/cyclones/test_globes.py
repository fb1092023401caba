"""Whole fields and seasons are judged: who knows the storms is perfect, who sees none finds none."""

import json

import numpy as np
import pytest

from itwinai_cyclones.detections import Centre
from itwinai_cyclones.globes import judge_globes, judge_season, look
from itwinai_cyclones.metrics import FieldScores, score_field
from itwinai_cyclones.settings import CyclonesSettings, DataSettings, DetectionSettings

SETTINGS = CyclonesSettings(
    data=DataSettings(variables=("msl", "wind_speed"), test_years=(2010,), test_fields=6),
    model={"name": "compact"},
    detection=DetectionSettings(test_globes=3, test_days=5),
)


class Scenes:
    """Stands in for generated fields: each tells its time in its first number."""

    def __init__(self, tracks):
        self.tracks = self.fixes = tracks

    def at(self, time):
        return np.full((2, 721, 1440), time.astype("datetime64[h]").astype(int), dtype=np.float64)


@pytest.fixture
def scenes(monkeypatch, tracks):
    made = Scenes(tracks)
    monkeypatch.setattr("itwinai_cyclones.globes.scenes_of", lambda *_: made)
    return made


def knows(tracks, score=0.9, **moved):
    """Return a detector that knows all storms, and one place where there is nothing, of a low score."""

    def find(fields):
        now = tracks.at(np.datetime64(int(fields[0, 0, 0]), "h"))
        now = now.where(np.abs(now.latitude) <= 35)
        at = zip(now.latitude + moved.get("north", 0), now.longitude, strict=True)
        return [Centre(north, east, score, 980, 30) for north, east in at] + [Centre(-30.0, 240.0, 0.05, 1010, 5)]

    return find


def nothing(_fields):
    return []


def told(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_who_knows_the_storms_is_perfect_and_off_by_what_it_is_moved(scenes, tracks, tmp_path):
    scores = judge_globes(SETTINGS, 1, knows(tracks, north=0.5), tmp_path)
    assert (scores["globe_detected"], scores["globe_false_alarm_ratio"], scores["globe_f2"]) == (1, 0, 1)
    for name in ("distance", "median_distance", "p90_distance"):
        assert scores[f"globe_{name}_km"] == pytest.approx(55.6, abs=0.1)
    assert {path.name for path in tmp_path.iterdir()} == {
        "globe.png",
        "globe_distances.png",
        "globes.json",
        "reliability.png",
    }
    table = told(tmp_path, "globes.json")
    assert (table["radius_km"], table["fields"], table["least_score"]) == (300, 3, 0.4)
    assert sum(row["hits"] for name, row in table["basins"].items() if name != "all") == table["basins"]["all"]["hits"]
    assert sum(row["hits"] for row in table["classes"].values()) == table["basins"]["all"]["hits"]
    low, high = table["reliability"]["steps"]
    assert (low["count"], low["share_of_cyclones"]) == (3, 0)
    assert high["share_of_cyclones"] == 1


def test_who_sees_nothing_misses_all(scenes, tmp_path):
    scores = judge_globes(SETTINGS, 1, nothing, tmp_path)
    assert scores["globe_detected"] == 0
    assert np.isnan([scores["globe_false_alarm_ratio"], scores["globe_distance_km"], scores["globe_brier"]]).all()
    assert told(tmp_path, "globes.json")["reliability"] == {"brier": None, "error": None, "steps": []}


def test_low_scores_are_judged_for_reliability_and_not_as_false_alarms(scenes, tracks, tmp_path):
    unsure = judge_globes(SETTINGS, 1, knows(tracks, score=0.3), tmp_path)
    assert unsure["globe_detected"] == 0
    assert unsure["globe_brier"] > 0.1


def test_the_scores_are_those_of_an_assignment_time_by_time(scenes, tracks, tmp_path):
    """Judged in one go, as a comparison does, or field by field with SciPy's assignment: the same numbers."""

    def finds(fields):
        return [centre for number, centre in enumerate(knows(tracks, north=1.0)(fields)) if number % 3 != 1]

    scores = judge_globes(SETTINGS, 1, lambda fields: [Centre(-30, 240, 0.9, 1010, 5), *finds(fields)], tmp_path)
    total = FieldScores()
    from itwinai_cyclones.data import drawn_times

    times = drawn_times(tracks, "test", (2010,), 6, 1)
    for time in times[np.linspace(0, 5, 3).astype(int)]:
        now = tracks.at(time)
        found = [(c.latitude, c.longitude) for c in finds(scenes.at(time)) if c.score > 0.4] + [(-30, 240)]
        storms = np.stack([now.latitude, now.longitude], axis=1)
        counted = now.tropical_cyclone & (np.abs(now.latitude) <= 35)
        total += score_field(storms, counted, np.array(found, dtype=float), 300.0)
    assert scores["globe_detected"] == pytest.approx(total.detected)
    assert scores["globe_false_alarm_ratio"] == pytest.approx(total.false_alarm_ratio)
    assert scores["globe_distance_km"] == pytest.approx(np.mean(total.distances))


def test_storms_beyond_the_highest_latitude_count_neither_way(scenes, tracks):
    time = np.datetime64("2010-09-08T00", "h")
    storms = look(scenes, [time], nothing, 20.0, "").storms
    assert (np.abs(storms.fixes.latitude) > 20).any()
    assert not storms.counted[np.abs(storms.fixes.latitude) > 20].any()


def test_a_season_that_is_known_is_linked_without_a_false_track(scenes, tracks, tmp_path):
    settings = SETTINGS.model_copy(update={"detection": DetectionSettings(test_days=31)})
    scores = judge_season(settings, 1, knows(tracks), tmp_path)
    assert scores["track_detected"] >= 0.85
    assert scores["track_false_alarm_ratio"] == 0
    assert scores["season_detected"] == 1
    table = told(tmp_path, "season.json")
    assert (table["common_times"], table["period"]) == (4, ["2010-08-01T00", "2010-08-31T18"])
    assert table["tracks"]["basins"]["all"]["hits"] >= 5


def test_a_season_in_which_nothing_is_seen_has_no_track(scenes, tmp_path):
    scores = judge_season(SETTINGS, 1, nothing, tmp_path)
    assert scores["track_detected"] == scores["season_detected"] == 0
    assert np.isnan(scores["track_false_alarm_ratio"])
