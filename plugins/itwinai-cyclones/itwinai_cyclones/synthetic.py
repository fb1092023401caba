"""Generates global fields with cyclones at the real places of storms: the embedded default data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from itwinai_cyclones import vortex
from itwinai_cyclones.best_tracks import EPOCH, BestTracks
from itwinai_cyclones.environment import surroundings
from itwinai_cyclones.geodesy import COLUMNS, KM_PER_DEGREE, ROWS, STEP, signed_longitude
from itwinai_cyclones.regrid import Regrid, source_axes
from itwinai_cyclones.vorticity import cyclonic, relative_vorticity

Array = NDArray[np.float64]
Fields = dict[str, NDArray[np.floating]]
Chance = Callable[[int], np.random.Generator]

HOURS = np.arange(0, 24, 6).astype("timedelta64[h]")
"""Times of a day at which best tracks have their fixes."""

STRENGTH_OF_UNKNOWN = 25.0
"""Wind given to fixes that report neither wind nor pressure [kn]."""

SURROUNDING_PRESSURE = 1010.0
"""Pressure around a storm, from which a reported central pressure is counted [hPa]."""

PARTS = dict.fromkeys(("wind_speed", "gust", "vo_850"), ("u10", "v10"))
"""Fields that a variable is worked out from, where it is not one itself."""


@dataclass(frozen=True)
class Scenes:
    """Global fields by time, each made afresh and the same for the same seed and time.

    Attributes:
        tracks: Storms to draw: all of them, gale or not.
        variables: Which fields to return, in this order.
        resolution: Grid on which the storms are sampled before they reach the model's grid [°].
        seed: Together with the time, the source of all chance.
        daily: Whether a field is the mean of the day that starts at its time, gusts the highest of it, as daily files
            of climate models hold them; else it shows one moment.
    """

    tracks: BestTracks
    variables: tuple[str, ...]
    resolution: float
    seed: int
    daily: bool = False

    @cached_property
    def fixes(self) -> BestTracks:
        """Where the fields show the storms: of daily fields one fix a storm and day."""
        return self.tracks.daily() if self.daily else self.tracks

    def at(self, time: np.datetime64) -> NDArray[np.float32]:
        """Return the fields of one time on the model's grid, as an analysis of ``resolution`` degrees holds them.

        Args:
            time: When; of daily fields, when the day starts [h].

        Returns:
            ``msl`` in hPa, winds in m/s, temperatures in K, shape ``(C, 721, 1440)``.
        """
        hours = int((time - EPOCH) / np.timedelta64(1, "h"))
        generator = np.random.default_rng([self.seed, hours])
        needed = {part for name in self.variables for part in PARTS.get(name, (name,))}
        onto = _between(1.0, self.resolution)
        everything = surroundings(hours / 8766 % 1, generator)
        around = {name: onto(field) for name, field in everything.items() if name in needed}
        seen = self._mean_of_a_day(time, around) if self.daily else self._seen(time, around, lambda _: generator)
        shown = np.empty((len(self.variables), ROWS, COLUMNS), dtype=np.float32)
        for field, values in zip(shown, seen, strict=True):
            field[:] = _between(self.resolution, STEP)(values)
        return shown

    def _seen(self, time: np.datetime64, fields: Fields, chance: Chance) -> list[NDArray[np.floating]]:
        """Return the variables at one moment; its storms are added to the fields in place."""
        for storm in storms_at(self.tracks, time, chance):
            _add(fields, storm, *source_axes(self.resolution))
        return [derived(name, fields) for name in self.variables]

    def _mean_of_a_day(self, day: np.datetime64, around: Fields) -> list[NDArray[np.floating]]:
        """Return the variables of a day: one weather, through which storms of one depth and size move."""
        moments = [
            self._seen(
                day + hour,
                {name: field.copy() for name, field in around.items()},
                lambda storm: np.random.default_rng([self.seed, storm]),
            )
            for hour in HOURS
        ]
        return [
            np.max(parts, axis=0) if name == "gust" else np.mean(parts, axis=0)
            for name, parts in zip(self.variables, zip(*moments, strict=True), strict=True)
        ]


@cache
def _between(resolution: float, other: float) -> Callable[[NDArray[np.floating]], NDArray[np.floating]]:
    """Return what takes a global field of one resolution [°] to another."""
    return Regrid(*source_axes(resolution), source_axes(other)) if resolution != other else np.asarray


def derived(name: str, fields: Fields) -> NDArray[np.floating]:
    """Return a variable, worked out from the winds where it is not a field of its own.

    Args:
        name: Of the variable.
        fields: What is at hand, among it ``u10`` and ``v10``.
    """
    if name == "wind_speed":
        return np.hypot(fields["u10"], fields["v10"])
    if name == "gust":
        return 1.35 * np.hypot(fields["u10"], fields["v10"])
    if name == "vo_850":
        latitude, longitude = source_axes(180 / (len(fields["u10"]) - 1))
        # Above the friction, which slows the wind and turns it out of its circles.
        turning = relative_vorticity(fields["u10"], fields["v10"], latitude, longitude)
        aloft = cyclonic(turning, latitude) / (vortex.SURFACE_SHARE * np.cos(vortex.INFLOW))
        # The drawn weather is as narrow as the meridians: without this, polar air would spin like a cyclone.
        return np.asarray(1e5 * aloft * np.minimum(1, 2 * np.cos(np.radians(latitude)))[:, None])
    return fields[name]


def storms_at(tracks: BestTracks, time: np.datetime64, chance: Chance) -> list[vortex.Vortex]:
    """Return the storms of one time as a reanalysis would show them.

    Depth and size scatter around the formulae by a quarter and a third, as real storms of equal wind do.

    Args:
        tracks: All fixes.
        time: When [h].
        chance: Returns the source of chance for a storm, by its index into the names of the tracks.
    """
    earlier = tracks.at(time - np.timedelta64(6, "h"))
    now = tracks.at(time)
    storms = []
    for i in range(len(now)):
        generator = chance(int(now.storm[i]))
        deficit = SURROUNDING_PRESSURE - now.pressure[i]
        if np.isnan(deficit):
            wind = now.wind[i] if now.wind[i] > 0 else STRENGTH_OF_UNKNOWN
            deficit = vortex.deficit_of_wind(wind)
        deficit = max(float(deficit), 1.5) * np.exp(0.25 * generator.standard_normal())
        wind = 6.7 * deficit**0.644
        radius = vortex.radius_of_highest_wind(wind, now.latitude[i]) * np.exp(0.33 * generator.standard_normal())
        deficit, radius = vortex.as_analysed(deficit, min(float(radius), 150.0))
        storms.append(
            vortex.Vortex(
                latitude=float(now.latitude[i]),
                longitude=float(now.longitude[i]),
                deficit=float(deficit),
                radius=float(radius),
                shape=float(vortex.shape_of(radius, now.latitude[i])),
                motion=_motion(earlier.where(earlier.storm == now.storm[i]), now, i),
            )
        )
    return storms


def _motion(earlier: BestTracks, now: BestTracks, i: int) -> tuple[float, float]:
    """Return the velocity of storm ``i`` over the last six hours [m/s], zero for its first fix."""
    if not len(earlier):
        return 0.0, 0.0
    metres_per_degree_and_step = 1000 * KM_PER_DEGREE / (6 * 3600)
    east = signed_longitude(now.longitude[i] - earlier.longitude[0]) * np.cos(np.radians(now.latitude[i]))
    north = now.latitude[i] - earlier.latitude[0]
    return float(east * metres_per_degree_and_step), float(north * metres_per_degree_and_step)


def _add(fields: Fields, storm: vortex.Vortex, latitude: Array, longitude: Array) -> None:
    """Add a storm to the fields, in place, in the rows and columns that it reaches."""
    reach = vortex.TAPER_KM[1] / KM_PER_DEGREE
    rows = np.flatnonzero(np.abs(latitude - storm.latitude) <= reach)
    # The meridians that touch a circle around a place that does not hold the pole.
    touching = np.sin(np.radians(reach)) / np.cos(np.radians(storm.latitude))
    farthest = np.degrees(np.arcsin(touching)) if touching < 1 else 180.0
    columns = np.flatnonzero(np.abs(signed_longitude(longitude - storm.longitude)) <= farthest)
    parts = vortex.footprint(storm, latitude[rows, None], longitude[None, columns])
    for name, field in fields.items():
        field[np.ix_(rows, columns)] += parts[name]
