"""Prints how good the centres and tracks of a trained run are in a generated season; ends with 1 where a bar is missed.

The season is that of 2010, which is in no split of the default years: 40 fields of August for centres, and all
six-hourly fields from August to October for tracks.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from itwinai_core import load_run
from itwinai_cyclones.comparison import judge
from itwinai_cyclones.data import scenes_of
from itwinai_cyclones.detectors import detector
from itwinai_cyclones.globes import COMMON, RADIUS, judge_season, look, told
from itwinai_cyclones.plugin import Cyclones

YEAR = 2010
SEED = 40
"""Of the weather around the storms; runs are trained with others."""

FIELDS = 40
CENTRES = {"detected": (0.90, None), "false_alarm_ratio": (None, 0.10), "distance_km": (None, 12.0)}
TRACKS = {"detected": (0.85, None), "false_alarm_ratio": (None, 0.15)}
"""Least and most of each score."""


def checked(what: str, value: float, bounds: tuple[float | None, float | None]) -> bool:
    """Print a score beside its bar, and return whether it is met."""
    least, most = bounds
    met = not np.isnan(value) and (least is None or value >= least) and (most is None or value <= most)
    bar = f"at least {least:g}" if least is not None else f"at most {most:g}" if most is not None else ""
    print(f"{what:32} {value:8.3f}  {bar}{'' if met else ': missed'}", flush=True)
    return met


def main() -> int:
    """Judge, print, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="Name or folder of a run of the compact network on fields of 0.25°.")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="Folder that holds the runs.")
    parser.add_argument("--days", type=int, default=92, help="Days of the season from 1 August; 0 for no tracks.")
    options = parser.parse_args()
    changes = [f"settings.data.test_years=[{YEAR}]", f"settings.detection.test_days={options.days}"]
    run, model = load_run(Cyclones(), options.run, options.runs, changes)
    settings, find = run.settings, detector(run.settings, model)
    limit = settings.detection.maximum_latitude
    print(
        f"{options.run}: {settings.model.name} on {', '.join(settings.data.variables)} at "
        f"{settings.data.resolution:g}°, score {settings.detection.score:g} and more, up to {limit:g}° of latitude"
    )
    steps = np.linspace(0, 4 * 31 - 1, FIELDS).astype(int)
    found = look(
        scenes_of(settings.data, SEED), np.datetime64(f"{YEAR}-08-01T00", "h") + 6 * steps, find, limit, "40 fields"
    )
    scores = told("", judge(found.storms, found.fixes, RADIUS, COMMON))
    met = [checked(f"centres: {name}", value, CENTRES.get(name, (None, None))) for name, value in scores.items()]
    print(f"{int(found.storms.counted.sum())} cyclones in {FIELDS} fields of August {YEAR}")
    if options.days:
        with tempfile.TemporaryDirectory() as folder:
            season = judge_season(settings, SEED, find, Path(folder))
        for name, value in season.items():
            of, _, score = name.partition("_")
            bounds = TRACKS.get(score, (None, None)) if of == "track" else (None, None)
            met.append(checked(f"{of}: {score}", value, bounds))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
