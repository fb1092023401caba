"""`itwinai cyclones compare` leaves scores, lists and pictures; what cannot be compared is told and leaves nothing."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner
from matplotlib.image import imread

from itwinai_core import DataError, UserError
from itwinai_cyclones import best_tracks
from itwinai_cyclones.compare_files import FILES, IBTRACS, compare_files
from itwinai_cyclones.linking import LinkRules
from itwinai_cyclones.matching import QUIET
from itwinai_cyclones.plugin import cyclones
from itwinai_cyclones.tracks import track_files


def write(path, tracks, *, north=0.0, names=True, head="time,latitude,longitude"):
    """Write best tracks as a table, moved to the north."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*(["track_id"] if names else []), *head.split(",")])
        for storm, time, latitude, longitude in zip(
            tracks.storm, tracks.time, tracks.latitude + north, tracks.longitude, strict=True
        ):
            table.writerow([*([storm] if names else []), str(time.astype("datetime64[m]")), latitude, longitude])
    return path


def read(path):
    """Return the rows of a table."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def season():
    """Return the best tracks of August and September 2010."""
    tracks = best_tracks.load()
    return tracks.where((tracks.time >= np.datetime64("2010-08-01")) & (tracks.time < np.datetime64("2010-10-01")))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that compares files and returns the lines of the terminal and the folder."""

    def compare(*paths, against=IBTRACS, radius=300.0, common=4, calendar="standard", pictures=False):
        for name in () if pictures else ("draw_verdicts", "draw_distances", "draw_counts"):  # they take the longest
            monkeypatch.setattr(f"itwinai_cyclones.compare_files.{name}", lambda path, *_: path.touch())
        output = tmp_path / "out"
        return compare_files(paths, str(against), output, radius, common, calendar), output

    return compare


def test_best_tracks_are_their_own_best_match(run, season, tmp_path):
    lines, folder = run(write(tmp_path / "tracks.csv", season), pictures=True)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert lines[0] == f"Against IBTrACS, {season.time.min()}:00:00 to {season.time.max()}:00:00, within 300 km."
    count = int(season.tropical_cyclone.sum())
    assert lines[1].startswith(f"Fixes: POD 100.0% ({count} of {count}), FAR 0.0% (0 of {count}), F2 1.00; 0 km away")
    assert re.fullmatch(r"Tracks, 4 common .*: POD 100.0% \((\d+) of \1\), FAR 0.0% \(0 of \d+\)\.", lines[2])
    assert (folder / "missed.csv").read_text(encoding="utf-8") == ""
    assert (folder / "false_alarms.csv").read_text(encoding="utf-8") == ""
    for name in ("map.png", "distances.png", "counts.png"):
        assert imread(folder / name).shape[0] > 400


def test_scores_are_the_same_in_json_in_the_table_and_on_the_terminal(run, season, tmp_path):
    part = season.where(season.storm % 3 != 0)
    lines, folder = run(write(tmp_path / "tracks.csv", part, north=1.0))
    report = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert report["reference"] == "IBTrACS"
    assert report["radius_km"] == 300
    assert report["common_times"] == 4
    assert report["period"] == [f"{part.time.min()}:00:00", f"{part.time.max()}:00:00"]
    assert report["quiet_times_left_out"] == 0
    assert report["interannual_correlation"]["all"] is None  # one year
    rows = read(folder / "comparison.csv")
    assert [row["basin"] for row in rows] == list(report["fixes"]["basins"])
    for row in rows:
        for kind in ("fixes", "tracks"):
            for name, value in report[kind]["basins"].get(row["basin"], {}).items():
                told = row[f"{kind}_{name}"]
                assert (float(told) if told else None) == value
    world = report["tracks"]["basins"]["all"]
    assert f"POD {world['pod']:.1%} ({world['hits']} of {world['hits'] + world['misses']})" in lines[2]
    assert len(read(folder / "missed.csv")) == world["misses"] > 3
    assert report["fixes"]["basins"]["all"]["median_km"] == pytest.approx(111.195, abs=0.01)
    assert report["counts"]["of"] == "tracks"
    assert list(report["counts"]["months"]) == ["2010-08", "2010-09"]


def test_centres_without_tracks_are_judged_as_fixes(run, season, tmp_path):
    lines, folder = run(write(tmp_path / "centres.csv", season, names=False))
    assert lines[2].startswith("Tracks: none, as not each fix has its track_id; `itwinai cyclones track` links")
    report = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert report["tracks"] is None
    assert report["counts"]["of"] == "fixes"
    assert report["fixes"]["basins"]["all"]["pod"] == 1
    assert not [name for name in read(folder / "comparison.csv")[0] if name.startswith("tracks")]


def test_years_that_are_covered_have_a_correlation(run, tmp_path):
    tracks = best_tracks.load()
    years = tracks.time.astype("datetime64[Y]").astype(int) + 1970
    augusts = tracks.time.astype("datetime64[M]").astype(int) % 12 == 7
    lines, folder = run(write(tmp_path / "tracks.csv", tracks.where((years >= 2001) & (years <= 2004) & augusts)))
    assert "Counts of 4 years: correlation 1.00." in lines
    assert "3 time(s) of more than 60 days without any fix count as not looked at." in lines
    report = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert {month[-2:] for month in report["counts"]["months"]} == {"08"}
    assert report["tracks"]["basins"]["all"]["pod"] == 1


def test_another_file_of_tracks_can_be_the_reference(run, season, tmp_path):
    reference = write(tmp_path / "reference.csv", season, head="time,lat,lon")
    lines, folder = run(write(tmp_path / "tracks.csv", season), against=reference)
    assert lines[0].startswith(f"Against {reference}, ")
    report = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert report["fixes"]["basins"]["all"]["hits"] == len(season)  # none is weak
    assert report["fixes"]["classes"] == {}


def test_a_model_may_be_compared_with_another_in_a_calendar_of_their_own(run, tmp_path):
    days = [f"a,2001-02-{day}T00:00,{day - 10},140" for day in range(25, 31)]
    for name in ("one.csv", "other.csv"):
        (tmp_path / name).write_text("\n".join(["track_id,time,lat,lon", *days]), encoding="utf-8")
    lines, _ = run(tmp_path / "one.csv", against=tmp_path / "other.csv", calendar="360_day")
    assert lines[0].endswith("2001-02-25T00:00:00 to 2001-02-30T00:00:00, within 300 km.")


def test_fixes_between_the_steps_of_the_reference_are_counted(run, season, tmp_path):
    table = write(tmp_path / "tracks.csv", season)
    with table.open("a", encoding="utf-8") as file:
        file.write("extra,2010-08-05T03:00,10,140\n")
    lines, _ = run(table)
    assert "1 fixes lie at times that the reference does not hold." in lines


def test_a_climate_of_its_own_is_told_from_weather_that_was(run, season, tmp_path):
    lines, _ = run(write(tmp_path / "tracks.csv", season.where(season.latitude > 0), north=-35))
    assert any("Hardly anything is hit" in line for line in lines)


def test_a_time_of_weak_storms_only_has_no_score_of_its_own(run, tmp_path):
    tracks = best_tracks.load()
    weak = np.setdiff1d(tracks.time, tracks.time[tracks.tropical_cyclone])[0]
    (tmp_path / "t.csv").write_text(f"track_id,time,lat,lon\na,{weak}:00,80,0\n", encoding="utf-8")
    lines, folder = run(tmp_path / "t.csv")
    assert lines[1] == "Fixes: POD of nothing, FAR 100.0% (1 of 1)."
    assert lines[2] == "Tracks, 4 common times for a hit: POD of nothing, FAR 100.0% (1 of 1)."
    assert json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["fixes"]["basins"]["all"]["pod"] is None


@pytest.fixture
def refused(run, tmp_path):
    """Return a function that tries to compare and returns the message; nothing may be left."""

    def attempt(*paths, error=DataError, **keywords):
        with pytest.raises(error) as caught:
            run(*paths, **keywords)
        assert not (tmp_path / "out").exists()
        return str(caught.value)

    return attempt


def lines_of(path, *lines):
    """Write rows of time, latitude and longitude."""
    path.write_text("\n".join(["time,lat,lon", *lines]), encoding="utf-8")
    return path


def test_years_without_best_tracks_are_refused_with_both_periods(refused, tmp_path):
    message = refused(lines_of(tmp_path / "t.csv", "2050-01-01,10,140", "2050-01-03,10,140"))
    assert message.startswith(
        "The tracks are of 2050-01-01T00:00:00 to 2050-01-03T00:00:00, best tracks of 1980 to 2024"
    )
    assert "--against FILE" in message


def test_the_period_that_a_message_tells_is_that_of_the_pack():
    years = best_tracks.load().time.astype("datetime64[Y]")
    assert (str(years.min()), str(years.max())) == ("1980", "2024")


@pytest.mark.parametrize("calendar", ["360_day", "noleap", "julian"])
def test_a_calendar_of_models_has_no_real_storms(refused, tmp_path, calendar):
    message = refused(lines_of(tmp_path / "t.csv", "2001-01-01,10,140"), calendar=calendar)
    assert message.startswith(f"The tracks are in the calendar '{calendar}', which only models have.\nA model's own")


def test_netcdf_of_a_model_is_refused_by_its_own_calendar(refused, tmp_path):
    time = ("obs", [0.0], {"units": "days since 2000-01-01", "calendar": "noleap"})
    xr.Dataset({"time": time, "lat": ("obs", [1.0]), "lon": ("obs", [1.0])}).to_netcdf(tmp_path / "t.nc")
    assert "the calendar 'noleap'" in refused(tmp_path / "t.nc")


def test_tracks_at_other_hours_have_no_common_time(refused, tmp_path):
    message = refused(lines_of(tmp_path / "t.csv", "2010-08-01T03:00,10,140", "2010-08-01T15:00,10,140"))
    assert message.startswith("No time of the tracks, 2010-08-01T03:00:00 to 2010-08-01T15:00:00, is one of the")
    assert "00, 06, 12 and 18 h" in message


def test_two_calendars_are_never_compared(refused, tmp_path):
    time = ("obs", [0.0], {"units": "days since 2000-01-01", "calendar": "noleap"})
    xr.Dataset({"time": time, "lat": ("obs", [1.0]), "lon": ("obs", [1.0])}).to_netcdf(tmp_path / "r.nc")
    message = refused(lines_of(tmp_path / "t.csv", "2000-01-01,1,1"), against=tmp_path / "r.nc")
    assert "r.nc is in the calendar 'noleap', the tracks in 'standard'" in message
    assert "by --calendar" in message


def test_a_reference_that_is_not_there_is_named(refused, tmp_path):
    message = refused(lines_of(tmp_path / "t.csv", "2000-01-01,1,1"), against=tmp_path / "none.csv")
    assert "none.csv cannot be read: No such file" in message


def test_a_folder_that_is_there_stays_as_it_is(run, season, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match="there already"):
        run(write(tmp_path / "tracks.csv", season))
    assert list((tmp_path / "out").iterdir()) == []


def test_the_verb_does_it_all(season, tmp_path):
    table, output = write(tmp_path / "tracks.csv", season), tmp_path / "out"
    options = ["--radius", "100", "--common", "2", "--output", str(output)]
    done = CliRunner().invoke(cyclones, ["compare", str(table), *options], catch_exceptions=False)
    assert done.exit_code == 0
    assert "Tracks, 2 common times for a hit" in done.output
    assert done.output.endswith(f"In {output}: {', '.join(FILES)}.\n")


@pytest.mark.slow
def test_a_mistake_is_one_message_and_no_traceback(tmp_path):
    table = lines_of(tmp_path / "t.csv", "2050-01-01,10,140")
    done = subprocess.run(
        [sys.executable, "-m", "itwinai_core", "cyclones", "compare", table],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "best tracks of 1980 to 2024 only" in done.stderr


def test_the_page_tells_the_defaults_of_the_verb_and_its_files():
    page = (Path(__file__).parents[2] / "docs" / "cyclones.md").read_text(encoding="utf-8")
    section = page.partition("## Comparing")[2].partition("\n## ")[0]
    defaults = {option.name: option.default for option in cyclones.commands["compare"].params}
    assert f"`--radius`, {defaults['radius']:g} km" in section
    assert f"`--common`, {defaults['common']}, times" in section
    assert f"More than {QUIET / 24:g} days without any fix" in section
    assert f"below {best_tracks.GALE:g} kn" in section
    assert all(f"`{name}`" in section for name in FILES)


def test_the_name_of_the_best_tracks_is_spelt_either_way(run, season, tmp_path):
    lines, _ = run(write(tmp_path / "tracks.csv", season), against="IBTrACS")
    assert lines[0].startswith("Against IBTrACS,")


def test_tracks_have_the_same_scores_in_every_format(season, tmp_path, monkeypatch):
    for name in ("tracks.draw_tracks", "tracks.draw_density", "compare_files.draw_verdicts"):
        monkeypatch.setattr(f"itwinai_cyclones.{name}", lambda path, *_: path.touch())
    part = season.where(season.storm % 4 != 0)
    table = write(tmp_path / "centres.csv", part, north=0.5, names=False)
    track_files([table], tmp_path / "tracks", LinkRules(), "standard", ["csv,netcdf,te"])
    reports = []
    for name in ("tracks.csv", "tracks.nc", "tracks.txt"):
        compare_files([tmp_path / "tracks" / name], IBTRACS, tmp_path / name, 300, 4, "standard")
        report = json.loads((tmp_path / name / "comparison.json").read_text(encoding="utf-8"))
        reports.append({key: report[key] for key in ("period", "tracks", "counts")})
        scores = report["fixes"]["basins"]["all"]
        assert scores["median_km"] == pytest.approx(55.6, abs=0.1)
        assert scores["far"] == 0
    assert reports[0] == reports[1] == reports[2]
    assert reports[0]["tracks"]["basins"]["all"]["hits"] > 5
